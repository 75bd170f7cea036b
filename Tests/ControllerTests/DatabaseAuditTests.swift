import Foundation
import Reconciler
import Testing

@testable import Controller

extension DatabaseTests {
  @Suite struct DatabaseAuditTests {
    /// A database with this chain in it.
    private func filled(_ chain: TestChain) async throws -> TestDatabase {
      let database = try TestDatabase.fresh()
      let log = ShipperLog()
      let shipper = Shipper(
        destination: .server(try database.target()), source: chain,
        callbacks: ShipperCallbacks(
          onShipped: log.callbacks.onShipped, onStatus: log.callbacks.onStatus,
          revisionFiles: { _ in
            (files: ["atlas.yaml": .string(Self.manifest)], normalised: NormalisedForm(Self.declared.normalised))
          })
      )
      shipper.start()
      try await eventually("shipped") { log.shipped == chain.head }
      await shipper.stop()
      return database
    }

    static let manifest = ManifestFixture.agent

    static let declared: (fingerprint: String, normalised: JSONValue) = {
      switch ManifestLoader.load(files: [ManifestFile(name: "atlas.yaml", bytes: Array(manifest.utf8))]) {
      case .accepted(let loaded): return (loaded.fleet.fingerprint, loaded.normalised)
      case .rejected(let errors):
        Issue.record("\(errors)")
        return ("", .null)
      }
    }()

    private func story() -> TestChain {
      let chain = TestChain()
      chain.add(
        .revisionLoaded, agent: nil, metadata: ["sha256": .string(Self.declared.fingerprint), "actor": "ann"],
        revision: 3)
      for attempt in 1...2 {
        chain.add(
          .intent, reason: .dailyLoss, message: "close 0.02 EURUSD #41",
          metadata: [
            "kind": "close", "symbol": "EURUSD", "side": "buy", "ticket": 41, "lots": "0.02", "attempt": .int(attempt),
            "numbers": ["equity": "189.90", "floor": "190"], "before": [41], "manifest_file": "atlas.yaml",
            "manifest_line": 12,
          ], action: "a-1", revision: 3)
      }
      chain.add(
        .outcome, reason: .dailyLoss, message: "done: close 0.02 EURUSD #41",
        metadata: ["result": "done", "error_code": 0, "ticket": 41, "price": "1.08", "lots": "0.02", "latency_ms": 37],
        action: "a-1", revision: 3)
      chain.add(
        .intent, reason: .target, message: "open", metadata: ["kind": "open", "symbol": "XAUUSD", "lots": "0.01"],
        action: "a-2", revision: 3)
      chain.add(.unknown, reason: .target, message: "not known", metadata: ["cause": "timeout"], action: "a-2")
      chain.add(
        .resolved, reason: .target, message: "did run as #77",
        metadata: ["result": "executed", "evidence": "mark", "ticket": 77], action: "a-2")
      chain.add(
        .tradeClosed, message: "closed", metadata: ["ticket": 41, "symbol": "EURUSD", "lots": "0.02", "profit": "-3.5"])
      return chain
    }

    @Test func `the view shows one row an action, with its attempts and its answer`() async throws {
      let database = try await filled(story())
      let rows = try database.psql(
        """
        SELECT action_id, kind, symbol, ticket, lots, reason, result, attempts, price, latency_ms, evidence, error_code,
          numbers ->> 'floor', requested ->> 'ticket', answered ->> 'price', unknown_at IS NOT NULL
        FROM trading.actions ORDER BY action_id
        """)
      #expect(
        rows == """
          a-1|close|EURUSD|41|0.02|daily_loss|done|2|1.08|37||0|190|41|1.08|f
          a-2|open|XAUUSD|77|0.01|target|executed|1|||mark|||||t
          """)
    }

    @Test(arguments: ["a-1", "41", "#41"]) func `an action is explained by its id and by its ticket`(key: String)
      async throws
    {
      let database = try await filled(story())
      let story = try #require(try AuditQueries(try database.target()).explain(key))
      #expect(story.actions.map(\.id) == ["a-1"])
      #expect(story.actions[0].result == "done")
      let text = story.text
      for part in [
        "Action a-1: close buy 0.02 EURUSD #41, agent agent_1, because daily_loss: done",
        "3 (sha256 \(Self.declared.fingerprint), by ann",
        "atlas.yaml:12", "equity=189.90 floor=190", "latency_ms=37", "attempt=2",
      ] {
        #expect(text.contains(part), "\(part) in:\n\(text)")
      }
      #expect(text.contains("Also about") == (key != "a-1"))
    }

