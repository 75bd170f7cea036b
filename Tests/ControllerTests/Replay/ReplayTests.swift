import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// Journals that the real service wrote, and what becomes of them when they are changed.
@Suite(.timeLimit(.minutes(5)))
struct ReplayTests {
  @Test func `a journal of several runs replays to every state that it recorded, and a changed one does not`()
    async throws
  {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: database.url) { _ in
        try await eventually(seconds: 60, "the target is open") { try stage.positions().count == 1 }
        try stage.rogue()
        try await eventually(seconds: 60, "the stranger is closed") { try stage.positions().count == 1 }
      }
      try stage.declare(stage.agent { $0.targets = [] })
      try await RunningController.with(stage, database: database.url) { _ in
        try await eventually(seconds: 60, "nothing is open") { try stage.positions().isEmpty }
      }
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually(seconds: 60, "it looked") { try stage.terminal().statistics.requests[.positions] ?? 0 > 3 }
      }
      let lines = try KeptRecords(stage).lines
      #expect(StoryLog.problems(lines) == [])
      try Self.proveSummary(stage)
      try Self.proveTampering(lines.compactMap(\.record))
      try await Self.proveCommand(stage, lines)
    }
  }

  private static func proveSummary(_ stage: Stage) throws {
    for path in [stage.state, stage.state + "/journal"] {
      var replayer = JournalReplayer()
      let unfinished = try ReplaySource(path: path).each { _, line in
        _ = replayer.take(line)
        return true
      }
      #expect(unfinished == 0)
      #expect(replayer.summary.problems == 0)
      #expect(replayer.summary.snapshotsCompared >= 2)
      #expect(replayer.summary.intents >= 3)
      #expect(replayer.summary.blind == 0)
    }
  }

  /// With all hashes made anew, so that the chain alone says nothing.
  private static func proveTampering(_ records: [Record]) throws {
    let outcome = try #require(records.firstIndex { $0.type == .outcome })
    let intent = try #require(records.firstIndex { $0.type == .intent })
    for (name, changed) in [
      ("an outcome is gone", records.enumerated().filter { $0.offset != outcome }.map(\.element)),
      ("an intent is gone", records.enumerated().filter { $0.offset != intent }.map(\.element)),
      ("an outcome comes twice", Array(records[...outcome] + records[outcome...])),
    ] {
      let renumbered = changed.enumerated().map { number, record in
        var record = record
        record.sequence = Int64(number) + 1
        return record
      }
      #expect(!StoryLog(renumbered).problems.isEmpty, "\(name)")
    }
  }

  private static func proveCommand(_ stage: Stage, _ lines: [JournalLine]) async throws {
    let sound = try await ControllerProcess.output(["replay", stage.state], in: stage)
    #expect(sound.code == 0)
    #expect(sound.out.contains("sound: every record follows, and each of 2 snapshots equals the folded state"))
    #expect(sound.out.contains("action") && sound.out.contains("is on its way: open 0.05 EURUSD, attempt 1"))
    let json = try await ControllerProcess.output(
      ["replay", stage.state, "-o", "json", "--agent", "agent_1"], in: stage)
    let value = try JSONParser.parse(Array(json.out.utf8))
    #expect(value["format_version"]?.int == 1)
    #expect(value["summary"]?["records"]?.int == Int64(lines.count))
    #expect(value["steps"]?.array?.allSatisfy { $0["agent_id"]?.string == "agent_1" } ?? false)

    let outcome = try #require(lines.first { $0.record?.type == .outcome })
    let file = stage.folder + "/changed.jsonl"
    let edited = lines.map { $0 == outcome ? $0.text.replacing("\"done\"", with: "\"lost\"") : $0.text }
    try edited.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let tampered = try await ControllerProcess.output(["replay", file, "--quiet"], in: stage)
    #expect(tampered.code == 1)
    #expect(tampered.out.contains("the first at record \(outcome.sequence): record \(outcome.sequence) was edited"))
    let missing = try await ControllerProcess.output(["replay", stage.folder + "/nowhere"], in: stage)
    #expect(missing.code == 1 && missing.error.contains("nowhere"))
  }

  @Test func `what comes before the first snapshot of an export, and after a gap, is not judged by guesses`() {
    var writer = StoryWriter()
    writer.intent()
    writer.outcome(ticket: 7)
    writer.snapshot()
    writer.intent("close", symbol: "GBPUSD")
    writer.outcome()
    let lines = StoryLog(writer.records).lines
    #expect(StoryLog.problems(Array(lines[4...])) == [])
    let gap = StoryLog.problems(Array(lines[..<4] + lines[5...]))
    #expect(gap == ["6: record 5 is missing before record 6"])
  }

  @Test func `a line that cannot be read, and one of another chain, are reported and not believed`() {
    var writer = StoryWriter()
    writer.intent()
    let lines = StoryLog(writer.records).lines
    var replayer = JournalReplayer()
    for line in lines { #expect(replayer.take(Array(line.text.utf8)).problems == []) }
    #expect(replayer.take(Array("{}".utf8)).problems.count == 1)
    #expect(replayer.take([0xFF]).problems.count == 1)
    let other = JournalLine.make(
      record: .plain(7), chain: "another", prevHash: String(repeating: "0", count: 64))
    let step = replayer.take(Array(other.text.utf8))
    #expect(step.problems.contains { $0.contains("is of chain another") })
    #expect(replayer.summary.firstProblem?.sequence == 5)
  }
}
