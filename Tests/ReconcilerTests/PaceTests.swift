import Reconciler
import Testing

/// Nothing is done again and again at the speed of the wire, and nothing twice because a list is late.
@Suite struct PaceTests {
  static let id = AgentID("agent_1")

  @Test func `a partial close that the list does not show yet is not done again`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[Self.id]?.keepsTickets = true
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.25"))
    let shown = world.positions()
    world.terminals[Self.id]?.staleList = shown
    world.run(seconds: 40)
    #expect(world.trace == ["close #1001 0.15"])
    world.terminals[Self.id]?.staleList = nil
    world.run(seconds: 60)
    #expect(world.trace == ["close #1001 0.15"])
    #expect(world.positions().map(\.lots) == [d("0.1")])
  }

  @Test func `a partial close that never shows is done again after the quarantine`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.25"))
    world.answers = [.liedDone]
    world.run(seconds: 50)
    #expect(world.trace.count == 1)
    world.run(seconds: 30)
    #expect(world.trace.count == 2)
    #expect(world.positions().map(\.lots) == [d("0.1")])
  }

  @Test(arguments: [World.ScriptedAnswer.refused(.badParameters, 3), .liedDone, .lost])
  func `a close that fails in whatever way is paced, and done once it can be`(_ answer: World.ScriptedAnswer) {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[Self.id]?.add("EURUSD", .buy, d("0.05"))
    world.answers = Array(repeating: answer, count: 1000)
    world.run(seconds: 60)
    #expect((3...10).contains(world.sent.count), "\(world.sent.count) closes in a minute")
    world.answers = []
    world.run(seconds: 20)
    #expect(world.positions().isEmpty)
  }

  @Test func `a modify that the terminal says is done and does not show is paced`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.run(seconds: 5)
    world.answers = Array(repeating: .liedDone, count: 1000)
    world.terminals[Self.id]?.positions[0].stopLoss = 2500
    world.run(seconds: 60)
    #expect((3...10).contains(world.sent.count), "\(world.sent.count) orders in a minute")
    world.answers = []
    world.run(seconds: 20)
    #expect(world.positions().first?.stopLoss == 2600)
  }

  @Test func `a level finer than the broker's digits is no drift, after a restart either`() throws {
    let fleet = Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target { $0.stopLoss = d("2600.123") }] })
    var world = World(fleet)
    world.terminals[Self.id]?.levelDigits = 2
    world.run(seconds: 5)
    try world.restart(fleet)
    world.run(seconds: 60)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
  }

  @Test func `a deletion that is held is recorded once, and each poll is one look`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.mode = .observe }))
    world.terminals[Self.id]?.orders.append(
      PendingOrder(ticket: Ticket(90_001), symbol: Symbol("EURUSD"), kind: .buyLimit, lots: d("0.01"), price: 1))
    world.run(seconds: 30)
    let reads = world.reads
    world.run(seconds: 100)
    #expect(world.all(.refused).map { $0.metadata["subject"] } == ["delete 90001"])
    #expect(world.reads - reads == 100)
  }
}
