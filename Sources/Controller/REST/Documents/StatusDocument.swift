// Documents: JSON bodies out of one published picture, field by field. No request, no clock, no file.

import Reconciler

/// The documents of the open paths, out of one published picture.
enum StatusDocument {
  typealias Picture = StatusBoard.Picture?

  /// `GET /health`.
  static let health = Document<Picture>(
    "Health",
    [
      .word("status", of: ["healthy", "degraded"]) { troubles($0).isEmpty ? "healthy" : "degraded" },
      .count("agents_configured") { declared($0).count },
      .count("agents_active") { declared($0).filter(\.isActive).count },
      .texts("reasons", troubles),
    ])

  static let live = Document<Picture>(
    "Liveness", [.word("status", of: ["alive"]) { _ in "alive" }, .texts("reasons", known)])

  static let ready = Document<Picture>(
    "Readiness",
    [.word("status", of: ["ready", "starting"]) { $0 == nil ? "starting" : "ready" }, .texts("reasons", known)])

  /// `GET /api/status`.
  static let status = status(line)

  /// The same for who shows no token where there are keys: the conditions' messages, which have amounts in them, are empty.
  static let statusForAll = status(
    Document(
      "StatusLine", line.members.map { $0.name == "conditions" ? .list("conditions", bare) { $0.conditions } : $0 }))

  private static let bare = Document<Condition>(
    "Condition", AgentDocuments.condition.members.map { $0.name == "message" ? .word("message") { _ in "" } : $0 })

  private static func status(_ line: Document<AgentStatus>) -> Document<Picture> {
    Document(
      "Status",
      [
        .word("service") { _ in "mt4-controller" },
        .word("version") { _ in ControllerVersion.text },
        .value("revision", .nullable(.int)) { $0.map { .int($0.fleet.revision) } ?? .null },
        .text("fingerprint") { $0?.fleet.fingerprint },
        .maybePart("pin", pin) { $0?.fleet.pin },
        .texts("manifest_errors") { $0?.fleet.manifestErrors ?? [] },
        .maybePart("journal", journal) { $0?.fleet },
        .maybeCount("unknown_outcomes") { $0.map { Int64($0.fleet.unknownOutcomes) } },
        .maybeFlag("emergency_stop") { $0?.fleet.emergency.isActive },
        .maybeFlag("draining") { $0?.fleet.isDraining },
        .time("stepped_at") { $0?.steppedAt.wall },
        .list("agents", line) { FleetDocuments.View($0).agents },
      ])
  }

  /// A rollback that holds the revision in force. Who and why is for auditors: this path is open.
  private static let pin = Document<RevisionPin>(
    "Pin", [.count("rollback_of") { $0.rollbackOf }, .time("since") { $0.since }])

  private static let journal = Document<FleetStatus>(
    "JournalState",
    [
      .value("last", .int) { .int($0.lastSequence) }, .value("durable", .int) { .int($0.journal.durable) },
      .value("shipped", .int) { .int($0.journal.shipped) },
      .word("database", of: ["up", "connecting", "down", "forked", "another_controller"]) { database($0.journal) },
      .word("space", of: JournalFacts.Space.allCases.map(\.rawValue)) { $0.journal.space.rawValue },
    ])

  /// Open to all, so it tells neither money nor positions, only how many.
  private static let line = Document<AgentStatus>(
    "StatusLine",
    AgentDocuments.identity + [
      .flag("enabled") { $0.spec.enabled },
      .flag("active") { $0.isActive },
      .flag("paused") { $0.isPaused },
      .flag("orphaned") { $0.orphaned },
      .count("open_positions") { $0.positions.count },
      .list("conditions", AgentDocuments.condition) { $0.conditions },
    ] + AgentDocuments.seen)

  private static func declared(_ picture: Picture) -> [AgentStatus] {
    picture?.agents.values.filter { !$0.orphaned } ?? []
  }

  private static func known(_ picture: Picture) -> [String] { picture == nil ? [] : troubles(picture) }

  /// What is wrong with the service as a whole; each agent's troubles are its own conditions.
  private static func troubles(_ picture: Picture) -> [String] {
    guard let picture else { return ["the first step of the loop has not come yet"] }
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

  private static func database(_ facts: JournalFacts) -> String {
    switch facts.database {
    case .up: "up"
    case .connecting: "connecting"
    case .down: "down"
    case .forked: "forked"
    case .anotherController: "another_controller"
    }
  }
}
