public import Reconciler

/// A row of `trading.performance_snapshots`.
public struct PerformanceRow: Hashable, Sendable {
  /// What is upserted as one.
  public struct Key: Hashable, Sendable {
    public var agent: AgentID
    /// The first day of the period as `2026-11-21`, in the agent's own zone.
    public var date: String
    /// `daily`, `weekly` or `monthly`.
    public var period: String

    public init(agent: AgentID, date: String, period: String) {
      self.agent = agent
      self.date = date
      self.period = period
    }
  }

  public var key: Key
  public var openingBalance: FixedDecimal?
  public var closingBalance: FixedDecimal?
  public var profitLoss: FixedDecimal?
  public var totalTrades: Int
  public var winningTrades: Int

  public init(
    key: Key, openingBalance: FixedDecimal?, closingBalance: FixedDecimal?, profitLoss: FixedDecimal?,
    totalTrades: Int, winningTrades: Int
  ) {
    self.key = key
    self.openingBalance = openingBalance
    self.closingBalance = closingBalance
    self.profitLoss = profitLoss
    self.totalTrades = totalTrades
    self.winningTrades = winningTrades
  }

  var json: JSONValue {
    .fields([
      "agent_id": .string(key.agent.text), "snapshot_date": .string(key.date), "period_type": .string(key.period),
      "opening_balance": openingBalance.map { .decimal($0) }, "closing_balance": closingBalance.map { .decimal($0) },
      "profit_loss": profitLoss.map { .decimal($0) }, "total_trades": .int(totalTrades),
      "winning_trades": .int(winningTrades),
    ])
  }
}
