import Foundation
import Synchronization

/// The process is killed at every effect boundary of each scenario, one run each, in three ways.
struct Kills {
  static let scenarios: UInt64 = 48
  static let firstSeed: UInt64 = 10_001

  let options: Options
  let pool: Pool

  init(_ options: Options) {
    self.options = options
    pool = Pool(executable: options.executable, processes: options.processes)
  }

  func run() -> Bool {
    let began = Date()
    var jobs: [Job] = []
    for seed in Self.firstSeed..<(Self.firstSeed + Self.scenarios) {
      var variation = Variation()
      variation.length = .kill
      variation.bug = options.variation.bug
      let effects = Run.seed(seed, variation).stormEffects
      guard effects > 0 else { continue }
      for effect in 1...effects {
        for kill in Variation.Kill.allCases {
          variation.killAt = effect
          variation.kill = kill
          jobs.append(Job(seed: seed, variation: variation))
        }
      }
    }
    let broken = Mutex([String: (times: Int, job: Job, violation: Run.Outcome.Violation)]())
    let passes = Mutex(0)
    pool.run(jobs) { job, result in
      if case .ended(let outcome) = result { passes.withLock { $0 += outcome.passes } }
      guard let violation = result.violation else { return }
      broken.withLock {
        let known = $0[violation.rule]
        $0[violation.rule] = ((known?.times ?? 0) + 1, known?.job ?? job, known?.violation ?? violation)
      }
    }
    let seconds = Int(Date().timeIntervalSince(began))
    print("\(jobs.count) kills, at every effect of \(Self.scenarios) scenarios, in \(seconds) s")
    let found = broken.withLock { $0 }
    for rule in found.keys.sorted() {
      guard let (times, job, violation) = found[rule] else { continue }
      print("\n\(rule) is broken by \(times) kills; one of them: seed \(job.seed) \(job.variation.arguments)")
      Shrinker(pool: pool).tell(job, violation)
    }
    return found.isEmpty && jobs.count > 40 * 20 * 3
  }
}
