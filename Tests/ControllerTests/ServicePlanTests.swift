import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// `mt4ctl plan` as a process against paper terminals: exit codes, what it says, and that it changes nothing.
@Suite(.timeLimit(.minutes(5)))
struct ServicePlanTests {
  private static func plan(
    _ stage: Stage, _ more: String...
  ) async throws -> (code: Int32, out: String, error: String) {
    try await ControllerProcess.output(["plan", "--manifests", stage.manifests] + more, in: stage)
  }

  @Test func `changes are pending: 0, or 2 when asked in detail, and the terminal gets no POST`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      let rogue = try stage.rogue()
      let plain = try await Self.plan(stage)
      #expect(plain.code == 0)
      #expect(plain.out.contains("state: none"))
      #expect(plain.out.contains("#\(rogue)"))
      #expect(try await Self.plan(stage, "--detailed-exitcode").code == 2)
      #expect(try stage.posts() == 0)
      #expect(try stage.positions().map(\.ticket) == [rogue])
      #expect(!FileManager.default.fileExists(atPath: stage.state))
    }
  }

  @Test func `nothing is pending: 0, also when asked in detail`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      let plan = try await Self.plan(stage, "--detailed-exitcode")
      #expect(plan.code == 0)
      #expect(plan.out.contains("= in sync"))
    }
  }

  @Test func `as JSON it parses, has a version, and each close and modify names its ticket`() async throws {
    try await Stage.with { stage in
      let drifting = try stage.rogue("EURUSD", lots: "0.05")
      let rogue = try stage.rogue()
      try stage.declare(stage.agent())
      let plan = try await Self.plan(stage, "-o", "json", "--detailed-exitcode")
      #expect(plan.code == 2)
      let json = try JSONParser.parse(plan.out)
      #expect(json["format_version"]?.int == 1)
      #expect(json["changes"]?.bool == true)
      let agent = try #require(json["agents"]?.array?.first)
      #expect(agent["agent_id"]?.string == "agent_1")
      let actions = try #require(agent["actions"]?.array)
      let tickets = Dictionary(
        actions.map { ($0["kind"]?.string ?? "", $0["ticket"]?.int) }, uniquingKeysWith: { first, _ in first })
      #expect(tickets["close"] == rogue.number)
      #expect(tickets["modify"] == drifting.number)
      #expect(actions.allSatisfy { $0["reason"]?.string != nil })
      #expect(try stage.posts() == 0)
    }
  }

  @Test func `invalid manifests: 3, with every error on stderr and nothing on stdout`() async throws {
    try await Stage.with { stage in
      try stage.write("a.yaml", "kind: [")
      try stage.write("b.yaml", "kind: Nothing\n")
      let plan = try await Self.plan(stage)
      #expect(plan.code == 3)
      #expect(plan.out.isEmpty)
      #expect(plan.error.contains("a.yaml:") && plan.error.contains("b.yaml:"))
      #expect(try stage.terminal().statistics.requests.isEmpty)
    }
  }

  @Test func `a terminal that does not answer: 7, unless its agent is disabled`() async throws {
    try await Stage.with(["agent_1", "agent_2"]) { stage in
      try stage.declare(stage.agent("agent_1"))
      try stage.declare(stage.agent("agent_2"))
      try await stage.terminal("agent_2").setDown(true)
      let plan = try await Self.plan(stage, "--detailed-exitcode")
      #expect(plan.code == 7)
      #expect(plan.out.contains("cannot be read"))
      #expect(plan.out.contains("+ open buy 0.05 EURUSD"))
      try stage.declare(stage.agent("agent_2") { $0.enabled = false })
      #expect(try await Self.plan(stage, "--detailed-exitcode").code == 2)
    }
  }

  @Test func `with --state it folds a running controller's journal and leaves it alone`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("in sync") {
          try stage.positions().count == 1 && controller.condition(.synced)?.status == .yes
        }
        let ticket = try #require(stage.positions().first?.ticket)
        let posts = try stage.posts()
        let known = try await Self.plan(stage, "--state", stage.state, "--detailed-exitcode")
        #expect(known.code == 0)
        #expect(known.out.contains("state: folded from the journal"))
        #expect(known.out.contains("target core: held as #\(ticket)"))
        #expect(try stage.posts() == posts)
        // A person closes it: to the journal's eye the target is spent, to one without it the target is wanted.
        try stage.terminal().trade(.close(ticket: ticket, lots: nil))
        try await eventually("the target is spent") { !controller.records(.targetSpent).isEmpty }
        #expect(try await Self.plan(stage, "--state", stage.state, "--detailed-exitcode").out.contains("spent"))
        #expect(try await Self.plan(stage, "--detailed-exitcode").code == 2)
        try await stage.terminal().setDown(true)
        #expect(try await Self.plan(stage, "--state", stage.state).code == 7)
        try await stage.terminal().setDown(false)
        #expect(controller.code == nil)
      }
      #expect(try stage.executions().count == 1)
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `a state directory without a journal: 1, and it says where it looked`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      let plan = try await Self.plan(stage, "--state", stage.folder + "/nothing")
      #expect(plan.code == 1)
      #expect(plan.out.isEmpty)
      #expect(plan.error.contains("\(stage.folder)/nothing"))
    }
  }
}
