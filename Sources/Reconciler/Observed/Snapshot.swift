/// Which parts of a terminal the core wants read. Within one request the order is positions, account, orders, history,
/// ticks, one after another; where the terminal allows two connections, account may run beside positions.
public struct ReadRequest: Hashable, Sendable {
  /// Counts up per agent; the answer carries it back.
  public var number: Int
  public var agent: AgentID
  /// Positions and account. Without: only the ticks.
  public var book = true
  public var orders = false
  /// Days of `/history`, or `nil`.
  public var historyDays: Int?
  public var ticks: [Symbol] = []

  public init(number: Int, agent: AgentID) {
    self.number = number
    self.agent = agent
  }
}

/// When a reply was asked for and when it was complete.
public struct ReadSpan: Hashable, Sendable {
  public let began: Moment
  public let ended: Moment

  public init(began: Moment, ended: Moment) {
    self.began = began
    self.ended = ended
  }
}

/// One reply of a terminal and its times.
public struct Reply<Value: Hashable & Sendable>: Hashable, Sendable {
  public var value: Value
  public var span: ReadSpan

  public init(_ value: Value, _ span: ReadSpan) {
    self.value = value
    self.span = span
  }
}

/// A part that the poll can live without.
public enum OptionalPart<Value: Hashable & Sendable>: Hashable, Sendable {
  case notAsked
  case read(Reply<Value>)
  /// 404: this bridge does not have it.
  case unsupported
  case failed(ReadFailure)

  public var reply: Reply<Value>? { if case .read(let reply) = self { reply } else { nil } }
}

/// What one read brought.
public struct Snapshot: Hashable, Sendable {
  public var request: ReadRequest
  /// `nil` only when `request.book` is false.
  public var positions: Reply<[Position]>?
  public var account: Reply<Account>?
  public var orders: OptionalPart<[PendingOrder]> = .notAsked
  public var history: OptionalPart<[HistoryRow]> = .notAsked
  public var ticks: [Symbol: OptionalPart<Tick>] = [:]

  public init(request: ReadRequest, positions: Reply<[Position]>?, account: Reply<Account>?) {
    self.request = request
    self.positions = positions
    self.account = account
  }
}

/// Why a part could not be read. Never "no positions".
public struct ReadFailure: Error, Hashable, Sendable {
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// No connection: refused, no route, name not found.
    case unreachable
    case timeout
    /// The certificate or the handshake.
    case tls
    /// 401 or 403.
    case unauthorized
    case notFound = "not_found"
    /// 429.
    case rateLimited = "rate_limited"
    /// Any other status than 200, a redirect among them.
    case httpStatus = "http_status"
    /// Over the size limit.
    case tooLarge = "too_large"
    /// The connection ended before the body did.
    case cutOff = "cut_off"
    /// Not JSON.
    case notJSON = "not_json"
    /// JSON, but not what the contract says; the message names the field.
    case malformed
    /// The controller itself gave up on it (shutdown).
    case cancelled
  }

  public var code: Code
  /// For people; holds no token, no account, no secret.
  public var message: String
  /// The path that failed, such as `/account`.
  public var endpoint: String
  public var httpStatus: Int?
  public var retryAfter: Duration?

  public init(code: Code, message: String, endpoint: String, httpStatus: Int? = nil, retryAfter: Duration? = nil) {
    self.code = code
    self.message = message
    self.endpoint = endpoint
    self.httpStatus = httpStatus
    self.retryAfter = retryAfter
  }
}
