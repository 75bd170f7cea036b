import Reconciler
import Testing

/// What a set of manifests changes, and whom it leaves alone: of ten thousand agents one is edited at a time.
@Suite struct ManifestChangeTests {
  private static let ids = ["agent_1", "agent_2", "agent_3"].map { AgentID($0) }

  private static func agent(_ number: Int, _ change: (inout AgentSpec) -> Void = { _ in }) -> AgentSpec {
    Fleets.atlas { agent in
      agent.id = ids[number]
      agent.metadataName = "atlas-\(number)"
      agent.terminal.account = nil
      agent.terminal.url = "http://127.0.0.1:\(8081 + number)"
      change(&agent)
    }
  }

  private static func fleet(revision: Int, _ change: (inout AgentSpec) -> Void = { _ in }) -> Fleet {
    Fleets.fleet(agent(0), agent(1, change), agent(2), revision: revision)
  }

  /// Three agents that are as declared; each has an account of its own.
  private static func calmWorld() -> World {
    var world = World(fleet(revision: 1))
    for (place, id) in ids.enumerated() { world.terminals[id]?.number = Int64(place + 1) }
    world.run(seconds: 10)
    return world
  }

  private static func shown(_ world: World) -> Set<Int> {
    Set(ids.compactMap { world.core.status(of: $0) }.flatMap { $0.conditions.map(\.observedRevision) + [$0.revision] })
  }

  @Test func `a set that says the same changes nobody`() {
    var world = Self.calmWorld()
    let records = world.records.count
    world.receive(.fleetAccepted(Self.fleet(revision: 1), RevisionFacts(isNew: false, actor: "test")))
    #expect(world.core.manifestChange == ManifestChange())
    #expect(world.records.count == records)
    #expect(Self.shown(world) == [1])
  }

  @Test func `a new revision changes the agent that was edited, and is shown by all at once`() {
    var world = Self.calmWorld()
    world.reload(Self.fleet(revision: 2) { $0.risk.maxPositions = 7 })
    #expect(world.core.manifestChange == ManifestChange(agents: [Self.ids[1]]))
    #expect(Self.shown(world) == [2])
    #expect(world.status("agent_2")?.spec.risk.maxPositions == 7)
    #expect(world.all(.revisionLoaded).last?.revision == 2)
    world.run(seconds: 120)
    #expect(Self.shown(world) == [2])
    #expect(world.all(.heartbeat).suffix(3).allSatisfy { $0.revision == 2 })
    #expect(world.trace == [])
  }

  @Test func `a policy alone changes no agent's document`() {
    var world = Self.calmWorld()
    world.reload(Fleets.fleet(Self.agent(0), Self.agent(1), Self.agent(2), revision: 2) { $0.maxClosesPerPass = 3 })
    #expect(world.core.manifestChange == ManifestChange())
    #expect(Self.shown(world) == [2])
  }

  @Test func `an agent that is gone, one that is back and one whose token is another have changed`() {
    var world = Self.calmWorld()
    world.reload(Fleets.fleet(Self.agent(0), Self.agent(1), revision: 2))
    #expect(world.core.manifestChange == ManifestChange(agents: [Self.ids[2]]))
    #expect(world.status("agent_3")?.orphaned == true)
    world.reload(Self.fleet(revision: 3))
    #expect(world.core.manifestChange == ManifestChange(agents: [Self.ids[2]]))
    #expect(world.status("agent_3")?.orphaned == false)
    var fleet = Self.fleet(revision: 3)
    fleet.credentialVersions[Self.ids[0]] = "another"
    world.receive(.fleetAccepted(fleet, RevisionFacts(isNew: false, actor: "test")))
    #expect(world.core.manifestChange == ManifestChange(agents: [Self.ids[0]]))
  }

  @Test func `a refused set is judged of every agent once, and its end too`() {
    var world = Self.calmWorld()
    let accepted = { (world: World) in
      Self.ids.compactMap { id in world.core.status(of: id)?.conditions.first { $0.kind == .manifestAccepted } }
    }
    world.receive(.fleetRejected(errors: ["bad.yaml:1: no kind"], actor: "test"))
    #expect(world.core.manifestChange == ManifestChange(isForAll: true))
    let since = accepted(world).map(\.lastTransition)
    #expect(accepted(world).allSatisfy { $0.status == .no && $0.message.contains("bad.yaml") })
    world.run(seconds: 3)
    world.receive(.fleetRejected(errors: ["worse.yaml:1: no kind"], actor: "test"))
    #expect(world.core.manifestChange == ManifestChange())
    #expect(accepted(world).allSatisfy { $0.status == .no && $0.message.contains("worse.yaml") })
    #expect(accepted(world).map(\.lastTransition) == since)
    world.reload(Self.fleet(revision: 1))
    #expect(world.core.manifestChange == ManifestChange(isForAll: true))
    #expect(accepted(world).allSatisfy { $0.status == .yes && $0.message == "revision 1 is in force" })
  }

