import Foundation
import Reconciler
import Testing

@testable import Controller

extension DatabaseTests {
  @Suite struct DatabaseStatementTests {
    private let day = "2026-11-21"

    private func anchor(_ day: String, balance: String, credit: String = "0") -> JSONValue {
      [
        "day": .string(day), "day_start": .string("\(day)T00:00:00.000000Z"),
        "taken_at": .string("\(day)T00:00:01.000000Z"), "kind": "reset", "amount": .string(balance),
        "from_history": false, "balance": .string(balance), "credit": .string(credit),
      ]
    }

    private func heartbeat(_ balance: String, credit: String = "0") -> JSONValue {
      [
        "balance": .string(balance), "credit": .string(credit), "equity": .string(balance),
        "day_state": ["anchor": ["day": .string(day)]],
      ]
    }

    private func trade(
      _ ticket: Int, _ profit: String, _ swap: String, _ commission: String, rest: Int? = nil, balance: String,
      credit: String = "0", day: String = "2026-11-21"
    ) -> JSONValue {
      .fields([
        "ticket": .int(ticket), "symbol": "XAUUSD", "side": "buy", "lots": "0.10", "open_price": "2640.10",
        "close_price": "2641.30", "stop_loss": "2600", "take_profit": "2700", "profit": .string(profit),
        "swap": .string(swap), "commission": .string(commission), "open_time": "2026-11-21T08:00:00.000000Z",
        "close_time": "2026-11-21T09:00:00.000000Z", "comment": "", "action_id": "a-1", "day": .string(day),
        "remainder": rest.map { .int($0) }, "balance": .string(balance), "credit": .string(credit),
      ])
    }

    private func flow(_ amount: String, _ kind: String, _ comment: String, balance: String) -> JSONValue {
      [
        "day": .string(day), "amount": .string(amount), "kind": .string(kind), "comment": .string(comment),
        "inferred": false, "balance": .string(balance), "credit": "0",
      ]
    }

    /// 1000.00 + 50 - 20 + (7.45 - 3.30 + 0.05) - 1.25 = 1032.95, with a credit of 30 beside it.
    private func chain(planted cents: String = "0") -> TestChain {
      let chain = TestChain()
      let extra = FixedDecimal(cents) ?? .zero
      func moved(_ text: String) -> String { ((FixedDecimal(text) ?? .zero) + extra).description }
      chain.add(.dayAnchor, metadata: anchor("2026-11-20", balance: "990"))
      chain.add(.tradeClosed, metadata: trade(40, "10", "0", "0", balance: "1000", day: "2026-11-20"))
      chain.add(.dayAnchor, metadata: anchor(day, balance: "1000"))
      chain.add(metadata: heartbeat("1000"))
      chain.add(.flow, metadata: flow("50", "balance", "Deposit", balance: "1050"))
      chain.add(.tradeClosed, metadata: trade(41, "8.00", "-0.20", "-0.35", rest: 42, balance: "1057.45"))
      chain.add(metadata: heartbeat(moved("1057.45")))
      chain.add(metadata: heartbeat(moved("1057.45")))
      chain.add(.tradeClosed, metadata: trade(42, "-3.00", "0", "-0.30", balance: moved("1054.15")))
      chain.add(.flow, metadata: flow("-20", "balance", "Withdrawal", balance: moved("1034.15")))
      chain.add(.flow, metadata: flow("30", "credit", "Credit", balance: moved("1034.15")))
      chain.add(.flow, metadata: flow("-1.25", "result", "Swap 19.11", balance: moved("1032.90")))
      // The close is in the balance before its row is in the history.
      chain.add(metadata: heartbeat(moved("1032.95"), credit: "30"))
      chain.add(.dayAnchor, metadata: anchor("2026-11-22", balance: moved("1032.95"), credit: "30"))
      chain.add(.tradeClosed, metadata: trade(43, "0.05", "0", "0", balance: moved("1032.95")))
      chain.add(.tradeClosed, metadata: trade(44, "100", "0", "0", balance: "1132.95", credit: "30", day: "2026-11-22"))
      chain.add(.flow, agent: "agent_2", metadata: flow("7", "balance", "Deposit", balance: "7"))
      return chain
    }

    private func shipped(_ chain: TestChain, _ rows: [PerformanceRow] = []) async throws -> TestDatabase {
      let database = try TestDatabase.fresh()
      let log = ShipperLog()
      let shipper = Shipper(destination: .server(try database.target()), source: chain, callbacks: log.callbacks)
      shipper.publish(performance: rows)
      shipper.start()
      try await eventually("shipped") { log.shipped == chain.head }
      await shipper.stop()
      return database
    }

    private func statement(_ database: TestDatabase, _ day: String) throws -> DayStatement {
      let records = try AuditQueries(try database.target()).statementRecords(agent: "agent_1", day: day)
      return try DayStatement(agent: "agent_1", day: day, records: records)
    }

