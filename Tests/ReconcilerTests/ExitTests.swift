import Reconciler
import Testing

/// Nothing holds an exit back but itself.
@Suite struct ExitTests {
  static let id = AgentID("agent_1")

  static func rogues(_ count: Int, _ change: (inout AgentSpec) -> Void = { _ in }) -> World {
    var world = World(Fleets.fleet(Fleets.atlas(change)))
    for k in 0..<count { world.terminals[id]?.add("EURUSD", .buy, d("0.01"), profit: FixedDecimal(-k)) }
    return world
  }

  @Test func `a close that the market refuses starves no other close`() {
    var world = Self.rogues(3)
    world.answers = [.refused(.marketClosed, 132)]
    world.run(seconds: 3)
    #expect(world.trace == ["close #1003", "close #1002", "close #1001"])
    #expect(world.positions().map(\.ticket.number) == [1003])
    world.run(seconds: 20)
    #expect(world.positions().isEmpty)
  }

  @Test func `on a FIFO account the oldest is closed first`() {
    var world = Self.rogues(3)
    world.answers = [.refused(.forCause, 150), .refused(.forCause, 150)]
    world.run(seconds: 60)
    #expect(world.positions().isEmpty)
  }

  @Test func `a refused open holds no exit`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.answers = [.refused(.notAllowed, 4109)]
    world.run(seconds: 2)
    world.terminals[Self.id]?.add("EURUSD", .buy, d("0.01"))
    world.run(seconds: 2)
    #expect(world.trace.last == "close #1001")
    #expect(world.positions().isEmpty)
  }

  @Test func `a close whose outcome stays unknown is not repeated at the speed of the wire`() {
    var world = Self.rogues(1)
    world.answers = Array(repeating: .lost, count: 100)
    world.run(seconds: 60)
    #expect((3...10).contains(world.sent.count), "\(world.sent.count) closes in a minute")
  }

  @Test func `where a stop after the open is refused, the target is not opened again and again`() {
    var world = World(
      Fleets.fleet(
        Fleets.atlas {
          $0.targets = [Fleets.target()]
          $0.terminal.stopsOnOpen = .after
        }))
    world.answers = [.done, .refused(.forCause, 130)]
    world.run(seconds: 120)
    #expect(world.trace.filter { $0.hasPrefix("buy") }.count == 1)
    #expect(world.positions().isEmpty)
    #expect(world.status()?.plan.held.first?.holds.contains { $0.reason == .terminalRefused } == true)
  }

  @Test func `a pending order takes no position's place, before it fills and after`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.risk.maxPositions = 1 }))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.01"))
    world.run(seconds: 3)
    var order = PendingOrder(
      ticket: Ticket(1500), symbol: Symbol("XAUUSD"), kind: .buyLimit, lots: d("0.01"), price: 2500)
    order.openTime = Timestamp(seconds: 5000)
    world.terminals[Self.id]?.orders = [order]
    world.run(seconds: 20)
    #expect(world.trace == ["close #1500"])
    #expect(world.positions().count == 1)
  }

  @Test func `an order that has become a position is not counted twice`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.01"))
    world.terminals[Self.id]?.orders = [
      PendingOrder(ticket: Ticket(1002), symbol: Symbol("XAUUSD"), kind: .buyLimit, lots: d("0.01"), price: 2500)
    ]
    world.run(seconds: 3)
    world.terminals[Self.id]?.orders = []
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.01"))
    world.run(seconds: 20)
    #expect(world.trace.isEmpty)
  }

  @Test func `a pause before the first look lets stay what the first good look shows`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"))
    world.terminals[Self.id]?.failure = ReadFailure(code: .unreachable, message: "refused", endpoint: "/positions")
    world.run(seconds: 3)
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    world.terminals[Self.id]?.failure = nil
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.01"))
    world.run(seconds: 5)
    #expect(world.trace == ["close #1002"])
  }

  @Test func `what a pause lets stay, it lets stay through two partial closes`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.09"))
    world.run(seconds: 3)
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    for _ in 0..<2 {
      let now = world.now
      world.terminals[Self.id]?.close(0, d("0.03"), comment: "", now)
      world.run(seconds: 5)
    }
    #expect(world.trace.isEmpty)
    #expect(world.positions().map(\.lots) == [d("0.03")])
  }

  @Test func `closes that wait their turn are dropped when the manifest changes`() {
    var world = Self.rogues(3)
    world.durable = false
    world.run(seconds: 2)
    world.reload(
      Fleets.fleet(
        Fleets.atlas { $0.mode = .observe }, revision: 2))
    world.durable = true
    world.receive(.journal(world.facts))
    world.run(seconds: 10)
    #expect(world.trace.isEmpty)
    #expect(world.all(.outcome).map { $0.metadata["result"] } == ["withdrawn"])
  }

  @Test func `the blast radius is the fleet's, not each agent's`() {
    let agents = (1...4).map { number in
      var agent = Fleets.atlas()
      agent.id = AgentID("agent_\(number)")
      agent.metadataName = "a\(number)"
      agent.terminal.account = Int64(number)
      agent.terminal.url = "http://127.0.0.1:\(8080 + number)"
      return agent
    }
    var fleet = Fleets.fleet(policy: { $0.maxClosesPerPass = 5 })
    fleet.agents = agents
    var world = World(fleet)
    for agent in agents {
      world.terminals[agent.id]?.number = agent.terminal.account
      for _ in 0..<5 { world.terminals[agent.id]?.add("EURUSD", .buy, d("0.01")) }
    }
    world.run(seconds: 1)
    #expect(world.trace.count <= 10)
    world.run(seconds: 20)
    #expect(world.trace.count == 20)
  }

  @Test func `a pause right after an open lets the new position stay`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    while world.sent.isEmpty { world.run(seconds: 1) }
    world.reload(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target { $0.stopLoss = 2601 }] }, revision: 2))
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    world.run(seconds: 60)
    #expect(world.positions().count == 1)
    #expect(!world.trace.contains { $0.hasPrefix("close") })
  }

  @Test func `a second pause leaves what was opened since the first a stranger`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [] }))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.01"))
    world.run(seconds: 5)
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    let pauses = world.records.filter { $0.type == .paused }.count
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.01"))
    world.receive(.command(.pause(Self.id, reason: "more news"), actor: "uid 1"))
    world.run(seconds: 10)
    #expect(world.records.filter { $0.type == .paused }.count == pauses)
    #expect(world.positions().count == 1)
  }

  @Test func `a resume of what is not paused is recorded as asked for and changes nothing`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.run(seconds: 5)
    world.receive(.command(.resume(Self.id, reason: "to be sure"), actor: "uid 0"))
    #expect(world.records.contains { $0.type == .operatorCommand })
    #expect(!world.records.contains { $0.type == .resumed })
  }

  // MARK: What changes while an exit is on its way

  /// A disabled agent whose close is on the wire, and whose answer has not come.
  private static func closing(_ answers: [World.ScriptedAnswer]) -> World {
    var world = World(Fleets.fleet(Fleets.atlas { $0.enabled = false }))
    world.terminals[id]?.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    world.durable = false
    while world.all(.intent).isEmpty { world.run(seconds: 1) }
    world.answers = answers
    world.durable = true
    world.receive(.journal(world.facts))
    return world
  }

  @Test func `a refused close is not tried again once its agent is enabled`() {
    var world = Self.closing([.refused(.busy, 146)])
    world.reload(Fleets.fleet(Fleets.atlas(), revision: 2))
    world.run(seconds: 30)
    #expect(world.trace == ["close #1001"])
    #expect(world.positions().count == 1)
    #expect(world.all(.outcome).map { $0.metadata["result"] } == ["refused"])
  }

  @Test func `a refused close is not tried again at another terminal, and is looked for there first`() {
    var world = Self.closing([.refused(.busy, 146)])
    let reads = world.reads
    var moved = Fleets.atlas { $0.enabled = false }
    moved.terminal.url = "http://127.0.0.1:9999"
    world.reload(Fleets.fleet(moved, revision: 2))
    while world.sent.count < 2, world.now.steady < Steady(microseconds: 30_000_000) { world.run(seconds: 1) }
    #expect(world.reads > reads)
    #expect(world.all(.outcome).first?.metadata["result"] == "refused")
    #expect(world.positions().isEmpty)
  }

  @Test func `a refused close is done by the new rules at once where they want it still`() {
    let slow = ReconcilerConfiguration(interval: .seconds(60))
    var world = World(Fleets.fleet(Fleets.atlas { $0.enabled = false }), configuration: slow)
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    world.durable = false
    while world.all(.intent).isEmpty { world.run(seconds: 1) }
    world.answers = [.refused(.busy, 146)]
    world.durable = true
    world.receive(.journal(world.facts))
    world.receive(.command(.emergencyStop(reason: "drill"), actor: "uid 0"))
    world.run(seconds: 5)
    #expect(world.positions().isEmpty)
    #expect(world.all(.intent).map(\.reason) == [.agentDisabled, .emergencyStop])
  }

  @Test func `a pause between the move to another terminal and the first look there closes nothing`() {
    let agent = Fleets.atlas()
    var world = World(Fleets.fleet(agent))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    world.run(seconds: 10)
    var fresh = FakeTerminal(spec: agent)
    fresh.nextTicket = 5000
    fresh.number = 99
    fresh.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    fresh.failure = ReadFailure(code: .unreachable, message: "refused", endpoint: "/positions")
    world.terminals[Self.id] = fresh
    var moved = agent
    moved.terminal.url = "http://127.0.0.1:9999"
    moved.terminal.account = 99
    world.reload(Fleets.fleet(moved, revision: 2))
    world.run(seconds: 10)
    world.receive(.command(.pause(Self.id, reason: "it does not answer"), actor: "uid 0"))
    world.terminals[Self.id]?.failure = nil
    world.run(seconds: 60)
    #expect(world.trace == [])
    #expect(world.status()?.memory.operatorPause?.tickets == [Ticket(5001)])
  }
}
