@testable import Reconciler

/// Runs seeds, and tells about what went wrong.
enum Run {
  struct Outcome: Codable {
    struct Violation: Codable {
      var rule: String
      var message: String
      var seconds: Int64
    }

    var violation: Violation?
    var hash: UInt64
    var wireHash: UInt64
    var counts: [String: Int]
    var sent: Int
    var effects: Int
    /// Until the quiet phase.
    var stormEffects: Int
    var records: Int
    var passes: Int
  }

  static func seed(_ seed: UInt64, _ variation: Variation = Variation()) -> Outcome {
    outcome(of: run(seed, variation, lines: nil))
  }

  /// What happened, for a person: the last `lines`, or all of them.
  static func story(_ seed: UInt64, _ variation: Variation, lines: Int = .max) -> [String] {
    run(seed, variation, lines: lines).trace.lines
  }

  /// The same, told line by line while it happens.
  static func tell(_ seed: UInt64, _ variation: Variation, to person: @escaping @Sendable (String) -> Void) -> Outcome {
    outcome(of: run(seed, variation, lines: 0, tell: person))
  }

  /// What the seed has drawn.
  static func drawn(_ seed: UInt64, _ variation: Variation) -> (agents: Int, stormSeconds: Int64, faults: [Fault]) {
    var scenario = Scenario(seed: seed)
    variation.apply(to: &scenario)
    let faults = Fault.allCases.filter { (scenario.strengths[$0] ?? 0) > 0 && !variation.muted.contains($0) }
    return (scenario.agents.count, scenario.faultPhase.components.seconds, faults)
  }

  private static func run(
    _ seed: UInt64, _ variation: Variation, lines: Int?, tell: (@Sendable (String) -> Void)? = nil
  ) -> Simulation {
    var scenario = Scenario(seed: seed)
    variation.apply(to: &scenario)
    var simulation = Simulation(
      scenario, variation: variation, bug: variation.bug.flatMap { PlantedBug(rawValue: $0) }, lines: lines)
    simulation.trace.tell = tell
    simulation.run()
    return simulation
  }

  private static func outcome(of simulation: Simulation) -> Outcome {
    var counts = simulation.counts
    if simulation.checker.stopsHit > 0 { counts.fired(.closedByStop) }
    let changes = Zones.all.values.flatMap(\.transitions)
    if changes.contains(where: { simulation.scenario.start < $0.at && $0.at < simulation.world }) {
      counts.fired(.daylightSaving)
    }
    let violation = simulation.checker.violation.map {
      Outcome.Violation(rule: $0.rule, message: $0.message, seconds: $0.clock / 1_000_000)
    }
    return Outcome(
      violation: violation, hash: simulation.trace.hash, wireHash: simulation.trace.wireHash, counts: counts.counts,
      sent: simulation.checker.sent, effects: simulation.effects,
      stormEffects: simulation.stormEffects, records: simulation.journal.records.count,
      passes: simulation.passes)
  }
}
