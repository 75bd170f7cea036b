/// An agent's performance (risk.md, performance): its closed positions by lineage since it was first seen, net of swap and
/// commission, without flows. Money is in the account's currency.
public struct PerformanceFigures: Hashable, Sendable {
  /// One day's result, as `trading.performance_snapshots` has it.
  public struct Daily: Hashable, Sendable {
    /// The local date of the reset that began it, such as `2026-11-21`.
    public var day: String
    public var openingBalance: FixedDecimal
    /// At the end, or now.
    public var closingBalance: FixedDecimal
    /// The change of the balance, without deposits and withdrawals.
    public var profitLoss: FixedDecimal
    public var trades: Int
    public var wins: Int
    public var isOver: Bool
  }

  /// A position of which parts closed at several times is one trade, when its last part closed.
  public var trades: Int
  /// Those that brought more than zero.
  public var wins: Int
  /// In percent; `nil` without a trade.
  public var winRatePercent: FixedDecimal?
  /// The sum of the trades that won.
  public var totalProfit: FixedDecimal
  /// The sum of the others, zero or less.
  public var totalLoss: FixedDecimal
  /// totalProfit + totalLoss.
  public var net: FixedDecimal
  /// totalProfit / |totalLoss|; `nil` without a loss.
  public var profitFactor: FixedDecimal?
  /// net / trades; `nil` without a trade.
  public var expectancy: FixedDecimal?
  /// How far the sum of all trades is below its highest.
  public var currentDrawdown: FixedDecimal
  public var largestDrawdown: FixedDecimal
  /// The current fall in percent of the initial balance and that highest sum.
  public var currentDrawdownPercent: FixedDecimal
  /// The day before and the current one, as far as their opening balance is known.
  public var days: [Daily]

  init(_ book: TradeBook, initialBalance: FixedDecimal, balance: FixedDecimal?) {
    let totals = book.totals
    let count = FixedDecimal(totals.trades)
    trades = totals.trades
    wins = totals.wins
    totalProfit = totals.profit
    totalLoss = totals.loss
    net = totals.profit + totals.loss
    winRatePercent = (FixedDecimal(totals.wins) * .hundred).divided(by: count)
    profitFactor = totals.profit.divided(by: totals.loss.magnitude)
    expectancy = net.divided(by: count)
    currentDrawdown = totals.peak - net
    largestDrawdown = totals.largestDrawdown
    currentDrawdownPercent = (currentDrawdown * .hundred).divided(by: initialBalance + totals.peak) ?? .zero
    days = book.days.compactMap { day in
      guard let opening = day.openingBalance, let closing = day.closingBalance ?? balance else { return nil }
      return Daily(
        day: day.key, openingBalance: opening, closingBalance: closing,
        profitLoss: closing - opening - day.balanceFlows, trades: day.trades, wins: day.wins,
        isOver: day.closingBalance != nil)
    }
  }
}
