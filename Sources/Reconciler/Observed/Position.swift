/// A market position. A stop or take-profit of 0, `null` or missing is `nil`.
public struct Position: Hashable, Sendable {
  public var ticket: Ticket
  public var symbol: Symbol
  public var side: Side
  public var lots: FixedDecimal
  public var openPrice: FixedDecimal
  public var currentPrice: FixedDecimal?
  public var stopLoss: FixedDecimal?
  public var takeProfit: FixedDecimal?
  /// Without swap and commission.
  public var profit: FixedDecimal
  public var swap: FixedDecimal
  public var commission: FixedDecimal
  public var magic: Int32?
  public var comment: String
  public var openTime: Timestamp?

  public init(
    ticket: Ticket, symbol: Symbol, side: Side, lots: FixedDecimal, openPrice: FixedDecimal,
    profit: FixedDecimal = .zero, swap: FixedDecimal = .zero, commission: FixedDecimal = .zero, comment: String = ""
  ) {
    self.ticket = ticket
    self.symbol = symbol
    self.side = side
    self.lots = lots
    self.openPrice = openPrice
    self.profit = profit
    self.swap = swap
    self.commission = commission
    self.comment = comment
  }

  /// profit + swap + commission.
  public var netProfit: FixedDecimal { profit + swap + commission }
}

/// A pending order.
public struct PendingOrder: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case buyLimit = "buylimit"
    case sellLimit = "selllimit"
    case buyStop = "buystop"
    case sellStop = "sellstop"

    public var side: Side {
      switch self {
      case .buyLimit, .buyStop: .buy
      case .sellLimit, .sellStop: .sell
      }
    }
  }

  public var ticket: Ticket
  public var symbol: Symbol
  public var kind: Kind
  public var lots: FixedDecimal
  public var price: FixedDecimal
  public var stopLoss: FixedDecimal?
  public var takeProfit: FixedDecimal?
  public var magic: Int32?
  public var comment: String
  public var openTime: Timestamp?
  public var expiration: Timestamp?

  public init(
    ticket: Ticket, symbol: Symbol, kind: Kind, lots: FixedDecimal, price: FixedDecimal, comment: String = ""
  ) {
    self.ticket = ticket
    self.symbol = symbol
    self.kind = kind
    self.lots = lots
    self.price = price
    self.comment = comment
  }
}

/// One row of `GET /history`.
public struct HistoryRow: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A closed market position.
    case trade(Side)
    /// A pending order that was deleted or expired.
    case cancelled
    /// A deposit, a withdrawal, or a correction: see the comment.
    case balance
    case credit
  }

  /// 0 when the terminal gives none.
  public var ticket: Ticket
  public var kind: Kind
  public var symbol: Symbol
  public var lots: FixedDecimal
  public var openPrice: FixedDecimal?
  public var closePrice: FixedDecimal?
  public var stopLoss: FixedDecimal?
  public var takeProfit: FixedDecimal?
  public var profit: FixedDecimal
  public var swap: FixedDecimal
  public var commission: FixedDecimal
  public var magic: Int32?
  public var comment: String
  public var openTime: Timestamp?
  public var closeTime: Timestamp?

  public init(
    ticket: Ticket, kind: Kind, symbol: Symbol, lots: FixedDecimal, profit: FixedDecimal, swap: FixedDecimal = .zero,
    commission: FixedDecimal = .zero, comment: String = "", closeTime: Timestamp? = nil
  ) {
    self.ticket = ticket
    self.kind = kind
    self.symbol = symbol
    self.lots = lots
    self.profit = profit
    self.swap = swap
    self.commission = commission
    self.comment = comment
    self.closeTime = closeTime
  }

  /// profit + swap + commission: what the row did to the balance.
  public var netProfit: FixedDecimal { profit + swap + commission }
}
