import Testing

@testable import Reconciler

/// Closed trades: recorded once each, with whose they were and the day that they count for.
@Suite("Closed trades") struct TradeTests {
  private let atlas = AgentID("agent_1")

  private func world(_ change: (inout AgentSpec) -> Void = { _ in }) -> World {
    World(Fleets.fleet(Fleets.atlas(change)))
  }

  private func tickets(_ world: World) -> [Int64] {
    world.all(.tradeClosed).compactMap { $0.metadata["ticket"]?.int }
  }

  /// A row as a terminal shows it.
  private func row(
    _ ticket: Int64, _ net: String, at time: Timestamp, comment: String = "", lots: String = "0.10"
  ) -> HistoryRow {
    var row = HistoryRow(
      ticket: Ticket(ticket), kind: .trade(.buy), symbol: Symbol("XAUUSD"), lots: d(lots), profit: d(net),
      comment: comment, closeTime: time)
    row.openTime = time - .seconds(1)
    return row
  }

  private func book(_ world: World) -> TradeBook? { world.status()?.memory.trades }

  @Test func `A close of ours is recorded within seconds, with its actions and its target`() throws {
    let target = Fleets.target()
    let fleet = Fleets.fleet(
      Fleets.atlas {
        $0.targets = [target]
        $0.positions = .exact
      })
    var world = World(fleet)
    world.run(seconds: 5)
    let opened = try #require(world.positions().first?.ticket)
    world.terminals[atlas]?.positions[0].profit = d("12.34")
    world.reload(
      Fleets.fleet(
        Fleets.atlas {
          $0.targets = []
          $0.positions = .exact
        }, revision: 2))
    world.run(seconds: 5)
    let trades = world.all(.tradeClosed)
    #expect(trades.count == 1)
    let data = try #require(trades.first?.metadata)
    #expect(data["ticket"]?.int == opened.number)
    #expect(data["net"]?.decimal == d("12.34"))
    let intents = world.all(.intent)
    #expect(data["opened_by"]?.string == intents.first?.actionID)
    #expect(data["closed_by"]?.string == intents.last?.actionID)
    #expect(data["action_id"]?.string == intents.last?.actionID)
    #expect(data["target"]?.string == "core")
    #expect(data["how"]?.string == "controller")
    #expect(data["day"]?.string == "2026-11-18")
    #expect(data["balance"]?.decimal == d("1012.34"))
  }

  @Test func `A stop that was hit is recorded once, also across restarts`() throws {
    let fleet = Fleets.fleet(Fleets.atlas())
    var world = World(fleet)
    world.run(seconds: 3)
    world.terminals[atlas]?.add("XAUUSD", .buy, d("0.10"), profit: d("-40"), world.now)
    world.run(seconds: 3)
    world.terminals[atlas]?.close(0, nil, comment: "[sl]", world.now)
    world.run(seconds: 5)
    #expect(tickets(world) == [1001])
    #expect(world.all(.tradeClosed).first?.metadata["how"]?.string == "stop")
    #expect(world.all(.tradeClosed).first?.metadata["action_id"] == nil)
    for _ in 1...3 {
      try world.restart(fleet)
      world.run(seconds: 700)
    }
    #expect(tickets(world) == [1001])
  }

  @Test func `A start from a snapshot knows what was recorded`() throws {
    let fleet = Fleets.fleet(Fleets.atlas())
    var world = World(fleet)
    world.run(seconds: 3)
    world.terminals[atlas]?.history.append(row(7, "5", at: world.now.wall))
    world.run(seconds: 310)
    #expect(tickets(world) == [7])
    let before = try #require(world.status()?.memory)
    #expect(try AgentMemory(json: before.json).trades == before.trades)
    var facts = world.facts
    facts.wantsSnapshot = true
    world.receive(.journal(facts))
    try world.restart(fleet)
    world.run(seconds: 700)
    #expect(tickets(world) == [7])
    #expect(book(world) == before.trades)
  }

  @Test func `A crash before the record was durable records the trade again, for the first time`() throws {
    let fleet = Fleets.fleet(Fleets.atlas())
    var world = World(fleet)
    world.run(seconds: 3)
    world.terminals[atlas]?.history.append(row(7, "5", at: world.now.wall))
    world.run(seconds: 310)
    let lost = try #require(world.records.firstIndex { $0.type == .tradeClosed })
    world.records.removeSubrange(lost...)
    try world.restart(fleet)
    world.run(seconds: 5)
    #expect(tickets(world) == [7])
    #expect(world.status()?.performance.trades == 1)
  }

