import Reconciler
import Testing

/// The dangerous moment: a POST was sent and the answer is not known.
@Suite struct UnknownOutcomeTests {
  static func world(_ change: (inout AgentSpec) -> Void = { _ in }) -> (World, Fleet) {
    let fleet = Fleets.fleet(
      Fleets.atlas {
        $0.targets = [Fleets.target()]
        change(&$0)
      })
    return (World(fleet), fleet)
  }

  @Test func `an open that ran and whose answer was lost is adopted by its mark, and not sent again`() {
    var (world, _) = Self.world()
    world.answers = [.executedThenLost]
    world.run(seconds: 300)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    #expect(world.all(.unknown).count == 1)
    #expect(world.all(.resolved).map { $0.metadata["evidence"] } == ["mark"])
  }

  @Test func `a broker that rewrites comments changes nothing about that`() {
    var (world, _) = Self.world()
    world.terminals[AgentID("agent_1")]?.keepsComments = false
    world.answers = [.executedThenLost]
    world.run(seconds: 300)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    #expect(world.all(.resolved).map { $0.metadata["evidence"] } == ["ticket"])
  }

  @Test func `an open that never ran is sent again, under a new mark, after the quarantine`() {
    var (world, _) = Self.world()
    world.answers = [.lost]
    world.run(seconds: 58)
    #expect(world.sent.count == 1)
    #expect(world.status()?.plan.held.first?.holds.contains { $0.reason == .unknownOutcome } == true)
    world.run(seconds: 10)
    #expect(world.sent.count == 2)
    #expect(Set(world.sent.map(\.mark)).count == 2)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["not_executed"])
    #expect(world.positions().count == 1)
  }

  @Test func `an open in doubt has its place under max_positions, also for another symbol`() {
    var (world, _) = Self.world {
      $0.pairs = [Symbol("XAUUSD"), Symbol("EURUSD")]
      $0.risk.maxPositions = 1
      $0.targets = [
        Fleets.target(),
        Fleets.target {
          $0.name = "other"
          $0.symbol = Symbol("EURUSD")
        },
      ]
    }
    world.answers = [.lost]
    world.run(seconds: 50)
    #expect(world.sent.count == 1)
    #expect(world.status()?.plan.held.contains { $0.holds.contains { $0.reason == .maxPositions } } == true)
  }

  @Test(arguments: [5, 30, 55])
  func `an open that runs late is adopted, and nothing is doubled`(_ seconds: Int) {
    var (world, _) = Self.world()
    world.answers = [.late(seconds)]
    world.run(seconds: 300)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    #expect(world.positions().count == 1)
  }

  @Test(arguments: [true, false])
  func `one that runs after the quarantine is known as ours, and what is too much is closed`(_ comments: Bool) {
    var (world, _) = Self.world()
    world.terminals[AgentID("agent_1")]?.keepsComments = comments
    world.answers = [.late(100)]
    world.run(seconds: 300)
    #expect(world.trace.prefix(2) == ["buy 0.1 XAUUSD", "buy 0.1 XAUUSD"])
    #expect(world.trace.count == 3)
    #expect(world.positions().map(\.lots) == [d("0.1")])
  }

  @Test func `without a history an open is never taken for not executed; a person resolves it`() {
    var (world, _) = Self.world()
    world.terminals[AgentID("agent_1")]?.historySupported = false
    world.answers = [.lost]
    world.run(seconds: 1000)
    #expect(world.sent.count == 1)
    #expect(world.status()?.conditions.first { $0.kind == .healthy }?.status == .no)
    let id = world.all(.intent).first?.actionID ?? ""
    world.receive(
      .command(.resolve(actionID: id, executed: false, ticket: nil, reason: "asked the broker"), actor: "uid 0"))
    world.run(seconds: 5)
    #expect(world.sent.count == 2)
    #expect(world.all(.resolved).map { $0.metadata["evidence"] } == ["operator"])
  }

  @Test func `a history that lacks a row it has shown proves nothing`() {
    var (world, _) = Self.world()
    let now = world.now
    world.terminals[AgentID("agent_1")]?.deposit(10, now)
    world.run(seconds: 0)
    world.answers = [.lost]
    world.run(seconds: 20)
    world.terminals[AgentID("agent_1")]?.history = []
    world.run(seconds: 300)
    #expect(world.sent.count == 1)
  }

  @Test func `with on_unknown hold a person decides about the next open`() {
    var (world, _) = Self.world { $0.terminal.onUnknown = .hold }
    world.answers = [.lost]
    world.run(seconds: 300)
    #expect(world.sent.count == 1)
    #expect(world.status()?.plan.held.first?.holds.first?.reason == .unknownOutcome)
    world.receive(.command(.resume(AgentID("agent_1"), reason: "try again"), actor: "uid 0"))
    world.run(seconds: 5)
    #expect(world.sent.count == 2)
  }

  @Test func `a process that dies between intent and answer takes the action up as unknown`() throws {
    for answer in [World.ScriptedAnswer.executedThenLost, .lost] {
      var (world, fleet) = Self.world()
      world.answers = [answer]
      while world.sent.isEmpty { world.run(seconds: 1) }
      // The answer to the POST is on its way; the process does not live to see it.
      let cut = (world.records.firstIndex { $0.type == .intent } ?? 0) + 1
      world.records.removeSubrange(cut...)
      try world.restart(fleet)
      world.run(seconds: 300)
      let ran = if case .lost = answer { false } else { true }
      #expect(world.sent.count == (ran ? 1 : 2))
      #expect(world.positions().count == 1)
      #expect(world.all(.unknown).first?.metadata["cause"] == "restart")
    }
  }

