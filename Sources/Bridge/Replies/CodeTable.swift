import Reconciler

/// The meaning of the codes of MT4, and of those of MT5 that bridges answer with: bridge.md, the table of section 2.
enum CodeMeaning: Hashable {
  case success
  case refused(RefusalKind)
  /// It may have run.
  case unknown

  /// Which kind of order the code answers.
  enum Order: CaseIterable {
    case open, close, modify
  }

  init(_ code: Int, answering order: Order) {
    self =
      switch code {
      case 0, 10008, 10009, 10010, 10025: .success
      // "No result": the levels were those already.
      case 1: order == .modify ? .success : .unknown
      case 146: .refused(.busy)
      case 129, 135, 138: .refused(.requote)
      case 144, 10004, 10006, 10018, 10019: .refused(.notExecuted)
      case 4, 6, 136, 137: .refused(.backOff)
      case 8, 141: .refused(.tooManyRequests)
      case 132: .refused(.marketClosed)
      case 133: .refused(.tradingDisabled)
      case 145: .refused(.tooClose)
      case 130, 131, 134, 140, 147, 148, 149, 150, 4106, 4110, 4111: .refused(.forCause)
      case 3, 4051, 4107, 4108: .refused(.badParameters)
      case 5, 7, 64, 65, 4109: .refused(.notAllowed)
      // 128 timeout, 139 locked, 142 queued, 143 accepted, 2 common error, 10012 timeout, and every code not listed.
      default: .unknown
      }
  }
}

extension TradeRequest.Order {
  var codeOrder: CodeMeaning.Order {
    switch self {
    case .open: .open
    case .close: .close
    case .modify: .modify
    }
  }
}
