import Reconciler
import Testing

/// Records that were missing, and records that said too much.
@Suite struct RecordingTests {
  static let id = AgentID("agent_1")

  @Test func `a revision that was stored and not recorded before a crash is recorded at the next start`() throws {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.run(seconds: 3)
    let second = Fleets.fleet(Fleets.atlas { $0.risk.maxPositions = 3 }, revision: 2)
    try world.restart(second)
    #expect(world.all(.revisionLoaded).map(\.revision) == [1, 2])
    try world.restart(second)
    #expect(world.all(.revisionLoaded).map(\.revision) == [1, 2])
  }

  @Test func `a stop with an action on its way says so`() throws {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.shipping = false
    world.run(seconds: 2)
    let id = try #require(world.all(.intent).first?.actionID)
    let effects = world.core.stopped(at: world.now)
    guard case .record(let record)? = effects.first else { return #expect(Bool(false), "no record") }
    #expect(record.metadata["open_actions"]?.array?.compactMap(\.string) == [id])
    #expect(!record.message.contains("nothing is on its way"))
  }

  @Test func `a 429 on a trade rests the reads, too`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.answers = [.refused(.tooManyRequests, 0)]
    world.run(seconds: 1)
    #expect(world.sent.count == 1)
    let reads = world.reads
    world.run(seconds: 3)
    #expect(world.reads == reads)
    world.run(seconds: 20)
    #expect(world.positions().count == 1)
  }

  @Test func `a terminal that asks for ten minutes of rest gets them`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.run(seconds: 3)
    world.terminals[Self.id]?.failure = ReadFailure(
      code: .rateLimited, message: "too many requests", endpoint: "account", retryAfter: .seconds(600))
    world.run(seconds: 3)
    let reads = world.reads
    world.run(seconds: 500)
    #expect(world.reads == reads)
    world.terminals[Self.id]?.failure = nil
    world.run(seconds: 120)
    #expect(world.reads > reads)
  }

  @Test func `an agent at which nothing happens shows all the same that the database is gone`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    world.run(seconds: 10)
    world.database = .down("refused")
    world.receive(.journal(world.facts))
    world.run(seconds: 2)
    #expect(world.status()?.conditions.first { $0.kind == .journalAvailable }?.status == .no)
  }
}