    @Test func `nothing is known of another action`() async throws {
      let database = try await filled(story())
      #expect(try AuditQueries(try database.target()).explain("a-9") == nil)
    }

    @Test func `the log is filtered by agent, name, time and number`() async throws {
      let chain = story()
      let database = try await filled(chain)
      try database.psql(
        """
        INSERT INTO trading.agent_state (agent_id, name, chain, record_id, revision, enabled, paused, updated_at)
        VALUES ('agent_1', 'atlas', 'c', 1, 1, true, false, now())
        """)
      let queries = AuditQueries(try database.target())
      #expect(try queries.log(AuditFilter()) == chain.all)
      #expect(try queries.log(AuditFilter(agent: "agent_1"))?.count == 7)
      #expect(try queries.log(AuditFilter(agent: "Atlas"))?.count == 7)
      #expect(try queries.log(AuditFilter(agent: "nobody")) == nil)
      var filter = AuditFilter()
      filter.events = [.intent, .outcome]
      #expect(try queries.log(filter)?.map(\.sequence) == [2, 3, 4, 5])
      filter.reasons = [.target]
      #expect(try queries.log(filter)?.map(\.sequence) == [5])
      #expect(try queries.log(AuditFilter(limit: 2))?.map(\.sequence) == [7, 8])
      let third = Timestamp(microseconds: 1_790_000_000_000_003)
      #expect(try queries.log(AuditFilter(since: third))?.map(\.sequence) == [3, 4, 5, 6, 7, 8])
      #expect(try queries.log(AuditFilter(until: third))?.map(\.sequence) == [1, 2])
    }

    @Test(arguments: ["2026-11-01", "2026-11-01T00:00:00Z", "2026-11-01T01:00:00+01:00"])
    func `a day and an instant are read`(text: String) {
      #expect(AuditFilter.instant(text) == Timestamp(rfc3339: "2026-11-01T00:00:00.000000Z"))
    }

    @Test func `an untouched chain is intact`() async throws {
      let chain = story()
      let database = try await filled(chain)
      let result = try DatabaseVerifier.verify(try database.target())
      #expect(result.findings == [])
      #expect(result.chains.map(\.records) == [8])
      #expect(result.chains[0].lastHash == chain.all.last?.hash)
    }

