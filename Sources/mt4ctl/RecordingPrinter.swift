import Controller
import Foundation
import Reconciler

/// Prints events and what was decided by them, as they come.
struct RecordingPrinter {
  private let format: ReplayFormat
  private var pager: ReplayPager
  /// Print only this one's records.
  private let agent: String?
  private var steps = 0
  private var runs = 0

  init(format: ReplayFormat, pages: Bool, agent: String?) {
    self.format = format
    self.agent = agent
    pager = ReplayPager(isWanted: pages)
    if format == .json { print(#"{"format_version":1,"recordings":["#, terminator: "") }
  }

  mutating func skip(_ run: RecordedRun, _ why: String) {
    switch format {
    case .text: print("\(run.path): not replayed: \(why)")
    case .json: element((["path": .string(run.path), "not_replayed": .string(why)] as JSONValue).canonicalText)
    }
  }

  mutating func begin(_ summary: RecordingSummary) {
    steps = 0
    switch format {
    case .text: print("\(summary.path), recorded by mt4-controller \(summary.version)")
    case .json: element(#"{"path":"# + JSONValue.string(summary.path).canonicalText + #","steps":["#)
    }
  }

  /// Returns whether to go on: a person may have had enough.
  mutating func write(_ step: RecordingStep) -> Bool {
    switch format {
    case .text: writeText(step)
    case .json: print((steps == 0 ? "\n" : ",\n") + Self.json(step).canonicalText, terminator: "")
    }
    steps += 1
    return pager.turn()
  }

  private func writeText(_ step: RecordingStep) {
    let number = String(step.number)
    let place = String(repeating: " ", count: max(0, 9 - number.count)) + number
    let who = step.agent.map { "  \($0)" } ?? ""
    print("\(place)  \(step.moment.wall.rfc3339)\(who)  \(step.title)")
    if let difference = step.difference { return writeText(difference) }
    for record in step.records where agent == nil || record.agent?.text == agent {
      let who = record.agent == step.agent ? "" : "\(record.agent?.text ?? "fleet"): "
      print("             · \(record.sequence)  \(record.type.rawValue)  \(who)\(record.message)")
    }
    for request in step.sends where agent == nil || request.agent.text == agent {
      print("             → sent \(request.requestID)")
    }
  }

  private func writeText(_ difference: RecordingDifference) {
    print("           ✗ DIFFERS: \(difference.message)")
    for (side, decisions) in [("recorded", difference.recorded), ("here    ", difference.here)] {
      if decisions.isEmpty { print("             \(side)  nothing") }
      for decision in decisions { print("             \(side)  \(decision.text)") }
    }
    for member in difference.members { print("               \(member)") }
    print("             it was decided at event \(difference.cause.number), \(difference.cause.title):")
    let members = difference.cause.json.object ?? [:]
    for name in members.keys.sorted() { print("               \(name): \((members[name] ?? .null).canonicalText)") }
  }

  mutating func end(_ summary: RecordingSummary) {
    switch format {
    case .json: print("\n],\"summary\":" + Self.json(summary).canonicalText + "}", terminator: "")
    case .text:
      let counted =
        "\(Self.count(summary.events, "event")), \(Self.count(Int(summary.records), "record")), "
        + Self.count(summary.sends, "order")
      if let problem = summary.problem {
        print("\(counted): DIFFERS at \(problem)")
      } else {
        print("\(counted): the same decisions")
      }
      for note in Self.notes(summary) { print("  \(note)") }
    }
  }

  /// What a reader should know of how far it went.
  private static func notes(_ summary: RecordingSummary) -> [String] {
    var notes: [String] = []
    if summary.unfinishedBytes > 0 {
      notes.append("an unfinished line of \(summary.unfinishedBytes) bytes at the end: it was killed, or still runs")
    }
    if let why = summary.gaveUp { notes.append("GAP: the recording ended before the controller did: \(why)") }
    guard summary.problem == nil else { return notes }
    if summary.unwritten > 0 {
      notes.append(
        "\(count(Int(summary.unwritten), "record")) of the end are not in the journal and had nothing to be compared with: it was killed, or still runs"
      )
    }
    if summary.beyond > 0 {
      notes.append("the journal has \(count(Int(summary.beyond), "record")) after the recording's last event")
    }
    return notes
  }

  func fail(_ why: String) {
    if format == .json { print("\n],\"error\":" + JSONValue.string(why).canonicalText + "}", terminator: "") }
    AuditPlace.complain(why)
  }

  func close(replayed: Int) {
    if format == .json { print("\n]}") }
    if replayed == 0 { AuditPlace.complain("no recording could be replayed") }
  }

  private mutating func element(_ text: String) {
    print((runs == 0 ? "\n" : ",\n") + text, terminator: "")
    runs += 1
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  // MARK: JSON

  private static func json(_ step: RecordingStep) -> JSONValue {
    .fields([
      "event": .int(step.number), "at": .time(step.moment.wall), "kind": .string(step.kind),
      "agent_id": step.agent.map { .string($0.text) }, "title": .string(step.title),
      "records": .array(
        step.records.map {
          .fields([
            "sequence": .int($0.sequence), "agent_id": $0.agent.map { .string($0.text) },
            "event_type": .string($0.type.rawValue), "action_id": $0.actionID.map { .string($0) },
            "message": .string($0.message),
          ])
        }),
      "sent": .array(step.sends.map { .string($0.requestID) }),
      "difference": step.difference.map(json),
    ])
  }

  private static func json(_ difference: RecordingDifference) -> JSONValue {
    [
      "message": .string(difference.message), "recorded": .array(difference.recorded.map(\.json)),
      "here": .array(difference.here.map(\.json)), "members": .array(difference.members.map { .string($0) }),
      "cause": .fields([
        "event": .int(difference.cause.number), "title": .string(difference.cause.title),
        "in_full": difference.cause.json,
      ]),
    ]
  }

  private static func json(_ summary: RecordingSummary) -> JSONValue {
    .fields([
      "version": .string(summary.version), "events": .int(summary.events), "looks": .int(summary.looks),
      "records": .int(summary.records), "sent": .int(summary.sends), "unwritten": .int(summary.unwritten),
      "beyond": .int(summary.beyond), "unfinished_bytes": .int(summary.unfinishedBytes),
      "whole": .bool(summary.isWhole), "gave_up": summary.gaveUp.map { .string($0) },
      "problem": summary.problem.map { .string($0) }, "same": .bool(summary.problem == nil),
    ])
  }
}
