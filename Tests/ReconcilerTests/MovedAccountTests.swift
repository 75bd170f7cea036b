import Testing

@testable import Reconciler

/// What was known of one account says nothing of another's, and an emergency stop covers whoever is in its way.
@Suite struct MovedAccountTests {
  static let id = AgentID("agent_1")

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
    world.reload(
      Fleets.fleet(
        Fleets.atlas { agent in
          agent.risk.onBreach = .pause
          agent.terminal.account = nil
          agent.terminal.url = "http://127.0.0.1:9999"
        }))
    world.run(seconds: 120)
    #expect(world.trace.isEmpty)
    // What is opened there from now on is opened during a pause.
    let new = world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.03"))
    world.run(seconds: 10)
    #expect(world.trace == ["close #\(new?.number ?? 0)"])
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
