import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// Starting, reloading and stopping: exit codes, and what is in force afterwards.
@Suite(.timeLimit(.minutes(5)))
struct ServiceLifecycleTests {
  @Test func `without manifests and without a last good set it exits 3 and does nothing`() async throws {
    try await Stage.with { stage in
      let controller = try RunningController(stage, database: try TestDatabase.fresh().url)
      #expect(try await controller.end() == 3)
      #expect(controller.port == nil)
      #expect(controller.log.contains { $0.contains("no last good set") })
      #expect(try stage.terminal().statistics.requests.isEmpty)
    }
  }

  @Test func `with a bad set at the start the last good revision is in force`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("the target is open") { try stage.positions().count == 1 }
      }
      try stage.write("agent-1.yaml", "apiVersion: mt4-controller/v1alpha1\nkind: Trad")
      try await RunningController.with(stage, database: database.url) { controller in
        #expect(controller.code == nil)
        try await eventually("the refusal is recorded") { !controller.records(.revisionRejected).isEmpty }
        let rogue = try stage.rogue()
        try await eventually("the old revision is policed") { try !stage.positions().contains { $0.ticket == rogue } }
        #expect(try stage.positions().count == 1)
        #expect(controller.service.board.picture?.fleet.revision == 1)
        #expect(controller.condition(.manifestAccepted)?.status == .no)
      }
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `a second controller on the state directory exits 1 and names the first`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { first in
        let second = try RunningController(stage, database: try TestDatabase.fresh().url)
        #expect(try await second.end() == 1)
        #expect(second.records.isEmpty)
        #expect(
          second.log.contains { $0.contains("held by process \(getpid())") && $0.contains("only one controller") })
        #expect(first.code == nil)
      }
      try proveNothingWasLost(stage)
    }
  }

  @Test func `a port in use ends the start with 1 before anything is read or recorded`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      let taken = try #require(stage.paper.port(of: AgentID("agent_1")))
      let controller = try RunningController(stage, database: try TestDatabase.fresh().url, port: taken)
      #expect(try await controller.end() == 1)
      #expect(controller.records.isEmpty)
      #expect(controller.log.contains { $0.contains("cannot listen on 127.0.0.1:\(taken)") })
      #expect(try stage.terminal().statistics.requests.isEmpty)
    }
  }

  @Test func `a stop in the middle of a trade waits for its answer`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent { $0.postTimeout = "20s" })
      var timing = PaperTiming()
      timing.trade = .seconds(2)
      try stage.terminal().setTiming(timing)
      let controller = try RunningController(stage, database: database.url)
      try await eventually("the order is at the terminal") { try stage.posts() == 1 }
      #expect(await controller.stop() == 0)
      let kept = try KeptRecords(stage)
      #expect(kept.open.isEmpty)
      #expect(kept.of(.outcome).map { $0.metadata["result"]?.string } == ["done"])
      #expect(kept.records.last?.type == .controllerStopped)
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `a reload puts a changed set in force, and a bad one changes nothing`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("the target is open") { try stage.positions().count == 1 }
        let posts = try stage.posts()
        for torn in try Self.tornSets(stage) {
          try torn()
          let before = controller.records(.revisionRejected).count
          controller.service.reload(actor: "test")
          try await eventually("refused") { controller.records(.revisionRejected).count == before + 1 }
          try await Self.twoMoreLooks(stage)
        }
        #expect(try stage.posts() == posts)
        #expect(controller.records(.revisionLoaded).count == 1)
        try stage.removeManifests()
        try stage.declare(stage.agent { $0.targets = [] })
        controller.service.reload(actor: "test")
        try await eventually("the target that is gone is closed") { try stage.positions().isEmpty }
        #expect(controller.records(.revisionLoaded).last?.metadata["actor"] == "test")
        #expect(controller.service.board.picture?.fleet.revision == 2)
      }
      try proveNothingWasLost(stage, database: database)
    }
  }

  /// A good manifest cut in four places, one that names another file's agent, and none at all.
  private static func tornSets(_ stage: Stage) throws -> [() throws -> Void] {
    let agent = try stage.agent()
    let cuts = [0, 40, agent.yaml.utf8.count / 2, agent.yaml.utf8.count - 30]
    let torn: [() throws -> Void] = cuts.map { cut in
      { try stage.write(agent.file, String(decoding: agent.yaml.utf8.prefix(cut), as: UTF8.self)) }
    }
    let twice: () throws -> Void = {
      try stage.write(agent.file, agent.yaml)
      try stage.write("copy.yaml", agent.yaml)
    }
    return torn + [twice, { try stage.removeManifests() }]
  }

  private static func twoMoreLooks(_ stage: Stage) async throws {
    let before = try stage.terminal().statistics.requests[.positions] ?? 0
    try await eventually("two more looks") {
      (try stage.terminal().statistics.requests[.positions] ?? 0) >= before + 2
    }
  }

  @Test func `the watcher reloads by itself, and survives a folder that is emptied`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: try TestDatabase.fresh().url, watch: true) { controller in
        try await eventually("the target is open") { try stage.positions().count == 1 }
        try stage.removeManifests()
        try await eventually("the emptied folder is refused") { !controller.records(.revisionRejected).isEmpty }
        try await Self.twoMoreLooks(stage)
        #expect(try stage.positions().count == 1)
        try stage.declare(stage.agent { $0.targets = [] })
        try await eventually("the new set is in force") { try stage.positions().isEmpty }
        #expect(controller.condition(.manifestAccepted)?.status == .yes)
      }
      try proveNothingWasLost(stage)
    }
  }

  @Test func `as a process it reloads on SIGHUP, drains on SIGTERM and exits 0`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent())
      let controller = try ControllerProcess.run(stage, database: database.url)
      try await controller.ready()
      try await eventually("the target is open") { try stage.positions().count == 1 }
      try stage.declare(stage.agent { $0.targets = [] })
      controller.signal(SIGHUP)
      try await eventually("revision 2 is in force") { try stage.positions().isEmpty }
      controller.signal(SIGTERM)
      #expect(try await controller.ended() == 0)
      #expect(controller.error.contains("by SIGHUP"))
      #expect(controller.error.contains("stopped in good order"))
      #expect(!controller.error.contains("ERROR"))
      #expect(try KeptRecords(stage).open.isEmpty)
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `as a process it exits 3 without a set, 1 on a held state directory, 64 on a wrong option`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh().url
      let empty = try ControllerProcess.run(stage, database: database)
      #expect(try await empty.ended() == 3)
      try stage.declare(stage.agent())
      let first = try ControllerProcess.run(stage, database: database)
      try await first.ready()
      let second = try ControllerProcess.run(stage, database: database)
      #expect(try await second.ended() == 1)
      #expect(second.error.contains("held by process \(first.process.processIdentifier)"))
      let wrong = try ControllerProcess.run(stage, database: database, ["--interval", "soon"])
      #expect(try await wrong.ended() == 64)
      first.signal(SIGTERM)
      #expect(try await first.ended() == 0)
    }
  }
}
