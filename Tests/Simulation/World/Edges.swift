@testable import Reconciler

/// The states of the core's machines as one looks at them after an event, so that the edges between them are counted.
struct Edges {
  private struct Glimpse: Hashable {
    var lane: UInt8
    var attempt: Int
    var pause: UInt8
    var presence: UInt8
    var trust: UInt8
  }

  private var agents: [AgentID: Glimpse] = [:]
  private var database: UInt8 = 0
  private var space: UInt8 = 0
  private var degraded = false
  private var emergency: UInt8 = 0

  /// A new process has no past.
  mutating func reset() { self = Edges() }

  /// - Returns: the edges that were taken since the last look.
  mutating func look(at core: borrowing Reconciler) -> [String] {
    var taken: [String] = []
    func note(_ machine: String, _ names: [String], _ old: UInt8, _ new: UInt8) {
      if old != new { taken.append("\(machine) \(names[Int(old)]) -> \(names[Int(new)])") }
    }
    for i in core.agents.indices {
      let id = core.agents[i].id
      let new = Self.glimpse(core, i)
      guard let old = agents.updateValue(new, forKey: id), old != new else { continue }
      note("lane", Self.lanes, old.lane, new.lane)
      note("pause", Self.pauses, old.pause, new.pause)
      note("agent", Self.presences, old.presence, new.presence)
      note("trust", Self.trusts, old.trust, new.trust)
      if new.lane == old.lane, new.lane == 2, new.attempt > old.attempt { taken.append("lane awaiting -> awaiting") }
    }
    let (base, room, stop) = (
      Self.state(core.journal.database), Self.state(core.journal.space), Self.state(core.emergency)
    )
    note("database", Self.databases, database, base)
    note("space", Self.spaces, space, room)
    note("record", ["shipping", "degraded"], degraded ? 1 : 0, core.degraded ? 1 : 0)
    note("emergency", Self.stops, emergency, stop)
    (database, space, degraded, emergency) = (base, room, core.degraded, stop)
    return taken
  }

  private static func glimpse(_ core: borrowing Reconciler, _ i: Int) -> Glimpse {
    let lane: UInt8 =
      switch core.agents[i].lane {
      case .idle: 0
      case .reading: 1
      case .awaiting: 2
      case .sending: 3
      }
    var pause: UInt8 = core.agents[i].memory.operatorPause == nil ? 0 : 1
    if let breach = core.agents[i].memory.breachPause { pause += breach.needsPerson ? 4 : 2 }
    let presence: UInt8 =
      core.agents[i].memory.orphaned ? 3 : core.agents[i].memory.online.map { $0 ? 1 : 2 } ?? 0
    let trust: UInt8 =
      switch core.agents[i].trustVerdict {
      case nil, .trusted?: 0
      case .reread?: 1
      case .suspicious(_, let closes)?: closes ? 3 : 2
      }
    return Glimpse(
      lane: lane, attempt: core.agents[i].live?.attempt ?? 0, pause: pause, presence: presence, trust: trust)
  }

  private static func state(_ database: JournalFacts.Database) -> UInt8 {
    switch database {
    case .connecting: 0
    case .up: 1
    case .down: 2
    case .forked: 3
    case .anotherController: 4
    }
  }

  private static func state(_ space: JournalFacts.Space) -> UInt8 {
    switch space {
    case .ok: 0
    case .low: 1
    case .reserve: 2
    case .exhausted: 3
    }
  }

  private static func state(_ stop: EmergencyState) -> UInt8 { (stop.host == nil ? 0 : 1) + (stop.byManifest ? 2 : 0) }

  private static let lanes = ["idle", "reading", "awaiting", "sending"]
  private static let pauses = ["none", "person", "breach", "breach+person", "drawdown", "drawdown+person"]
  private static let presences = ["unseen", "online", "offline", "orphaned"]
  private static let trusts = ["trusted", "reread", "suspicious", "by_account"]
  private static let databases = ["connecting", "up", "down", "forked", "another_controller"]
  private static let spaces = ["ok", "low", "reserve", "exhausted"]
  private static let stops = ["none", "host", "manifest", "both"]

  /// The edges that a whole run has to take; others are rarer, and are told when they are.
  static let required: [String] = [
    "lane idle -> reading", "lane reading -> awaiting", "lane reading -> idle", "lane reading -> sending",
    "lane awaiting -> reading", "lane awaiting -> sending", "lane awaiting -> idle", "lane sending -> reading",
    "lane sending -> awaiting",
    "pause none -> person", "pause none -> breach", "pause none -> drawdown", "pause person -> none",
    "pause breach -> breach+person", "pause person -> breach+person", "pause breach+person -> none",
    "agent unseen -> online", "agent unseen -> offline", "agent unseen -> orphaned", "agent online -> offline",
    "agent offline -> online", "agent online -> orphaned", "agent offline -> orphaned", "agent orphaned -> online",
    "agent orphaned -> offline", "agent orphaned -> unseen",
    "database connecting -> up", "database connecting -> down", "database connecting -> forked",
    "database connecting -> another_controller", "database up -> down", "database up -> forked",
    "database up -> another_controller", "database down -> up", "database forked -> up",
    "database another_controller -> up",
    "record degraded -> shipping",
    "emergency none -> host", "emergency none -> manifest", "emergency none -> both", "emergency host -> none",
    "emergency host -> both", "emergency manifest -> none", "emergency manifest -> both", "emergency both -> host",
    "trial breach", "trial breach by the books", "trial manifest",
  ]
}