    /// What is done to the rows, and what must be found.
    static let forgeries: [(String, String, [DatabaseFinding.Kind])] = [
      (
        "an edited text", "UPDATE trading.agent_logs SET record = replace(record, '\"0.02\"', '\"0.20\"') WHERE id = 2",
        [.chain(.edited), .column("metadata")]
      ),
      ("an edited column", "UPDATE trading.agent_logs SET reason = 'target' WHERE id = 2", [.column("reason")]),
      (
        "an edited time",
        "UPDATE trading.agent_logs SET created_at = created_at + interval '1 microsecond' WHERE id = 2",
        [.column("created_at")]
      ),
      (
        "edited metadata", "UPDATE trading.agent_logs SET metadata = metadata || '{\"x\": 1}' WHERE id = 4",
        [.column("metadata")]
      ),
      ("a deleted record", "DELETE FROM trading.agent_logs WHERE id = 3", [.chain(.missing)]),
      (
        "a broken record", "UPDATE trading.agent_logs SET record = 'nothing' WHERE id = 3", [.chain(.unreadable)]
      ),
      (
        "two in each other's place",
        "UPDATE trading.agent_logs a SET record = b.record FROM trading.agent_logs b WHERE a.id IN (2, 3) AND b.id = 5 - a.id",
        [
          .chain(.missing), .chain(.outOfOrder), .column("hash"), .column("id"), .column("metadata"),
          .column("prev_hash"), .column("created_at"),
        ]
      ),
      (
        "an inserted record",
        """
        INSERT INTO trading.agent_logs SELECT chain, 9, agent_id, event_type, reason, message, metadata, action_id, revision,
          observed_at, created_at, prev_hash, hash, record FROM trading.agent_logs WHERE id = 8
        """, [.chain(.outOfOrder), .column("id"), .derivedRow(table: "agent_trades")]
      ),
      (
        "an edited trade", "UPDATE trading.agent_trades SET profit = 3.5", [.derivedRow(table: "agent_trades")]
      ),
      ("a deleted trade", "DELETE FROM trading.agent_trades", [.derivedRow(table: "agent_trades")]),
      (
        "a trade's stop", "UPDATE trading.agent_trades SET stop_loss = 1", [.derivedRow(table: "agent_trades")]
      ),
      (
        "a trade's times", "UPDATE trading.agent_trades SET created_at = now()", [.derivedRow(table: "agent_trades")]
      ),
      (
        "a function that was replaced to hide a trade",
        "CREATE OR REPLACE FUNCTION trading.as_numeric(value text) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT 3.5'; UPDATE trading.agent_trades SET profit = 3.5",
        [.derivedRow(table: "agent_trades")]
      ),
      (
        "a deleted revision", "DELETE FROM trading.manifest_revisions",
        [.derivedRow(table: "manifest_revisions")]
      ),
      (
        "a revision by another actor and commit",
        "UPDATE trading.manifest_revisions SET actor = 'bob', git_commit = 'f00'",
        [.derivedRow(table: "manifest_revisions")]
      ),
      (
        "another fingerprint", "UPDATE trading.manifest_revisions SET sha256 = repeat('0', 64)",
        [.derivedRow(table: "manifest_revisions")]
      ),
      (
        "edited files",
        "UPDATE trading.manifest_revisions SET files = replace(files::text, 'lot_size: 0.01', 'lot_size: 0.02')::jsonb",
        [.derivedRow(table: "manifest_revisions")]
      ),
      (
        "an edited normalised form",
        "UPDATE trading.manifest_revisions SET normalised = normalised || '{\"more\": 1}'",
        [.derivedRow(table: "manifest_revisions")]
      ),
      (
        "a revision without its files", "UPDATE trading.manifest_revisions SET files = NULL",
        [.derivedRow(table: "manifest_revisions")]
      ),
      (
        "an invented revision",
        "INSERT INTO trading.manifest_revisions SELECT 4, sha256, loaded_at, actor, git_commit, files, normalised, chain, 5 FROM trading.manifest_revisions",
        [.derivedRow(table: "manifest_revisions")]
      ),
      (
        "an end cut behind a checkpoint",
        "INSERT INTO trading.checkpoints SELECT chain, id, hash, now() FROM trading.agent_logs WHERE id = 8; DELETE FROM trading.agent_trades; DELETE FROM trading.agent_logs WHERE id = 8",
        [.tailCut]
      ),
      (
        "another hash than a checkpoint's",
        "INSERT INTO trading.checkpoints SELECT chain, id, repeat('0', 64), now() FROM trading.agent_logs WHERE id = 7",
        [.rewritten]
      ),
    ]

    @Test(arguments: forgeries.indices) func `a forgery is found and named`(index: Int) async throws {
      let (what, sql, kinds) = Self.forgeries[index]
      let database = try await filled(story())
      try database.psql("SET session_replication_role = replica; \(Self.unguarded(sql))")
      let result = try DatabaseVerifier.verify(try database.target())
      #expect(Set(result.findings.map(\.kind)) == Set(kinds), "\(what): \(result.findings)")
    }

    /// Takes the guards away for a change, as an administrator can.
    private static func unguarded(_ sql: String) -> String {
      let tables = ["agent_logs", "agent_trades", "checkpoints", "manifest_revisions"]
      let off = tables.map { "ALTER TABLE trading.\($0) DISABLE TRIGGER append_only;" }.joined()
      let on = tables.map { "ALTER TABLE trading.\($0) ENABLE ALWAYS TRIGGER append_only;" }.joined()
      return "\(off) \(sql); \(on)"
    }

    @Test(arguments: [
      (
        "ALTER TABLE trading.agent_logs ENABLE TRIGGER append_only", DatabaseFinding.Kind.unguarded(table: "agent_logs")
      ),
      (
        """
        DROP TRIGGER append_only ON trading.agent_trades;
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.agent_trades
          FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION trading.refuse_change();
        ALTER TABLE trading.agent_trades ENABLE ALWAYS TRIGGER append_only
        """, .unguarded(table: "agent_trades")
      ),
      (
        """
        CREATE FUNCTION trading.other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        DROP TRIGGER append_only ON trading.checkpoints;
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.checkpoints
          FOR EACH STATEMENT EXECUTE FUNCTION trading.other();
        ALTER TABLE trading.checkpoints ENABLE ALWAYS TRIGGER append_only
        """, .unguarded(table: "checkpoints")
      ),
      (
        "CREATE OR REPLACE FUNCTION trading.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        .hollowGuard
      ),
    ]) func `a guard that was taken away or hollowed out is found`(sql: String, kind: DatabaseFinding.Kind) async throws
    {
      let database = try await filled(story())
      try database.psql(sql)
      let result = try DatabaseVerifier.verify(try database.target())
      #expect(result.findings.map(\.kind) == [kind])
    }