  @Test func `Rows from before the agent was first seen are not ours to report`() {
    var world = world()
    world.terminals[atlas]?.history = [
      row(1, "-100", at: world.now.wall - .seconds(3600)), row(2, "3", at: world.now.wall - .seconds(1)),
    ]
    world.run(seconds: 320)
    #expect(tickets(world) == [])
    world.terminals[atlas]?.history.append(row(3, "4", at: world.now.wall))
    world.run(seconds: 320)
    #expect(tickets(world) == [3])
  }

  @Test func `A row that moved with the server's offset is the same row`() {
    var world = world()
    world.run(seconds: 3)
    let closed = world.now.wall
    world.terminals[atlas]?.history = [row(3, "4", at: closed)]
    world.run(seconds: 310)
    world.terminals[atlas]?.history = [row(3, "4", at: closed + .seconds(3600))]
    world.run(seconds: 310)
    #expect(tickets(world) == [3])
  }

  @Test func `Rows of a wrong account are never recorded`() {
    var world = world()
    world.run(seconds: 3)
    world.terminals[atlas]?.number = 999
    world.terminals[atlas]?.history.append(row(3, "4", at: world.now.wall))
    world.run(seconds: 400)
    world.terminals[atlas]?.history = []
    world.terminals[atlas]?.number = 22437
    world.run(seconds: 400)
    #expect(tickets(world) == [])
  }

  @Test func `Cancelled orders, deposits and rows without a ticket are no trades`() {
    var world = world()
    world.run(seconds: 3)
    var cancelled = row(4, "0", at: world.now.wall)
    cancelled.kind = .cancelled
    world.terminals[atlas]?.history = [cancelled, row(0, "1", at: world.now.wall)]
    world.terminals[atlas]?.deposit(50, world.now)
    world.run(seconds: 320)
    #expect(tickets(world) == [])
    #expect(world.status()?.performance.days.last?.profitLoss == 0)
  }

  @Test func `What the broker booked as result is recorded once, and is no flow`() {
    var world = world()
    world.run(seconds: 3)
    var booking = row(5, "-1.25", at: world.now.wall, comment: "Swap 18.11")
    booking.kind = .balance
    world.terminals[atlas]?.history = [booking]
    world.terminals[atlas]?.balance = d("998.75")
    world.run(seconds: 700)
    let results = world.all(.flow).filter { $0.metadata["kind"]?.string == "result" }
    #expect(results.compactMap { $0.metadata["amount"]?.decimal } == [d("-1.25")])
    #expect(world.status()?.performance.days.last?.profitLoss == d("-1.25"))
    #expect(world.status()?.performance.trades == 0)
  }

  @Test(arguments: [true, false])
  func `Partial closes of one position are one trade, when its last part closed`(named: Bool) throws {
    let fleet = Fleets.fleet(Fleets.atlas())
    var world = World(fleet)
    world.run(seconds: 3)
    world.terminals[atlas]?.add("XAUUSD", .buy, d("0.10"), profit: d("-10"), world.now)
    world.run(seconds: 3)
    world.terminals[atlas]?.close(0, d("0.04"), comment: "", world.now)
    if named { world.terminals[atlas]?.history[0].comment = "to #1002" }
    world.run(seconds: 5)
    #expect(tickets(world) == [1001])
    #expect(world.all(.tradeClosed).last?.metadata["remainder"]?.int == 1002)
    #expect(world.status()?.performance.trades == 0)
    try world.restart(fleet)
    world.run(seconds: 5)
    world.terminals[atlas]?.positions[0].profit = d("9")
    world.run(seconds: 3)
    world.terminals[atlas]?.close(0, d("0.01"), comment: "", world.now)
    world.run(seconds: 5)
    world.terminals[atlas]?.close(0, nil, comment: "[tp]", world.now)
    world.run(seconds: 5)
    #expect(tickets(world) == [1001, 1002, 1003])
    let figures = try #require(world.status()?.performance)
    #expect(figures.trades == 1)
    #expect(figures.net == 5)
    #expect(figures.wins == 1)
    #expect(figures.days.last?.trades == 1)
    #expect(figures.days.last?.profitLoss == 5)
  }

