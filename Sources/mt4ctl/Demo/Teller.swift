import Foundation
import Reconciler
import Synchronization

/// Tells the story: one line a happening, with the seconds since the curtain rose.
final class Teller: Sendable {
  private let start = ContinuousClock.now
  private let colour: Bool
  private let turn = Mutex(())

  init(colour: Bool) { self.colour = colour }

  /// What the narrator says.
  func say(_ text: String) { line("", text) }

  /// What happens at a terminal, by nobody's order of ours.
  func world(_ text: String) { line("world ", text, "36") }

  /// The title of a chapter.
  func chapter(_ text: String) { line("", text, "1") }

  /// What was hoped for came true, or not.
  func verdict(_ good: Bool, _ text: String) { line(good ? "  ok  " : " FAIL ", text, good ? "32" : "31") }

  /// What the controller wrote into its record.
  func record(_ record: Record) {
    guard let verb = Self.shown[record.type] else { return }
    line(verb, (record.agent.map { "\($0): " } ?? "") + record.message, record.type == .breach ? "31" : "33")
  }

  private static let shown: [EventType: String] = [
    .breach: "breach", .paused: "pause ", .intent: "intent", .outcome: "done  ", .unknown: "unsure",
    .resolved: "solved",
    .revisionLoaded: "plan  ", .revisionRejected: "plan  ", .riskWarning: "warns ", .externalPosition: "sees  ",
    .targetSpent: "spent ",
  ]

  private func line(_ tag: String, _ text: String, _ code: String = "0") {
    let seconds = (ContinuousClock.now - start).components
    let tenths = seconds.attoseconds / 100_000_000_000_000_000
    let stamp = "\(seconds.seconds).\(tenths)s"
    let time = String(repeating: " ", count: max(0, 7 - stamp.count)) + stamp
    let body = tag.isEmpty ? text : "\(tag) \(text)"
    turn.withLock { _ in Terminal.out(colour ? "\(time)  \u{1B}[\(code)m\(body)\u{1B}[0m\n" : "\(time)  \(body)\n") }
  }
}