    @Test func `a local log is filtered by the name in the newest revision, and an unknown agent is told`() throws {
      let folder = try temporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let journal = try Journal.open(stateDirectory: folder, options: .small)
      var record = Record.plain(1)
      record.agent = AgentID("agent_1")
      try journal.append([record, .plain(2)])
      #expect(journal.close())
      let audit = LocalAudit(stateDirectory: folder)
      #expect(try audit.log(AuditFilter(agent: "agent_1"))?.map(\.sequence) == [1])
      #expect(try audit.log(AuditFilter(agent: "atlas")) == nil)
      let loaded = ManifestLoader.load(files: [ManifestFile(name: "atlas.yaml", bytes: Array(Self.manifest.utf8))])
      guard case .accepted(let manifests) = loaded else {
        Issue.record("the manifest is not accepted")
        return
      }
      _ = try RevisionStore(stateDirectory: folder).accept(manifests, actor: "ann", at: Timestamp(seconds: 1))
      #expect(try audit.log(AuditFilter(agent: "Atlas"))?.map(\.sequence) == [1])
      #expect(try audit.log(AuditFilter(agent: "nosuch")) == nil)
      var filter = AuditFilter()
      filter.events = [.intent]
      #expect(try audit.log(filter) == [])
      filter.events.insert(.heartbeat)
      #expect(try audit.log(filter)?.count == 2)
    }

    @Test func `an end that was cut or rewritten shows beside the local journal`() async throws {
      let folder = StateFolder()
      let journal = try Journal.open(stateDirectory: folder.path, options: .small)
      try journal.append((1...40).map { .plain($0) })
      let database = try TestDatabase.fresh()
      let log = ShipperLog()
      let callbacks = log.callbacks
      let shipper = Shipper(
        destination: .server(try database.target()), source: JournalSource(journal: journal),
        callbacks: ShipperCallbacks(onShipped: {
          journal.markShipped($0)
          callbacks.onShipped($0)
        }))
      journal.onEvent { _ in shipper.wake() }
      shipper.start()
      try await eventually("shipped") { log.shipped == 40 }
      await shipper.stop()
      #expect(journal.close())
      let target = try database.target()
      let found = try DatabaseVerifier.verify(target, stateDirectory: folder.path).findings.map(\.description)
      #expect(found == [])
      #expect(try LocalAudit(stateDirectory: folder.path).log(AuditFilter(limit: 3))?.map(\.sequence) == [38, 39, 40])
      try database.psql(Self.unguarded("DELETE FROM trading.agent_logs WHERE id > 30"))
      #expect(try DatabaseVerifier.verify(target).isIntact)
      #expect(
        try DatabaseVerifier.verify(target, stateDirectory: folder.path).findings.map(\.kind) == [.tailCut])
    }

    @Test func `an embedded database is asked while it runs and while it does not`() async throws {
      let folder = try temporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let chain = story()
      let server = EmbeddedPostgres(stateDirectory: folder)
      let log = ShipperLog()
      let shipper = Shipper(destination: .embedded(server), source: chain, callbacks: log.callbacks)
      shipper.start()
      try await eventually(seconds: 60, "shipped") { log.shipped == 8 }
      let ask = { () throws in
        try AuditDatabase.with(.embedded, stateDirectory: folder) { target throws(DatabaseError) in
          try AuditQueries(target).log(AuditFilter())
        }
      }
      #expect(try ask() == chain.all)
      let running = try #require(EmbeddedPostgres.running(stateDirectory: folder))
      let users = try PostgresConnection(running).query(
        "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'mt4-controller' AND pid <> pg_backend_pid()"
      )
      #expect(users.rows == [["mt4_controller"]])
      let asker = { () throws in
        try AuditDatabase.with(.embedded, stateDirectory: folder) { target throws(DatabaseError) in
          try AuditQueries(target).connect().query("SELECT current_user").value
        }
      }
      #expect(try asker() == "mt4_auditor")
      await shipper.stop()
      server.stop()
      #expect(try ask() == chain.all)
      #expect(try asker() == "mt4_auditor")
      let verified = try AuditDatabase.with(.embedded, stateDirectory: folder) { target throws(DatabaseError) in
        try DatabaseVerifier.verify(target).findings.map(\.kind)
      }
      #expect(Set(verified) == [.derivedRow(table: "manifest_revisions")], "the role that only reads may verify")
      #expect(EmbeddedPostgres.running(stateDirectory: folder) == nil)
    }
  }
}
