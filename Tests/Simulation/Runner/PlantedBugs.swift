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
    /// Red with the bug; whether it is green without it is not known yet.
    var suspects: [(seed: UInt64, violation: Run.Outcome.Violation)] = []
    var found: (seed: UInt64, violation: Run.Outcome.Violation)?
    /// The first suspect is being run without the bug.
    var isAsked = false

    mutating func take(_ job: Job, _ violation: Run.Outcome.Violation?) {
      if job.variation.bug != nil {
        if let violation { suspects.append((job.seed, violation)) }
        return
      }
      isAsked = false
      let suspect = suspects.removeFirst()
      guard violation == nil, found == nil else { return }
      found = suspect
      print(
        "  \(name): seed \(suspect.seed) breaks \(suspect.violation.rule): \(suspect.violation.message.prefix(160))")
      fflush(nil)
    }
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
          // A seed that is red without the bug has found something else.
          if let k = searches.firstIndex(where: { $0.found == nil && !$0.suspects.isEmpty && !$0.isAsked }) {
            searches[k].isAsked = true
            var job = Job(seed: searches[k].suspects[0].seed)
            job.searched = searches[k].name
            return job
          }
          // The seeds of one bug one after another, bug after bug.
          guard let k = searches.firstIndex(where: { $0.found == nil && $0.suspects.isEmpty && $0.nextSeed < last })
          else { return nil }
          defer { searches[k].nextSeed += 1 }
          var job = Job(seed: searches[k].nextSeed)
          job.variation.bug = searches[k].name
          job.searched = searches[k].name
          return job
        }
      },
      done: { job, result in
        searches.withLock { searches in
          guard let k = searches.firstIndex(where: { $0.name == job.searched }) else { return }
          searches[k].take(job, result.violation)
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
