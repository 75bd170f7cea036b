import Testing

@testable import Reconciler

/// The short way of a look that shows what the last one showed: nothing that is over keeps an agent off it.
@Suite struct CalmTests {
  static let id = AgentID("agent_1")

  static func isCalm(_ world: World) -> Bool { world.core.agents.first?.calm != nil }

  @Test func `an agent is calm again once the quarantine of its partial close is over`() {
    let agent = Fleets.atlas { $0.targets = [Fleets.target()] }
    var world = World(Fleets.fleet(agent))
    world.run(seconds: 20)
    #expect(Self.isCalm(world))
    var smaller = agent
    smaller.targets = [Fleets.target { $0.size = .lots(d("0.05")) }]
    world.reload(Fleets.fleet(smaller, revision: 2))
    world.run(seconds: 30)
    #expect(world.trace.count == 2)
    #expect(!Self.isCalm(world))
    world.run(seconds: 60)
    #expect(Self.isCalm(world))
  }

  /// A debug build traps where a calm look would have planned otherwise; an optimised one would go on telling the old plan.
  @Test func `a look that records something new is not calm yet: the next plan differs`() {
    let agent = Fleets.atlas { $0.targets = [Fleets.target { $0.reopen = .nextDay }] }
    var world = World(Fleets.fleet(agent))
    world.run(seconds: 20)
    world.terminals[Self.id]?.historySupported = false
    // The broker gives the position another ticket, and what had the old one has ended.
    world.terminals[Self.id]?.positions[0].ticket = Ticket(2002)
    world.run(seconds: 200)
    #expect(world.all(.targetSpent).count == 1)
    world.terminals[Self.id]?.positions = []
    while world.all(.targetSpent).count < 2 { world.run(for: .milliseconds(50)) }
    world.run(seconds: 5)
    guard case .spent(_, let ticket)? = world.status()?.plan.targets.first?.state else {
      Issue.record("the plan does not say that the target is spent")
      return
    }
    #expect(ticket == Ticket(2002))
  }

  @Test func `an agent is calm again once an order that was given up cannot run any more`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.answers = [.lost]
    world.run(seconds: 100)
    #expect(world.trace.count == 2)
    #expect(!Self.isCalm(world))
    world.advance(to: world.now.steady + .seconds(25 * 3600))
    world.run(seconds: 10)
    #expect(Self.isCalm(world))
  }
}
