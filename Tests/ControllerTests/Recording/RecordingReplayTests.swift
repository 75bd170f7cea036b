import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// What a real controller saw, decided anew: equal to what it recorded, after faults, kills and restarts; and what was
/// changed afterwards is seen.
@Suite(.timeLimit(.minutes(5)))
struct RecordingReplayTests {
  private static func replay(
    _ stage: Stage, _ run: RecordedRun, each: (RecordingStep) -> Void = { _ in }
  ) throws -> RecordingSummary {
    var replayer = try RecordingReplayer(state: stage.state, recording: run)
    while let step = try replayer.next() { each(step) }
    return replayer.summary
  }

  private static func folder(_ stage: Stage) -> String { stage.folder + "/recording" }

  private static func run(_ stage: Stage, _ database: TestDatabase) throws -> ControllerProcess {
    try ControllerProcess.run(stage, database: database.url, ["--recording", folder(stage)])
  }

  /// A process that opens a target, closes a stranger's position and follows an edit, through faults.
  private static func busyDay(_ stage: Stage, _ database: TestDatabase) async throws {
    try stage.declare(stage.agent())
    let controller = try run(stage, database)
    try await controller.ready()
    try await eventually(seconds: 60, "the target is open") { try stage.positions().count == 1 }
    try stage.faults([
      .requote: exact("0.2"), .busy146: exact("0.2"), .emptyList: exact("0.05"), .cutBody: exact("0.1"),
      .wrongTypes: exact("0.05"), .executeLoseReply: exact("0.2"),
    ])
    try stage.rogue("USDJPY")
    try await eventually(seconds: 60, "the stranger is closed") {
      try stage.positions().map(\.symbol.text) == ["EURUSD"]
    }
    try stage.write("agent-1.yaml", "nonsense: [")
    controller.signal(SIGHUP)
    try await eventually("it is refused") { controller.error.contains("were refused") }
    try stage.declare(stage.agent { $0.targets = [] })
    controller.signal(SIGHUP)
    try await eventually(seconds: 60, "all is closed") { try stage.positions().isEmpty }
    try stage.faults([:])
    try await eventually(seconds: 60, "and known") { try KeptRecords(stage).open.isEmpty }
    controller.signal(SIGTERM)
    #expect(try await controller.ended() == 0, "\(controller.error)")
  }

  @Test func `a day with faults is decided the same, order by order, and mt4ctl says so`() async throws {
    try await Stage.with(token: "hunter2-token") { stage in
      let database = try TestDatabase.fresh()
      try stage.write("token", "hunter2-token")
      try stage.declare(stage.agent { $0.terminal = ["token: { file: \(stage.manifests)/token }"] })
      try await Self.authorised(stage, database)
      let runs = try RecordedRun.find(Self.folder(stage))
      let run = try #require(runs.first)
      var records: [Record] = []
      let summary = try Self.replay(stage, run) { records += $0.records }
      #expect(summary.problem == nil)
      #expect(summary.isWhole)
      #expect(summary.sends > 0)
      #expect(records.map(\.sequence) == (try KeptRecords(stage)).records.map(\.sequence))
      let bytes = try run.files.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
      #expect(!bytes.contains("hunter2"))
      let mode = try FileManager.default.attributesOfItem(atPath: run.files[0])[.posixPermissions] as? Int
      #expect(mode == 0o600)
      let text = try await ControllerProcess.output(
        ["replay", stage.state, "--recording", Self.folder(stage)], in: stage)
      #expect(text.code == 0, "\(text.error)")
      #expect(text.out.contains("the same decisions"))
      #expect(text.out.contains("→ sent "))
      let json = try await ControllerProcess.output(
        ["replay", stage.state, "--recording", run.path, "-o", "json", "--looks"], in: stage)
      let document = try JSONParser.parse(json.out)
      let first = try #require(document["recordings"]?.array?.first)
      #expect(first["summary"]?["same"] == true)
      #expect(first["steps"]?.array?.count == summary.events)
    }
  }

