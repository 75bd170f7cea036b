import Reconciler

/// The documents of the open paths, out of one published picture.
enum StatusDocument {
  /// `GET /health`.
  static func health(_ picture: StatusBoard.Picture?) -> JSONValue {
    let agents = picture.map(declared) ?? []
    let troubles = picture.map(troubles) ?? ["the first step of the loop has not come yet"]
    return [
      "status": .string(troubles.isEmpty ? "healthy" : "degraded"), "agents_configured": .int(agents.count),
      "agents_active": .int(agents.filter(\.isActive).count), "reasons": .array(troubles.map { .string($0) }),
    ]
  }

  /// `GET /api/status`.
  static func status(_ picture: StatusBoard.Picture?) -> JSONValue {
    let agents = picture.map { picture in
      picture.fleet.agents.compactMap { picture.agents[$0] }
    }
    return .fields([
      "service": "mt4-controller", "version": .string(ControllerVersion.text),
      "revision": picture.map { .int($0.fleet.revision) },
      "journal": picture.map { journal($0.fleet) },
      "unknown_outcomes": picture.map { .int($0.fleet.unknownOutcomes) },
      "agents": .array((agents ?? []).map(agent)),
    ])
  }

  static func live(_ picture: StatusBoard.Picture?) -> JSONValue {
    ["status": "alive", "reasons": .array((picture.map(troubles) ?? []).map { .string($0) })]
  }

  static func ready(_ picture: StatusBoard.Picture?) -> JSONValue {
    [
      "status": .string(picture == nil ? "starting" : "ready"),
      "reasons": .array((picture.map(troubles) ?? []).map { .string($0) }),
    ]
  }

  private static func declared(_ picture: StatusBoard.Picture) -> [AgentStatus] {
    picture.agents.values.filter { !$0.orphaned }
  }

  /// What is wrong with the service as a whole; each agent's troubles are its own conditions.
  private static func troubles(_ picture: StatusBoard.Picture) -> [String] {
    var all: [String] = []
    if let error = picture.fleet.manifestErrors.first {
      all.append("the manifests were refused; revision \(picture.fleet.revision) stays in force: \(error)")
    }
    switch picture.fleet.journal.database {
    case .up: break
    case .connecting: all.append("the database is not connected yet")
    case .down(let why), .forked(let why): all.append("the database: \(why)")
    case .anotherController: all.append("another controller holds the database; this one sends nothing")
    }
    if picture.fleet.journal.space != .ok { all.append("the journal's disk: \(picture.fleet.journal.space.rawValue)") }
    if picture.fleet.unknownOutcomes > 0 { all.append("\(picture.fleet.unknownOutcomes) outcomes are not known") }
    return all
  }

  private static func journal(_ fleet: FleetStatus) -> JSONValue {
    let database: String =
      switch fleet.journal.database {
      case .up: "up"
      case .connecting: "connecting"
      case .down: "down"
      case .forked: "forked"
      case .anotherController: "another_controller"
      }
    return [
      "last": .int(fleet.lastSequence), "durable": .int(fleet.journal.durable), "shipped": .int(fleet.journal.shipped),
      "database": .string(database), "space": .string(fleet.journal.space.rawValue),
    ]
  }

  private static func agent(_ status: AgentStatus) -> JSONValue {
    .fields([
      "agent_id": .string(status.spec.id.text), "name": .string(status.spec.displayName),
      "metadata_name": .string(status.spec.metadataName), "status": .string(status.online ? "online" : "offline"),
      "enabled": .bool(status.spec.enabled), "active": .bool(status.isActive),
      "paused": .bool(status.memory.breachPause != nil || status.memory.operatorPause != nil),
      "orphaned": .bool(status.orphaned), "open_positions": .int(status.positions.count),
      "as_of": status.seenAt.map { .time($0.wall) } ?? .null,
      "conditions": .array(status.conditions.map(condition)),
    ])
  }

  static func condition(_ condition: Condition) -> JSONValue {
    [
      "type": .string(condition.kind.rawValue), "status": .string(condition.status.rawValue),
      "reason": .string(condition.reason), "message": .string(condition.message),
      "observed_revision": .int(condition.observedRevision), "last_transition": .time(condition.lastTransition),
    ]
  }
}
