public import Reconciler

/// What goes to the database beside the records and their checkpoints. Bounded: the newest word per agent and period.
struct Outbox: Sendable {
  static let maximumAgents = 20_000
  static let maximumPerformance = 20_000

  private(set) var states: [AgentID: AgentStateRow] = [:]
  private(set) var performance: [PerformanceRow.Key: PerformanceRow] = [:]
  /// What every row of these agents says of the manifests.
  private(set) var revision: RevisionInForce?

  var isEmpty: Bool { states.isEmpty && performance.isEmpty && revision == nil }

  mutating func add(_ revision: RevisionInForce) { self.revision = revision }

  mutating func add(_ rows: [AgentStateRow]) {
    for row in rows where states[row.agent] != nil || states.count < Self.maximumAgents { states[row.agent] = row }
  }

  mutating func add(_ rows: [PerformanceRow]) {
    for row in rows where performance[row.key] != nil || performance.count < Self.maximumPerformance {
      performance[row.key] = row
    }
  }

  /// Puts back what could not be sent, unless something newer came meanwhile.
  mutating func putBack(_ old: Outbox) {
    for (agent, row) in old.states where states[agent] == nil { states[agent] = row }
    for (key, row) in old.performance where performance[key] == nil { performance[key] = row }
    revision = revision ?? old.revision
  }

  /// The statements that send it; sorted, so that two writers would not lock rows crosswise.
  var statements: [PostgresStatement] {
    var statements: [PostgresStatement] = []
    if !states.isEmpty {
      let rows = states.values.sorted { $0.agent < $1.agent }.map(\.json)
      statements.append(PostgresStatement(ShipSQL.states, [JSONValue.array(rows).canonicalText]))
    }
    if let revision {
      let agents = JSONValue.array(revision.agents.map { .string($0.text) }).canonicalText
      statements.append(
        PostgresStatement(ShipSQL.revisionInForce, [revision.chain, String(revision.revision), agents]))
    }
    if !performance.isEmpty {
      let rows = performance.values.sorted { ($0.key.agent, $0.key.date) < ($1.key.agent, $1.key.date) }.map(\.json)
      statements.append(PostgresStatement(ShipSQL.performance, [JSONValue.array(rows).canonicalText]))
    }
    return statements
  }
}

/// The revision in force, which is the same in every agent's row: told once, and not with ten thousand rows in which nothing
/// else is new.
public struct RevisionInForce: Hashable, Sendable {
  public var chain: String
  public var revision: Int
  /// Whose rows have it.
  public var agents: [AgentID]

  public init(chain: String, revision: Int, agents: [AgentID]) {
    self.chain = chain
    self.revision = revision
    self.agents = agents
  }
}
