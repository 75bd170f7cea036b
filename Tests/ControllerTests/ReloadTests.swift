import Bridge
import Foundation
import Reconciler
import Testing

@testable import Controller

/// What a reload costs: whoever it does not change is neither shown nor kept anew, and yet everybody shows its revision.
@Suite(.timeLimit(.minutes(5)))
struct ReloadTests {
  private struct Row: Hashable {
    var record: Int64
    var revision: Int
    var paused: Bool
  }

  private static func rows(_ database: TestDatabase) throws -> [String: Row] {
    let text = try database.psql("SELECT agent_id, record_id, revision, paused FROM trading.agent_state")
    var rows: [String: Row] = [:]
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: "|")
      rows[String(fields[0])] = Row(
        record: try #require(Int64(fields[1])), revision: try #require(Int(fields[2])), paused: fields[3] == "t")
    }
    return rows
  }

  /// A row names the newest record of the fleet as of when it was written; one that nothing was recorded about since is not
  /// written anew.
  private static func isUntouched(_ agent: String, since row: Row, _ now: Row?, _ controller: RunningController) -> Bool
  {
    now?.record == row.record
      || controller.records.contains { $0.agent == AgentID(agent) && $0.sequence > row.record }
  }

  private static func reload(_ controller: RunningController) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      controller.service.reload(actor: "test") { errors in
        continuation.resume(with: errors.isEmpty ? .success(()) : .failure(CommandFailed(output: "\(errors)")))
      }
    }
  }

  private static func observed(_ port: Int, _ agent: String) async throws -> Set<Int64> {
    let status = try #require(try await ask(port, "/api/agents/\(agent)/status").json)
    let page = try #require(try await ask(port, "/api/agents/\(agent)/conditions").json)
    let conditions = try #require(page["conditions"]?.array)
    #expect(conditions.count == Condition.Kind.allCases.count)
    return Set(conditions.compactMap { $0["observed_revision"]?.int } + [status["revision"]?.int ?? -1])
  }

  @Test func `only who was changed is shown and kept anew, and the revision is right everywhere`() async throws {
    try await Stage.with(["agent_1", "agent_2"]) { stage in
      for id in ["agent_1", "agent_2"] { try stage.declare(stage.agent(id) { $0.targets = [] }) }
      let database = try TestDatabase.fresh()
      try await RunningController.with(stage, database: database.url) { controller in
        let port = try #require(controller.port)
        try await eventually("both rows are there") {
          let rows = try Self.rows(database)
          return rows.count == 2 && rows.values.allSatisfy { $0.revision == 1 }
            && controller.records(.agentOnline).allSatisfy { rows[$0.agent?.text ?? ""]?.record ?? 0 >= $0.sequence }
            && controller.records(.agentOnline).count == 2
        }
        let first = try Self.rows(database)

        // Nothing has changed: nothing is kept anew, also not with what is kept because of a word on the other agent.
        try await Self.reload(controller)
        controller.service.mailbox.post(
          .command(.pause(AgentID("agent_1"), reason: "news"), actor: "test", answer: { _ in }))
        try await eventually("the pause is kept") { try Self.rows(database)["agent_1"]?.paused == true }
        let paused = try Self.rows(database)
        let untouched = try #require(first["agent_2"])
        #expect(Self.isUntouched("agent_2", since: untouched, paused["agent_2"], controller))
        #expect(paused.values.allSatisfy { $0.revision == 1 })
        #expect(try await Self.observed(port, "agent_2") == [1])

        // One agent's document has changed.
        let events = try RawClient(port: port)
        events.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try stage.declare(
          stage.agent("agent_1") {
            $0.targets = []
            $0.maxPositions = 7
          })
        try await Self.reload(controller)
        try await eventually("all show it") { controller.service.board.picture?.fleet.revision == 2 }
        for id in ["agent_1", "agent_2"] { #expect(try await Self.observed(port, id) == [2]) }
        #expect(controller.condition(.manifestAccepted, "agent_2")?.message == "revision 2 is in force")
        #expect(controller.status("agent_1")?.spec.risk.maxPositions == 7)
        #expect(try await ask(port, "/api/status").json?["revision"] == 2)
        #expect(try await ask(port, "/metrics").body.contains("\nmt4_manifest_revision 2\n"))
        let told = await Blocking.value("test") {
          events.read { $0.contains("event: revision_loaded") && $0.hasSuffix("\n\n\r\n") }
        }
        #expect(told.contains("\"revision\":2"))
        try await eventually("and so do the rows") {
          try Self.rows(database).values.allSatisfy { $0.revision == 2 }
        }
        let edited = try Self.rows(database)
        #expect(edited["agent_1"]?.record ?? 0 > paused["agent_1"]?.record ?? 0)
        #expect(Self.isUntouched("agent_2", since: untouched, edited["agent_2"], controller))
      }
    }
  }

  @Test func `a restart under another revision writes every row with it`() async throws {
    try await Stage.with(["agent_1", "agent_2"]) { stage in
      for id in ["agent_1", "agent_2"] { try stage.declare(stage.agent(id) { $0.targets = [] }) }
      let database = try TestDatabase.fresh()
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("both rows are there") { try Self.rows(database).count == 2 }
      }
      try stage.declare(
        stage.agent("agent_1") {
          $0.targets = []
          $0.maxPositions = 7
        })
      try await RunningController.with(stage, database: database.url) { _ in
        try await eventually("both rows say so") {
          try Self.rows(database).values.allSatisfy { $0.revision == 2 }
        }
      }
    }
  }
}

