@testable import Reconciler

/// Runs seeds, and tells about what went wrong.
enum Run {
  struct Outcome {
    var violation: Checker.Violation?
    var hash: UInt64
    var wireHash: UInt64
    var counts: FaultCounts
    var sent: Int
    var effects: Int
    var records: Int
  }

  static func seed(
    _ seed: UInt64, bug: PlantedBug? = nil, faults: Bool = true, badManifests: Bool = true, killAt: Int? = nil,
    change: (inout Scenario) -> Void = { _ in }
  ) -> Outcome {
    outcome(of: simulation(seed, bug, faults, badManifests, killAt, change, lines: false))
  }

  /// The rule, the seed and the last events, for a person.
  static func story(
    _ seed: UInt64, _ violation: Checker.Violation, bug: PlantedBug? = nil, faults: Bool = true, killAt: Int? = nil,
    change: (inout Scenario) -> Void = { _ in }
  ) -> String {
    let again = simulation(seed, bug, faults, true, killAt, change, lines: true)
    return "seed \(seed) violates \(violation.rule) at \(violation.clock / 1_000_000) s: \(violation.message)\n"
      + again.trace.lines.joined(separator: "\n")
  }

  private static func simulation(
    _ seed: UInt64, _ bug: PlantedBug?, _ faults: Bool, _ badManifests: Bool, _ killAt: Int?,
    _ change: (inout Scenario) -> Void, lines: Bool
  ) -> Simulation {
    var scenario = Scenario(seed: seed, faults: faults)
    change(&scenario)
    var simulation = Simulation(scenario, bug: bug, keepsLines: lines)
    simulation.withBadManifests = badManifests
    simulation.killAtEffect = killAt
    simulation.run()
    return simulation
  }

  private static func outcome(of simulation: Simulation) -> Outcome {
    var counts = simulation.counts
    if simulation.checker.stopsHit > 0 { counts.fired(.closedByStop) }
    return Outcome(
      violation: simulation.checker.violation, hash: simulation.trace.hash, wireHash: simulation.trace.wireHash,
      counts: counts, sent: simulation.checker.sent, effects: simulation.effects,
      records: simulation.journal.records.count)
  }
}
