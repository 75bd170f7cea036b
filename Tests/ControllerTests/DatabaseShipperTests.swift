import Foundation
import Reconciler
import Testing

@testable import Controller

extension DatabaseTests {
  @Suite struct DatabaseShipperTests {
    private func shipper(_ target: DatabaseTarget, _ chain: TestChain, _ log: ShipperLog) -> Shipper {
      let shipper = Shipper(destination: .server(target), source: chain, callbacks: log.callbacks)
      shipper.start()
      return shipper
    }

    @Test func `five thousand lines arrive exactly once and as they are`() async throws {
      let database = try TestDatabase.fresh()
      let chain = TestChain()
      chain.add(count: 5_000)
      let log = ShipperLog()
      let shipper = shipper(try database.target(), chain, log)
      try await eventually("all shipped") { log.shipped == 5_000 && log.states.last == .waiting }
      chain.add(message: "ünï \"quoted\" \\ back")
      shipper.wake()
      try await eventually("the last one shipped") { log.shipped == 5_001 && log.states.last == .waiting }
      #expect(await shipper.stop())
      #expect(try database.count("agent_logs") == 5_001)
      #expect(try database.psql("SELECT record FROM trading.agent_logs WHERE id = 5001") == chain.all.last?.text)
      #expect(log.states == [.connecting, .shipping, .waiting, .shipping, .waiting])
      let wrong = try database.psql(
        """
        SELECT count(*) FROM trading.agent_logs WHERE record::jsonb ->> 'hash' <> hash OR (record::jsonb -> 'metadata') <> metadata
          OR created_at <> (record::jsonb ->> 'created_at')::timestamptz OR observed_at IS NULL
        """)
      #expect(wrong == "0")
    }

    @Test func `trades and revisions come with their records`() async throws {
      let database = try TestDatabase.fresh()
      let chain = TestChain()
      chain.add(
        .revisionLoaded, agent: nil, metadata: ["sha256": "abc", "actor": "ann", "git_commit": "f00"], revision: 7)
      chain.add(
        .tradeClosed,
        metadata: [
          "ticket": 41, "symbol": "EURUSD", "side": "buy", "lots": "0.02", "open_price": "1.1", "close_price": "1.2",
          "profit": "-3.50", "open_time": "2026-11-01T10:00:00.000000Z", "close_time": "not a time",
        ], action: "a-1")
      let log = ShipperLog()
      let shipper = shipper(try database.target(), chain, log)
      try await eventually("both shipped") { log.shipped == 2 }
      await shipper.stop()
      #expect(
        try database.psql(
          "SELECT revision, sha256, actor, git_commit, files, normalised FROM trading.manifest_revisions")
          == #"7|abc|ann|f00|{"a.yaml": "kind: 7"}|{"revision": 7}"#)
      #expect(
        try database.psql(
          "SELECT agent_id, ticket, symbol, action, lots, open_price, profit, close_time, action_id FROM trading.agent_trades"
        )
          == "agent_1|41|EURUSD|buy|0.02|1.1|-3.50||a-1")
    }

    @Test func `the newest state of each agent is upserted and read back`() async throws {
      let database = try TestDatabase.fresh()
      let chain = TestChain()
      chain.add()
      let log = ShipperLog()
      let shipper = shipper(try database.target(), chain, log)
      var row = AgentStateRow(
        agent: AgentID("agent_1"), name: "atlas", chain: chain.chain, record: 1, revision: 1, enabled: true,
        paused: false,
        memory: ["latch": "open"], updatedAt: Timestamp(microseconds: 1_790_000_000_123_456))
      shipper.publish(states: [row])
      row.paused = true
      row.pausedReason = "daily_loss"
      row.dayAnchor = FixedDecimal("200.10")
      row.day = "2026-11-21"
      shipper.publish(states: [row])
      shipper.publish(performance: [
        PerformanceRow(
          key: .init(agent: AgentID("agent_1"), date: "2026-11-21", period: "daily"), openingBalance: 200,
          closingBalance: 190, profitLoss: -10, totalTrades: 2, winningTrades: 1)
      ])
      #expect(await shipper.stop())
      #expect(try DatabaseReader.loadAgentStates(try database.target()) == [row])
      #expect(try database.psql("SELECT profit_loss FROM trading.performance_snapshots") == "-10")
    }

