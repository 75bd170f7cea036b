import Glibc
import PaperTerminal

/// What can happen between two kills.
enum ChaosTrouble: String, CaseIterable {
  case target, stranger, badManifest = "bad manifest", reloadStorm = "reload storm", database = "database stopped"
  case disk = "disk full", frozen = "process stopped", terminal = "terminal away", faults = "other faults"

  func happen(in world: ChaosWorld, _ dice: inout ChaosDice) async throws {
    switch self {
    case .target:
      let agent = dice.one(of: ["agent_1", "agent_3"])
      world.lots[agent] = dice.one(of: [nil, "0.05", "0.06", "0.07"])
      try world.declare(agent)
      world.reload()
    case .stranger:
      let agent = dice.one(of: ["agent_1", "agent_2"])
      try world.stage.rogue(dice.one(of: ["USDJPY", "GBPUSD"]), agent)
    case .badManifest:
      let agent = dice.one(of: ChaosWorld.agents)
      try world.declare(agent, faulty: true)
      world.reload()
      try await Task.sleep(for: dice.milliseconds(50...200))
      try world.declare(agent)
      world.reload()
    case .reloadStorm: for _ in 0..<20 { world.reload() }
    case .database:
      try world.setDatabase(up: false)
      try await Task.sleep(for: dice.milliseconds(0...1500))
      if dice.chance(70) { try world.setDatabase(up: true) }
    case .disk:
      try world.fillDisk(leaving: dice.one(of: [0, 100_000, 20 << 20]))
      try await Task.sleep(for: dice.milliseconds(100...1200))
      if dice.chance(80) { world.emptyDisk() }
    case .frozen:
      world.controller?.signal(SIGSTOP)
      try await Task.sleep(for: dice.milliseconds(50...2000))
      world.controller?.signal(SIGCONT)
    case .terminal:
      let terminal = try world.stage.terminal(dice.one(of: ChaosWorld.agents))
      try await terminal.setDown(true)
      try await Task.sleep(for: dice.milliseconds(50...1000))
      try await terminal.setDown(false)
    case .faults: try world.trouble(&dice)
    }
  }
}
