import Testing

@testable import Reconciler

/// What the fleet's totals go by: looks that were believed, at where each agent is declared to be.
@Suite struct FleetTotalsTests {
  @Test func `An agent that is declared to be elsewhere has to be seen there first`() {
    var (world, _) = FleetRiskTests.world(secondAgent: { $0.targets = [] }) { $0.maxTotalExposure = 50 }
    world.run(seconds: 5)
    let moved = Fleets.atlas { $0.terminal.url = "http://127.0.0.1:9999" }
    world.terminals[FleetRiskTests.first]?.failure = ReadFailure(
      code: .unreachable, message: "refused", endpoint: "/positions")
    world.reload(Fleets.fleet(moved, FleetRiskTests.orion(), revision: 2) { $0.maxTotalExposure = 50 })
    world.run(seconds: 20)
    #expect(world.trace.isEmpty)
    #expect(FleetRiskTests.held(world)?.numbers["missing_agent"] == "agent_1")
    world.terminals[FleetRiskTests.first]?.failure = nil
    world.run(seconds: 60)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
  }

  @Test func `A list that lies takes nothing out of the totals`() {
    let other = Fleets.atlas {
      $0 = AgentSpec(
        id: AgentID("agent_2"), metadataName: "two", displayName: "Two", enabled: true,
        terminal: TerminalSpec(url: "http://127.0.0.1:8082"), pairs: [Symbol("EURUSD")], risk: $0.risk)
      $0.targets = [Fleets.target { $0.symbol = Symbol("EURUSD") }]
    }
    var world = World(
      Fleets.fleet(Fleets.atlas(), other) {
        $0.correlationLimit = d("0.5")
        $0.correlations = [.init(first: Symbol("XAUUSD"), second: Symbol("EURUSD"), rho: d("0.9"))]
      })
    world.terminals[AgentID("agent_2")]?.number = 5
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    world.run(seconds: 402)
    #expect(world.trace == [])
    world.terminals[AgentID("agent_1")]?.staleList = []
    world.run(seconds: 70)
    #expect(world.trace == [])
  }
}
