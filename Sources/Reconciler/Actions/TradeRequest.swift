// Actions: what the controller asks of a terminal and what came of it, as values.

/// One POST to `/trade`, ready to be sent: the executor has no choice left.
public struct TradeRequest: Hashable, Sendable {
  public enum Order: Hashable, Sendable {
    case open(
      symbol: Symbol, side: Side, lots: FixedDecimal, stopLoss: FixedDecimal?, takeProfit: FixedDecimal?,
      slippagePoints: Int?)
    /// `lots` nil: all of it. Also deletes a pending order.
    case close(ticket: Ticket, lots: FixedDecimal?)
    /// Always both levels; `nil` means none.
    case modify(ticket: Ticket, stopLoss: FixedDecimal?, takeProfit: FixedDecimal?)
  }

  public var agent: AgentID
  public var order: Order
  /// At most 20 ASCII letters and digits, for the comment; empty for closes and modifies.
  public var mark: String
  public var magic: Int32?
  /// `ACTION.ATTEMPT`.
  public var requestID: String

  public init(agent: AgentID, order: Order, mark: String, magic: Int32?, requestID: String) {
    self.agent = agent
    self.order = order
    self.mark = mark
    self.magic = magic
    self.requestID = requestID
  }
}

/// What is known after a POST (bridge.md, sections 2 and 3).
public enum TradeAnswer: Hashable, Sendable {
  /// Executed. For an open the ticket is positive.
  case done(Done)
  /// A definite answer that it did not run.
  case refused(Refusal)
  /// It may have run, may run later, or not at all.
  case unknown(Doubt)

  public struct Done: Hashable, Sendable {
    public var ticket: Ticket?
    public var price: FixedDecimal?
    public var lots: FixedDecimal?
    /// The remainder's ticket after a partial close, where the bridge says so.
    public var newTicket: Ticket?
    public var errorCode: Int
    public var message: String

    public init(
      ticket: Ticket?, price: FixedDecimal? = nil, lots: FixedDecimal? = nil, newTicket: Ticket? = nil,
      errorCode: Int = 0, message: String = ""
    ) {
      self.ticket = ticket
      self.price = price
      self.lots = lots
      self.newTicket = newTicket
      self.errorCode = errorCode
      self.message = message
    }
  }

  public struct Refusal: Hashable, Sendable {
    public var kind: RefusalKind
    /// MT4's or MT5's code, 0 for a refusal by HTTP status.
    public var errorCode: Int
    public var httpStatus: Int
    public var message: String
    public var retryAfter: Duration?

    public init(
      kind: RefusalKind, errorCode: Int, httpStatus: Int = 200, message: String, retryAfter: Duration? = nil
    ) {
      self.kind = kind
      self.errorCode = errorCode
      self.httpStatus = httpStatus
      self.message = message
      self.retryAfter = retryAfter
    }
  }

  public struct Doubt: Hashable, Sendable {
    /// Why it is not known: `timeout`, `connection_lost`, `http_504`, `unreadable_reply`, `code_128`, `not_sent_unsure` …
    public var cause: String
    public var errorCode: Int?
    public var message: String

    public init(cause: String, errorCode: Int? = nil, message: String) {
      self.cause = cause
      self.errorCode = errorCode
      self.message = message
    }
  }
}

/// The classes of definite refusals, each with one reaction of the core (bridge.md, the table of codes).
public enum RefusalKind: String, Hashable, Sendable, CaseIterable {
  /// 146, HTTP 503: not sent; again after 300 ms.
  case busy
  /// 135, 138, 129: a fresh tick, at once, at most three attempts.
  case requote
  /// 144; 10004, 10006, 10018, 10019.
  case notExecuted = "not_executed"
  /// 136, 137, 4, 6: back off from 5 s.
  case backOff = "back_off"
  /// 8, 141, HTTP 429: slow the whole terminal down.
  case tooManyRequests = "too_many_requests"
  /// 132.
  case marketClosed = "market_closed"
  /// 133.
  case tradingDisabled = "trading_disabled"
  /// 145.
  case tooClose = "too_close"
  /// 130, 131, 134, 140, 147 to 150, 4106, 4110, 4111, HTTP 404 and 409: held as `terminal_refused`.
  case forCause = "for_cause"
  /// 3, 4051, 4107, 4108: no retry; on a close reread, it is probably gone.
  case badParameters = "bad_parameters"
  /// 5, 7, 64, 65, 4109: the agent is degraded.
  case notAllowed = "not_allowed"
  /// HTTP 401, 403.
  case unauthorized
  /// The request never left this host (no connection): nothing ran.
  case notSent = "not_sent"
}
