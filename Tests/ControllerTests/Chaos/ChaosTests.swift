import Foundation
import Glibc
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// Real processes on bad days, one after another: `script/chaos [KILLS]`.
@Suite(.serialized) struct ChaosTests {
  @Test(.enabled(if: ChaosPlan.asked != nil, "script/chaos [KILLS] runs it"))
  func `killed, stopped, without database, disk or terminal, it does nothing twice and loses nothing`() async throws {
    let plan = try #require(ChaosPlan.asked)
    ChaosPlan.say("seed \(plan.seed), \(plan.kills) kills")
    try await Stage.with(ChaosWorld.agents) { stage in
      let world = try ChaosWorld(stage)
      do {
        try await Self.play(plan, world)
        try await Self.rest(world)
        try await ChaosProof(world).run()
        try Self.sum(up: world)
      } catch {
        Issue.record("seed \(plan.seed): \(error)")
      }
      if let folder = plan.keep { try Self.keep(world, in: folder) }
      try world.clear()
    }
    ChaosPlan.say("seed \(plan.seed) is over")
  }

  private static func play(_ plan: ChaosPlan, _ world: ChaosWorld) async throws {
    var dice = ChaosDice(seed: plan.seed)
    let crash = Int.random(in: 0..<plan.kills, using: &dice)
    try world.trouble(&dice)
    for round in 0..<plan.kills {
      try await world.ensureController()
      // Mostly it is let come up; sometimes it dies while it starts.
      if dice.chance(75), world.isDatabaseUp { try await Self.begin(world) }
      if round == crash { try world.crash() }
      var said: [String] = []
      for number in 0..<Int.random(in: 3...7, using: &dice) {
        // There is always something to do, and something in its way.
        let work: [ChaosTrouble] = [.target, .stranger]
        let trouble = dice.one(of: number.isMultiple(of: 2) ? work : ChaosTrouble.allCases)
        said.append(trouble.rawValue)
        try await trouble.happen(in: world, &dice)
        try await Task.sleep(for: dice.milliseconds(0...400))
      }
      try await Task.sleep(for: dice.milliseconds(0...700))
      try await world.kill()
      if dice.chance(70) {
        world.emptyDisk()
        try world.setDatabase(up: true)
      }
      ChaosPlan.say("kill \(round + 1) of \(plan.kills) after: \(said.joined(separator: ", "))")
    }
  }

  /// Up, or ended because its disk is full.
  private static func begin(_ world: ChaosWorld) async throws {
    try await eventually(seconds: 60, "it serves: \(world.controller?.error ?? "")") {
      guard let controller = world.controller, controller.process.isRunning else { return true }
      return controller.error.contains("serving on")
    }
  }

  /// Faults stop; everything comes to what is declared, and then nothing is sent any more.
  private static func rest(_ world: ChaosWorld) async throws {
    try world.calm()
    world.emptyDisk()
    try world.setDatabase(up: true)
    // Less than ever was declared: a position that is too large is reduced, one that is too small would stay.
    for agent in ChaosWorld.agents {
      world.lots[agent] = "0.04"
      try world.declare(agent)
    }
    try await world.kill()
    try await world.ensureController()
    try await world.ready()
    try await eventually(seconds: 120, "the fleet is as declared, and every action has ended") {
      try world.stage.positions("agent_1").map(\.lots) == [exact("0.04")]
        && world.stage.positions("agent_2").isEmpty && world.stage.positions(ChaosWorld.loser).isEmpty
        && KeptRecords(world.stage).open.isEmpty
    }
    let posts = try Self.posts(world)
    let looks = try Self.looks(world)
    try await eventually(seconds: 60, "twenty quiet looks of each agent") {
      try zip(Self.looks(world), looks).allSatisfy { $0 >= $1 + 20 }
    }
    #expect(try Self.posts(world) == posts, "nothing is sent when nothing is to be done")
    try await eventually(seconds: 60, "the database has everything") {
      try world.database.query("SELECT count(*) FROM trading.agent_logs") == ["\(KeptRecords(world.stage).lines.count)"]
    }
    #expect(try await world.drain() == 0)
  }

  /// The journal and what the controllers said, for whoever looks into a failure.
  private static func keep(_ world: ChaosWorld, in folder: String) throws {
    let files = FileManager.default
    try? files.removeItem(atPath: folder)
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try files.copyItem(atPath: world.stage.state + "/journal", toPath: folder + "/journal")
    for (number, name) in try files.contentsOfDirectory(atPath: world.stage.folder).enumerated()
    where name.hasPrefix("process-") {
      try files.copyItem(atPath: "\(world.stage.folder)/\(name)/err", toPath: "\(folder)/controller-\(number).log")
    }
    ChaosPlan.say("its journal and logs are in \(folder)")
  }

  private static func posts(_ world: ChaosWorld) throws -> [Int] {
    try ChaosWorld.agents.map { try world.stage.posts($0) }
  }

  private static func looks(_ world: ChaosWorld) throws -> [Int] {
    try ChaosWorld.agents.map { try world.stage.terminal($0).statistics.requests[.positions] ?? 0 }
  }

  private static func sum(up world: ChaosWorld) throws {
    let kept = try KeptRecords(world.stage)
    let counts = [EventType.controllerStarted, .intent, .outcome, .unknown, .resolved, .breach, .revisionRejected].map {
      "\(kept.of($0).count) \($0.rawValue)"
    }
    let executions = try ChaosWorld.agents.reduce(0) { try $0 + world.stage.executions($1).count }
    ChaosPlan.say(
      "\(world.starts) starts, \(world.stoppedForSpace) ends for want of space, \(executions) executions, "
        + counts.joined(separator: ", "))
  }
}