/// The board by itself.
@Suite struct StatusBoardTests {
  private static func shown(_ revision: Int, _ core: inout Reconciler, _ now: Moment) -> FleetStatus {
    let fleet = Fleet(
      revision: revision, fingerprint: "f\(revision)", agents: ["agent_1", "agent_2"].map(agent), policy: FleetPolicy(),
      zones: ["UTC": .utc])
    _ = core.receive(.fleetAccepted(fleet, RevisionFacts(isNew: true, actor: "test")), at: now)
    return core.fleetStatus
  }

  private static func agent(_ id: String) -> AgentSpec {
    AgentSpec(
      id: AgentID(id), metadataName: id.replacing("_", with: "-"), displayName: id, enabled: true,
      terminal: TerminalSpec(url: "http://127.0.0.1:8081"), pairs: [Symbol("EURUSD")],
      risk: RiskSpec(
        initialBalance: Money(amount: 1000, currency: "USD"), maxRiskPerTrade: 1, maxDailyLoss: .percent(5),
        maxPositions: 2, lotSize: exact("0.10")))
  }

  @Test func `agents that a revision leaves alone show it with the fleet, in one picture`() throws {
    let board = StatusBoard()
    var core = Reconciler()
    let now = SystemClock.now()
    let first = Self.shown(1, &core, now)
    board.update(fleet: first, agents: first.agents.compactMap { core.status(of: $0) }, at: now)
    let before = try #require(board.status(named: "agent-1"))
    #expect(before.revision == 1)
    let second = Self.shown(2, &core, now)
    #expect(core.manifestChange.agents.isEmpty)
    board.update(fleet: second, agents: [], at: now)
    let after = try #require(board.status(named: "agent-1"))
    #expect(after.revision == 2)
    #expect(after.conditions.allSatisfy { $0.observedRevision == 2 })
    #expect(!after.isSame(as: before))
    // The same again leaves what was made of it as it is.
    board.update(fleet: second, agents: [], at: now)
    #expect(try #require(board.status(named: "agent-1")).isSame(as: after))
  }

  @Test func `an agent is found by its new name, and no longer by its old one`() throws {
    let board = StatusBoard()
    var core = Reconciler()
    let now = SystemClock.now()
    let fleet = Self.shown(1, &core, now)
    board.update(fleet: fleet, agents: fleet.agents.compactMap { core.status(of: $0) }, at: now)
    var renamed = Self.agent("agent_1")
    renamed.metadataName = "other"
    let next = Fleet(
      revision: 2, fingerprint: "f2", agents: [renamed, Self.agent("agent_2")], policy: FleetPolicy(),
      zones: ["UTC": .utc])
    _ = core.receive(.fleetAccepted(next, RevisionFacts(isNew: true, actor: "test")), at: now)
    #expect(core.manifestChange.agents == [AgentID("agent_1")])
    board.update(
      fleet: core.fleetStatus, agents: core.manifestChange.agents.compactMap { core.status(of: $0) }, at: now)
    #expect(board.status(named: "other")?.spec.id == AgentID("agent_1"))
    #expect(board.status(named: "agent-1") == nil)
    #expect(board.status(named: "agent-2")?.spec.id == AgentID("agent_2"))
  }
}
