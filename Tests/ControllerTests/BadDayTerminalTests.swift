import Foundation
import PaperTerminal
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// Terminals on a bad day: down, slow, lying, somebody else's, behind another token, losing requests and replies.
@Suite(.timeLimit(.minutes(5)))
struct BadDayTerminalTests {
  private static let agent = AgentID("agent_1")

  @Test func `a terminal that is down delays nobody else, and is taken up when it is back`() async throws {
    try await Stage.with(["agent_1", "agent_2"]) { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent("agent_1"))
      try stage.declare(stage.agent("agent_2"))
      try await stage.terminal("agent_1").setDown(true)
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("the other one's target is open") { try stage.positions("agent_2").count == 1 }
        try await eventually("it is offline") { !controller.records(.agentOffline).isEmpty }
        #expect(controller.status("agent_1")?.online == false)
        #expect(controller.condition(.terminalConnected, "agent_1")?.status == .no)
        try await stage.terminal("agent_1").setDown(false)
        try await eventually("its target is open") { try stage.positions("agent_1").count == 1 }
        try await stage.terminal("agent_1").setDown(true)
        let rogue = try stage.rogue("USDJPY", "agent_1")
        try await eventually("it is offline again") { controller.records(.agentOffline).count == 2 }
        #expect(controller.status("agent_2")?.online == true)
        try await stage.terminal("agent_1").setDown(false)
        try await eventually("what happened meanwhile is policed") {
          try !stage.positions("agent_1").contains { $0.ticket == rogue }
        }
        #expect(controller.records(.unknown).isEmpty)
      }
      #expect(try stage.executions("agent_1").filter { $0.kind == .opened }.count == 1)
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `a slow terminal fails by its own deadline while the others are polled on`() async throws {
    try await Stage.with(["agent_1", "agent_2"]) { stage in
      try stage.declare(
        stage.agent("agent_1") {
          $0.timeout = "1s"
          $0.targets = []
        })
      try stage.declare(stage.agent("agent_2"))
      try stage.faults([.slowReply: 1], "agent_1")
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        try await eventually("it is offline, by its deadline") {
          controller.records(.agentOffline).contains { $0.agent == Self.agent && $0.metadata["code"] == "timeout" }
        }
        #expect(controller.status("agent_2")?.online == true)
        let failures = try stage.terminal("agent_1").statistics.requests[.positions] ?? 0
        let looks = try stage.terminal("agent_2").statistics.requests[.positions] ?? 0
        #expect(looks > failures)
        try stage.faults([:], "agent_1")
        try await eventually("it is back") { controller.status("agent_1")?.online == true }
      }
      try proveNothingWasLost(stage)
    }
  }

  @Test(arguments: [PaperFault.cutBody, .wrongTypes, .http5xx, .http504, .requestLost, .emptyList])
  func `a lying terminal leads to no trade at all`(lie: PaperFault) async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("the target is open") { try stage.positions().count == 1 }
        try await eventually("and is seen") { controller.status()?.positions.count == 1 }
        let posts = try stage.posts()
        try stage.faults([lie: 1])
        let before = try stage.terminal().statistics.faults[lie] ?? 0
        try await eventually("it lies again and again") {
          (try stage.terminal().statistics.faults[lie] ?? 0) >= before + 6
        }
        try stage.faults([:])
        try await eventually("the target is held, and known to be") {
          controller.condition(.synced)?.status == .yes && controller.status()?.positions.count == 1
        }
        #expect(try stage.posts() == posts)
        #expect(controller.records(.targetSpent).isEmpty)
      }
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `nothing is sent to another account than the pinned one`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.terminal = ["account: 5000001", "server: Paper-Demo"] })
      try stage.terminal().setAccount(5_000_999)
      try stage.rogue()
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        try await eventually("the agent is held") {
          controller.records(.refused).contains { $0.reason == .accountMismatch }
        }
        try await eventually("and says so") { controller.condition(.ready)?.reason == "account_mismatch" }
        #expect(try stage.posts() == 0)
        #expect(!controller.log.contains { $0.contains("5000999") || $0.contains("5000001") })
        try stage.terminal().setAccount(5_000_001)
        try await eventually("its own account is policed") { try stage.positions().map(\.symbol.text) == ["EURUSD"] }
        try stage.terminal().setAccount(5_000_999)
        try await eventually("held again") { controller.condition(.ready)?.reason == "account_mismatch" }
        let posts = try stage.posts()
        try stage.rogue()
        let looks = try stage.terminal().statistics.requests[.positions] ?? 0
        try await eventually("it goes on looking") {
          (try stage.terminal().statistics.requests[.positions] ?? 0) > looks + 3
        }
        #expect(try stage.posts() == posts)
      }
      try proveNothingWasLost(stage)
    }
  }

  @Test func `a wrong token holds its agent until a reload brings the right one, and is never shown`() async throws {
    try await Stage.with(token: "the-right-one") { stage in
      let token = stage.folder + "/token"
      try "wrong-canary".write(toFile: token, atomically: true, encoding: .utf8)
      try stage.declare(stage.agent { $0.terminal = ["token: { file: \(token) }"] })
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        try await eventually("401 is told as such") {
          controller.records(.agentOffline).contains { $0.reason == .unauthorized }
        }
        #expect(try stage.posts() == 0)
        try "the-right-one".write(toFile: token, atomically: true, encoding: .utf8)
        controller.service.reload(actor: "test")
        try await eventually("the target is open") { try stage.positions().count == 1 }
        let said = controller.log + controller.records.map { $0.message + $0.metadata.canonicalText }
        #expect(!said.contains { $0.contains("canary") || $0.contains("the-right-one") })
      }
      try proveNothingWasLost(stage)
    }
  }

  @Test func `an order whose reply is lost is found by its mark and never sent again`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent())
      try stage.faults([.executeLoseReply: 1])
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("the outcome is not known") { !controller.records(.unknown).isEmpty }
        try await eventually("it did run") {
          controller.records(.resolved).contains { $0.metadata["result"] == "executed" }
        }
        try await eventually("in sync") { controller.condition(.synced)?.status == .yes }
      }
      #expect(try stage.executions().count == 1)
      #expect(try stage.posts() == 1)
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `an order that never arrived is opened once, under a new mark, when the evidence is in`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent())
      let terminal = try stage.terminal()
      let losing = PaperFaults([.requestLost: 1])
      let first = Atomic(true)
      try await RunningController.with(
        stage, database: database.url,
        onRecord: { record in
          // Only the first order is lost; reads before and after it are answered.
          if record.type == .intent, first.exchange(false, ordering: .relaxed) {
            terminal.setFaults(losing)
          }
          if record.type == .unknown { terminal.setFaults(PaperFaults()) }
        }
      ) { controller in
        try await eventually("the outcome is not known") { !controller.records(.unknown).isEmpty }
        try await eventually("it never ran, and was opened anew") { try stage.positions().count == 1 }
        try await eventually("in sync") { controller.condition(.synced)?.status == .yes }
      }
      let kept = try KeptRecords(stage)
      #expect(kept.of(.resolved).map { $0.metadata["result"]?.string } == ["not_executed"])
      #expect(kept.of(.resolved).map { $0.metadata["evidence"]?.string } == ["absence"])
      #expect(kept.of(.intent).count == 2)
      #expect(try stage.executions().count == 1)
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `an order that the terminal runs late is adopted, not doubled`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent { $0.quarantine = "8s" })
      var timing = PaperTiming()
      timing.late = .seconds(3)
      try stage.terminal().setTiming(timing)
      try stage.faults([.executeLate: 1])
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("the outcome is not known") { !controller.records(.unknown).isEmpty }
        try await eventually("it ran after all") {
          controller.records(.resolved).contains { $0.metadata["result"] == "executed" }
        }
        try await eventually("in sync") { controller.condition(.synced)?.status == .yes }
      }
      #expect(try stage.positions().count == 1)
      #expect(try stage.executions().count == 1)
      try proveNothingWasLost(stage, database: database)
    }
  }
}
