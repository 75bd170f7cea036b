import Testing

@testable import Reconciler

/// What was known of one account says nothing of another's, and an emergency stop covers whoever is in its way.
@Suite struct MovedAccountTests {
  static let id = AgentID("agent_1")

  /// The agent at another address, with no account pinned.
  static func moved(_ change: (inout AgentSpec) -> Void = { _ in }) -> Fleet {
    Fleets.fleet(
      Fleets.atlas {
        $0.terminal.account = nil
        $0.terminal.url = "http://127.0.0.1:9999"
        change(&$0)
      })
  }

  @Test(arguments: [false, true])
  func `a pause closes nothing at another account that was there before the agent came`(isBreach: Bool) throws {
    let fleet = Fleets.fleet(
      Fleets.atlas {
        $0.risk.onBreach = .pause
        $0.terminal.account = nil
      })
    var world = World(fleet)
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"))
    world.run(seconds: 5)
    if isBreach {
      world.terminals[Self.id]?.positions[0].profit = -60
    } else {
      world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    }
    world.run(seconds: 5)
    let memory = try #require(world.status()).memory
    #expect((isBreach ? memory.breachPause?.tickets : memory.operatorPause?.tickets)?.count == 1)
    // The manifest moves it to a terminal where others have positions.
    world.terminals[Self.id]?.number = 5
    world.terminals[Self.id]?.positions = []
    world.terminals[Self.id]?.add("XAUUSD", .sell, d("0.02"))
    world.reload(Self.moved { $0.risk.onBreach = .pause })
    world.run(seconds: 120)
    #expect(world.trace.isEmpty)
    // What is opened there from now on is opened during a pause.
    let new = world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.03"))
    world.run(seconds: 10)
    #expect(world.trace == ["close #\(new?.number ?? 0)"])
  }

  @Test func `a pause closes nothing at another account after a restart either`() throws {
    var world = World(Fleets.fleet(Fleets.atlas { $0.terminal.account = nil }))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"))
    world.run(seconds: 5)
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    world.run(seconds: 5)
    world.terminals[Self.id]?.number = 5
    world.terminals[Self.id]?.positions = []
    let there = world.terminals[Self.id]?.add("XAUUSD", .sell, d("0.02"))
    try world.restart(Self.moved())
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    #expect(world.status()?.memory.operatorPause?.tickets == there.map { [$0] })
    // The same account again keeps its list.
    let new = world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.03"))
    try world.restart(Self.moved())
    world.run(seconds: 60)
    #expect(world.trace == ["close #\(new?.number ?? 0)"])
  }

