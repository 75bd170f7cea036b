import Foundation

/// Makes a failing run shorter, one thing at a time, as long as the same rule is broken: an earlier end, fewer agents, fewer
/// classes of faults. Each class draws from a stream of its own, so what is taken away leaves the others as they were.
struct Shrinker {
  let pool: Pool
  private static let linesShown = 60
  private static let rounds = 3

  func tell(_ job: Job, _ violation: Run.Outcome.Violation) {
    print("  commit \(Self.commit); \(violation.seconds) s: \(violation.message)")
    print("  every step of it: SIMULATION_TRACE=1 SIMULATION_FIRST_SEED=\(job.seed) script/simulate")
    guard violation.rule != "crash" else { return }
    let (short, last) = shrink(job, violation)
    let (agents, storm, faults) = Run.drawn(job.seed, short.variation)
    let names = faults.map(\.rawValue).joined(separator: ", ")
    print("  made shorter: \(agents) of its agents, a storm of \(storm) s, and of the faults only: \(names)")
    print("  script/simulate trace \(job.seed) \(short.variation.arguments)")
    print("  \(last.seconds) s: \(last.message)\n  its last events:")
    for line in Run.story(job.seed, short.variation, lines: Self.linesShown) { print("    \(line)") }
  }

  private func shrink(_ job: Job, _ violation: Run.Outcome.Violation) -> (Job, Run.Outcome.Violation) {
    var best = job
    var last = violation
    /// Takes the change if the rule is still broken.
    func attempt(_ change: (inout Variation) -> Void) {
      var shorter = best
      change(&shorter.variation)
      guard shorter.variation != best.variation else { return }
      setPlanted(shorter.variation.bug)
      if let again = Run.seed(shorter.seed, shorter.variation).violation, again.rule == violation.rule {
        best = shorter
        last = again
      }
    }
    for _ in 0..<Self.rounds {
      let before = best.variation
      let seconds = last.seconds
      attempt { $0.stormSeconds = seconds + 1 }
      let (_, storm, faults) = Run.drawn(best.seed, best.variation)
      for part in [Int64(4), 2] { attempt { $0.stormSeconds = storm / part } }
      let all = Run.drawn(best.seed, Variation(length: best.variation.length)).agents
      for agent in 0..<all where (best.variation.agents?.count ?? all) > 1 {
        attempt { $0.agents = ($0.agents ?? Array(0..<all)).filter { $0 != agent } }
      }
      // By halves first, then one by one.
      for half in [faults.prefix(faults.count / 2), faults.suffix(faults.count / 2)] {
        attempt { $0.muted.formUnion(half) }
      }
      for fault in Run.drawn(best.seed, best.variation).faults { attempt { $0.muted.insert(fault) } }
      if best.variation == before { break }
    }
    return (best, last)
  }

  static let commit: String = {
    let git = Process()
    let output = Pipe()
    git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    git.arguments = ["git", "describe", "--always", "--dirty"]
    git.standardOutput = output
    git.standardError = FileHandle.nullDevice
    guard (try? git.run()) != nil else { return "unknown" }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    git.waitUntilExit()
    let text = String(decoding: data, as: UTF8.self).split(separator: "\n").first
    return text.map(String.init) ?? "unknown"
  }()
}
