import Reconciler
import Testing

/// What a look proves, and what it does not.
@Suite struct DoubtTests {
  static let id = AgentID("agent_1")

  static func world() -> World { World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] })) }

  @Test func `nothing is learned from a list that the account contradicts`() {
    var world = Self.world()
    world.run(seconds: 5)
    world.terminals[Self.id]?.staleList = []
    world.run(seconds: 20)
    world.terminals[Self.id]?.staleList = nil
    world.run(seconds: 10)
    #expect(world.all(.targetSpent).isEmpty)
    #expect(world.trace.count == 1)
  }

  @Test func `a close whose answer was lost is not proved by an empty list with margin in use`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[Self.id]?.add("EURUSD", .buy, d("0.05"))
    world.answers = [.lost]
    world.terminals[Self.id]?.nextTicket = 2000
    while world.sent.isEmpty { world.run(seconds: 1) }
    world.terminals[Self.id]?.staleList = []
    let before = world.all(.resolved).count
    world.run(seconds: 20)
    #expect(world.all(.resolved).count == before)
  }

  @Test func `an intent of days ago is not taken for never run by a history of two days`() throws {
    let fleet = Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] })
    var world = World(fleet)
    world.answers = [.executedThenLost]
    while world.sent.isEmpty { world.run(seconds: 1) }
    let cut = (world.records.firstIndex { $0.type == .intent } ?? 0) + 1
    world.records.removeSubrange(cut...)
    let now = world.now
    world.terminals[Self.id]?.close(0, nil, comment: "[sl]", now)
    world.advance(to: now.steady + .seconds(5 * 86_400))
    try world.restart(fleet)
    world.run(seconds: 300)
    #expect(world.sent.count == 1)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["executed"])
  }

  @Test func `a list of orders that cannot be read asks for a person, and still resolves once it can`() {
    var world = Self.world()
    world.answers = [.lost]
    while world.sent.isEmpty { world.run(seconds: 1) }
    world.terminals[Self.id]?.ordersFail = true
    world.run(seconds: 120)
    #expect(world.sent.count == 1)
    #expect(world.all(.unknown).map { $0.metadata["cause"] } == ["timeout", "no_orders"])
    #expect(world.status()?.conditions.first { $0.kind == .healthy }?.status == .no)
    world.terminals[Self.id]?.ordersFail = false
    world.run(seconds: 10)
    #expect(world.sent.count == 2)
  }

  @Test func `a host clock that is minutes fast hides no quick stop`() {
    var world = Self.world()
    world.answers = [.lost]
    while world.sent.isEmpty { world.run(seconds: 1) }
    var row = HistoryRow(
      ticket: Ticket(5000), kind: .trade(.buy), symbol: Symbol("XAUUSD"), lots: d("0.10"), profit: -4,
      comment: "broker text [sl]", closeTime: world.now.wall - .seconds(600))
    row.openTime = world.now.wall - .seconds(605)
    world.terminals[Self.id]?.history.append(row)
    world.run(seconds: 200)
    #expect(world.sent.count == 1)
    #expect(world.all(.targetSpent).count == 1)
  }

  @Test func `an order given up long ago explains no new position`() {
    let agent = Fleets.atlas {
      $0.targets = [Fleets.target { $0.size = .lots(d("0.05")) }]
      $0.terminal.onUnknown = .hold
    }
    var world = World(Fleets.fleet(agent))
    world.answers = [.lost]
    world.run(seconds: 200)
    var next = agent
    next.targets = [Fleets.target()]
    next.terminal.onUnknown = .retry
    world.reload(Fleets.fleet(next, revision: 2))
    world.run(seconds: 5)
    world.advance(to: world.now.steady + .seconds(50 * 3600))
    world.answers = [.lost]
    world.receive(.command(.resume(Self.id, reason: "a day later"), actor: "uid 0"))
    while world.sent.count < 2 { world.run(seconds: 1) }
    // The second order, filled in part.
    let now = world.now
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"), stop: 2600, now)
    world.run(seconds: 200)
    #expect(world.all(.resolved).last?.metadata["result"] == "executed")
    #expect(world.trace.filter { $0.hasPrefix("buy") }.count == 2)
  }

  @Test func `an open in doubt is not closed as a stranger's in looks that cannot be believed`() {
    var world = World(
      Fleets.fleet(
        Fleets.atlas {
          $0.targets = [Fleets.target()]
          $0.positions = .exact
        }))
    world.terminals[Self.id]?.keepsComments = false
    world.answers = [.executedThenLost]
    world.onRead = { shown, _, sent in if sent > 0 { shown.clockBack = .seconds(3600) } }
    world.run(seconds: 200)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["executed"])
  }

  @Test func `where several reasons to close hold, the size comes before the target`() {
    let agent = Fleets.atlas {
      $0.positions = .exact
      $0.targets = []
    }
    var world = World(Fleets.fleet(agent))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.25"))
    world.run(seconds: 5)
    #expect(world.trace == ["close #1001"])
    #expect(world.all(.intent).map(\.reason) == [.lotSizeExceeded])
  }
}