    @Test func `a day with deposits, partial closes, swap and commission reconciles to the cent`() async throws {
      let database = try await shipped(chain())
      let found = try statement(database, day)
      #expect(found.opening.balance == 1000)
      #expect(found.total(.balance) == 30)
      #expect(found.total(.credit) == 30)
      #expect(found.total(.result).description == "-1.25")
      #expect(found.trades.map(\.ticket) == [41, 42, 43])
      #expect(found.trades.map(\.isPart) == [true, false, false])
      #expect(found.tradesNet.description == "4.2")
      #expect(found.closing.balance.description == "1032.95")
      #expect(found.difference == 0)
      #expect(found.creditDifference == 0)
      #expect(found.isReconciled)
      #expect(found.isOver)
      #expect(found.gaps == [])
      #expect(found.text.contains("difference                        0.00  reconciled"), "\(found.text)")
      #expect(found.json["totals"]?["difference"]?.string == "0")
      #expect(found.json["reconciled"]?.bool == true)
    }

    @Test(arguments: ["0.01", "-0.01"]) func `a planted cent is found, with the time in which it came`(cent: String)
      async throws
    {
      let database = try await shipped(chain(planted: cent))
      let found = try statement(database, day)
      #expect(found.difference.description == cent)
      #expect(!found.isReconciled)
      #expect(found.gaps.map(\.amount.description) == [cent])
      #expect(found.text.contains("NOT RECONCILED"))
      #expect(found.text.contains("\(cent) came or went between"), "\(found.text)")
    }

    @Test func `a day that is not over goes to the last record that tells the balance`() async throws {
      let database = try await shipped(chain())
      try database.psql(
        "INSERT INTO trading.agent_state (agent_id, name, chain, record_id, revision, enabled, paused, updated_at) "
          + "VALUES ('agent_1', 'atlas', 'c', 1, 1, true, false, now())")
      let records = try AuditQueries(try database.target()).statementRecords(agent: "Atlas", day: "2026-11-22")
      let found = try DayStatement(agent: "Atlas", day: "2026-11-22", records: records)
      #expect(!found.isOver)
      #expect(found.closing.balance.description == "1132.95")
      #expect(found.isReconciled)
    }

    @Test func `a day that nobody recorded, and an anchor without a balance, are said`() async throws {
      let database = try await shipped(chain())
      #expect(throws: StatementProblem.noAnchor(agent: "agent_1", day: "2026-11-25", known: [])) {
        try statement(database, "2026-11-25")
      }
      let old = Record(
        sequence: 1, agent: AgentID("agent_1"), type: .dayAnchor, reason: nil, message: "",
        metadata: ["day": .string(day)], actionID: nil, revision: 1, observedAt: nil,
        createdAt: Timestamp(seconds: 1_790_000_000))
      #expect(throws: StatementProblem.noBalance(day: day)) {
        try DayStatement(agent: "agent_1", day: day, records: [old])
      }
    }

    @Test func `closed trades and daily results are rows`() async throws {
      let daily = PerformanceRow(
        key: .init(agent: AgentID("agent_1"), date: day, period: "daily"), openingBalance: 1000,
        closingBalance: FixedDecimal("1032.95"), profitLoss: FixedDecimal("2.95"), totalTrades: 2, winningTrades: 1)
      let database = try await shipped(chain(), [daily])
      let rows = try database.psql(
        """
        SELECT ticket, action, lots, open_price, close_price, stop_loss, take_profit, profit, swap, commission, action_id
        FROM trading.agent_trades WHERE agent_id = 'agent_1' AND ticket IN (41, 42) ORDER BY ticket
        """)
      #expect(
        rows == """
          41|buy|0.10|2640.10|2641.30|2600|2700|8.00|-0.20|-0.35|a-1
          42|buy|0.10|2640.10|2641.30|2600|2700|-3.00|0|-0.30|a-1
          """)
      #expect(
        try database.psql(
          """
          SELECT snapshot_date, period_type, opening_balance, closing_balance, profit_loss, total_trades, winning_trades
          FROM trading.performance_snapshots
          """) == "2026-11-21|daily|1000|1032.95|2.95|2|1")
    }

    @Test func `a local journal gives the same statement`() async throws {
      let folder = StateFolder()
      let journal = try Journal.open(stateDirectory: folder.path, options: .small)
      try journal.append(chain().all.compactMap(\.record))
      #expect(journal.close())
      let records = try LocalAudit(stateDirectory: folder.path).statementRecords(agent: "agent_1", day: day)
      let found = try DayStatement(agent: "agent_1", day: day, records: records)
      #expect(found.isReconciled)
      #expect(found.trades.map(\.ticket) == [41, 42, 43])
    }
  }
}
