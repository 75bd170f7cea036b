import Dispatch
import Foundation
import Glibc
import PaperTerminal
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// What was latched, said or kept must not be lost on the way between journal, database and people.
@Suite(.timeLimit(.minutes(5)))
struct BadDayLatchTests {
  private static let id = AgentID("agent_1")

  private static func command(_ command: Command, _ controller: RunningController) async throws -> CommandVerdict {
    let verdict = VerdictBox()
    controller.service.mailbox.post(
      .command(command, actor: "test") { answer in verdict.value.withLock { $0 = answer } })
    try await eventually("there is an answer") { verdict.value.withLock { $0 } != nil }
    return try #require(verdict.value.withLock { $0 })
  }

  private final class VerdictBox: Sendable {
    let value = Mutex<CommandVerdict?>(nil)
  }

  @Test func `a new state directory with the database late: its latches hold, and are not overwritten`() async throws {
    try await Stage.with { stage in
      let server = try BadDayDatabaseTests.OwnServer(stage)
      try server.start()
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: server.url) { controller in
        try await eventually("the target is open and seen") { controller.status()?.positions.count == 1 }
        #expect(try await Self.command(.pause(Self.id, reason: "news"), controller) == .done("agent_1 is paused"))
      }
      server.stop()
      try FileManager.default.removeItem(atPath: stage.state)
      try stage.declare(
        stage.agent { $0.targets.append(AgentText.Target(name: "cable", symbol: "GBPUSD", stopLoss: "1.25000")) })
      try await RunningController.with(stage, database: server.url) { controller in
        try await eventually("the open is held") {
          controller.status()?.plan.held.contains { $0.holds.contains { $0.message.contains("latches") } } ?? false
        }
        try server.start()
        try await eventually(seconds: 60, "the pause is known") { controller.status()?.memory.operatorPause != nil }
        try await eventually("the record ships") { controller.condition(.journalAvailable)?.status == .yes }
        #expect(try server.query("SELECT paused FROM trading.agent_state") == ["t"])
        #expect(
          try stage.executions().map(\.kind) == [.opened],
          "\(controller.records.map { "\($0.type): \($0.message)" }.joined(separator: "\n"))")
        #expect(try await Self.command(.resume(Self.id, reason: "over"), controller) == .done("agent_1 is resumed"))
        try await eventually("the new target is open") { try stage.positions().count == 2 }
      }
      server.stop()
    }
  }

  @Test func `a state directory lost within seconds of a pause and a stop: the record tells what no row knew yet`()
    async throws
  {
    try await Stage.with { stage in
      let server = try BadDayDatabaseTests.OwnServer(stage)
      try server.start()
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: server.url) { controller in
        try await eventually("the target is open and seen") { controller.status()?.positions.count == 1 }
        #expect(try await Self.command(.pause(Self.id, reason: "news"), controller) == .done("agent_1 is paused"))
        guard case .done = try await Self.command(.emergencyStop(reason: "drill"), controller) else {
          return #expect(Bool(false), "the stop is refused")
        }
        try await eventually("it is flat") { try stage.positions().isEmpty }
      }
      // The rows are written every five seconds: these are of before.
      _ = try server.query("UPDATE trading.agent_state SET memory = '{}', record_id = 1, paused = false")
      try FileManager.default.removeItem(atPath: stage.state)
      try await RunningController.with(stage, database: server.url) { controller in
        try await eventually("it looks") { controller.status()?.online == true }
        #expect(controller.status()?.memory.operatorPause?.note == "news")
        let stop = try #require(controller.records(.emergencyStop).first)
        #expect(stop.message.contains("goes on: drill"), "\(stop.message)")
        #expect(try await Self.command(.resume(Self.id, reason: "over"), controller) == .done("agent_1 is resumed"))
        try await eventually("the stop alone holds the open") {
          controller.status()?.plan.held.first?.holds.contains { $0.reason == .emergencyStop } ?? false
        }
        #expect(try stage.executions().map(\.kind) == [.opened, .closed])
      }
      server.stop()
    }
  }

  @Test func `a lost journal beside an embedded database: its latches hold, and the loss is in the record`()
    async throws
  {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: "embedded") { controller in
        try await eventually(seconds: 90, "the target is open and seen") {
          controller.status()?.positions.count == 1
        }
        #expect(try await Self.command(.pause(Self.id, reason: "news"), controller) == .done("agent_1 is paused"))
      }
      try FileManager.default.removeItem(atPath: stage.state + "/journal")
      try stage.declare(
        stage.agent { $0.targets.append(AgentText.Target(name: "cable", symbol: "GBPUSD", stopLoss: "1.25000")) })
      try await RunningController.with(stage, database: "embedded") { controller in
        try await eventually(seconds: 60, "the pause is known") { controller.status()?.memory.operatorPause != nil }
        try await eventually("the record ships") { controller.condition(.journalAvailable)?.status == .yes }
        let started = try #require(controller.records(.controllerStarted).first)
        #expect(started.metadata["journal_lost"] == .bool(true))
        #expect(started.message.contains("the journal before this one was lost"))
        #expect(try stage.executions().map(\.kind) == [.opened])
      }
      // The next start is an ordinary one, and the pause still holds.
      try await RunningController.with(stage, database: "embedded") { controller in
        try await eventually("the pause holds") { controller.status()?.memory.operatorPause != nil }
        #expect(controller.records(.controllerStarted).first?.metadata["journal_lost"] == nil)
      }
      #expect(try stage.executions().map(\.kind) == [.opened])
      // Alone, the journal lacks the chain that the checkpoints cover; the database has it.
      let verifier = RecordVerifier(stateDirectory: stage.state)
      #expect(try verifier.verifyJournal().check.findings.map(\.kind) == [.chainGone])
      let both = try AuditDatabase.with(.embedded, stateDirectory: stage.state) { target throws(DatabaseError) in
        try verifier.verify(target).findings
      }
      #expect(both == [])
    }
  }

  @Test func `a journal older than its embedded database ends the start`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      let old = stage.folder + "/old"
      for round in 1...2 {
        try await RunningController.with(stage, database: "embedded") { controller in
          try await eventually(seconds: 90, "it ships") {
            controller.database == .up && controller.status()?.online == true
          }
        }
        if round == 1 { try FileManager.default.copyItem(atPath: stage.state + "/journal", toPath: old) }
      }
      try FileManager.default.removeItem(atPath: stage.state + "/journal")
      try FileManager.default.moveItem(atPath: old, toPath: stage.state + "/journal")
      #expect(try await RunningController(stage, database: "embedded").end() == 1, "the checkpoints tell")
      unlink(CheckpointFile.path(stage.state))
      let controller = try RunningController(stage, database: "embedded")
      #expect(try await controller.end() == 1, "and so does the database")
      #expect(controller.log.contains { $0.contains("the journal here ends before it") }, "\(controller.log)")
    }
  }

  @Test func `a command whose record cannot be written is not answered as done`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent { $0.targets = [] })
      let files = FaultyFiles(FaultyFiles.Plan())
      var seams = ServiceSeams()
      seams.journal.files = files
      let controller = try RunningController(stage, database: database.url, seams: seams)
      try await eventually("all is well") { controller.status()?.online == true }
      files.plan.withLock { $0.syncErrno = EIO }
      let verdict = try await Self.command(.pause(Self.id, reason: "news"), controller)
      guard case .refused(let why) = verdict else { return #expect(Bool(false), "\(verdict)") }
      #expect(why.contains("could not be recorded"))
      #expect(try await controller.end() == 1)
    }
  }

  @Test func `segments that are shipped and older than the retention go while it runs`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent { $0.targets = [] })
      for _ in 1...2 {
        try await RunningController.with(stage, database: database.url) { controller in
          try await eventually("it ships") { controller.database == .up && controller.status()?.online == true }
        }
      }
      let directory = stage.state + "/journal"
      #expect(try JournalOpening.segments(in: directory).count == 2)
      var seams = ServiceSeams()
      seams.retentionEvery = .milliseconds(100)
      let controller = try RunningController(stage, database: database.url, seams: seams, retention: .zero)
      try await eventually("the old ones are gone") { try JournalOpening.segments(in: directory).count == 1 }
      await controller.stop()
      #expect(try JournalVerifier.verify(stateDirectory: stage.state).findings.isEmpty)
    }
  }

  @Test func `of two threads that report to the loop, neither's older word is the last`() {
    let mailbox = Mailbox()
    let desk = JournalDesk(mailbox: mailbox, hasDatabase: true, durable: 0)
    let ended = Atomic(0)
    for isJournal in [true, false] {
      DispatchQueue.global().async {
        for n in Int64(1)...20_000 { if isJournal { desk.take(.durable(n)) } else { desk.shipped(n) } }
        ended.add(1, ordering: .sequentiallyConsistent)
      }
    }
    var last = JournalFacts()
    var isOver = false
    while !isOver {
      isOver = ended.load(ordering: .sequentiallyConsistent) == 2
      for case .event(.journal(let facts)) in mailbox.take(timeout: .milliseconds(1)) {
        #expect(facts.durable >= last.durable && facts.shipped >= last.shipped)
        last = facts
      }
    }
    #expect(last == desk.current)
  }
}
