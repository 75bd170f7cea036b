public import Reconciler

/// The endpoints of the contract, and what is none.
public enum PaperRequestKind: String, Hashable, Sendable, CaseIterable {
  case account, tick, positions, orders, history, trade, unknown
}

/// A request as it came in, without the wire.
public struct PaperRequest: Hashable, Sendable {
  public var method: String
  /// Path and query.
  public var uri: String
  /// The value of the `Authorization` field.
  public var authorization: String?
  public var body: [UInt8]

  public init(method: String, uri: String, authorization: String? = nil, body: [UInt8] = []) {
    self.method = method
    self.uri = uri
    self.authorization = authorization
    self.body = body
  }

  var path: Substring { uri.prefix { $0 != "?" } }

  var kind: PaperRequestKind {
    switch path {
    case "/account": .account
    case "/positions": .positions
    case "/orders": .orders
    case "/history": .history
    case "/trade": .trade
    case _ where path.hasPrefix("/tick/"): .tick
    default: .unknown
    }
  }

  /// The value of one query parameter, as written.
  func query(_ name: String) -> Substring? {
    uri.dropFirst(path.count + 1).split(separator: "&").first { $0.hasPrefix("\(name)=") }?.dropFirst(name.count + 1)
  }
}

/// What to put on the wire, and how to end it.
public struct PaperResponse: Hashable, Sendable {
  public enum Ending: Hashable, Sendable {
    case complete
    /// The headers promise all of the body, half of it comes, and the connection ends.
    case cutOff
    /// Nothing comes, and the connection ends.
    case dropped
    /// Nothing comes, and every connection of the terminal ends.
    case restart
  }

  public var status: Int
  public var body: JSONValue
  public var ending = Ending.complete
  /// Before anything is sent.
  public var delay: Duration = .zero

  init(status: Int = 200, _ body: JSONValue) {
    self.status = status
    self.body = body
  }

  static func dropped(_ ending: Ending) -> PaperResponse {
    var response = PaperResponse(.null)
    response.ending = ending
    return response
  }

  static func failure(_ status: Int, _ message: String) -> PaperResponse {
    PaperResponse(status: status, ["success": false, "error": .string(message)])
  }
}

/// A token that does not print itself.
public struct PaperToken: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  let text: String

  public init(_ text: String) { self.text = text }

  public var description: String { "(token)" }
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// Whether an `Authorization` value is the token, bare or after `Bearer`.
  func admits(_ authorization: String?) -> Bool { authorization == text || authorization == "Bearer \(text)" }
}
