import Testing

@testable import Reconciler

/// The state directory is lost with everything in it; the database has the record, and rows that lag seconds behind it.
@Suite struct EarlierMemoriesTests {
  static let id = AgentID("agent_1")
  static let fleet = LateMemoriesTests.fleet
  static let first = "abcdefghijklmnop"

  /// What the database has of a controller's record, from its newest snapshot on.
  static func chain(_ world: World, _ name: String = first) -> EarlierMemories.Chain {
    let begin = world.records.lastIndex { $0.type == .snapshot } ?? 0
    return EarlierMemories.Chain(name: name, records: Array(world.records[begin...]))
  }

  /// A row that was written before anything happened.
  static let staleRow = EarlierMemories.State(agent: id, chain: first, record: 1, memory: AgentMemory().json)

  @Test(arguments: [false, true])
  func `an order in doubt that no row knows of yet is not sent again`(isLate: Bool) {
    var world = World(Self.fleet)
    // It runs after the controller is back, and the broker rewrites its comment.
    world.answers = [.late(20)]
    world.run(seconds: 2)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    let memories = EarlierMemories(chains: [Self.chain(world)], states: [Self.staleRow])
    if isLate {
      world.begin(anew: Self.fleet, EarlierMemories(), awaitsMemories: true)
      world.run(seconds: 5)
      world.receive(.memories(memories))
    } else {
      world.begin(anew: Self.fleet, memories)
    }
    world.run(seconds: 10)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    world.run(seconds: 600)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    #expect(world.terminals[Self.id]?.positions.count == 1)
  }

  @Test func `a pause of the last seconds holds`() {
    var world = World(Self.fleet)
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    world.begin(anew: Self.fleet, EarlierMemories(chains: [Self.chain(world)], states: [Self.staleRow]))
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    #expect(world.status()?.memory.operatorPause?.note == "news")
  }

  @Test func `a row that is ahead of the records in the database counts`() {
    var world = World(Self.fleet)
    var chain = Self.chain(world)
    let shipped = chain.records.count
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    let row = EarlierMemories.State(
      agent: Self.id, chain: Self.first, record: world.core.lastSequence,
      memory: world.status()?.memory.json ?? .null)
    chain.records = Array(chain.records.prefix(shipped))
    world.begin(anew: Self.fleet, EarlierMemories(chains: [chain], states: [row]))
    #expect(world.status()?.memory.operatorPause?.note == "news")
  }

  @Test(arguments: [false, true])
  func `a stop that a person raised goes on until a person clears it`(isLate: Bool) {
    var world = World(Self.fleet)
    world.receive(.command(.emergencyStop(reason: "drill"), actor: "uid 0"))
    let memories = EarlierMemories(chains: [Self.chain(world)], states: [])
    #expect(memories.emergency != nil)
    if isLate {
      world.begin(anew: Self.fleet, EarlierMemories(), awaitsMemories: true)
      world.run(seconds: 5)
      world.receive(.memories(memories))
    } else {
      world.begin(anew: Self.fleet, memories)
    }
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    #expect(world.records.filter { $0.type == .emergencyStop }.map(\.message).first?.contains("goes on: drill") == true)
    world.receive(.command(.emergencyClear(reason: "over"), actor: "uid 0"))
    world.run(seconds: 5)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
  }

  @Test func `a stop that was cleared does not come back, and the manifest's is in the manifest`() {
    var world = World(Self.fleet)
    world.receive(.command(.emergencyStop(reason: "drill"), actor: "uid 0"))
    world.receive(.command(.emergencyClear(reason: "over"), actor: "uid 0"))
    var stopped = Self.fleet
    stopped.policy.emergencyStop = true
    world.reload(stopped)
    world.begin(anew: Self.fleet, EarlierMemories(chains: [Self.chain(world)], states: []))
    world.run(seconds: 5)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    #expect(!world.records.contains { $0.type == .emergencyStop })
  }

  @Test func `lost again before the database was read: the chain before counts too`() {
    var world = World(Self.fleet)
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    let older = Self.chain(world)
    world.begin(anew: Self.fleet, EarlierMemories(), awaitsMemories: true)
    world.run(seconds: 5)
    let newer = Self.chain(world, "ponmlkjihgfedcba")
    #expect(EarlierMemories.needsEarlier(newer))
    #expect(!EarlierMemories.needsEarlier(older))
    world.begin(anew: Self.fleet, EarlierMemories(chains: [newer, older], states: []))
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    #expect(world.status()?.memory.operatorPause?.note == "news")
  }

  @Test(arguments: ["a hole", "an unknown type"])
  func `a record that cannot be read: every agent that a row names waits for a person`(_ how: String) {
    var world = World(Self.fleet)
    world.run(seconds: 5)
    var chain = Self.chain(world)
    if how == "a hole" { chain.records.remove(at: 1) } else { chain.problem = how }
    world.terminals[Self.id]?.positions = []
    let sent = world.trace.count
    world.begin(anew: Self.fleet, EarlierMemories(chains: [chain], states: [Self.staleRow]))
    world.run(seconds: 60)
    #expect(world.trace.count == sent)
    #expect(world.status()?.memory.operatorPause?.note.contains("look at it, then resume") == true)
  }

  @Test func `an agent that only a row tells of is taken from there where no chain tells everything`() {
    var world = World(Self.fleet)
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    let row = EarlierMemories.State(
      agent: AgentID("agent_9"), chain: "old", record: 7, memory: world.status()?.memory.json ?? .null)
    #expect(EarlierMemories(chains: [], states: [row]).agents == [row.agent: row.memory])
    world.begin(anew: Self.fleet, EarlierMemories(), awaitsMemories: true)
    world.run(seconds: 5)
    let memories = EarlierMemories(chains: [Self.chain(world, "ponmlkjihgfedcba")], states: [row, Self.staleRow])
    #expect(memories.agents[row.agent] == row.memory)
    #expect(memories.agents[Self.id] != Self.staleRow.memory)
  }

  @Test func `an agent that a person had forgotten stays forgotten, though a row of it is left`() throws {
    var world = World(Self.fleet)
    world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    let row = EarlierMemories.State(
      agent: Self.id, chain: Self.first, record: world.core.lastSequence,
      memory: try #require(world.status()).memory.json)
    world.reload(Fleets.fleet())
    world.receive(.command(.forget(Self.id, reason: "sold"), actor: "uid 0"))
    #expect(EarlierMemories(chains: [Self.chain(world)], states: [row]).agents.isEmpty)
  }
}
