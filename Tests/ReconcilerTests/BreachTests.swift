import Reconciler
import Testing

/// A day's loss: the breach, its latch, and the end of it.
@Suite struct BreachTests {
  static let id = AgentID("agent_1")

  /// Long days are polled every half minute, so that the suite stays quick.
  static func losing(
    interval: Duration = .seconds(1), _ change: (inout AgentSpec) -> Void = { _ in }
  ) -> (World, Fleet) {
    let fleet = Fleets.fleet(Fleets.atlas(change))
    var world = World(fleet, configuration: ReconcilerConfiguration(interval: interval))
    world.terminals[id]?.add("XAUUSD", .buy, d("0.05"))
    world.terminals[id]?.add("XAUUSD", .buy, d("0.05"))
    world.run(seconds: 5)
    return (world, fleet)
  }

  @Test func `touching the floor closes all, the largest loss first, and pauses`() {
    var (world, _) = Self.losing()
    world.terminals[Self.id]?.positions[0].profit = -10
    world.terminals[Self.id]?.positions[1].profit = -40
    world.run(seconds: 3)
    #expect(world.trace == ["close #1002", "close #1001"])
    let order = world.records.filter { [.breach, .paused, .intent].contains($0.type) }.map(\.type)
    #expect(order == [.breach, .paused, .intent, .intent])
    #expect(world.all(.intent).map(\.reason) == [.dailyLoss, .dailyLoss])
    #expect(world.status()?.isActive == false)
  }

  @Test func `a cent above the floor is no breach`() {
    var (world, _) = Self.losing()
    world.terminals[Self.id]?.positions[0].profit = d("-49.99")
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    #expect(world.all(.riskWarning).count == 1)
  }

  @Test func `a withdrawal is no loss, and a deposit no gain`() {
    var (world, _) = Self.losing()
    let now = world.now
    world.terminals[Self.id]?.deposit(-500, now)
    world.run(seconds: 30)
    #expect(world.all(.breach).isEmpty)
    #expect(world.all(.flow).count == 1)
    world.terminals[Self.id]?.positions[0].profit = -50
    world.run(seconds: 5)
    #expect(world.all(.breach).count == 1)
  }

  @Test func `the latch survives a restart, a reload and an edited limit`() throws {
    var (world, fleet) = Self.losing { $0.targets = [Fleets.target()] }
    world.terminals[Self.id]?.positions[0].profit = -60
    world.run(seconds: 5)
    #expect(world.positions().isEmpty)
    let trace = world.trace
    try world.restart(fleet)
    world.run(seconds: 60)
    let wider = Fleets.atlas {
      $0.targets = [Fleets.target()]
      $0.risk.maxDailyLoss = .percent(50)
    }
    world.reload(Fleets.fleet(wider, revision: 2))
    world.run(seconds: 60)
    #expect(world.trace == trace)
    #expect(world.status()?.plan.held.first?.holds.first?.reason == .paused)
    #expect(world.all(.paused).count == 1)
  }

  @Test func `on the next day, and four hours later, it resumes by itself`() {
    var (world, _) = Self.losing(interval: .seconds(30)) { $0.targets = [Fleets.target()] }
    world.terminals[Self.id]?.positions[0].profit = -60
    world.run(seconds: 60)
    let opened = world.trace.count
    world.run(seconds: 13 * 3600)
    #expect(world.all(.resumed).isEmpty)
    world.run(seconds: 2 * 3600)
    #expect(world.all(.resumed).count == 1)
    #expect(world.trace.count == opened + 1)
    #expect(world.all(.dayAnchor).count == 2)
  }

  @Test func `with resume manual only a person resumes it`() {
    var (world, _) = Self.losing(interval: .seconds(30)) { $0.risk.resume = .manual }
    world.terminals[Self.id]?.positions[0].profit = -60
    world.run(seconds: 30 * 3600)
    #expect(world.all(.resumed).isEmpty)
    world.receive(.command(.resume(Self.id, reason: "reviewed"), actor: "uid 0"))
    #expect(world.all(.resumed).count == 1)
  }

  @Test func `on_breach pause keeps what is there and disallows what is new`() {
    var (world, _) = Self.losing { $0.risk.onBreach = .pause }
    world.terminals[Self.id]?.positions[0].profit = -60
    world.run(seconds: 5)
    #expect(world.trace.isEmpty)
    world.terminals[Self.id]?.positions.removeLast()
    world.run(seconds: 5)
    world.terminals[Self.id]?.add("XAUUSD", .sell, d("0.01"), stop: 2700)
    world.run(seconds: 5)
    #expect(world.trace == ["close #1003"])
    #expect(world.all(.intent).last?.reason == .paused)
  }

