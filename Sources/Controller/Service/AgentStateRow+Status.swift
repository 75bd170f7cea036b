import Bridge
import Reconciler

extension AgentStateRow {
  /// The current word on one agent, for `trading.agent_state`.
  init(_ status: AgentStatus, _ fleet: FleetStatus, chain: String) {
    let breach = status.memory.breachPause
    let person = status.memory.operatorPause
    self.init(
      agent: status.id, name: status.metadataName, chain: chain, record: fleet.lastSequence,
      revision: fleet.revision, enabled: status.spec.enabled, paused: breach != nil || person != nil,
      pausedReason: breach?.reason.rawValue ?? person.map { "\($0.actor): \($0.note)" },
      pausedAt: breach?.since ?? person?.since, day: status.day?.dayKey, dayAnchor: status.day?.anchor,
      floor: status.day?.floor, balance: status.account?.balance, equity: status.account?.equity,
      snapshotAt: status.seenAt?.wall,
      snapshot: [
        "positions": .array(status.positions.map { .int($0.ticket.number) }),
        "orders": .array(status.orders.map { .int($0.ticket.number) }),
      ],
      memory: status.memory.json, updatedAt: SystemClock.now().wall)
  }
}

extension ShipperStatus {
  /// Whether an operator should read about it.
  var isTrouble: Bool {
    switch state {
    case .connecting, .shipping, .waiting: false
    case .down, .forked, .anotherController, .needsInit: true
    }
  }

  /// One sentence for the log.
  var sentence: String {
    switch state {
    case .connecting: "connecting"
    case .shipping: "records are on their way"
    case .waiting: "everything durable is in the database"
    case .down(let reason, let message): "\(message) (\(reason)); closes go on, opens are held"
    case .forked(let message): "it holds other records than the journal: \(message); opens are held"
    case .anotherController(let message): "\(message); this controller sends nothing"
    case .needsInit(let message): "\(message); opens are held"
    }
  }
}
