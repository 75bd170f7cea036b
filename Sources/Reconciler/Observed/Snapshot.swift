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
  /// Where the core has the agent.
  var place = Place()

  public init(number: Int, agent: AgentID) {
    self.number = number
    self.agent = agent
  }

  /// A hint that spares a search: it says nothing of what is asked for, and is the same as any other.
  struct Place: Hashable, Sendable {
    var index = -1

    static func == (a: Self, b: Self) -> Bool { true }
    func hash(into hasher: inout Hasher) {}
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

/// What one read brought. It is held in one object that never changes, so that nothing of it is copied from hand to hand,
/// and the core keeps a look by keeping a reference; setting a part makes a new object.
public struct Snapshot: Hashable, Sendable {
  private var parts: Parts

  public init(
    request: ReadRequest, positions: Reply<[Position]>?, account: Reply<Account>?,
    orders: OptionalPart<[PendingOrder]> = .notAsked, history: OptionalPart<[HistoryRow]> = .notAsked,
    ticks: [Symbol: OptionalPart<Tick>] = [:]
  ) {
    parts = Parts(request, positions, account, orders, history, ticks)
  }

  public var request: ReadRequest {
    get { parts.request }
    set { parts = Parts(newValue, positions, account, orders, history, ticks) }
  }

  /// `nil` only when `request.book` is false.
  public var positions: Reply<[Position]>? {
    get { parts.positions }
    set { parts = Parts(request, newValue, account, orders, history, ticks) }
  }

  public var account: Reply<Account>? {
    get { parts.account }
    set { parts = Parts(request, positions, newValue, orders, history, ticks) }
  }

  public var orders: OptionalPart<[PendingOrder]> {
    get { parts.orders }
    set { parts = Parts(request, positions, account, newValue, history, ticks) }
  }

  public var history: OptionalPart<[HistoryRow]> {
    get { parts.history }
    set { parts = Parts(request, positions, account, orders, newValue, ticks) }
  }

  public var ticks: [Symbol: OptionalPart<Tick>] {
    get { parts.ticks }
    set { parts = Parts(request, positions, account, orders, history, newValue) }
  }

  public static func == (a: Snapshot, b: Snapshot) -> Bool {
    a.parts === b.parts
      || a.request == b.request && a.positions == b.positions && a.account == b.account && a.orders == b.orders
        && a.history == b.history && a.ticks == b.ticks
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(request)
    hasher.combine(positions)
    hasher.combine(account)
  }

  private final class Parts: Sendable {
    let request: ReadRequest
    let positions: Reply<[Position]>?
    let account: Reply<Account>?
    let orders: OptionalPart<[PendingOrder]>
    let history: OptionalPart<[HistoryRow]>
    let ticks: [Symbol: OptionalPart<Tick>]

    init(
      _ request: ReadRequest, _ positions: Reply<[Position]>?, _ account: Reply<Account>?,
      _ orders: OptionalPart<[PendingOrder]>, _ history: OptionalPart<[HistoryRow]>,
      _ ticks: [Symbol: OptionalPart<Tick>]
    ) {
      self.request = request
      self.positions = positions
      self.account = account
      self.orders = orders
      self.history = history
      self.ticks = ticks
    }
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