  @Test func `what another account lists proves nothing; when the first one is back, evidence counts again`() {
    let agent = Fleets.atlas {
      $0.targets = [Fleets.target()]
      $0.terminal.account = nil
    }
    var world = World(Fleets.fleet(agent))
    world.answers = [.lost]
    while world.all(.unknown).isEmpty { world.run(seconds: 1) }
    world.terminals[AgentID("agent_1")]?.number = 7
    world.run(seconds: 300)
    #expect(world.sent.count == 1)
    #expect(world.all(.resolved).isEmpty)
    #expect(world.all(.unknown).map { $0.metadata["cause"] }.last == "another_terminal")
    world.terminals[AgentID("agent_1")]?.number = 22437
    world.run(seconds: 100)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["not_executed"])
    #expect(world.sent.count == 2)
  }

  @Test func `an open that waits while its terminal turns to another account is planned anew`() {
    let agent = Fleets.atlas {
      $0.targets = [Fleets.target()]
      $0.terminal.account = nil
    }
    var world = World(Fleets.fleet(agent))
    world.shipping = false
    world.run(seconds: 2)
    #expect(world.all(.intent).count == 1)
    world.terminals[AgentID("agent_1")]?.number = 7
    world.run(seconds: 2)
    world.shipping = true
    world.answers = [.executedThenLost]
    world.receive(.journal(world.facts))
    world.run(seconds: 100)
    #expect(world.all(.outcome).map { $0.metadata["result"] } == ["withdrawn"])
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["executed"])
    #expect(world.sent.count == 1)
  }

  @Test func `an order that was sent to the new account is judged there, whatever was left at the old one`() {
    let agent = Fleets.atlas { $0.targets = [Fleets.target()] }
    var world = World(Fleets.fleet(agent))
    world.run(seconds: 5)
    var moved = agent
    moved.terminal.account = 7
    moved.targets = [Fleets.target(), Fleets.target { $0.name = "other" }]
    world.terminals[AgentID("agent_1")]?.number = 7
    world.answers = [.executedThenLost]
    world.reload(Fleets.fleet(moved, revision: 2))
    world.run(seconds: 100)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["executed"])
    #expect(world.sent.count == 2)
  }

  @Test(arguments: [nil, 22437] as [Int64?])
  func `after a restart an order that went to another account, or address where none is told, waits for a person`(
    _ account: Int64?
  ) throws {
    let agent = Fleets.atlas {
      $0.terminal.account = account
      $0.targets = [Fleets.target()]
    }
    var world = World(Fleets.fleet(agent))
    world.terminals[AgentID("agent_1")]?.number = account
    world.answers = [.lost]
    while world.all(.unknown).isEmpty { world.run(seconds: 1) }
    var moved = agent
    moved.terminal.url = "http://127.0.0.1:9999"
    if account != nil {
      moved.terminal.account = 7
      world.terminals[AgentID("agent_1")]?.number = 7
    }
    try world.restart(Fleets.fleet(moved, revision: 2))
    world.run(seconds: 300)
    #expect(world.sent.count == 1)
    #expect(world.all(.resolved).isEmpty)
    #expect(world.status()?.conditions.first { $0.kind == .healthy }?.status == .no)
  }

  @Test func `what a partial close by hand left of the order itself is evidence, whatever its row is called`() {
    var (world, _) = Self.world()
    world.terminals[AgentID("agent_1")]?.namesDescendants = true
    world.answers = [.executedThenLost]
    let once = Times(1)
    while world.sent.isEmpty { world.run(seconds: 1) }
    world.onRead = { shown, _, sent in
      if sent > 0, once.take() {
        shown.failure = ReadFailure(code: .timeout, message: "no answer", endpoint: "/positions")
      }
    }
    world.closeByHand(["0.01", "0.02"])
    world.run(seconds: 100)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["executed"])
    #expect(world.sent.count == 1)
  }

  @Test func `a close whose answer was lost is looked after, and done again if it did not run`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[AgentID("agent_1")]?.add("EURUSD", .buy, d("0.05"))
    world.answers = [.lost]
    world.run(seconds: 200)
    #expect(world.positions().isEmpty)
    #expect(world.trace == ["close #1001", "close #1001"])
    #expect(world.all(.resolved).count == 1)
  }

  @Test func `an unknown partial close blocks another one of that ticket`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.25"))
    world.answers = [.late(30)]
    world.run(seconds: 300)
    #expect(world.trace.count == 1)
    #expect(world.positions().map(\.lots) == [d("0.1")])
  }

  @Test func `the late execution of one open is no evidence of the next, also where its mark was cut`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.terminals[AgentID("agent_1")]?.commentLength = 4
    // The first runs long after evidence said that it never did, while the second is in doubt.
    world.answers = [.late(100), .lost]
    world.run(seconds: 300)
    let ends = world.records.filter { $0.type == .resolved }.map { $0.metadata["result"]?.string }
    #expect(ends == ["not_executed", "not_executed"])
    #expect(world.sent.count == 2)
    #expect(world.positions().count == 1)
    #expect(world.status()?.memory.owned.values.first?.target == "core")
  }
}
