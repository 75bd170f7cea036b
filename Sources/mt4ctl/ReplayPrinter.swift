import Controller
import Foundation
import Reconciler

/// Prints the steps of a replay as they come.
struct ReplayPrinter {
  private let format: ReplayFormat
  private var pager: ReplayPager
  private var written = 0

  init(format: ReplayFormat, pages: Bool) {
    self.format = format
    pager = ReplayPager(isWanted: pages)
    if format == .json { print(#"{"format_version":1,"steps":["#, terminator: "") }
  }

  /// Returns whether to go on: a person may have had enough.
  mutating func write(_ step: ReplayStep) -> Bool {
    switch format {
    case .text: writeText(step)
    case .json: print((written == 0 ? "\n" : ",\n") + Self.json(step).canonicalText, terminator: "")
    }
    written += 1
    return pager.turn()
  }

  private func writeText(_ step: ReplayStep) {
    let number = step.sequence.map { "\($0)" } ?? "?"
    let place = String(repeating: " ", count: max(0, 7 - number.count)) + number
    if let record = step.record {
      let agent = record.agent?.text ?? "fleet"
      print("\(place)  \(record.createdAt.rfc3339)  \(agent)  \(record.type.rawValue)  \(record.message)")
    } else {
      print("\(place)  (a line that cannot be read)")
    }
    for change in step.changes { print("           · \(change)") }
    for problem in step.problems { print("         ✗ \(problem)") }
  }

  func close(_ summary: ReplaySummary, unfinishedBytes: Int) {
    if format == .json {
      print("\n],\"summary\":" + Self.json(summary, unfinishedBytes).canonicalText + "}")
      return
    }
    guard let first = summary.firstSequence, let last = summary.lastSequence else {
      print("the journal is empty: nothing was replayed")
      return
    }
    print("\(Self.count(summary.lines, "record")), \(first) to \(last), \(Self.count(summary.intents, "intent"))")
    if summary.blind > 0 {
      print("\(Self.count(summary.blind, "record")) before the first snapshot: only the chain was checked")
    }
    if unfinishedBytes > 0 { print("an unfinished line of \(unfinishedBytes) bytes at the end is no damage") }
    if let problem = summary.firstProblem {
      let place = problem.sequence.map { "record \($0)" } ?? "a line"
      print("DOES NOT FOLLOW: \(Self.count(summary.problems, "finding")); the first at \(place): \(problem.message)")
    } else {
      print("sound: every record follows, and \(Self.snapshots(summary))")
    }
  }

  /// Ends what was begun, so that a program can still read it.
  func abandon() { if format == .json { print("\n]}") } }

  private static func snapshots(_ summary: ReplaySummary) -> String {
    switch summary.snapshotsCompared {
    case 0: "there was no snapshot to compare the folded state with"
    case 1: "the one snapshot equals the folded state"
    default: "each of \(summary.snapshotsCompared) snapshots equals the folded state"
    }
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  private static func json(_ step: ReplayStep) -> JSONValue {
    let record = step.record
    return .fields([
      "sequence": step.sequence.map { .int($0) }, "created_at": record.map { .time($0.createdAt) },
      "agent_id": record?.agent.map { .string($0.text) }, "event_type": record.map { .string($0.type.rawValue) },
      "reason": record?.reason.map { .string($0.rawValue) }, "action_id": record?.actionID.map { .string($0) },
      "message": record.map { .string($0.message) }, "changes": .array(step.changes.map { .string($0) }),
      "problems": .array(step.problems.map { .string($0) }), "judged": .bool(!step.isBlind),
    ])
  }

  private static func json(_ summary: ReplaySummary, _ unfinishedBytes: Int) -> JSONValue {
    .fields([
      "records": .int(summary.lines), "first": summary.firstSequence.map { .int($0) },
      "last": summary.lastSequence.map { .int($0) }, "intents": .int(summary.intents),
      "not_judged": .int(summary.blind), "snapshots_compared": .int(summary.snapshotsCompared),
      "unfinished_bytes": .int(unfinishedBytes), "problems": .int(summary.problems),
      "first_problem": summary.firstProblem.map {
        .fields(["sequence": $0.sequence.map { .int($0) }, "message": .string($0.message)])
      },
    ])
  }
}
