import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// Backups: what was copied from a running controller comes back, and what one of both lost the other gives back.
@Suite(.timeLimit(.minutes(5)))
struct AuditBackupTests {
  /// As the manual says: what tells how far the journal went first, then the journal.
  private func copy(_ state: String, to folder: String) throws {
    try run(
      "sh", "-c",
      """
      mkdir -p '\(folder)/journal' && cd '\(state)' && { cp checkpoints.jsonl '\(folder)' || true; } \
      && cp journal/head '\(folder)/journal' && cp journal/*.jsonl '\(folder)/journal' && cp -r revisions '\(folder)'
      """)
  }

  @Test func `a journal that was copied while the controller ran restores, and fills a new database`() async throws {
    try await Stage.with { stage in
      let (first, second) = (try TestDatabase.fresh(), try TestDatabase.fresh())
      let backup = stage.folder + "/backup"
      var seams = ServiceSeams()
      seams.journal.checkpointRecords = 3
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: first.url, seams: seams) { controller in
        try await eventually("the target is open") { try stage.positions().count == 1 }
        for round in 1...5 {
          let rogue = try stage.rogue()
          if round == 3 { try copy(stage.state, to: backup) }
          try await eventually("the rogue is closed") { try !stage.positions().contains { $0.ticket == rogue } }
        }
      }
      let copied = try JournalVerifier.verify(stateDirectory: backup)
      #expect(copied.isIntact && copied.records > 0, "\(copied.findings)")
      #expect(try RecordVerifier(stateDirectory: backup).verifyJournal().isIntact)
      try FileManager.default.moveItem(atPath: stage.state, toPath: stage.folder + "/lost")
      try FileManager.default.moveItem(atPath: backup, toPath: stage.state)
      // The database that is ahead of it is refused: the state directory is the older one.
      #expect(try await RunningController(stage, database: first.url).end() == 1)
      try await RunningController.with(stage, database: second.url, seams: seams) { controller in
        try await eventually("it ships") { controller.condition(.journalAvailable)?.status == .yes }
        #expect(try stage.positions().count == 1, "the target is known again")
      }
      let result = try RecordVerifier(stateDirectory: stage.state).verify(try second.target())
      #expect(result.isIntact, "\(result.findings)")
      #expect(result.database?.chains.first?.firstSequence == 1)
      #expect(try stage.executions().count { $0.kind == .opened } == 1)
    }
  }

  @Test func `a database restored from a dump of yesterday is filled again, and verifies`() async throws {
    try await Stage.with { stage in
      let server = try BadDayDatabaseTests.OwnServer(stage)
      try server.start()
      defer { server.stop() }
      let sockets = "\(server.folder)/postgres"
      let dump = stage.folder + "/dump.sql"
      var seams = ServiceSeams()
      seams.journal.checkpointRecords = 3
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: server.url, seams: seams) { controller in
        try await eventually("the target is open") { try stage.positions().count == 1 }
        try await eventually("it ships") { controller.condition(.journalAvailable)?.status == .yes }
        try run("pg_dump", "-h", sockets, "-U", "mt4", "-f", dump, "mt4")
        for _ in 1...3 {
          let rogue = try stage.rogue()
          try await eventually("the rogue is closed") { try !stage.positions().contains { $0.ticket == rogue } }
        }
      }
      try run("psql", "-Xq", "-h", sockets, "-U", "mt4", "-c", "DROP DATABASE mt4", "postgres")
      try run("psql", "-Xq", "-h", sockets, "-U", "mt4", "-c", "CREATE DATABASE mt4", "postgres")
      try run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", sockets, "-U", "mt4", "-f", dump, "mt4")
      let target = try DatabaseTarget(server.url, environment: [:])
      #expect(
        try !RecordVerifier(stateDirectory: stage.state).verify(target).isIntact, "a part is missing, and is told")
      try await RunningController.with(stage, database: server.url, seams: seams) { controller in
        try await eventually("it ships") { controller.condition(.journalAvailable)?.status == .yes }
      }
      let result = try RecordVerifier(stateDirectory: stage.state).verify(target)
      #expect(result.isIntact, "\(result.findings)")
      #expect(result.check.covered(result.journal?.chain ?? "", in: .database) == result.journal?.lastSequence)
    }
  }
}
