/// What a day is judged by, of an agent's limits. Each look goes by it: it is worked out once, and is small.
struct DayLimits: Hashable, Sendable {
  /// The daily loss that is a breach.
  var loss: FixedDecimal
  var drawdown: RiskSpec.Drawdown?
  var initialBalance: FixedDecimal

  init(_ risk: RiskSpec) {
    loss = risk.dailyLossLimit
    drawdown = risk.maxDrawdown
    initialBalance = risk.initialBalance.amount
  }
}
