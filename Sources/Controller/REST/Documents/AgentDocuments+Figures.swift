import Reconciler

// Results and figures of one agent.
extension AgentDocuments {
  /// Closed positions by lineage since it was first seen, net of swap and commission, without flows.
  static let performance = Of<AgentStatus>(
    "Performance",
    [
      .word("agent_id") { $0.id.text },
      .word("currency") { $0.account?.currency ?? $0.spec.risk.initialBalance.currency },
      .count("trades") { $0.performance.trades },
      .count("wins") { $0.performance.wins },
      .maybeNumber("win_rate_percent") { $0.performance.winRatePercent?.rounded(places: 4) },
      .number("total_profit") { $0.performance.totalProfit },
      .number("total_loss") { $0.performance.totalLoss },
      .number("net") { $0.performance.net },
      .maybeNumber("profit_factor") { $0.performance.profitFactor?.rounded(places: 4) },
      .maybeNumber("expectancy") { $0.performance.expectancy?.rounded(places: 4) },
      .number("current_drawdown") { $0.performance.currentDrawdown },
      .number("current_drawdown_percent") { $0.performance.currentDrawdownPercent.rounded(places: 4) },
      .number("largest_drawdown") { $0.performance.largestDrawdown },
      .list("days", daily) { $0.performance.days },
    ])

  private static let daily = Of<PerformanceFigures.Daily>(
    "DailyResult",
    [
      .word("day") { $0.day },
      .number("opening_balance") { $0.openingBalance },
      .number("closing_balance") { $0.closingBalance },
      .number("profit_loss") { $0.profitLoss },
      .count("trades") { $0.trades },
      .count("wins") { $0.wins },
      .flag("over") { $0.isOver },
    ])

  /// What `/metrics` has of this agent, and a little more, as JSON.
  static let metrics = Of<AgentStatus>(
    "AgentMetrics",
    [
      .word("agent_id") { $0.id.text }
    ] + money + [
      .maybeNumber("margin") { $0.account?.margin },
      .maybeNumber("free_margin") { $0.account?.freeMargin },
      .maybeNumber("margin_level") { $0.account?.marginLevel },
      .count("pending_orders") { $0.orders.count },
      .number("lots") { $0.positions.reduce(.zero) { $0 + $1.lots } },
      .maybeNumber("daily_loss") { $0.day?.loss },
      .maybeNumber("daily_loss_percent") { $0.day?.usedPercent.rounded(places: 4) },
      .maybeNumber("daily_floor") { $0.day?.floor },
      .count("trades") { $0.performance.trades },
      .count("wins") { $0.performance.wins },
      .number("net") { $0.performance.net },
      .maybeNumber("win_rate_percent") { $0.performance.winRatePercent?.rounded(places: 4) },
      .number("current_drawdown") { $0.performance.currentDrawdown },
      .count("planned_actions") { $0.plan.actions.count },
      .count("held_actions") { $0.plan.held.count },
      .count("unknown_outcomes") { $0.unresolved.filter(\.wasUnknown).count },
      .flag("paused") { $0.isPaused },
    ] + seen)
}
