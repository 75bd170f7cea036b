import Foundation
import Reconciler
import Testing

@testable import Controller

extension DatabaseTests {
  @Suite struct DatabaseCheckpointTests {
    let folder = StateFolder()

    /// Ships what a journal of this folder has.
    private func ship(_ journal: Journal, to database: TestDatabase) async throws {
      let log = ShipperLog()
      let callbacks = log.callbacks
      let shipper = Shipper(
        destination: .server(try database.target()), source: JournalSource(journal: journal),
        callbacks: ShipperCallbacks(onShipped: {
          journal.markShipped($0)
          callbacks.onShipped($0)
        }))
      shipper.start()
      try await eventually("shipped") { log.shipped == journal.durableSequence }
      #expect(await shipper.stop())
    }

    private func filled(key: CheckpointKey? = nil) async throws -> TestDatabase {
      let database = try TestDatabase.fresh()
      var options = JournalOptions.small
      options.checkpointRecords = 10
      options.checkpointKey = key
      let journal = try Journal.open(stateDirectory: folder.path, options: options)
      for start in stride(from: Int64(1), to: 40, by: 10) {
        try journal.append(Record.plain(start...(start + 9)))
        #expect(journal.settle())
      }
      try await ship(journal, to: database)
      #expect(journal.close())
      return database
    }

    private func unguarded(_ database: TestDatabase, _ sql: String) throws {
      let tables = ["agent_logs", "checkpoints"]
      let off = tables.map { "ALTER TABLE trading.\($0) DISABLE TRIGGER append_only;" }.joined()
      let on = tables.map { "ALTER TABLE trading.\($0) ENABLE ALWAYS TRIGGER append_only;" }.joined()
      try database.psql("\(off) \(sql); \(on)")
    }

    @Test func `checkpoints are shipped in order, once, and those that the database lost again`() async throws {
      let database = try await filled(key: CheckpointKey())
      #expect(
        try database.psql("SELECT string_agg(id::text, ',' ORDER BY id) FROM trading.checkpoints") == "10,20,30,40")
      #expect(try database.psql("SELECT count(*) FROM trading.checkpoints WHERE signature IS NOT NULL") == "4")
      try unguarded(
        database, "DELETE FROM trading.checkpoints WHERE id > 20; DELETE FROM trading.agent_logs WHERE id > 20")
      let journal = try Journal.open(stateDirectory: folder.path, options: .small)
      try await ship(journal, to: database)
      #expect(journal.close())
      #expect(
        try database.psql("SELECT string_agg(id::text, ',' ORDER BY id) FROM trading.checkpoints") == "10,20,30,40")
      let result = try RecordVerifier(stateDirectory: folder.path).verify(try database.target())
      #expect(result.isIntact, "a database of yesterday is filled again: \(result.findings)")
    }

    @Test func `a database alone is not simply called intact`() async throws {
      let key = CheckpointKey()
      let database = try await filled(key: key)
      let alone = try RecordVerifier(stateDirectory: nil).verify(try database.target())
      #expect(alone.isIntact && !alone.isBacked)
      #expect(alone.verdict == "intact, as far as this can tell")
      #expect(alone.report.contains { $0.hasPrefix("not proven:") && $0.contains("the end was not cut") })
      let proven = try RecordVerifier(stateDirectory: nil, keys: [key.publicKey]).verify(try database.target())
      #expect(proven.isBacked)
      #expect(proven.verdict == "intact")
    }

    /// What somebody with all rights on the database does, and whether the place that is compared tells.
    @Test(arguments: [
      ("the end cut", "DELETE FROM trading.agent_logs WHERE id > 35", CheckpointFinding.Kind.tailCut),
      ("one gone", "DELETE FROM trading.agent_logs WHERE id = 20", .missing),
      (
        "the end cut, checkpoints too",
        "DELETE FROM trading.agent_logs WHERE id > 35; DELETE FROM trading.checkpoints WHERE id > 35", .tailCut
      ),
      ("all gone", "DELETE FROM trading.agent_logs; DELETE FROM trading.checkpoints", .chainGone),
    ]) func `a file that was carried off finds it in the database`(
      what: String, sql: String, kind: CheckpointFinding.Kind
    ) async throws {
      let database = try await filled()
      let vault = CheckpointFile.path(folder.path)
      try unguarded(database, sql)
      let found = try RecordVerifier(stateDirectory: nil, checkpointFiles: [vault]).verify(try database.target())
      #expect(found.check.findings.map(\.kind).contains(kind), "\(what): \(found.findings)")
    }
  }
}
