@testable import Reconciler

/// What the database keeps when the state directory is lost: the records of earlier chains, and the agents' rows, which lag
/// behind them.
struct VirtualDatabase {
  /// The newest first.
  private(set) var chains: [EarlierMemories.Chain] = []
  private var rows: [AgentID: EarlierMemories.State] = [:]
  private var rowsAt: Int64 = -5_000_000

  var memories: EarlierMemories {
    EarlierMemories(chains: chains, states: rows.keys.sorted().compactMap { rows[$0] })
  }

  /// A state directory is gone; of its records the database has these.
  mutating func keep(_ records: [Record], of chain: String) {
    guard !records.isEmpty else { return }
    chains.insert(EarlierMemories.Chain(name: chain, records: records), at: 0)
    chains = Array(chains.prefix(8))
  }

  /// A backup takes the place of the database: it has nothing that is younger than its last record.
  mutating func restore(keeping last: Int64, of chain: String) {
    rows = rows.filter { $0.value.chain != chain || $0.value.record <= last }
  }

  /// Written every few seconds, once everything before is shipped.
  mutating func publish(_ core: Reconciler, chain: String, clock: Int64) {
    guard clock - rowsAt >= 5_000_000, !core.awaitsMemories else { return }
    rowsAt = clock
    for agent in core.agents {
      rows[agent.id] = EarlierMemories.State(
        agent: agent.id, chain: chain, record: core.lastSequence, memory: agent.memory.json)
    }
  }
}
