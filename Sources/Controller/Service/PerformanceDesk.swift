import Reconciler
import Synchronization

/// Which results by day the database was told of, so that only what changed is told again.
final class PerformanceDesk: Sendable {
  private let told: Mutex<[AgentID: [PerformanceRow]]> = Mutex([:])

  /// The daily rows of these agents that are new or different; each agent has the current day and the one before.
  func changed(_ statuses: [AgentStatus]) -> [PerformanceRow] {
    told.withLock { told in
      var changed: [PerformanceRow] = []
      for status in statuses {
        let id = status.id
        let rows = status.performance.days.map { PerformanceRow($0, agent: id) }
        let old = told[id] ?? []
        changed += rows.filter { !old.contains($0) }
        told[id] = rows
      }
      return changed
    }
  }
}

extension PerformanceRow {
  /// The row of one day.
  init(_ daily: PerformanceFigures.Daily, agent: AgentID) {
    self.init(
      key: Key(agent: agent, date: daily.day, period: "daily"), openingBalance: daily.openingBalance,
      closingBalance: daily.closingBalance, profitLoss: daily.profitLoss, totalTrades: daily.trades,
      winningTrades: daily.wins)
  }
}
