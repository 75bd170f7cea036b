import Testing

@testable import Reconciler

/// A new state directory whose database comes late: what it remembers counts before anything is opened.
@Suite struct LateMemoriesTests {
  static let id = AgentID("agent_1")
  static let fleet = Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] })

  /// What the database has of an agent that was treated so.
  static func memory(_ body: (inout World) -> Void) throws -> JSONValue {
    var world = World(fleet)
    body(&world)
    return try #require(world.status()).memory.json
  }

  @Test func `nothing is opened before they are read, and then it is`() {
    var world = World(Self.fleet, awaitsMemories: true)
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    #expect(world.status()?.plan.held.first?.holds.contains { $0.reason == .journalUnavailable } == true)
    #expect(world.core.awaitsMemories)
    world.receive(.memories(EarlierMemories()))
    world.run(seconds: 5)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    #expect(!world.core.awaitsMemories)
  }

  @Test func `a process that ended before they were read leaves that to the next one`() throws {
    var world = World(Self.fleet, awaitsMemories: true)
    world.run(seconds: 5)
    var next = Reconciler()
    for record in world.records { try next.fold(record) }
    #expect(next.awaitsMemories)
    world.receive(.memories(EarlierMemories()))
    world.run(seconds: 5)
    var last = Reconciler()
    for record in world.records { try last.fold(record) }
    #expect(!last.awaitsMemories)
  }

  @Test func `exits do not wait for them`() {
    var world = World(Self.fleet, awaitsMemories: true)
    let ticket = world.terminals[Self.id]?.add("EURUSD", .buy, d("0.05"))
    world.run(seconds: 5)
    #expect(world.trace == ["close #\(ticket?.number ?? 0)"])
  }

  @Test func `whose a position is, is not known before they are read: none is closed as a stranger's, or taken over`()
    throws
  {
    let exact = Fleets.fleet(
      Fleets.atlas {
        $0.positions = .exact
        $0.targets = [Fleets.target()]
      })
    var world = World(exact)
    // The broker rewrites the comment, so that only the memory tells that it is the target's.
    world.run(seconds: 5)
    world.terminals[Self.id]?.positions[0].comment = ""
    let memory = try #require(world.status()).memory.json
    world.begin(anew: exact, EarlierMemories(), awaitsMemories: true)
    let stranger = world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.1"))
    world.run(seconds: 60)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    #expect(!world.records.contains { $0.type == .externalPosition })
    world.receive(.memories(EarlierMemories(agents: [Self.id: memory])))
    world.run(seconds: 10)
    #expect(world.trace == ["buy 0.1 XAUUSD", "close #\(stranger?.number ?? 0)"])
  }

  @Test func `an operator's pause that comes late holds, also over a restart`() throws {
    let memory = try Self.memory { world in
      world.receive(.command(.pause(Self.id, reason: "news"), actor: "uid 0"))
    }
    var world = World(Self.fleet, awaitsMemories: true)
    world.run(seconds: 5)
    world.receive(.memories(EarlierMemories(agents: [Self.id: memory])))
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    #expect(world.status()?.memory.operatorPause?.note == "news")
    try world.restart(Self.fleet)
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
  }

  @Test func `a breach that comes late holds, and the day has begun where it began`() throws {
    let memory = try Self.memory { world in
      world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"))
      world.run(seconds: 5)
      world.terminals[Self.id]?.positions[0].profit = -60
      world.run(seconds: 5)
    }
    var world = World(Self.fleet, awaitsMemories: true)
    world.terminals[Self.id]?.balance = 940
    world.run(seconds: 5)
    #expect(world.status()?.memory.dailyLoss.anchor?.amount == 940)
    world.receive(.memories(EarlierMemories(agents: [Self.id: memory])))
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    #expect(world.status()?.memory.breachPause?.reason == .dailyLoss)
    #expect(world.status()?.memory.dailyLoss.anchor?.amount == 1000)
  }

  @Test func `an outcome that was left unknown is found out before the target is opened`() throws {
    let memory = try Self.memory { world in
      world.answers = [.lost]
      world.run(seconds: 2)
    }
    #expect(memory["unresolved"]?.array?.count == 1)
    var world = World(Self.fleet, awaitsMemories: true)
    world.run(seconds: 5)
    world.receive(.memories(EarlierMemories(agents: [Self.id: memory])))
    #expect(world.core.agents[0].memory.unresolved.allSatisfy { $0.unknownSince != nil })
  }

  @Test(arguments: [false, true])
  func `a memory that cannot be read pauses its agent`(isLate: Bool) {
    let broken = EarlierMemories(agents: [Self.id: ["breach_pause": ["reason": "what is this"]]])
    var world = World(Self.fleet, awaitsMemories: true)
    if isLate {
      world.run(seconds: 5)
      world.receive(.memories(broken))
    } else {
      world.core = Reconciler()
      world.receive(.started(StartFacts(version: "test", chain: "abcdefghijklmnop", memories: broken)))
      world.receive(.fleetAccepted(Self.fleet, RevisionFacts(isNew: true, actor: "test")))
    }
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    #expect(world.status()?.memory.operatorPause?.note.contains("breach_pause") == true)
  }

  @Test func `what this controller knows is newer than what comes late`() throws {
    var earlier = AgentMemory()
    earlier.own(Ticket(7), AgentMemory.Ownership(target: "old", actionID: "a"))
    earlier.own(Ticket(8), AgentMemory.Ownership(target: "other", actionID: "b"))
    earlier.dailyLoss.highWater = 1500
    earlier.dailyLoss.lifetimeFlows = 100
    var memory = AgentMemory()
    memory.own(Ticket(7), AgentMemory.Ownership(target: "core", actionID: nil))
    #expect(memory.merge(earlier: earlier).isEmpty)
    #expect(memory.owned[Ticket(7)]?.target == "core")
    #expect(memory.owned[Ticket(8)]?.target == "other")
  }
}
