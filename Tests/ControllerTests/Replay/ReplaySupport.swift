import Foundation
import Reconciler

@testable import Controller

/// A journal made of records, each linked to the one before.
struct StoryLog {
  static let chain = "story-chain"
  private(set) var lines: [JournalLine] = []

  init(_ records: [Record] = []) { for record in records { add(record) } }

  mutating func add(_ record: Record) {
    lines.append(
      JournalLine.make(record: record, chain: Self.chain, prevHash: lines.last?.hash ?? JournalLine.firstPrevHash))
  }

  var text: String { lines.map(\.text).joined(separator: "\n") + "\n" }

  /// Replays it; every problem with its sequence.
  var problems: [String] { Self.problems(lines) }

  static func problems(_ lines: [JournalLine]) -> [String] {
    var replayer = JournalReplayer()
    return lines.flatMap { line in
      let step = replayer.take(Array(line.text.utf8))
      return step.problems.map { "\(step.sequence ?? 0): \($0)" }
    }
  }
}

/// Writes a story record by record, with a sequence and a time each.
struct StoryWriter {
  private(set) var records: [Record] = []
  /// Of the last intent.
  private(set) var action = ""

  init() {
    add(.snapshot, agent: nil, ["agents": [:], "emergency": ["by_manifest": false, "flat": [], "fleet_flat": false]])
    add(.controllerStarted, agent: nil)
    add(.agentOnline)
  }

  mutating func add(
    _ type: EventType, agent: String? = "agent_1", reason: Reason? = nil, action: String? = nil,
    _ metadata: JSONValue = [:]
  ) {
    let sequence = Int64(records.count) + 1
    records.append(
      Record(
        sequence: sequence, agent: agent.map { AgentID($0) }, type: type, reason: reason, message: "",
        metadata: metadata,
        actionID: action, revision: 0, observedAt: nil, createdAt: Timestamp(seconds: 1_793_520_000 + sequence)))
  }

  /// An intent; its action's id is the one that its place gives it, unless `id` says otherwise.
  mutating func intent(
    _ kind: String = "open", symbol: String = "EURUSD", lots: String = "0.05", attempt: Int = 1, id: String? = nil
  ) {
    action = id ?? Reconciler.actionID(chain: StoryLog.chain, sequence: Int64(records.count) + 1)
    var metadata: [String: JSONValue] = [
      "kind": .string(kind), "symbol": .string(symbol), "side": "buy", "lots": .string(lots), "attempt": .int(attempt),
      "target": "core",
    ]
    if kind == "open" { metadata["mark"] = .string(String(action.prefix(10))) }
    if kind != "open" { metadata["ticket"] = 7 }
    add(.intent, reason: .target, action: action, .object(metadata))
  }

  mutating func outcome(_ result: String = "done", ticket: Int64? = nil, attempt: Int = 1, of id: String? = nil) {
    add(
      .outcome, action: id ?? action,
      .fields(["result": .string(result), "attempt": .int(attempt), "ticket": ticket.map { .int($0) }]))
  }

  mutating func doubt(of id: String? = nil) { add(.unknown, action: id ?? action, ["cause": "timeout", "attempt": 1]) }

  mutating func resolve(_ result: String, _ evidence: String, ticket: Int64? = nil) {
    add(
      .resolved, action: action,
      .fields(["result": .string(result), "evidence": .string(evidence), "ticket": ticket.map { .int($0) }]))
  }

  /// A day's start, as the day writes it.
  mutating func day(_ key: String) {
    let calendarDay: JSONValue = [
      "day": .string(key), "day_start": .string("\(key)T00:00:00.000000Z"), "amount": "100.00", "kind": "reset",
      "taken_at": .string("\(key)T00:00:01.000000Z"), "from_history": false,
    ]
    add(
      .dayAnchor,
      [
        "day_state": [
          "anchor": calendarDay, "flows": "0", "lifetime_flows": "0", "unexplained_balance": "0",
          "unexplained_credit": "0", "new_rows": [],
        ]
      ])
  }

  mutating func breach(_ day: String) {
    add(.breach, reason: .dailyLoss)
    add(
      .paused, reason: .dailyLoss,
      [
        "cause": "breach",
        "pause": [
          "reason": "daily_loss", "day": .string(day), "since": .string("\(day)T10:00:00.000000Z"), "closes_all": true,
          "needs_person": false,
        ],
      ])
  }

  /// The folded state, as a start records it, and what a test does to it.
  mutating func snapshot(_ change: (inout [String: JSONValue]) -> Void = { _ in }) {
    var core = Reconciler()
    for record in records { try? core.fold(record) }
    var agents: [String: JSONValue] = [:]
    for id in core.foldedAgents { agents[id.text] = core.foldedMemory(of: id)?.json }
    var state: [String: JSONValue] = ["agents": .object(agents), "emergency": core.foldedEmergency.json, "revision": 0]
    change(&state)
    add(.snapshot, agent: nil, .object(state))
  }

  var problems: [String] { StoryLog(records).problems }
}

extension [String: JSONValue] {
  /// Changes one member of an agent's memory in a snapshot's state.
  mutating func edit(_ agent: String, _ member: String, _ value: JSONValue?) {
    guard var agents = self["agents"]?.object, var memory = agents[agent]?.object else { return }
    memory[member] = value
    agents[agent] = .object(memory)
    self["agents"] = .object(agents)
  }
}
