import Foundation
import Synchronization

/// A check that cannot fail is no check: each bug that is put in on purpose must be found.
struct PlantedBugs {
  static let mostSeeds: UInt64 = 1000

  let options: Options
  let pool: Pool

  init(_ options: Options) {
    self.options = options
    pool = Pool(executable: options.executable, processes: options.processes)
  }

  struct Search: Sendable {
    var name: String
    var cost: String
    var nextSeed: UInt64
    var found: (seed: UInt64, violation: Run.Outcome.Violation)?
  }

  func run() -> Bool {
    let all =
      PlantedBug.allCases.map { ($0.rawValue, $0.cost) } + CoreBug.all.map { ($0.name, $0.cost) }
    var chosen = options.names.isEmpty ? all : all.filter { options.names.contains($0.0) }
    if let some = options.some {
      // Other ones each day, so that none goes unseen for long.
      let day = Int(Date().timeIntervalSince1970 / 86_400)
      chosen = (0..<min(some, chosen.count)).map { chosen[($0 * 7 + day) % chosen.count] }
    }
    guard CoreBug.areHere else {
      print("this build carries no planted bugs; script/simulate planted makes one that does")
      return false
    }
    let began = Date()
    let searches = Mutex(
      chosen.map { Search(name: $0.0, cost: $0.1, nextSeed: options.first, found: nil) })
    let last = options.first + Self.mostSeeds
    pool.run(
      next: {
        searches.withLock { searches in
          // The seeds of one bug one after another, bug after bug.
          guard let k = searches.firstIndex(where: { $0.found == nil && $0.nextSeed < last }) else { return nil }
          defer { searches[k].nextSeed += 1 }
          var job = Job(seed: searches[k].nextSeed)
          job.variation.bug = searches[k].name
          return job
        }
      },
      done: { job, result in
        guard let violation = result.violation else { return }
        searches.withLock { searches in
          guard let k = searches.firstIndex(where: { $0.name == job.variation.bug }) else { return }
          guard searches[k].found.map({ job.seed < $0.seed }) ?? true else { return }
          if searches[k].found == nil {
            print("  \(searches[k].name): seed \(job.seed) breaks \(violation.rule): \(violation.message.prefix(160))")
            fflush(nil)
          }
          searches[k].found = (job.seed, violation)
        }
      })
    let end = searches.withLock { $0 }
    let missed = end.filter { $0.found == nil }
    let seconds = Int(Date().timeIntervalSince(began))
    print("\(end.count - missed.count) of \(end.count) planted bugs are found, in \(seconds) s")
    for search in missed { print("  NOT found by \(Self.mostSeeds) seeds: \(search.name): \(search.cost)") }
    return missed.isEmpty && !end.isEmpty
  }
}