    @Test func `a database restored from an earlier day is filled again`() async throws {
      let database = try TestDatabase.fresh()
      let chain = TestChain()
      chain.add(count: 700)
      for expected in [Int64(700), 800] {
        let log = ShipperLog()
        let shipper = shipper(try database.target(), chain, log)
        try await eventually("shipped") { log.shipped == expected }
        await shipper.stop()
        try database.psql(
          """
          ALTER TABLE trading.agent_logs DISABLE TRIGGER append_only; DELETE FROM trading.agent_logs WHERE id > 450;
          ALTER TABLE trading.agent_logs ENABLE ALWAYS TRIGGER append_only
          """)
        chain.add(count: 100)
      }
    }

    @Test func `another record under the same sequence is a fork`() async throws {
      let database = try TestDatabase.fresh()
      let ours = TestChain()
      let theirs = TestChain()
      ours.add(count: 3)
      theirs.add(count: 2)
      theirs.add(message: "another")
      let first = ShipperLog()
      let writer = shipper(try database.target(), ours, first)
      try await eventually("shipped") { first.shipped == 3 }
      await writer.stop()
      let log = ShipperLog()
      let forked = shipper(try database.target(), theirs, log)
      try await eventually("the fork is said") { if case .forked = log.last { true } else { false } }
      #expect(await forked.stop())
      #expect(try database.count("agent_logs") == 3)
    }

    @Test func `a journal that ends before the database is a fork`() async throws {
      let database = try TestDatabase.fresh()
      let chain = TestChain()
      chain.add(count: 3)
      let first = ShipperLog()
      let writer = shipper(try database.target(), chain, first)
      try await eventually("shipped") { first.shipped == 3 }
      await writer.stop()
      let older = TestChain()
      older.add(count: 2)
      let log = ShipperLog()
      let forked = shipper(try database.target(), older, log)
      try await eventually("the fork is said") { if case .forked = log.last { true } else { false } }
      await forked.stop()
    }

    @Test func `segments that are gone do not matter unless the database lacks them`() async throws {
      let database = try TestDatabase.fresh()
      let chain = TestChain()
      chain.add(count: 10)
      let first = ShipperLog()
      let writer = shipper(try database.target(), chain, first)
      try await eventually("shipped") { first.shipped == 10 }
      await writer.stop()
      chain.add(count: 10)
      chain.remove(first: 10)
      let second = ShipperLog()
      let again = shipper(try database.target(), chain, second)
      try await eventually("shipped on") { second.shipped == 20 }
      await again.stop()
      chain.add(count: 10)
      chain.remove(first: 25)
      let third = ShipperLog()
      let gap = shipper(try database.target(), chain, third)
      try await eventually("the gap is said") { if case .down("journal_gap", _) = third.last { true } else { false } }
      await gap.stop(withinSeconds: 1)
      #expect(try database.count("agent_logs") == 20)
    }

    @Test func `a second controller waits for the lock and takes over`() async throws {
      let database = try TestDatabase.fresh()
      let chain = TestChain()
      chain.add()
      let (firstLog, secondLog) = (ShipperLog(), ShipperLog())
      let first = shipper(try database.target(), chain, firstLog)
      try await eventually("the first ships") { firstLog.shipped == 1 }
      let other = TestChain("chain-b")
      other.add()
      let second = shipper(try database.target(), other, secondLog)
      try await eventually("the second waits") { if case .anotherController = secondLog.last { true } else { false } }
      #expect(secondLog.shipped == 0)
      await first.stop()
      try await eventually("the second ships") { secondLog.shipped == 1 }
      await second.stop()
    }

