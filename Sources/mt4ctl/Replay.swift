import ArgumentParser
import Controller
import Dispatch
import Foundation
import Reconciler

/// `mt4ctl replay`: a recorded journal through the core, step by step.
struct Replay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a journal, or a recording, through the core, step by step.",
    discussion: """
      JOURNAL is a state directory, its journal folder, one of its segments, or an exported JSON Lines file. Each record is \
      folded by the code that a start folds with, and judged by what stood in memory before it: hashes and order, an \
      outcome without an intent, an order sent again while its outcome was UNKNOWN, an open during a pause, a second \
      start of a day, and so on. Every snapshot in the journal must be what the records before it amount to.

      With --recording, what "mt4ctl run --recording" has kept is decided anew by the core of this very program, beside \
      the journal of the state directory: every record must come out byte for byte, every order as it was sent, every \
      look as it was asked for. It prints the first decision that differs, with both sides and the event that led to it. \
      With a newer mt4ctl, that is what its core would have decided otherwise.

      Exits 1 when a record does not follow, or a decision differs. Reads only, also beside a running controller.

      Examples:
        mt4ctl replay /var/lib/mt4-controller
        mt4ctl replay ./state --agent agent_1 --from 120 --to 180 --step
        mt4ctl replay ./state --recording ./recording
      """)

  @Argument(help: "A state directory, its journal folder, a segment, or a JSON Lines file.")
  var journal: String

  @Option(help: "A --recording folder, or one recording in it: decide anew what was decided then.")
  var recording: String?

  @Flag(help: "With --recording: print the events that led to nothing, too.")
  var looks = false

  @Option(help: "Print from this record on; what comes before is replayed all the same.")
  var from: Int64?

  @Option(help: "Stop after this record; with --recording, only stop printing.")
  var to: Int64?

  @Option(help: "Print only this agent's records, by its id; the whole journal is replayed all the same.")
  var agent: String?

  @Flag(help: "Wait for Enter after each printed record, on a terminal.")
  var step = false

  @Flag(name: .shortAndLong, help: "Print what does not follow, and the summary.")
  var quiet = false

  @Option(name: .shortAndLong, help: "text or json.")
  var output = ReplayFormat.text

  func validate() throws {
    if let from, let to, from > to { throw ValidationError("--from \(from) is after --to \(to).") }
    if step, output == .json { throw ValidationError("--step goes with -o text.") }
    if looks, recording == nil { throw ValidationError("--looks goes with --recording DIR.") }
  }

  func run() async throws {
    let choice = self
    // Files are read on a thread of its own.
    let isSound = try await withCheckedThrowingContinuation { done in
      DispatchQueue(label: "mt4ctl-replay").async {
        done.resume(with: Result { try choice.recording.map { choice.replay(recording: $0) } ?? choice.replay() })
      }
    }
    if !isSound { throw ExitCode(1) }
  }

  private func replay() throws -> Bool {
    var replayer = JournalReplayer()
    var printer = ReplayPrinter(format: output, pages: step)
    do {
      let unfinished = try ReplaySource(path: journal).each { _, line in
        let step = replayer.take(line)
        if wants(step), !printer.write(step) { return false }
        return to.map { (step.sequence ?? 0) < $0 } ?? true
      }
      printer.close(replayer.summary, unfinishedBytes: unfinished)
    } catch let error as JournalError {
      printer.abandon()
      AuditPlace.complain("\(error)")
      return false
    }
    return replayer.summary.problems == 0 && replayer.summary.lines > 0
  }

  private func wants(_ step: ReplayStep) -> Bool {
    if !step.problems.isEmpty { return true }
    if quiet { return false }
    if let from, (step.sequence ?? 0) < from { return false }
    if let agent, step.record?.agent?.text != agent { return false }
    return true
  }
}

enum ReplayFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}