  @Test func `the clock set back an hour starts no day twice`() {
    var (world, _) = Self.losing(interval: .seconds(30))
    world.run(seconds: 15 * 3600)
    let anchors = world.all(.dayAnchor).count
    world.now = Moment(wall: world.now.wall - .seconds(3600), steady: world.now.steady)
    world.run(seconds: 3 * 3600)
    #expect(world.all(.dayAnchor).count == anchors)
    #expect(world.trace.isEmpty)
  }

  @Test func `breach closes are not held by the blast radius`() {
    let fleet = Fleets.fleet(Fleets.atlas { $0.risk.maxPositions = 20 }) { $0.maxClosesPerPass = 1 }
    var world = World(fleet)
    for _ in 0..<12 { world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.01")) }
    world.run(seconds: 2)
    world.terminals[Self.id]?.positions[0].profit = -60
    world.run(seconds: 2)
    #expect(world.positions().isEmpty)
  }

  @Test func `after a person's resume the same day can be breached again`() {
    var (world, _) = Self.losing()
    world.terminals[Self.id]?.positions[0].profit = -60
    world.run(seconds: 5)
    let now = world.now
    world.terminals[Self.id]?.deposit(100, now)
    world.run(seconds: 10)
    world.receive(.command(.resume(Self.id, reason: "looked at it"), actor: "uid 0"))
    #expect(world.all(.resumed).isEmpty, "a deposit moves the floor, not the loss")
    // Somebody wins some of it back by hand.
    world.terminals[Self.id]?.balance = 1120
    world.terminals[Self.id]?.history.append(
      HistoryRow(
        ticket: Ticket(5000), kind: .trade(.buy), symbol: Symbol("XAUUSD"), lots: d("0.01"), profit: 80,
        closeTime: world.now.wall))
    world.run(seconds: 10)
    world.receive(.command(.resume(Self.id, reason: "looked at it"), actor: "uid 0"))
    #expect(world.all(.resumed).count == 1)
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"), profit: -80)
    world.run(seconds: 10)
    #expect(world.all(.breach).count == 2)
    #expect(world.positions().isEmpty)
  }

  @Test func `a person's pause lets nothing stay that the breach's pause forbids`() throws {
    let fleet = Fleets.fleet(Fleets.atlas { $0.risk.onBreach = .pause })
    var world = World(fleet)
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    world.run(seconds: 5)
    world.terminals[Self.id]?.positions[0].profit = -60
    world.run(seconds: 5)
    #expect(world.all(.paused).count == 1)
    let now = world.now
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"), stop: 2600, now)
    world.answers = [.refused(.marketClosed, 132)]
    world.onRead = { shown, _, sent in
      if sent > 0 { shown.failure = ReadFailure(code: .timeout, message: "no answer", endpoint: "/positions") }
    }
    while world.sent.isEmpty { world.run(seconds: 1) }
    world.receive(.command(.pause(Self.id, reason: "what is this"), actor: "uid 0"))
    world.onRead = nil
    world.run(seconds: 1)
    try world.restart(fleet)
    world.run(seconds: 120)
    #expect(world.positions().map(\.ticket) == [Ticket(1001)])
    let memory = world.status()?.memory
    #expect(memory?.breachPause?.tickets == [Ticket(1001)])
    #expect(memory?.operatorPause?.tickets == [Ticket(1001), Ticket(1002)])
  }

  @Test func `a record of earlier versions has one list for both pauses`() throws {
    let fleet = Fleets.fleet(Fleets.atlas { $0.risk.onBreach = .pause })
    var world = World(fleet)
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"), stop: 2600, profit: -60)
    world.run(seconds: 5)
    world.receive(.command(.pause(Self.id, reason: "what is this"), actor: "uid 0"))
    let number = (world.records.last?.sequence ?? 0) + 1
    world.records.append(
      Record(
        sequence: number, agent: Self.id, type: .heartbeat, reason: nil, message: "the pause lets stay: 2 tickets",
        metadata: ["pause_tickets": [1001, 1002]], actionID: nil, revision: 1, observedAt: nil,
        createdAt: world.now.wall))
    try world.restart(fleet)
    let memory = world.status()?.memory
    #expect(memory?.operatorPause?.tickets == [Ticket(1001), Ticket(1002)])
    #expect(memory?.breachPause?.tickets == memory?.operatorPause?.tickets)
  }
}