  @Test func `A trade counts for the day whose balance it moved, however near to the reset`() throws {
    var world = world()
    world.now = Moment(
      wall: try #require(Timestamp(rfc3339: "2026-11-18T23:50:00.000000Z")), steady: world.now.steady)
    world.run(seconds: 5)
    world.terminals[atlas]?.add("XAUUSD", .buy, d("0.10"), profit: 3, world.now)
    world.terminals[atlas]?.add("XAUUSD", .sell, d("0.10"), stop: 2700, profit: 4, world.now)
    world.run(seconds: 594)
    // After the reset and before the look that is the anchor; then after it, in the same second by the server's clock.
    let reset = try #require(Timestamp(rfc3339: "2026-11-19T00:00:00.000000Z"))
    world.terminals[atlas]?.close(0, nil, comment: "", Moment(wall: reset, steady: world.now.steady))
    world.run(seconds: 3)
    world.terminals[atlas]?.close(0, nil, comment: "", Moment(wall: reset, steady: world.now.steady))
    world.run(seconds: 10)
    #expect(world.all(.dayAnchor).map { $0.metadata["balance"]?.decimal } == [1000, 1003])
    #expect(world.all(.tradeClosed).map { $0.metadata["day"]?.string } == ["2026-11-18", "2026-11-19"])
    let days = try #require(world.status()?.performance.days)
    #expect(days.map(\.day) == ["2026-11-18", "2026-11-19"])
    #expect(days.map(\.openingBalance) == [1000, 1003])
    #expect(days.map(\.closingBalance) == [1003, 1007])
    #expect(days.map(\.profitLoss) == [3, 4])
    #expect(days.map(\.trades) == [1, 1])
    #expect(days.map(\.isOver) == [true, false])
  }

  /// net of each trade, in order; trades, wins, profit, loss, factor, expectancy, current and largest drawdown, by hand.
  @Test func `Performance figures are those of a table computed by hand`() throws {
    var world = world { $0.risk.maxDailyLoss = .percent(100) }
    world.run(seconds: 3)
    for (ticket, net) in [(1, "10"), (2, "-4"), (3, "-9.50"), (4, "0"), (5, "20.25"), (6, "-1.75")] {
      world.terminals[atlas]?.history.append(row(Int64(ticket), net, at: world.now.wall + .seconds(Int64(ticket))))
      world.terminals[atlas]?.balance += d(net)
    }
    world.terminals[atlas]?.deposit(500, world.now)
    world.run(seconds: 320)
    let figures = try #require(world.status()?.performance)
    #expect(figures.trades == 6)
    #expect(figures.wins == 2)
    #expect(figures.winRatePercent?.rounded(places: 2) == d("33.33"))
    #expect(figures.totalProfit == d("30.25"))
    #expect(figures.totalLoss == d("-15.25"))
    #expect(figures.net == 15)
    #expect(figures.profitFactor?.rounded(places: 4) == d("1.9836"))
    #expect(figures.expectancy == d("2.5"))
    // The sums: 10, 6, -3.50, -3.50, 16.75, 15.
    #expect(figures.currentDrawdown == d("1.75"))
    #expect(figures.largestDrawdown == d("13.5"))
    #expect(figures.currentDrawdownPercent.rounded(places: 4) == d("0.1721"))
    #expect(figures.days.last?.profitLoss == 15)
    #expect(figures.days.last?.closingBalance == 1515)
  }

  @Test func `What is remembered of rows is bounded`() {
    var book = TradeBook()
    let start = Timestamp(seconds: 1_790_000_000)
    for number in 1...(TradeBook.maximumRecorded + 500) {
      let at = start + .seconds(Int64(number))
      book.take(
        Record(
          sequence: Int64(number), agent: atlas, type: .tradeClosed, reason: nil, message: "",
          metadata: ["ticket": .int(number), "close_time": .time(at), "lots": "0.1", "net": "1"], actionID: nil,
          revision: 1, observedAt: nil, createdAt: at))
    }
    #expect(book.recorded.count == TradeBook.maximumRecorded)
    #expect(book.contains(Ticket(1), closeTime: start + .seconds(1), lots: d("0.1"), net: 1))
    #expect(book.totals.trades == TradeBook.maximumRecorded + 500)
  }
}
