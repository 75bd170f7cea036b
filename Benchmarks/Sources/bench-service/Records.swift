import Reconciler

/// Records as a quiet fleet makes them.
struct Records {
  private(set) var sequence: Int64 = 0
  private let agents: Int
  private let now = Timestamp(seconds: 1_795_000_000)

  init(agents: Int) { self.agents = agents }

  private mutating func record(_ type: EventType, _ agent: AgentID?, _ message: String, _ metadata: JSONValue) -> Record
  {
    sequence += 1
    return Record(
      sequence: sequence, agent: agent, type: type, reason: nil, message: message, metadata: metadata, actionID: nil,
      revision: 1, observedAt: nil, createdAt: now + .milliseconds(sequence))
  }

  /// A segment begins with the whole state; an empty one is the shortest.
  mutating func snapshot() -> Record {
    var members: [String: JSONValue] = [:]
    for i in 0..<agents { members["bench-\(i)"] = Self.memory }
    return record(
      .snapshot, nil, "the state of \(agents) agents",
      ["agents": .object(members), "revision": 1, "emergency": Self.emergency, "format": 1])
  }

  mutating func heartbeat() -> Record {
    let i = Int(sequence) % agents
    return record(
      .heartbeat, AgentID("bench-\(i)"), "60 passes; equity 10000.00, 3 positions",
      ["passes": 60, "equity": "10000", "balance": "10000", "credit": "0", "positions": 3])
  }

  // As a core without agents says them.
  private static let memory = Reconciler.emptyMemory
  private static let emergency = Reconciler.emptyEmergency
}

extension Reconciler {
  /// What a `snapshot` record has for one agent that nothing is known of.
  static var emptyMemory: JSONValue {
    var core = Reconciler()
    let id = AgentID("a")
    let risk = RiskSpec(
      initialBalance: Money(amount: 1, currency: "USD"), maxRiskPerTrade: 1, maxDailyLoss: .percent(5), maxPositions: 1,
      lotSize: 1)
    let spec = AgentSpec(
      id: id, metadataName: "a", displayName: "a", enabled: true, terminal: TerminalSpec(url: "http://x"),
      pairs: [Symbol("EURUSD")], risk: risk)
    let now = Moment(wall: Timestamp(seconds: 1_795_000_000), steady: Steady(microseconds: 0))
    _ = core.receive(.started(StartFacts(version: "bench", chain: "abcdefghijklmnop")), at: now)
    let fleet = Fleet(revision: 1, fingerprint: "f", agents: [spec], policy: FleetPolicy(), zones: ["UTC": .utc])
    _ = core.receive(.fleetAccepted(fleet, RevisionFacts(isNew: true, actor: "bench")), at: now)
    return snapshot(&core, now)?["agents"]?["a"] ?? .object([:])
  }

  static var emptyEmergency: JSONValue {
    var core = Reconciler()
    let now = Moment(wall: Timestamp(seconds: 1_795_000_000), steady: Steady(microseconds: 0))
    return snapshot(&core, now)?["emergency"] ?? .object([:])
  }

  private static func snapshot(_ core: inout Reconciler, _ now: Moment) -> JSONValue? {
    for effect in core.receive(.journal(JournalFacts(wantsSnapshot: true)), at: now) {
      if case .record(let record) = effect, record.type == .snapshot { return record.metadata }
    }
    return nil
  }
}
