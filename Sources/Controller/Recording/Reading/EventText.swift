// Reading: a recording through this program's core, beside the journal of its time, and where the decisions part. Reads only.

import Reconciler

/// A recorded event for people, and in full.
struct EventText {
  let kind: String
  var agent: AgentID?
  let title: String

  init(_ event: RecordedEvent) {
    switch event.input {
    case .stopped: (kind, title) = ("stopped", "the loop has ended")
    case .event(.timePassed): (kind, title) = ("time", "time passed")
    case .event(.drain): (kind, title) = ("drain", "asked to stop")
    case .event(.started(let facts)): (kind, title) = ("start", "mt4-controller \(facts.version) starts")
    case .event(.fleetAccepted(let fleet, let facts)):
      kind = "fleet"
      title = "revision \(fleet.revision), \(Count.of(fleet.agents.count, "agent")), by \(facts.actor)"
    case .event(.fleetRejected(let errors, let actor)):
      (kind, title) = ("rejected", "manifests with \(Count.of(errors.count, "error")), by \(actor)")
    case .event(.snapshot(let snapshot)):
      (kind, agent, title) = ("look", snapshot.request.agent, Self.title(snapshot))
    case .event(.readFailed(let request, let failure, _)):
      (kind, agent) = ("failed", request.agent)
      title = "no look: \(failure.endpoint) \(failure.message)"
    case .event(.actionEnded(let agent, let id, let attempt, let answer, _)):
      (kind, self.agent, title) = ("ended", agent, "answer to \(id).\(attempt): \(Self.title(answer))")
    case .event(.journal(let facts)):
      (kind, title) = ("journal", "the record: \(facts.durable) on disk, \(facts.shipped) in the database")
    case .event(.memories(let memories)):
      (kind, title) = ("memories", "\(Count.of(memories.agents.count, "agent"))' states from the database")
    case .event(.command(let command, let actor)):
      (kind, title) = ("command", "\(actor): \(Self.verb(command))")
      agent = Self.agent(command)
    }
  }

  private static func title(_ snapshot: Snapshot) -> String {
    guard let positions = snapshot.positions?.value, let account = snapshot.account?.value else { return "quotes" }
    var title = "a look: equity \(account.equity.money), \(Count.of(positions.count, "position"))"
    if let orders = snapshot.orders.reply?.value, !orders.isEmpty { title += ", \(Count.of(orders.count, "order"))" }
    if let rows = snapshot.history.reply?.value { title += ", \(Count.of(rows.count, "row")) of history" }
    if !snapshot.ticks.isEmpty { title += ", " + Count.of(snapshot.ticks.count, "quote") }
    return title
  }

  private static func title(_ answer: TradeAnswer) -> String {
    switch answer {
    case .done(let done): "done" + (done.ticket.map { ", #\($0)" } ?? "")
    case .refused(let refusal): "refused, \(refusal.kind.rawValue): \(refusal.message)"
    case .unknown(let doubt): "not known, \(doubt.cause): \(doubt.message)"
    }
  }

  private static func verb(_ command: Command) -> String {
    switch command {
    case .pause(let agent, _): "pause \(agent)"
    case .resume(let agent, _): "resume \(agent)"
    case .resolve(let id, let executed, _, _): "resolve \(id) as \(executed ? "executed" : "not executed")"
    case .forget(let agent, _): "forget \(agent)"
    case .emergencyStop: "emergency-stop"
    case .emergencyClear: "emergency-clear"
    case .revision(let word): word.verb
    }
  }

  private static func agent(_ command: Command) -> AgentID? {
    switch command {
    case .pause(let agent, _), .resume(let agent, _), .forget(let agent, _): agent
    case .resolve, .emergencyStop, .emergencyClear, .revision: nil
    }
  }

  /// All of it, as the first line of a recording would have it.
  static func full(_ event: RecordedEvent) -> JSONValue {
    var writer = LineWriter(
      RecordingHead(version: "", chain: "", foldedFrom: 0, foldedTo: 0, interval: .zero, moment: event.moment))
    var bytes: [UInt8] = []
    writer.write(event, to: &bytes)
    var json = (try? JSONParser.parse(bytes))?.object ?? [:]
    // Its own moment is the base of all others.
    json["t"] = nil
    json["moment"] = .time(event.moment.wall)
    return .object(json)
  }
}
