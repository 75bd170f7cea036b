import Reconciler
import Testing

/// Whose a position is, through stale lists, restarts and edits.
@Suite struct OwnershipTests {
  static let id = AgentID("agent_1")

  /// An agent that holds its target, and somebody's sell beside it.
  static func held(_ change: (inout AgentSpec) -> Void = { _ in }) -> (World, AgentSpec) {
    let agent = Fleets.atlas {
      $0.targets = [Fleets.target()]
      $0.risk.maxPositions = 4
      change(&$0)
    }
    var world = World(Fleets.fleet(agent))
    world.terminals[id]?.add("XAUUSD", .sell, d("0.05"), stop: 2700)
    world.run(seconds: 5)
    return (world, agent)
  }

  static func stopOut(_ world: inout World, _ ticket: Int64) {
    let now = world.now
    guard let k = world.positions().firstIndex(where: { $0.ticket.number == ticket }) else { return }
    world.terminals[id]?.close(k, nil, comment: "[sl]", now)
  }

  // MARK: Late executions

  @Test func `an order that never ran explains one position, not every later one`() {
    var world = World(Fleets.fleet(Self.roomy))
    world.answers = [.lost]
    world.run(seconds: 100)
    #expect(world.trace == ["buy 0.1 XAUUSD", "buy 0.1 XAUUSD"])
    for _ in 0..<2 {
      let now = world.now
      world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.10"), now)
      world.run(seconds: 20)
    }
    #expect(world.trace.count == 3)
    #expect(world.positions().count == 2)
  }

  @Test func `what a person buys a day later is no late execution`() {
    var world = World(Fleets.fleet(Self.roomy))
    world.answers = [.lost]
    world.run(seconds: 100)
    world.advance(to: world.now.steady + .seconds(25 * 3600))
    let now = world.now
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.10"), now)
    world.run(seconds: 20)
    #expect(world.trace.count == 2)
    #expect(world.positions().count == 2)
    #expect(world.all(.externalPosition).count == 1)
  }

  private static var roomy: AgentSpec {
    Fleets.atlas {
      $0.targets = [Fleets.target()]
      $0.risk.maxPositions = 4
    }
  }

  // MARK: Adoption

  @Test func `a stranger is not adopted while the target's own position is only missing from the list`() {
    var (world, _) = Self.held()
    let now = world.now
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"), now)
    let truth = world.positions()
    world.terminals[Self.id]?.staleList = truth.filter { $0.ticket.number != 1002 }
    world.run(seconds: 1)
    world.terminals[Self.id]?.staleList = nil
    world.run(seconds: 10)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    #expect(world.positions().count == 3)
  }

  @Test func `after a stop the target is spent, and no stranger stands in for it`() {
    var (world, _) = Self.held()
    let now = world.now
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"), now)
    Self.stopOut(&world, 1002)
    world.run(seconds: 20)
    #expect(world.all(.targetSpent).map { $0.metadata["how"] } == ["stop"])
    #expect(world.trace.count == 1)
    #expect(world.positions().count == 2)
  }

  @Test func `the rest of a partial close stays the target's where the broker does not say of which it is`() {
    var (world, _) = Self.held()
    world.terminals[Self.id]?.namesAncestors = false
    world.reload(
      Fleets.fleet(
        Fleets.atlas {
          $0.targets = [Fleets.target { $0.size = .lots(d("0.04")) }]
          $0.risk.maxPositions = 4
        }, revision: 2))
    world.run(seconds: 60)
    #expect(world.trace.count == 2)
    #expect(world.all(.targetSpent).isEmpty)
    guard case .held? = world.status()?.plan.targets.first?.state else {
      Issue.record("the target does not hold the rest")
      return
    }
  }

  // MARK: Ends

  @Test func `a start from the journal knows what became of a partly closed position`() throws {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.run(seconds: 5)
    let smaller = Fleets.fleet(
      Fleets.atlas { $0.targets = [Fleets.target { $0.size = .lots(d("0.04")) }] }, revision: 2)
    world.reload(smaller)
    world.run(seconds: 30)
    #expect(world.positions().map(\.lots) == [d("0.04")])
    try world.restart(smaller)
    world.run(seconds: 30)
    #expect(world.all(.targetSpent).isEmpty)
    #expect(world.trace.count == 2)
  }

  @Test func `a stop that was hit while the terminal was away does not spend what was declared since`() {
    var (world, agent) = Self.held()
    world.terminals[Self.id]?.failure = ReadFailure(code: .unreachable, message: "refused", endpoint: "/positions")
    Self.stopOut(&world, 1002)
    world.run(seconds: 5)
    agent.targets = [Fleets.target { $0.stopLoss = 2590 }]
    world.reload(Fleets.fleet(agent, revision: 2))
    world.run(seconds: 5)
    world.terminals[Self.id]?.failure = nil
    world.run(seconds: 60)
    #expect(world.trace == ["buy 0.1 XAUUSD", "buy 0.1 XAUUSD"])
    #expect(world.all(.targetSpent).count == 1)
  }

  @Test func `a position that was brought in line with a new spec spends the new one`() throws {
    var (world, agent) = Self.held()
    agent.targets = [Fleets.target { $0.stopLoss = 2590 }]
    let fleet = Fleets.fleet(agent, revision: 2)
    world.reload(fleet)
    world.run(seconds: 10)
    #expect(world.trace.count == 2)
    try world.restart(fleet)
    Self.stopOut(&world, 1002)
    world.run(seconds: 30)
    #expect(world.trace.count == 2)
    #expect(world.all(.targetSpent).count == 1)
  }

  @Test func `two looks a moment apart are no proof that a position has ended`() {
    var (world, _) = Self.held()
    let shown = world.positions().filter { $0.ticket.number != 1002 }
    world.terminals[Self.id]?.staleList = shown
    let before = world.reads
    while world.reads < before + 3 { world.run(for: .milliseconds(100)) }
    world.terminals[Self.id]?.staleList = nil
    world.run(seconds: 10)
    #expect(world.all(.targetSpent).isEmpty)
  }

  @Test func `a position that returns is its target's again, after a restart as well`() throws {
    var (world, agent) = Self.held()
    let shown = world.positions().filter { $0.ticket.number != 1002 }
    world.terminals[Self.id]?.staleList = shown
    world.run(seconds: 10)
    #expect(world.all(.targetSpent).count == 1)
    world.terminals[Self.id]?.staleList = nil
    world.run(seconds: 10)
    agent.enabled = false
    world.reload(Fleets.fleet(agent, revision: 2))
    world.run(seconds: 10)
    agent.enabled = true
    try world.restart(Fleets.fleet(agent, revision: 3))
    world.run(seconds: 20)
    #expect(world.trace.filter { $0.hasPrefix("buy") }.count == 2)
  }

  @Test func `an open that a person says did run, with no ticket, is spent`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.terminals[Self.id]?.historySupported = false
    world.answers = [.lost]
    world.run(seconds: 100)
    let id = world.all(.intent).first?.actionID ?? ""
    world.receive(
      .command(.resolve(actionID: id, executed: true, ticket: nil, reason: "it was stopped out"), actor: "uid 0"))
    world.run(seconds: 60)
    #expect(world.sent.count == 1)
    guard case .spent? = world.status()?.plan.targets.first?.state else {
      Issue.record("the target is not spent")
      return
    }
  }
}
