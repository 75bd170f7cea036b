import Reconciler
import Testing

@testable import Controller

extension DatabaseTests {
  /// Many lines at once go by COPY.
  @Suite struct DatabaseCopyTests {
    private static func rows(of lines: some Sequence<JournalLine>) -> [UInt8]? {
      var rows = CopyRows()
      for line in lines { guard rows.append(line) else { return nil } }
      return rows.bytes
    }

    @Test func `many lines by COPY are the rows that the statement makes`() throws {
      let chain = TestChain()
      for k in 0..<ShipBatch.leastCopied {
        chain.add(message: "back \\t, \\\\, quote \", ünï 😀 and \\N \(k)", action: "a-\(k)")
        chain.add(.controllerStarted, agent: nil, reason: .target, metadata: ["a": ["b": "c\\n"], "n": 12])
      }
      let copied = try TestDatabase.fresh()
      let rows = try #require(Self.rows(of: chain.all))
      let first = try ShipperSession(try copied.target(), previousProcess: nil, limit: { nil })
      #expect(try first.copy(rows, then: []))
      let stated = try TestDatabase.fresh()
      let second = try ShipperSession(try stated.target(), previousProcess: nil, limit: { nil })
      _ = try second.connection.pipeline([
        PostgresStatement(ShipSQL.records, [PostgresRows.array(chain.all.map(\.text))])
      ])
      let all = "SELECT count(*), md5(string_agg(l::text, '|' ORDER BY id)) FROM trading.agent_logs l"
      #expect(try copied.psql(all) == stated.psql(all))
      #expect(try copied.count("agent_logs") == 2 * ShipBatch.leastCopied)
    }

    @Test func `many lines of which one is there already are left to the statement, all of them`() async throws {
      let database = try TestDatabase.fresh()
      let chain = TestChain()
      chain.add(count: 2)
      let log = ShipperLog()
      let before = Shipper(destination: .server(try database.target()), source: chain, callbacks: log.callbacks)
      before.start()
      try await eventually("two shipped") { log.shipped == 2 }
      await before.stop()
      chain.add(count: 1_000)
      // As after a commit whose answer was lost: this row is there, and the one before it is the last that is known.
      let lines = chain.all
      let session = try ShipperSession(try database.target(), previousProcess: nil, limit: { nil })
      #expect(try session.copy(try #require(Self.rows(of: lines[1..<400])), then: []) == false)
      #expect(try database.count("agent_logs") == 2)
      #expect(try session.copy(try #require(Self.rows(of: lines[2..<400])), then: []))
      #expect(try database.count("agent_logs") == 400)
    }
  }
}
