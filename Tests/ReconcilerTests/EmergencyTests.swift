import Reconciler
import Testing

/// The fleet's stop: latched, closed, verified, and cleared only as it was raised.
@Suite struct EmergencyTests {
  static let id = AgentID("agent_1")

  static func other(_ change: (inout AgentSpec) -> Void = { _ in }) -> AgentSpec {
    var second = Fleets.atlas(change)
    second.id = AgentID("agent_2")
    second.metadataName = "orion"
    second.terminal.url = "http://127.0.0.1:8082"
    second.terminal.account = 22438
    return second
  }

  static func world(_ second: AgentSpec = other()) -> (World, Fleet) {
    let fleet = Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }, second)
    var world = World(fleet)
    world.terminals[second.id]?.number = 22438
    world.terminals[second.id]?.add("XAUUSD", .buy, d("0.05"), profit: -5)
    world.terminals[second.id]?.add("XAUUSD", .buy, d("0.05"), profit: -20)
    world.run(seconds: 5)
    return (world, fleet)
  }

  @Test func `a stop from the host closes all, the largest loss first, and says when the fleet is flat`() {
    var (world, _) = Self.world()
    world.terminals[AgentID("agent_2")]?.orders = [
      PendingOrder(ticket: Ticket(77), symbol: Symbol("XAUUSD"), kind: .buyLimit, lots: d("0.01"), price: 2500)
    ]
    let before = world.trace.count
    world.receive(.command(.emergencyStop(reason: "prices are wrong"), actor: "uid 0"))
    world.run(seconds: 10)
    #expect(world.positions().isEmpty && world.positions("agent_2").isEmpty)
    #expect(world.terminals[AgentID("agent_2")]?.orders.isEmpty == true)
    let second = world.trace[before...].filter { $0 == "close #1001" || $0 == "close #1002" }
    #expect(second.first == "close #1002" || world.trace[before...].contains("close #1002"))
    #expect(Set(world.all(.intent).suffix(4).map(\.reason)) == [.emergencyStop])
    let flat = world.all(.confirmedFlat)
    #expect(flat.compactMap(\.agent?.text).sorted() == ["agent_1", "agent_2"])
    #expect(flat.filter { $0.agent == nil }.count == 1)
    #expect(flat.last?.agent == nil)
  }

  @Test func `the latch is recorded before the first close, and survives a restart`() throws {
    var (world, fleet) = Self.world()
    world.receive(.command(.emergencyStop(reason: "prices are wrong"), actor: "uid 0"))
    world.run(seconds: 10)
    let order = world.records.map(\.type)
    let stop = try #require(order.firstIndex(of: .emergencyStop))
    #expect(order[..<stop].filter { $0 == .intent }.count == 1)
    let sent = world.trace.count
    try world.restart(fleet)
    world.run(seconds: 120)
    #expect(world.trace.count == sent)
    #expect(world.all(.confirmedFlat).filter { $0.agent == nil }.count == 1)
    world.receive(.command(.emergencyClear(reason: "right again"), actor: "uid 0"))
    world.run(seconds: 10)
    #expect(world.positions().count == 1, "the target is opened again when the stop has ended")
  }

  @Test func `a manifest's stop ends with the manifest, and the host's clear is refused meanwhile`() {
    var (world, fleet) = Self.world()
    var stopped = fleet
    stopped.policy.emergencyStop = true
    stopped.revision = 2
    world.reload(stopped)
    world.run(seconds: 10)
    #expect(world.positions().isEmpty)
    world.receive(.command(.emergencyStop(reason: "by hand as well"), actor: "uid 0"))
    world.receive(.command(.emergencyClear(reason: "try"), actor: "uid 0"))
    #expect(world.all(.emergencyCleared).isEmpty)
    fleet.revision = 3
    world.reload(fleet)
    world.run(seconds: 10)
    #expect(world.positions().isEmpty, "the stop of the host goes on")
    world.receive(.command(.emergencyClear(reason: "over"), actor: "uid 0"))
    world.run(seconds: 10)
    #expect(world.positions().count == 1)
  }

  @Test(arguments: [AgentSpec.Mode.observe, .enforce])
  func `an agent that cannot be seen or may not be touched is not flat, with the list`(_ mode: AgentSpec.Mode) {
    var (world, _) = Self.world(Self.other { $0.mode = mode })
    if mode == .enforce {
      world.terminals[AgentID("agent_2")]?.failure = ReadFailure(
        code: .unreachable, message: "refused", endpoint: "/positions")
    }
    world.receive(.command(.emergencyStop(reason: "prices are wrong"), actor: "uid 0"))
    world.run(seconds: 60)
    let notFlat = world.all(.notFlat)
    #expect(notFlat.map(\.agent?.text) == ["agent_2"])
    #expect(notFlat.first?.metadata["tickets"]?.array?.count == 2)
    #expect(!world.all(.confirmedFlat).contains { $0.agent == nil })
  }

  @Test func `a closed market is tried again within fifteen seconds`() {
    var (world, _) = Self.world()
    world.answers = Array(repeating: .refused(.marketClosed, 132), count: 4)
    world.receive(.command(.emergencyStop(reason: "prices are wrong"), actor: "uid 0"))
    world.run(seconds: 5)
    #expect(world.all(.notFlat).contains { $0.metadata["why"] == "pending_market_open" })
    world.run(seconds: 60)
    #expect(world.positions().isEmpty && world.positions("agent_2").isEmpty)
  }

  @Test func `an orphan is covered, too`() {
    var (world, _) = Self.world()
    world.reload(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }, revision: 2))
    world.run(seconds: 5)
    #expect(world.positions("agent_2").count == 2)
    world.receive(.command(.emergencyStop(reason: "prices are wrong"), actor: "uid 0"))
    world.run(seconds: 20)
    #expect(world.positions("agent_2").isEmpty)
    #expect(world.all(.confirmedFlat).contains { $0.agent == nil })
  }

  @Test func `a disabled and a paused agent are covered`() {
    var (world, _) = Self.world(Self.other { $0.risk.onBreach = .pause })
    world.receive(.command(.pause(AgentID("agent_2"), reason: "lunch"), actor: "uid 0"))
    world.receive(.command(.emergencyStop(reason: "prices are wrong"), actor: "uid 0"))
    world.run(seconds: 20)
    #expect(world.positions("agent_2").isEmpty)
  }

  @Test(arguments: [false, true])
  func `the fleet's word comes when the last manifest is back, and not before all is flat`(_ traded: Bool) throws {
    var (world, fleet) = Self.world()
    let away = ReadFailure(code: .unreachable, message: "refused", endpoint: "/positions")
    world.terminals[AgentID("agent_2")]?.failure = away
    world.receive(.command(.emergencyStop(reason: "prices are wrong"), actor: "uid 0"))
    world.run(seconds: 10)
    #expect(world.all(.confirmedFlat).map(\.agent) == [Self.id])
    // The next start has the other's manifest alone, and the first one's account is traded by hand meanwhile.
    world.terminals[AgentID("agent_2")]?.failure = nil
    if traded { world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05")) }
    var one = fleet
    one.agents.removeFirst()
    try world.restart(one)
    world.run(seconds: 30)
    #expect(world.all(.confirmedFlat).map(\.agent) == [Self.id, AgentID("agent_2")])
    world.reload(fleet)
    world.run(seconds: 10)
    #expect(world.positions().isEmpty)
    #expect(world.all(.confirmedFlat).last?.agent == nil)
    #expect(world.all(.confirmedFlat).count == 3)
    let closed = world.records.lastIndex { $0.type == .outcome } ?? 0
    #expect(world.records.lastIndex { $0.type == .confirmedFlat } ?? 0 > closed)
  }

  @Test func `the fleet is not flat by a list that lies`() {
    let two = Fleets.atlas {
      $0 = AgentSpec(
        id: AgentID("agent_2"), metadataName: "two", displayName: "Two", enabled: true,
        terminal: TerminalSpec(url: "http://127.0.0.1:8082"), pairs: [Symbol("EURUSD")], risk: $0.risk)
    }
    var world = World(Fleets.fleet(Fleets.atlas(), two))
    world.terminals[AgentID("agent_2")]?.number = 5
    world.run(seconds: 5)
    world.terminals[AgentID("agent_2")]?.failure = ReadFailure(
      code: .unreachable, message: "refused", endpoint: "/positions")
    world.receive(.command(.emergencyStop(reason: "drill"), actor: "uid 0"))
    world.run(seconds: 20)
    // The first has given its word; then somebody buys by hand, and its list does not show it.
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    world.terminals[AgentID("agent_1")]?.staleList = []
    world.terminals[AgentID("agent_2")]?.failure = nil
    world.run(seconds: 60)
    #expect(world.all(.confirmedFlat).filter { $0.agent == nil }.isEmpty)
    world.terminals[AgentID("agent_1")]?.staleList = nil
    world.run(seconds: 60)
    #expect(world.positions().isEmpty)
    #expect(world.all(.confirmedFlat).filter { $0.agent == nil }.count == 1)
  }

  @Test func `closes that a stop has left in the queue are dropped when a person clears it`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    for _ in 1...2 { world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.05"), stop: 2600) }
    world.run(seconds: 3)
    world.durable = false
    world.receive(.command(.emergencyStop(reason: "drill"), actor: "uid 0"))
    world.run(seconds: 3)
    world.receive(.command(.emergencyClear(reason: "it was one"), actor: "uid 0"))
    world.durable = true
    world.receive(.journal(world.facts))
    world.run(seconds: 20)
    #expect(world.trace == [])
    #expect(world.all(.outcome).map { $0.metadata["result"] } == ["withdrawn"])
  }
}
