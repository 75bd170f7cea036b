import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// The database on a bad day: away at the start, stopped in the middle, somebody else's, another record's.
@Suite(.timeLimit(.minutes(5)))
struct BadDayDatabaseTests {
  /// A server of one test, to be stopped and started.
  final class OwnServer {
    let folder: String
    private var server: EmbeddedPostgres

    init(_ stage: Stage) throws {
      folder = stage.folder + "/database"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      server = EmbeddedPostgres(stateDirectory: folder)
    }

    var url: String { "host=\(folder)/postgres dbname=mt4 user=mt4" }

    func start() throws { _ = try server.start() }

    func stop() {
      server.stop()
      server = EmbeddedPostgres(stateDirectory: folder)
    }

    func rows() throws -> [String] { try query("SELECT record FROM trading.agent_logs ORDER BY id") }

    func query(_ sql: String) throws -> [String] {
      try run("psql", "-XqAt", "-h", "\(folder)/postgres", "-U", "mt4", "-c", sql, "mt4")
        .split(separator: "\n").map(String.init)
    }

    deinit { server.stop() }
  }

  @Test func `away at the start: it is ready, closes, holds opens, and opens once it is there`() async throws {
    try await Stage.with { stage in
      let server = try OwnServer(stage)
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: server.url) { controller in
        let rogue = try stage.rogue()
        try await eventually("the rogue is closed") { try !stage.positions().contains { $0.ticket == rogue } }
        try await eventually("the open is held") {
          controller.records(.refused).contains { $0.reason == .journalUnavailable }
        }
        try await eventually("the record says so") { !controller.records(.journalDegraded).isEmpty }
        #expect(controller.condition(.journalAvailable)?.status == .no)
        #expect(try stage.executions().map(\.kind) == [.closed])
        try server.start()
        try await eventually(seconds: 60, "the target is open") { try stage.positions().count == 1 }
        try await eventually("the record is well again") { !controller.records(.journalRecovered).isEmpty }
        try await eventually("the condition says so") { controller.condition(.journalAvailable)?.status == .yes }
      }
      #expect(try stage.executions().map(\.kind) == [.closed, .opened])
      #expect(try server.rows() == KeptRecords(stage).lines.map(\.text))
      try proveNothingWasLost(stage)
      server.stop()
    }
  }

  @Test func `stopped in the middle: closes go on, nothing is opened, and nothing is lost`() async throws {
    try await Stage.with { stage in
      let server = try OwnServer(stage)
      try server.start()
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: server.url) { controller in
        try await eventually("the target is open") { try stage.positions().count == 1 }
        server.stop()
        try await eventually("it is known to be down") {
          if case .down? = controller.database { true } else { false }
        }
        let rogue = try stage.rogue()
        try await eventually("the rogue is closed") { try !stage.positions().contains { $0.ticket == rogue } }
        try stage.declare(
          stage.agent { $0.targets.append(AgentText.Target(name: "late", symbol: "GBPUSD", stopLoss: "1.25000")) })
        controller.service.reload(actor: "test")
        try await eventually("the new open is held") {
          controller.records(.refused).contains {
            $0.reason == .journalUnavailable && $0.metadata["target"] == "late"
          }
        }
        #expect(try stage.executions().filter { $0.kind == .opened }.count == 1)
        try server.start()
        try await eventually(seconds: 60, "it is opened") { try stage.positions().count == 2 }
      }
      #expect(try stage.executions().filter { $0.kind == .opened }.count == 2)
      #expect(try server.rows() == KeptRecords(stage).lines.map(\.text))
      try proveNothingWasLost(stage)
      server.stop()
    }
  }

  @Test func `a stop while the database is away loses nothing: the next start ships it`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent { $0.targets = [] })
      let nowhere = "host=\(stage.folder) dbname=x user=y"
      let controller = try RunningController(stage, database: nowhere)
      try await eventually("it polices") { controller.status()?.online == true }
      try stage.rogue()
      try await eventually("the rogue is closed") { try stage.positions().isEmpty }
      #expect(await controller.stop() == 0)
      #expect(controller.log.contains { $0.contains("not in the database yet") })
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("the database is up") { controller.database == .up }
      }
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `a second controller on one database sends nothing until the first is gone`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent { $0.targets = [] })
      let holder = try RunningController(stage, database: database.url)
      try await eventually("the first has the database") { holder.database == .up }
      try await Stage.nested { other in
        try other.declare(other.agent())
        let rogue = try other.rogue()
        let second = try RunningController(other, database: database.url)
        try await eventually("it knows") { second.database == .anotherController }
        try await eventually("it looks, and says what holds it") {
          second.records(.refused).contains { $0.reason == .anotherController }
        }
        let looks = try other.terminal().statistics.requests[.positions] ?? 0
        try await eventually("it goes on looking") {
          (try other.terminal().statistics.requests[.positions] ?? 0) > looks + 3
        }
        #expect(try other.posts() == 0)
        #expect(try other.positions().map(\.ticket) == [rogue])
        #expect(await holder.stop() == 0)
        try await eventually("it takes over") { try other.positions().map(\.symbol.text) == ["EURUSD"] }
        #expect(await second.stop() == 0)
        try proveNothingWasLost(other)
      }
      #expect(await holder.stop() == 0)
    }
  }

  @Test func `a state directory older than the database ends the start with 1`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent { $0.targets = [] })
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("all is well") { controller.database == .up && controller.status()?.online == true }
      }
      let copy = stage.folder + "/old-state"
      try FileManager.default.copyItem(atPath: stage.state, toPath: copy)
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("the database is up") { controller.database == .up }
      }
      #expect(try database.count("agent_logs") == KeptRecords(stage).lines.count)
      try FileManager.default.removeItem(atPath: stage.state)
      try FileManager.default.moveItem(atPath: copy, toPath: stage.state)
      try stage.declare(stage.agent())
      let controller = try RunningController(stage, database: database.url)
      #expect(try await controller.end() == 1)
      #expect(controller.records.isEmpty)
      #expect(try stage.posts() == 0)
      #expect(controller.log.contains { $0.contains("older than the database") })
    }
  }

  @Test func `with an empty state directory the latches come from the database`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(
        stage.agent {
          $0.targets = []
          $0.positions = "guard"
        })
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("the day has begun") { controller.status()?.day != nil }
        try stage.rogue("EURUSD", lots: "0.10")
        try await eventually("the position is seen") { controller.status()?.positions.count == 1 }
        try stage.terminal().shift(Symbol("EURUSD"), by: exact("-0.12"))
        try await eventually("the breach is latched and closed") {
          try !controller.records(.paused).isEmpty && stage.positions().isEmpty
        }
      }
      try FileManager.default.removeItem(atPath: stage.state)
      try stage.declare(stage.agent { $0.positions = "guard" })
      try await RunningController.with(stage, database: database.url) { controller in
        try await eventually("the open is held") {
          controller.records(.refused).contains { $0.metadata["target"] == "core" }
        }
        #expect(controller.status()?.memory.breachPause != nil)
      }
      #expect(try stage.executions().allSatisfy { $0.kind != .opened })
    }
  }
}