  @Test func `a status that was handed out is joined to what is declared by now`() throws {
    var world = Self.calmWorld()
    let old = try #require(world.status())
    world.reload(Self.fleet(revision: 2) { $0.enabled = false })
    let joined = old.under(world.core.declared)
    #expect(joined.conditions.allSatisfy { $0.observedRevision == 2 })
    #expect(joined.conditions.last?.message == "revision 2 is in force")
    #expect(old.conditions.allSatisfy { $0.observedRevision == 1 })
    #expect(!joined.isSame(as: old))
    #expect(joined.isSame(as: old.under(world.core.declared)))
  }

  @Test func `an agent that nothing happens to says within two looks that the database is away`() {
    var world = Self.calmWorld()
    #expect(world.status()?.conditions.first { $0.kind == .journalAvailable }?.status == .yes)
    world.database = .down("gone")
    world.receive(.journal(world.facts))
    world.run(seconds: 2)
    #expect(world.status()?.conditions.first { $0.kind == .journalAvailable }?.status == .no)
  }

  @Test func `an agent that is in use again is looked at before anything is opened by the fleet's limits`() {
    let policy = { (policy: inout FleetPolicy) in policy.maxTotalExposure = 50 }
    var world = World(
      Fleets.fleet(Self.agent(0), Self.agent(1) { $0.enabled = false }, revision: 1, policy: policy))
    for (place, id) in Self.ids.prefix(2).enumerated() { world.terminals[id]?.number = Int64(place + 1) }
    world.terminals[Self.ids[1]]?.failure = ReadFailure(code: .timeout, message: "no answer", endpoint: "/positions")
    world.run(seconds: 400)
    world.reload(
      Fleets.fleet(Self.agent(0) { $0.targets = [Fleets.target()] }, Self.agent(1), revision: 2, policy: policy))
    world.run(seconds: 5)
    #expect(world.trace == [])
    #expect(world.status()?.plan.held.first?.holds.first?.message.contains("agent_2") == true)
  }

  // MARK: Polls

  private static func manyAgents(_ count: Int) -> [AgentSpec] {
    (0..<count).map { number in
      agent(0) {
        $0.id = AgentID("many_\(1000 + number)")
        $0.metadataName = "many-\(number)"
        $0.terminal.url = "http://127.0.0.1:\(9000 + number)"
      }
    }
  }

  @Test(arguments: [(2, 1), (64, 4), (1000, 63), (3000, 63)])
  func `first polls lie evenly in the interval, in groups, and begin soon`(_ count: Int, _ groups: Int) throws {
    var core = Reconciler()
    let now = Moment(wall: Timestamp(seconds: 1_800_000_000), steady: Steady(microseconds: 0))
    _ = core.receive(.started(StartFacts(version: "test", chain: "abcdefghijklmnop")), at: now)
    let fleet = Fleet(
      revision: 1, fingerprint: "f", agents: Self.manyAgents(count), policy: FleetPolicy(), zones: ["UTC": .utc])
    var due: [Int64: Int] = [:]
    for case .read(_, let at) in core.receive(.fleetAccepted(fleet, RevisionFacts(isNew: true, actor: "test")), at: now)
    {
      due[at.microseconds, default: 0] += 1
    }
    #expect(due.values.reduce(0, +) == count)
    #expect(due.count == groups)
    #expect(due.keys.allSatisfy { 0 <= $0 && $0 < Int64(groups) * 16_000 && $0.isMultiple(of: 16_000) })
    #expect((due.values.max() ?? 0) <= count / groups + 3)
  }

  @Test func `agents that had to wait for each other return to their own beats, and are polled no later for it`() {
    var world = Self.calmWorld()
    let times = { (world: World, id: AgentID, since: Steady) in
      world.looks.filter { $0.agent == id && $0.at >= since }.map(\.at.microseconds)
    }
    let beats = Self.ids.map { (times(world, $0, Steady(microseconds: 0)).last ?? 0) % 1_000_000 }
    // The process stood still, and all polls were due at once.
    world.advance(to: world.now.steady + .milliseconds(1700))
    let since = world.now.steady
    world.run(seconds: 30)
    #expect(Set(Self.ids.compactMap { times(world, $0, since).last.map { $0 % 1_000_000 } }) == Set(beats))
    for id in Self.ids {
      let began = times(world, id, since)
      #expect(began.count >= 29)
      #expect(zip(began, began.dropFirst()).allSatisfy { 945_000 <= $1 - $0 && $1 - $0 <= 1_005_000 })
    }
  }
}
