import Foundation
import Reconciler
import Testing

@testable import Controller

extension DatabaseTests {
  @Suite struct DatabaseSchemaTests {
    @Test func `migrating twice takes the steps once`() throws {
      let connection = try TestDatabase.fresh().connect()
      #expect(try Migrator.migrate(connection) == Migration.latest)
      #expect(try Migrator.migrate(connection) == 0)
    }

    @Test func `versions are gapless`() {
      #expect(Migration.all.map(\.version) == Array(1...Migration.latest))
    }

    @Test func `migrating from several sessions at once takes the steps once`() async throws {
      let database = try TestDatabase.fresh()
      let target = try database.target()
      let steps = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<4 {
          group.addTask {
            try await DatabaseThread.run("migrate") { () throws(DatabaseError) in
              try Migrator.migrate(try PostgresConnection(target))
            }
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(steps == Migration.latest)
    }

    @Test func `a newer schema is left alone and named`() throws {
      let database = try TestDatabase.fresh()
      try Migrator.migrate(try database.connect())
      try database.psql("INSERT INTO trading.schema_migrations (version, name) VALUES (999, 'later')")
      let error = #expect(throws: DatabaseError.self) { try Migrator.migrate(try database.connect()) }
      #expect(error?.kind == .newerSchema)
      #expect(error?.message.contains("999") == true)
    }

    @Test(arguments: ["agent_logs", "agent_trades", "manifest_revisions", "checkpoints"])
    func `append-only holds for a superuser, whatever the replication role`(table: String) throws {
      let database = try TestDatabase.fresh()
      try Migrator.migrate(try database.connect())
      let key = table == "agent_logs" ? "id = 1" : "chain = ''"
      for change in [
        "UPDATE trading.\(table) SET chain = 'x'", "DELETE FROM trading.\(table) WHERE \(key)",
        "TRUNCATE trading.\(table)",
      ] {
        for role in ["origin", "replica"] {
          let failure = #expect(throws: CommandFailed.self) {
            try database.psql("SET session_replication_role = \(role); \(change)")
          }
          #expect(failure?.output.contains("trading.\(table) is append-only") == true)
        }
      }
    }

    @Test func `every table, view and column says what it is`() throws {
      let database = try TestDatabase.fresh()
      try Migrator.migrate(try database.connect())
      let silent = try database.psql(
        """
        SELECT c.relname || '.' || coalesce(a.attname, '') FROM pg_class c
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'trading'::regnamespace AND c.relkind IN ('r', 'v')
          AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)
        """)
      #expect(silent.isEmpty)
    }

    @Test func `init makes both roles, twice is fine, and neither may change a record`() throws {
      let database = try TestDatabase.fresh()
      #expect(try DatabaseInit.run(try database.target()).steps == Migration.latest)
      #expect(try DatabaseInit.run(try database.target()).steps == 0)
      let insert = "INSERT INTO trading.checkpoints VALUES ('c', 1, 'h', now(), NULL, NULL)"
      try database.psql(insert, user: "mt4_controller")
      for (user, sql) in [
        ("mt4_controller", "UPDATE trading.checkpoints SET hash = 'x'"),
        ("mt4_controller", "TRUNCATE trading.checkpoints"),
        ("mt4_controller", "DELETE FROM trading.checkpoints"), ("mt4_controller", "DELETE FROM trading.agent_state"),
        ("mt4_controller", "ALTER TABLE trading.checkpoints DISABLE TRIGGER append_only"), ("mt4_auditor", insert),
        ("mt4_controller", "CREATE TABLE trading.mine (a int)"), ("mt4_auditor", "DELETE FROM trading.agent_state"),
      ] {
        #expect(throws: CommandFailed.self, "\(user): \(sql)") { try database.psql(sql, user: user) }
      }
      #expect(try database.psql("SELECT count(*) FROM trading.checkpoints", user: "mt4_auditor") == "1")
    }

    @Test func `init by a role that may not is refused in plain words before anything is changed`() throws {
      let database = try TestDatabase.fresh()
      _ = try DatabaseInit.run(try database.target())
      let inOurs = #expect(throws: DatabaseError.self) {
        try DatabaseInit.run(try database.target(user: "mt4_auditor"))
      }
      #expect(inOurs?.kind == .permission)
      #expect(
        inOurs?.message
          == "the role mt4_auditor may not prepare the schema trading, which belongs to mt4: use that role or a superuser"
      )
      let empty = try TestDatabase.fresh()
      let inEmpty = #expect(throws: DatabaseError.self) { try DatabaseInit.run(try empty.target(user: "mt4_auditor")) }
      #expect(inEmpty?.message.contains("may not create a schema here") == true)
      #expect(try empty.psql("SELECT to_regnamespace('trading') IS NULL") == "t")
    }

    @Test func `a role that may not make the schema is sent to db init`() throws {
      let database = try TestDatabase.fresh()
      _ = try DatabaseInit.run(try TestDatabase.fresh().target())
      let error = #expect(throws: DatabaseError.self) {
        try Migrator.migrate(try database.connect(user: "mt4_controller"))
      }
      #expect(error?.kind == .needsInit)
      #expect(error?.message.contains("mt4ctl db init") == true)
      _ = try DatabaseInit.run(try database.target())
      #expect(try Migrator.migrate(try database.connect(user: "mt4_controller")) == 0)
    }
  }
}
