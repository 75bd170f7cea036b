import Reconciler
import Testing

/// What proves that an order in doubt did run, and what only looks like it.
@Suite struct EvidenceTests {
  @Test func `a trade of before is no evidence, also where the clock has gone back and no history was read since`()
    throws
  {
    var (world, fleet) = UnknownOutcomeTests.world { $0.targets = nil }
    world.run(seconds: 5)
    // Nobody saw it open.
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.05"), profit: 3, world.now)
    world.closeByHand(["0.05"])
    world.run(seconds: 10)
    #expect(world.all(.tradeClosed).count == 1)
    fleet = Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }, revision: 2)
    world.now = Moment(wall: world.now.wall - .seconds(7200), steady: world.now.steady)
    let rows = world.terminals[AgentID("agent_1")]?.history ?? []
    world.terminals[AgentID("agent_1")]?.history = []
    try world.restart(fleet)
    world.answers = [.lost]
    while world.sent.isEmpty { world.run(for: .milliseconds(100)) }
    world.terminals[AgentID("agent_1")]?.history = rows
    world.run(seconds: 100)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["not_executed"])
  }

  @Test(arguments: [false, true])
  func `a part of a larger position is no evidence of a smaller order, open or closed`(_ isGone: Bool) {
    var (world, _) = UnknownOutcomeTests.world { $0.risk.maxPositions = 3 }
    world.answers = [.lost]
    while world.all(.unknown).isEmpty { world.run(for: .milliseconds(100)) }
    // Opened and closed in parts between two looks.
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.16"), world.now)
    world.closeByHand(isGone ? ["0.06", "0.05", "0.05"] : ["0.08", "0.04"])
    world.run(seconds: 100)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["not_executed"])
  }

  @Test(arguments: [false, true])
  func `parts of a position whose ticket changed between are evidence of no order, and a person is asked`(
    _ isLinked: Bool
  ) {
    var (world, _) = UnknownOutcomeTests.world {
      $0.targets = [Fleets.target { $0.size = .lots(d("0.1")) }]
      $0.risk.lotSize = 1
      $0.risk.maxPositions = 3
    }
    world.terminals[AgentID("agent_1")]?.namesDescendants = true
    world.answers = [.lost]
    while world.all(.unknown).isEmpty { world.run(for: .milliseconds(100)) }
    // What is left of 0.16 lots goes on under a ticket that no row names; its comment may still tell.
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.16"), world.now)
    world.closeByHand(["0.03"])
    let last = world.positions().count - 1
    world.terminals[AgentID("agent_1")]?.positions[last].ticket = Ticket(77_000_001)
    if !isLinked { world.closeByHand(["0.02"]) }
    world.run(seconds: 300)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == (isLinked ? ["not_executed"] : []))
    #expect(world.all(.unknown).last?.metadata["cause"] == (isLinked ? "timeout" : "no_rest"))
    // A stranger of which it is known may be made the target's; while it is not known, nothing is sent.
    #expect(world.trace.count == (isLinked ? 3 : 1))
  }

  @Test func `the beginning of a mark tells one order in doubt from another that may run late`() {
    var (world, fleet) = UnknownOutcomeTests.world { $0.targets = [Fleets.target { $0.size = .lots(d("0.05")) }] }
    world.terminals[AgentID("agent_1")]?.commentLength = 7
    world.answers = [.lost, .done, .done]
    world.run(seconds: 100)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["not_executed"])
    // A second target's order fills in part, with the lots of the one that was given up, and its answer is lost.
    fleet = Fleets.fleet(
      Fleets.atlas {
        $0.risk.maxPositions = 5
        $0.targets = [Fleets.target { $0.size = .lots(d("0.05")) }, Fleets.target { $0.name = "other" }]
      }, revision: 2)
    world.answers = [.executedThenLost]
    let before = world.sent.count
    world.onRead = { shown, _, sent in
      if sent > before, let k = shown.positions.indices.last { shown.positions[k].lots = d("0.05") }
    }
    world.reload(fleet)
    world.run(seconds: 3)
    #expect(world.sent.count == before + 1)
    #expect(world.all(.resolved).count == 2)
    let ticket = world.positions().last?.ticket ?? Ticket(0)
    #expect(world.status()?.memory.owned[ticket]?.target == "other")
  }

  @Test func `a larger position than the order asked for is not what came of it`() {
    var (world, _) = UnknownOutcomeTests.world { $0.risk.maxPositions = 3 }
    world.answers = [.lost]
    while world.all(.unknown).isEmpty { world.run(seconds: 1) }
    let now = world.now
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.11"), now)
    world.run(seconds: 100)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["not_executed"])
  }

  @Test func `a position that an order in doubt may have come to is no other target's`() {
    let agent = Fleets.atlas {
      $0.targets = [Fleets.target(), Fleets.target { $0.name = "other" }]
      $0.risk.maxPositions = 3
    }
    var world = World(Fleets.fleet(agent))
    world.terminals[AgentID("agent_1")]?.keepsComments = false
    world.answers = [.late(20)]
    world.run(seconds: 300)
    #expect(world.trace == ["buy 0.1 XAUUSD", "buy 0.1 XAUUSD"])
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["executed"])
    #expect(world.positions().count == 2)
  }

  @Test(arguments: [false, true])
  func `what partial closes left of another target's position is no evidence, nor are the rows between`(_ gone: Bool) {
    let agent = Fleets.atlas {
      $0.targets = [Fleets.target(), Fleets.target { $0.name = "other" }]
      $0.risk.maxPositions = 4
    }
    var world = World(Fleets.fleet(agent))
    world.answers = [.done, .lost]
    while world.sent.count < 2 { world.run(seconds: 1) }
    world.terminals[AgentID("agent_1")]?.namesDescendants = true
    world.closeByHand(gone ? ["0.01", "0.02", "1"] : ["0.01", "0.02"])
    world.run(seconds: 30)
    #expect(world.all(.resolved).isEmpty)
    world.run(seconds: 170)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["not_executed"])
    #expect(world.all(.targetSpent).count == (gone ? 1 : 0))
  }
}