    @Test func `a read-only database is said once, and shipping goes on when it is over`() async throws {
      let database = try TestDatabase.fresh()
      try Migrator.migrate(try database.connect())
      try database.psql("ALTER DATABASE \(database.name) SET default_transaction_read_only = on")
      let chain = TestChain()
      chain.add()
      let log = ShipperLog()
      let shipper = shipper(try database.target(), chain, log)
      try await eventually("read-only is said") { if case .down("read_only", _) = log.last { true } else { false } }
      try database.psql(
        "SET transaction_read_only = off; ALTER DATABASE \(database.name) RESET default_transaction_read_only")
      try await eventually("shipped") { log.shipped == 1 }
      await shipper.stop()
      #expect(log.states.count { if case .down = $0 { true } else { false } } == 1)
    }

    @Test func `a wrong password is said without it, and the right one later serves`() async throws {
      let server = try TestServer.shared.get()
      let database = try server.database()
      let role = "secret_\(database.name)"
      try database.psql("CREATE ROLE \(role) SUPERUSER LOGIN PASSWORD 'right-one'")
      let rules = "\(server.socketDirectory)/pg_hba.conf"
      let before = try String(contentsOfFile: rules, encoding: .utf8)
      try "local \(database.name) \(role) scram-sha-256\n\(before)".write(
        toFile: rules, atomically: false, encoding: .utf8)
      try database.psql("SELECT pg_reload_conf()")
      let chain = TestChain()
      chain.add()
      let log = ShipperLog()
      let shipper = shipper(try database.target(user: role, password: "wrong-one"), chain, log)
      try await eventually("the refusal is said") {
        guard case .down("authentication", let message) = log.last else { return false }
        return !message.contains("wrong-one")
      }
      try database.psql("ALTER ROLE \(role) PASSWORD 'wrong-one'")
      try await eventually("shipped") { log.shipped == 1 }
      await shipper.stop()
    }

    @Test func `a server that never answers is given up and says so`() async throws {
      let silent = try SilentServer()
      let chain = TestChain()
      chain.add()
      let log = ShipperLog()
      let shipper = shipper(try silent.target(), chain, log)
      try await eventually("the timeout is said") { if case .down("timeout", _) = log.last { true } else { false } }
      #expect(await shipper.stop(withinSeconds: 1))
    }

    @Test func `without a right to the schema it asks for db init and then goes on`() async throws {
      let database = try TestDatabase.fresh()
      _ = try DatabaseInit.run(try TestDatabase.fresh().target())
      let chain = TestChain()
      chain.add()
      let log = ShipperLog()
      let shipper = shipper(try database.target(user: "mt4_controller"), chain, log)
      try await eventually("init is asked for") { if case .needsInit = log.last { true } else { false } }
      _ = try DatabaseInit.run(try database.target())
      try await eventually("shipped") { log.shipped == 1 }
      await shipper.stop()
    }

    @Test func `a session that the server ends is taken up again`() async throws {
      let database = try TestDatabase.fresh()
      let chain = TestChain()
      chain.add()
      let log = ShipperLog()
      let shipper = shipper(try database.target(), chain, log)
      try await eventually("shipped") { log.shipped == 1 }
      try database.psql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
      )
      chain.add()
      shipper.wake()
      try await eventually("shipped on") { log.shipped == 2 }
      await shipper.stop()
    }

    @Test func `the server is killed in the middle and every row is there once`() async throws {
      let folder = try temporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let server = EmbeddedPostgres(stateDirectory: folder)
      let chain = TestChain()
      chain.add(count: 1_000)
      let log = ShipperLog()
      let shipper = Shipper(destination: .embedded(server), source: chain, callbacks: log.callbacks)
      shipper.start()
      for round in 0..<2 {
        try await eventually(seconds: 60, "some shipped") { log.shipped > Int64(round) * 1_000 }
        chain.add(count: 4_000)
        shipper.wake()
        let process = try #require(Postmaster.running(on: "\(folder)/postgres"))
        kill(process.id, SIGKILL)
      }
      try await eventually(seconds: 60, "all shipped") { log.shipped == chain.head }
      #expect(await shipper.stop())
      let target = try #require(EmbeddedPostgres.running(stateDirectory: folder))
      let row = try PostgresConnection(target).query(
        "SELECT count(*), count(DISTINCT id), max(id) FROM trading.agent_logs"
      ).rows.first
      #expect(row == ["9000", "9000", "9000"])
      server.stop()
    }
  }
}
