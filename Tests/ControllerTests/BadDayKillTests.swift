import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// The controller's process is killed with SIGKILL: between intent and reply, at random moments, and with a journal whose
/// last line is torn. What the terminal executed, what the log says and what the database has must agree afterwards.
@Suite(.timeLimit(.minutes(5)))
struct BadDayKillTests {
  @Test func `killed between intent and reply, it finds its order by the mark and sends nothing again`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent { $0.postTimeout = "60s" })
      var timing = PaperTiming()
      timing.trade = .seconds(30)
      try stage.terminal().setTiming(timing)
      let first = try ControllerProcess.run(stage, database: database.url)
      try await eventually(seconds: 60, "the order ran; its reply is on the way") { try stage.executions().count == 1 }
      try await first.murder()
      #expect(try KeptRecords(stage).open.count == 1)
      try stage.terminal().setTiming(PaperTiming())
      let second = try ControllerProcess.run(stage, database: database.url)
      try await second.ready()
      try await eventually("it is known to have run") { second.error.contains("did run") }
      second.signal(SIGTERM)
      #expect(try await second.ended() == 0)
      let kept = try KeptRecords(stage)
      #expect(kept.of(.unknown).map { $0.metadata["cause"]?.string } == ["restart"])
      #expect(kept.of(.resolved).map { $0.metadata["evidence"]?.string } == ["mark"])
      #expect(kept.open.isEmpty)
      #expect(try stage.executions().count == 1)
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `a torn last line is cut off, reported, and everything before it counts`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent())
      let first = try ControllerProcess.run(stage, database: database.url)
      try await eventually(seconds: 60, "the target is open") { try stage.positions().count == 1 }
      try await eventually("and recorded") { first.error.contains("event=outcome") }
      try await first.murder()
      let segment = try #require(JournalOpening.segments(in: stage.state + "/journal").last)
      let file = try #require(FileHandle(forWritingAtPath: stage.state + "/journal/" + segment.name))
      try file.seekToEnd()
      try file.write(contentsOf: Data(#"{"action_id":null,"agent_id":"agent_1","chai"#.utf8))
      try file.close()
      let second = try ControllerProcess.run(stage, database: database.url)
      try await second.ready()
      #expect(second.error.contains("an unfinished line of 44 bytes was cut"))
      try await eventually("it looked") { second.error.contains("serving on") }
      second.signal(SIGTERM)
      #expect(try await second.ended() == 0)
      #expect(try KeptRecords(stage).of(.controllerStarted).last?.metadata["torn_bytes"]?.int == 44)
      #expect(try stage.executions().count == 1)
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `killed again and again while replies are lost, it does nothing twice`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent { $0.postTimeout = "1s" })
      try stage.faults([.executeLoseReply: exact("0.3"), .code128: exact("0.2"), .slowReply: exact("0.05")])
      var timing = PaperTiming()
      timing.trade = .milliseconds(40)
      timing.slowReply = .seconds(1)
      try stage.terminal().setTiming(timing)
      for round in 0..<10 {
        try stage.declare(
          stage.agent {
            $0.postTimeout = "1s"
            $0.targets = [AgentText.Target(name: "core", lots: round.isMultiple(of: 2) ? "0.05" : "0.07")]
          })
        let controller = try ControllerProcess.run(stage, database: database.url)
        try await controller.ready()
        try stage.rogue(round.isMultiple(of: 3) ? "USDJPY" : "GBPUSD")
        // A moment that differs from round to round, between the first look and the last close.
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...900)))
        try await controller.murder()
      }
      try stage.faults([:])
      let last = try ControllerProcess.run(stage, database: database.url)
      try await last.ready()
      try await eventually(seconds: 60, "the fleet is as declared") {
        try stage.positions().map(\.symbol.text) == ["EURUSD"] && last.error.contains("serving on")
      }
      try await eventually(seconds: 60, "every intent has ended") { try Self.openIntents(stage) == 0 }
      last.signal(SIGTERM)
      #expect(try await last.ended() == 0)
      let kept = try KeptRecords(stage)
      #expect(kept.of(.controllerStarted).count == 11)
      #expect(kept.open.isEmpty)
      try proveNothingWasLost(stage, database: database)
    }
  }

  /// By the log as it grows.
  private static func openIntents(_ stage: Stage) throws -> Int { try KeptRecords(stage).open.count }
}