  private static func authorised(_ stage: Stage, _ database: TestDatabase) async throws {
    let controller = try run(stage, database)
    try await controller.ready()
    try await eventually(seconds: 60, "the target is open") { try stage.positions().count == 1 }
    controller.signal(SIGTERM)
    #expect(try await controller.ended() == 0, "\(controller.error)")
  }

  @Test func `faults, a bad set, an edit and a closed stranger are decided the same`() async throws {
    try await Stage.with { stage in
      try await Self.busyDay(stage, try TestDatabase.fresh())
      let run = try #require(RecordedRun.find(Self.folder(stage)).first)
      let summary = try Self.replay(stage, run)
      #expect(summary.problem == nil)
      #expect(summary.isWhole)
      #expect(summary.records == Int64(try KeptRecords(stage).lines.count))
      #expect(summary.sends == (try stage.posts()))
    }
  }

  @Test func `killed again and again, each process's recording is decided the same`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.faults([.executeLoseReply: exact("0.3"), .code128: exact("0.2")])
      for round in 0..<4 {
        try stage.declare(
          stage.agent {
            $0.postTimeout = "1s"
            $0.targets = [AgentText.Target(name: "core", lots: round.isMultiple(of: 2) ? "0.05" : "0.07")]
          })
        let controller = try Self.run(stage, database)
        try await controller.ready()
        try stage.rogue(round.isMultiple(of: 2) ? "USDJPY" : "GBPUSD")
        try await Task.sleep(for: .milliseconds(300 * round + 200))
        try await controller.murder()
      }
      try stage.faults([:])
      let last = try Self.run(stage, database)
      try await last.ready()
      try await eventually(seconds: 60, "every intent has ended") {
        try stage.positions().map(\.symbol.text) == ["EURUSD"] && KeptRecords(stage).open.isEmpty
      }
      last.signal(SIGTERM)
      #expect(try await last.ended() == 0)
      let runs = try RecordedRun.find(Self.folder(stage))
      #expect(runs.count == 5)
      var told: Int64 = 0
      for run in runs {
        let summary = try Self.replay(stage, run)
        #expect(summary.problem == nil, "\(run.path)")
        told += summary.records + summary.beyond
      }
      #expect(told == Int64(try KeptRecords(stage).lines.count), "each record belongs to one process")
      let text = try await ControllerProcess.output(
        ["replay", stage.state, "--recording", Self.folder(stage), "--quiet"], in: stage)
      #expect(text.code == 0, "\(text.out)\(text.error)")
    }
  }

  @Test func `a process that was killed before its first record was on disk is not taken for the next one`()
    async throws
  {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      let database = try TestDatabase.fresh()
      try await Self.authorised(stage, database)
      let copy = stage.folder + "/copy"
      try FileManager.default.copyItem(atPath: stage.state, toPath: copy)
      try await Self.authorised(stage, database)
      try FileManager.default.removeItem(atPath: stage.state)
      try FileManager.default.moveItem(atPath: copy, toPath: stage.state)
      try await Self.authorised(stage, try TestDatabase.fresh())
      let runs = try RecordedRun.find(Self.folder(stage))
      #expect(runs.count == 3)
      #expect(try Self.replay(stage, runs[0]).problem == nil)
      #expect(try Self.replay(stage, runs[2]).problem == nil)
      // It stopped in good order, so its records should be there.
      #expect(try Self.replay(stage, runs[1]).problem?.contains("lacks") == true)
      let lines = try String(contentsOfFile: runs[1].files[0], encoding: .utf8).split(separator: "\n")
      try (lines.dropLast().joined(separator: "\n") + "\n").write(
        toFile: runs[1].files[0], atomically: true, encoding: .utf8)
      let killed = try Self.replay(stage, runs[1])
      #expect(killed.problem == nil)
      #expect(killed.records == 0)
      #expect(killed.unwritten > 2)
      #expect(killed.beyond == 0)
    }
  }

  /// What somebody changes in the recording or in the journal, and what a reader is told.
  @Test func `what was changed afterwards is seen, with both sides and the look that led to it`() async throws {
    try await Stage.with { stage in
      try await Self.busyDay(stage, try TestDatabase.fresh())
      let run = try #require(RecordedRun.find(Self.folder(stage)).first)
      let kept = try String(contentsOfFile: run.files[0], encoding: .utf8)
      func changed(_ change: (String) -> String?) throws -> RecordingDifference? {
        var found = false
        let lines = kept.split(separator: "\n").map { line in
          guard !found, let other = change(String(line)) else { return String(line) }
          found = true
          return other
        }
        try #require(found, "there was nothing to change")
        try (lines.joined(separator: "\n") + "\n").write(toFile: run.files[0], atomically: true, encoding: .utf8)
        var difference: RecordingDifference?
        let summary = try Self.replay(stage, run) { difference = $0.difference ?? difference }
        #expect(summary.problem != nil)
        return difference
      }
      // The stranger's position was another one: it is closed by another ticket, or not at all.
      let ticket = try changed { line in
        line.contains("USDJPY") && line.contains(#""positions":"#) ? line.replacing("USDJPY", with: "USDCHF") : nil
      }
      #expect(ticket?.recorded.isEmpty == false)
      #expect(ticket?.cause.json["e"] == "look")
      #expect(ticket?.members.contains { $0.contains("USDJPY") && $0.contains("USDCHF") } == true)
      // Another rule than was in force.
      let rule = try changed { line in
        line.contains(#""e":"fleet""#)
          ? line.replacing(#""lots":"0.05""#, with: #""lots":"0.04""#).replacing(
            #""size":"0.05""#, with: #""size":"0.04""#) : nil
      }
      #expect(rule != nil)
      // An answer that was another one.
      #expect(
        try changed {
          $0.contains(#""answer":{"done""#) ? $0.replacing(#""done":{"#, with: #""done":{"error_code":7,"#) : nil
        } != nil)
      // A look that is gone.
      #expect(
        try changed { $0.contains("USDJPY") && $0.contains(#""positions":"#) ? #"{"e":"time","t":0}"# : nil } != nil)
      // A recorded order that was another one.
      let order = try changed { line in
        line.contains(#""send":["#) ? line.replacing(#""EURUSD","buy""#, with: #""EURUSD","sell""#) : nil
      }
      #expect(order?.message == "another order was sent")
      try kept.write(toFile: run.files[0], atomically: true, encoding: .utf8)
      #expect(try Self.replay(stage, run).problem == nil)
      let text = try await ControllerProcess.output(["replay", stage.state, "--recording", run.path, "-q"], in: stage)
      #expect(text.code == 0)
      #expect(text.out.contains("the same decisions"))
    }
  }

  @Test func `another journal, a lost journal and no recording are told apart from a difference`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent())
      try await Self.authorised(stage, database)
      let nowhere = try await ControllerProcess.output(["replay", stage.state, "--recording", stage.folder], in: stage)
      #expect(nowhere.code == 1)
      #expect(nowhere.error.contains("there is no recording in"))
      let run = try #require(RecordedRun.find(Self.folder(stage)).first)
      try FileManager.default.moveItem(atPath: stage.state + "/journal", toPath: stage.folder + "/kept")
      try FileManager.default.createDirectory(atPath: stage.state + "/journal", withIntermediateDirectories: true)
      #expect(throws: RecordingError.self) { try RecordingReplayer(state: stage.state, recording: run) }
      let lost = try await ControllerProcess.output(["replay", stage.state, "--recording", run.path], in: stage)
      #expect(lost.code == 1)
      #expect(lost.out.contains("not replayed"))
      #expect(lost.error.contains("no recording could be replayed"))
    }
  }
}
