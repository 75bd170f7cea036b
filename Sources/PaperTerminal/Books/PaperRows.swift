public import Reconciler

/// Bid and ask of one instrument at a time.
public struct PaperQuote: Hashable, Sendable {
  public var bid: FixedDecimal
  public var ask: FixedDecimal
  public var time: Timestamp

  public init(bid: FixedDecimal, ask: FixedDecimal, time: Timestamp) {
    self.bid = bid
    self.ask = ask
    self.time = time
  }
}

/// Who or what made the books change.
public enum PaperCause: Hashable, Sendable {
  /// A request of the client.
  case client
  /// A person at the terminal.
  case manual
  case stopLoss
  case takeProfit
  case stopOut
  /// A pending order whose price came.
  case triggered
  /// A pending order whose time ran out, or whose money was not there.
  case expired
}

/// An open market position and what its server knows besides.
public struct PaperPosition: Hashable, Sendable {
  /// As the terminal lists it, but `profit` and `currentPrice`, which `PaperBooks.observedPositions` fills in.
  public internal(set) var facts: Position
  /// The ticket under which it was opened, before any partial close.
  public internal(set) var root: Ticket
  /// The request that opened it; `nil` for others.
  public internal(set) var requestID: String?
  /// Margin of one lot by the rate at the open, in the account's currency.
  public internal(set) var marginPerLot: FixedDecimal
  let instrument: Int

  /// Its margin, in cents.
  public var margin: FixedDecimal { (marginPerLot * facts.lots).inCents }
}

/// A pending order.
public struct PaperPending: Hashable, Sendable {
  public internal(set) var facts: PendingOrder
  let instrument: Int
}

/// A row of the account's history.
public struct PaperClosed: Hashable, Sendable {
  public var row: HistoryRow
  /// `nil` for a balance operation.
  public var cause: PaperCause?
  /// Of a pending order that never became a position.
  public var pending: PendingOrder.Kind?
  /// The ticket under which the position was opened first.
  public var root: Ticket
}

/// One change of the books, for tests that compare it with what a client believes.
public struct PaperExecution: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case opened, closed
    case partlyClosed = "partly_closed"
    case modified, placed, deleted, balance, credit
  }

  /// From 0, without gaps.
  public var sequence: Int
  public var at: Timestamp
  public var kind: Kind
  public var cause: PaperCause
  /// `request_id` as it came; the same one twice is an order executed twice.
  public var requestID: String?
  public var ticket: Ticket
  /// The remainder's ticket after a partial close.
  public var newTicket: Ticket?
  public var symbol: Symbol?
  public var side: Side?
  public var lots: FixedDecimal
  public var price: FixedDecimal?
  /// The comment that the order came with: the client's mark.
  public var comment: String
}
