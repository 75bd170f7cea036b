// Observed: what terminals said, as values. The bridge has already tolerated whatever may be tolerated (bridge.md,
// section 1); whether to believe it is decided in `Trust/SnapshotTrust.swift`.

/// The answer to `GET /account`. Money is in the account's currency.
public struct Account: Hashable, Sendable {
  public var number: Int64?
  public var name: String?
  public var server: String?
  public var currency: String
  /// 100 for 1:100.
  public var leverage: FixedDecimal
  public var balance: FixedDecimal
  public var credit: FixedDecimal
  public var equity: FixedDecimal
  public var profit: FixedDecimal
  public var margin: FixedDecimal
  public var freeMargin: FixedDecimal
  /// Percent; `nil` when there is no margin or it is not reported.
  public var marginLevel: FixedDecimal?
  public var stopoutLevel: FixedDecimal?
  /// The most orders that the account may hold; `nil` or 0 is no limit.
  public var limitOrders: Int?
  public var tradeAllowed: Bool?
  public var connected: Bool?
  public var demo: Bool?
  /// The terminal's own UTC clock, from `timestamp`.
  public var timestamp: Timestamp?
  public var serverUTCOffsetSeconds: Int?

  public init(
    currency: String, leverage: FixedDecimal, balance: FixedDecimal, credit: FixedDecimal = .zero, equity: FixedDecimal,
    profit: FixedDecimal, margin: FixedDecimal, freeMargin: FixedDecimal
  ) {
    self.currency = currency
    self.leverage = leverage
    self.balance = balance
    self.credit = credit
    self.equity = equity
    self.profit = profit
    self.margin = margin
    self.freeMargin = freeMargin
  }
}

/// The answer to `GET /tick/{symbol}`.
public struct Tick: Hashable, Sendable {
  public var symbol: Symbol
  public var bid: FixedDecimal
  /// Never below `bid`.
  public var ask: FixedDecimal
  /// When the quote was made, by the terminal.
  public var time: Timestamp
  public var digits: Int?
  public var point: FixedDecimal?
  public var tickSize: FixedDecimal?
  /// In the account's currency, of one `tickSize` and one lot.
  public var tickValue: FixedDecimal?
  public var contractSize: FixedDecimal?
  public var minLot: FixedDecimal?
  public var maxLot: FixedDecimal?
  public var lotStep: FixedDecimal?
  /// In points.
  public var stopLevel: FixedDecimal?
  public var freezeLevel: FixedDecimal?
  /// Of one lot, in the account's currency.
  public var marginRequired: FixedDecimal?
  public var tradeAllowed: Bool?

  public init(symbol: Symbol, bid: FixedDecimal, ask: FixedDecimal, time: Timestamp) {
    self.symbol = symbol
    self.bid = bid
    self.ask = ask
    self.time = time
  }

  /// ask - bid, in price units; the terminal's own figure is not used.
  public var spread: FixedDecimal { ask - bid }
}
