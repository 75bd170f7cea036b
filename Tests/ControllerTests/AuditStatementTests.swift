import Bridge
import Foundation
import PaperTerminal
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// Whole days of an account, told by the real service from a terminal's own books, and reconciled to the cent.
@Suite(.timeLimit(.minutes(5)))
struct AuditStatementTests {
  /// A wall that can be set, for the terminals and for the controller.
  private final class SetClock: Sendable {
    private let offset: Mutex<Duration>

    init(_ start: String) { offset = Mutex(Self.time(start) - SystemClock.now().wall) }

    func set(_ text: String) { offset.withLock { $0 = Self.time(text) - SystemClock.now().wall } }

    var now: Moment {
      let now = SystemClock.now()
      return Moment(wall: now.wall + offset.withLock { $0 }, steady: now.steady)
    }

    private static func time(_ text: String) -> Timestamp {
      guard let time = Timestamp(rfc3339: text + ".000000Z") else { preconditionFailure("`\(text)` is no time") }
      return time
    }
  }

  private static let eurusd = Symbol("EURUSD")

  private static func terms(_ instrument: inout PaperInstrument) {
    instrument.commissionPerLot = exact("6.50")
    instrument.swapLongPoints = exact("-7.3")
    instrument.swapShortPoints = exact("1.1")
  }

  private func statement(_ stage: Stage, _ day: String) throws -> DayStatement {
    let records = try LocalAudit(stateDirectory: stage.state).statementRecords(agent: "agent_1", day: day)
    return try DayStatement(agent: "agent_1", day: day, records: records)
  }

  private func balance(_ stage: Stage) throws -> FixedDecimal { try stage.terminal().books.balance }

  private func buy(_ stage: Stage, _ lots: String) throws -> Ticket {
    let reply = try stage.terminal().trade(
      .open(
        symbol: Self.eurusd, side: .buy, lots: exact(lots), stopLoss: nil, takeProfit: nil, slippagePoints: nil))
    return try #require(reply.ticket, "\(reply.code)")
  }

  private func close(_ stage: Stage, _ ticket: Ticket, _ lots: String? = nil) throws {
    let reply = try stage.terminal().trade(.close(ticket: ticket, lots: lots.map { exact($0) }))
    #expect(reply.code == .done, "\(reply.code)")
  }

  /// Runs the controller for `body`, then until every row of the account's history that it must tell of is told.
  private func controlled(
    _ stage: Stage, _ clock: SetClock, trades: Int, flows: Int, _ body: (RunningController) async throws -> Void
  ) async throws {
    var seams = ServiceSeams()
    seams.now = { clock.now }
    try await RunningController.with(stage, database: "embedded", seams: seams) { controller in
      try await eventually(seconds: 60, "the day has begun") { controller.status()?.day != nil }
      try await body(controller)
      try await eventually(seconds: 60, "all is told") {
        let told = controller.records(.tradeClosed).count
        let moved = controller.records(.flow).count { $0.metadata["inferred"]?.bool != true }
        return told >= trades && moved >= flows
      }
      // A first start makes its cluster, which takes longer than all this.
      try await eventually(seconds: 90, "the database has it") {
        controller.condition(.journalAvailable)?.status == .yes
      }
    }
  }

  @Test func `deposits, partial closes, swap, a night and a stop of the controller: each day reconciles to the cent`()
    async throws
  {
    // A Wednesday, whose night counts thrice.
    let clock = SetClock("2026-11-18T20:00:00")
    try await Stage.with(clock: { clock.now.wall }, terms: Self.terms) { stage in
      try stage.declare(
        stage.agent {
          $0.positions = "guard"
          $0.targets = []
        })
      var spanning = Ticket(0)
      try await controlled(stage, clock, trades: 2, flows: 2) { controller in
        spanning = try buy(stage, "0.10")
        let other = try buy(stage, "0.07")
        try await eventually("both are seen") { controller.status()?.positions.count == 2 }
        try stage.terminal().deposit(exact("250.55"))
        try stage.terminal().setPrice(Self.eurusd, bid: exact("1.10531"))
        try await eventually("the deposit is seen") { !controller.records(.flow).isEmpty }
        try close(stage, other, "0.03")
        try await eventually("the part is told") { !controller.records(.tradeClosed).isEmpty }
        try stage.terminal().deposit(exact("-100.01"), comment: "Withdrawal")
        let rest = try #require(try stage.positions().first { $0.ticket != spanning })
        try close(stage, rest.ticket)
      }
      // The controller is down: a deposit before midnight, the night's swap, and a trade and a withdrawal after it.
      clock.set("2026-11-18T23:30:00")
      try stage.terminal().deposit(exact("10.10"))
      let evening = try buy(stage, "0.05")
      let atMidnight = try balance(stage)
      clock.set("2026-11-19T00:30:00")
      try stage.terminal().setPrice(Self.eurusd, bid: exact("1.10211"))
      try close(stage, evening)
      try stage.terminal().deposit(exact("-33.33"), comment: "Withdrawal")
      clock.set("2026-11-19T01:00:00")
      try await controlled(stage, clock, trades: 2, flows: 2) { controller in
        try await eventually("what happened meanwhile is told") { controller.records(.tradeClosed).count >= 1 }
        try close(stage, spanning)
      }
      let first = try statement(stage, "2026-11-18")
      #expect(first.isReconciled, "\(first.text)")
      #expect(first.isOver)
      #expect(first.opening.balance == 10_000)
      #expect(first.closing.balance == atMidnight)
      #expect(first.trades.map(\.isPart) == [true, false])
      #expect(first.total(.balance) == exact("160.64"), "the deposit of the evening counts for its own day")
      #expect(first.trades.allSatisfy { $0.commission.isNegative })

      let second = try statement(stage, "2026-11-19")
      #expect(second.isReconciled, "\(second.text)")
      #expect(!second.isOver)
      #expect(second.opening.balance == atMidnight)
      #expect(second.closing.balance == (try balance(stage)))
      #expect(Set(second.trades.map(\.ticket)) == [spanning.number, evening.number])
      // -7.3 points a lot and night, three nights; the other was opened after the server's midnight, two hours earlier.
      #expect(second.trades.first { $0.ticket == spanning.number }?.swap == exact("-2.19"))
      #expect(second.trades.first { $0.ticket == evening.number }?.swap == 0)

      let daily = try AuditDatabase.with(.embedded, stateDirectory: stage.state) { target throws(DatabaseError) in
        try PostgresConnection(target).query(
          "SELECT snapshot_date::text, profit_loss::text FROM trading.performance_snapshots ORDER BY 1"
        ).rows
      }
      #expect(
        daily.map { FixedDecimal($0[1] ?? "") } == [first.tradesNet, second.tradesNet],
        "no deposit is profit, also one that was found later: \(daily)")

      for (day, agent) in [("2026-11-18", "agent_1"), ("2026-11-19", "agent-1")] {
        let told = try await ControllerProcess.output(
          ["audit", "statement", "--agent", agent, "--day", day, "--state", stage.state, "--database", "embedded"],
          in: stage)
        #expect(told.code == 0, "\(told.out)\(told.error)")
        #expect(told.out.contains("reconciled"))
      }
    }
  }
}
