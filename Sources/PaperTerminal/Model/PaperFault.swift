/// What a paper terminal can do wrong: the closed list that `mt4ctl paper --fault NAME=P` takes.
public enum PaperFault: String, Hashable, Sendable, CaseIterable {
  case requestLost = "request_lost"
  case executeLoseReply = "execute_lose_reply"
  case executeLate = "execute_late"
  case http504 = "http_504"
  case http5xx = "http_5xx"
  case http401 = "http_401"
  case code128 = "code_128"
  case requote
  case busy146 = "busy_146"
  case slowReply = "slow_reply"
  case cutBody = "cut_body"
  case wrongTypes = "wrong_types"
  case emptyList = "empty_list"
  case staleList = "stale_list"
  case wrongAccount = "wrong_account"
  case restart

  /// What happens, for `--help`.
  public var help: String {
    switch self {
    case .requestLost: "the connection is dropped and nothing is done"
    case .executeLoseReply: "a trade is executed and the connection is dropped"
    case .executeLate: "a trade answers 504 and is executed some seconds later"
    case .http504: "504; a trade is not executed"
    case .http5xx: "500; a trade is executed before that, or not, by chance"
    case .http401: "401, whatever the token"
    case .code128: "a trade answers error 128; it is executed or not, by chance"
    case .requote: "a trade answers error 138"
    case .busy146: "a trade answers error 146"
    case .slowReply: "the reply takes some seconds"
    case .cutBody: "the connection ends in the middle of the reply"
    case .wrongTypes: "numbers come as objects and texts as true"
    case .emptyList: "positions, orders or history come empty"
    case .staleList: "positions, orders or history come as they were before the last trade"
    case .wrongAccount: "/account reports another account's number"
    case .restart: "all connections are dropped and nothing answers for a second; a trade may have been executed"
    }
  }

  func applies(to kind: PaperRequestKind) -> Bool {
    switch self {
    case .requestLost, .http504, .http5xx, .http401, .slowReply, .cutBody, .wrongTypes, .restart: true
    case .executeLoseReply, .executeLate, .code128, .requote, .busy146: kind == .trade
    case .emptyList, .staleList: kind == .positions || kind == .orders || kind == .history
    case .wrongAccount: kind == .account
    }
  }
}
