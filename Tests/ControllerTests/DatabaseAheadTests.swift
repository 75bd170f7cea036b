import Crypto
import Foundation
import Reconciler
import Synchronization
import Testing

@testable import Controller

extension DatabaseTests {
  /// While the server takes a batch, the next one is read: one, and nothing of it counts before its turn.
  @Suite struct DatabaseAheadTests {
    private static let batch = Int64(ShipBatch.maximumLines)

    /// A chain that notes how far it was read.
    private final class Watched: ShipperSource {
      let chain = TestChain()
      private let end = Mutex<Int64>(0)
      private let damaged = Mutex<Int64?>(nil)

      var read: Int64 { end.withLock { $0 } }

      func damage(from sequence: Int64?) { damaged.withLock { $0 = sequence } }

      func lines(after sequence: Int64, limit: Int) throws -> [JournalLine] {
        let lines = try chain.lines(after: sequence, limit: limit)
        if let bad = damaged.withLock({ $0 }), let last = lines.last?.sequence, last >= bad {
          throw JournalError.damaged(file: "segment", offset: 0, problem: "a test")
        }
        end.withLock { $0 = max($0, lines.last?.sequence ?? 0) }
        return lines
      }
    }

    /// A shipper whose server takes the first batch no further than to a lock.
    private final class Held {
      let database: TestDatabase
      let source = Watched()
      let log = ShipperLog()
      let shipper: Shipper
      private let other: PostgresConnection

      init(lines: Int) throws {
        database = try TestDatabase.fresh()
        try Migrator.migrate(try database.connect())
        source.chain.add(count: lines)
        other = try database.connect()
        try other.run(script: "BEGIN; LOCK TABLE trading.agent_logs IN SHARE ROW EXCLUSIVE MODE")
        shipper = Shipper(destination: .server(try database.target()), source: source, callbacks: log.callbacks)
        shipper.start()
      }

      func settle(_ script: StaticString = "") throws {
        try other.run(script: script)
        try other.run(script: "COMMIT")
      }

      /// Every line is there once, as it is, and they came in their order.
      func proveAll() throws {
        #expect(try database.count("agent_logs") == source.chain.all.count)
        #expect(
          try database.psql(
            "SELECT count(*) FROM (SELECT id, lag(id, 1, 0::bigint) OVER (ORDER BY ctid) AS before FROM trading.agent_logs) l WHERE id <> before + 1"
          ) == "0")
        let texts = try database.psql(
          "SELECT encode(sha256(convert_to(string_agg(record, '' ORDER BY id), 'UTF8')), 'hex') FROM trading.agent_logs"
        )
        #expect(texts == Hexadecimal.text(SHA256.hash(data: Array(source.chain.all.map(\.text).joined().utf8))))
      }
    }

    @Test func `the next batch is read while the server takes this one, and no more than that`() async throws {
      let held = try Held(lines: 7_000)
      try await eventually("the second batch is read") { held.source.read == 2 * Self.batch }
      // Turns enough to read on.
      try await Task.sleep(for: .milliseconds(100))
      #expect(held.source.read == 2 * Self.batch && held.log.shipped == 0)
      #expect(try held.database.count("agent_logs") == 0)
      try held.settle()
      try await eventually("all shipped") { held.log.shipped == 7_000 }
      held.source.chain.add(count: 3)
      held.shipper.wake()
      try await eventually("the last ones shipped") { held.log.shipped == 7_003 }
      #expect(await held.shipper.stop())
      try held.proveAll()
    }

    @Test func `a session that ends while the next batch is read loses nothing and sends nothing twice`() async throws {
      let held = try Held(lines: 6_500)
      try await eventually("the second batch is read") { held.source.read == 2 * Self.batch }
      try held.database.psql(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
          AND query LIKE 'COPY trading.agent_logs%' AND pid <> pg_backend_pid()
        """)
      try await eventually("it is said") { held.log.states.contains { if case .down = $0 { true } else { false } } }
      #expect(held.log.shipped == 0)
      try held.settle()
      try await eventually("all shipped") { held.log.shipped == 6_500 }
      #expect(await held.shipper.stop())
      try held.proveAll()
    }

    @Test func `a stop while the next batch is read ends in its time, and leaves both to the next start`() async throws
    {
      let held = try Held(lines: 5_000)
      try await eventually("the second batch is read") { held.source.read == 2 * Self.batch }
      let began = ContinuousClock.now
      #expect(await held.shipper.stop(withinSeconds: 1))
      #expect(ContinuousClock.now - began < .seconds(10))
      #expect(held.log.shipped == 0)
      try held.settle()
      let log = ShipperLog()
      let next = Shipper(
        destination: .server(try held.database.target()), source: held.source, callbacks: log.callbacks)
      next.start()
      try await eventually("all shipped") { log.shipped == 5_000 }
      await next.stop()
      try held.proveAll()
    }

    @Test func `a fork in the second of two batches is found, after the first one and before the third`() async throws {
      let held = try Held(lines: 7_000)
      try await eventually("the second batch is read") { held.source.read == 2 * Self.batch }
      try held.settle(
        """
        INSERT INTO trading.agent_logs (chain, id, event_type, message, metadata, revision, created_at, prev_hash, hash,
          record) VALUES ('chain-a', 2500, 'heartbeat', '', '{}', 1, now(), '', repeat('0', 64), '{}')
        """)
      try await eventually("the fork is said") { if case .forked = held.log.last { true } else { false } }
      guard case .forked(let message) = held.log.last else { return }
      #expect(message.contains("record 2500"))
      #expect(await held.shipper.stop())
      #expect(held.log.shipped == Self.batch)
      #expect(
        try held.database.psql("SELECT string_agg(id::text, ',' ORDER BY id) FROM trading.agent_logs WHERE id > 1999")
          == "2000,2500")
      // Nor does another start take the fork for its own end.
      let log = ShipperLog()
      let next = Shipper(
        destination: .server(try held.database.target()), source: held.source, callbacks: log.callbacks)
      next.start()
      try await eventually("the fork is said again") { if case .forked = log.last { true } else { false } }
      #expect(await next.stop())
    }

    @Test func `a damaged line in what is read ahead does not keep the batch before from the database`() async throws {
      let held = try Held(lines: 6_000)
      held.source.damage(from: 3_000)
      try await eventually("the second batch is read up to the damage") { held.source.read >= 2_900 }
      try held.settle()
      try await eventually("the damage is said") {
        if case .down("journal_unreadable", _) = held.log.last { true } else { false }
      }
      #expect(held.log.shipped == Self.batch)
      held.source.damage(from: nil)
      try await eventually("all shipped") { held.log.shipped == 6_000 }
      #expect(await held.shipper.stop())
      try held.proveAll()
    }
  }
}