  @Test func `a pause that is remembered late, of another account, closes nothing at this one`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.terminal.account = nil }))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"))
    world.run(seconds: 5)
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    world.run(seconds: 5)
    let memories = EarlierMemories(chains: [EarlierMemoriesTests.chain(world)], states: [])
    world.terminals[Self.id]?.number = 5
    world.terminals[Self.id]?.positions = []
    let there = world.terminals[Self.id]?.add("XAUUSD", .sell, d("0.02"))
    world.begin(anew: Self.moved(), EarlierMemories(), awaitsMemories: true)
    world.run(seconds: 5)
    world.receive(.memories(memories))
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    #expect(world.status()?.memory.operatorPause?.tickets == there.map { [$0] })
  }

  @Test func `the history that comes with another account's first list is believed for that list`() {
    var (world, _) = RelinkTests.held(.exact)
    world.terminals[Self.id]?.namesDescendants = true
    world.closeByHand(["0.01", "0.02"])
    let home = world.terminals[Self.id]
    world.terminals[Self.id]?.number = 5
    world.terminals[Self.id]?.positions = []
    world.terminals[Self.id]?.history = []
    world.run(seconds: 1)
    world.terminals[Self.id] = home
    let once = Times(1)
    world.onRead = { shown, request, _ in
      // Only the first one can be read.
      if request.historyDays != nil, !once.take() { shown.historyFails = true }
    }
    world.run(seconds: 30)
    #expect(world.status()?.memory.owned[Ticket(1004)]?.target == "core")
    #expect(world.positions().contains { $0.lots == d("0.07") })
  }

  @Test func `what a pause lets stay since an account came back is still its target's`() {
    var (world, agent) = RelinkTests.held(.exact)
    agent.terminal.account = nil
    world.reload(Fleets.fleet(agent, revision: 3))
    world.run(seconds: 2)
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    world.run(seconds: 1)
    world.closeByHand(["0.01", "0.02"])
    let home = world.terminals[Self.id]
    world.terminals[Self.id]?.number = 5
    world.terminals[Self.id]?.positions = []
    world.run(seconds: 1)
    world.terminals[Self.id] = home
    let once = Times(1)
    world.onRead = { shown, request, _ in
      if request.historyDays != nil, once.take() { shown.historyFails = true }
    }
    world.run(seconds: 30)
    #expect(world.status()?.memory.operatorPause?.tickets?.contains(Ticket(1004)) == true)
    #expect(world.status()?.memory.owned[Ticket(1004)]?.target == "core")
    #expect(world.positions().contains { $0.lots == d("0.07") })
  }

  @Test func `an order in doubt is looked for where its account answers, whatever the address`() throws {
    let fleet = Fleets.fleet(
      Fleets.atlas {
        $0.terminal.account = nil
        $0.targets = [Fleets.target()]
      })
    var world = World(fleet)
    world.terminals[Self.id]?.keepsComments = false
    world.answers = [.executedThenLost]
    world.onRead = { shown, _, sent in
      if sent > 0 { shown.failure = ReadFailure(code: .timeout, message: "5 s", endpoint: "/positions") }
    }
    while world.sent.isEmpty { world.run(for: .milliseconds(100)) }
    world.onRead = nil
    try world.restart(Self.moved { $0.targets = [Fleets.target()] })
    world.run(seconds: 200)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["executed"])
    #expect(world.trace == ["buy 0.1 XAUUSD"])
  }

  @Test func `a look that was on its way when the stop ended leads to nothing for an orphan`() {
    let one = Fleets.atlas { $0.targets = [Fleets.target()] }
    var world = World(Fleets.fleet(one))
    world.run(seconds: 5)
    world.receive(.command(.emergencyStop(reason: "drill"), actor: "uid 0"))
    world.run(seconds: 20)
    world.reload(Fleets.fleet(revision: 2))
    world.run(seconds: 5)
    let sent = world.sent.count
    world.receive(.command(.emergencyClear(reason: "over"), actor: "uid 0"))
    world.run(seconds: 60)
    #expect(world.sent.count == sent)
    // Nor is anything planned that a quote would let through.
    #expect(world.status()?.plan.undecided.isEmpty == true)
  }

  @Test func `an orphan that a stop looks at makes no room for others`() {
    var (world, _) = FleetRiskTests.world(secondAgent: { $0.targets = nil }) { $0.maxTotalExposure = 50 }
    world.run(seconds: 5)
    #expect(world.core.fleetStatus.exposure.equity == 2000)
    world.receive(.command(.emergencyStop(reason: "drill"), actor: "uid 0"))
    world.reload(Fleets.fleet(Fleets.atlas(), revision: 2) { $0.maxTotalExposure = 50 })
    world.run(seconds: 10)
    #expect(world.core.fleetStatus.exposure.equity == 1000)
  }

  @Test func `an agent whose manifest goes while a stop is carried out is seen flat all the same`() {
    let other = Fleets.atlas {
      $0 = AgentSpec(
        id: AgentID("agent_2"), metadataName: "two", displayName: "Two", enabled: true,
        terminal: TerminalSpec(url: "http://127.0.0.1:8082"), pairs: [Symbol("EURUSD")], risk: $0.risk)
    }
    var world = World(Fleets.fleet(Fleets.atlas(), other))
    world.terminals[AgentID("agent_2")]?.number = 5
    let ticket = world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"))
    world.run(seconds: 5)
    world.receive(.command(.emergencyStop(reason: "drill"), actor: "uid 0"))
    world.reload(Fleets.fleet(other))
    world.run(seconds: 60)
    #expect(world.trace == ["close #\(ticket?.number ?? 0)"])
    #expect(world.records.contains { $0.type == .confirmedFlat && $0.agent == nil })
  }
}
