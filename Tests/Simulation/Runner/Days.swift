import Foundation
import Synchronization

/// The gate: so many seeds of one simulated day each.
struct Days {
  let options: Options
  let pool: Pool

  init(_ options: Options) {
    self.options = options
    pool = Pool(executable: options.executable, processes: options.processes)
  }

  /// Days that found something in the core once, with what; a run of a hundred or more always has them.
  static let regressions: [UInt64: String] = [
    222: "a late order whose mark the broker cut was taken for the next one in doubt",
    231: "after its account changed, an order that ran was another target's, and was given up after a restart",
    327: "confirmed_flat of the fleet never came when a confirmed agent's manifest came back last",
    360: "an agent that was declared to be elsewhere made room for others' opens with what it had before",
    408: "a plan went on saying what had ended a target after the record said otherwise",
    568:
      "what was left of a position on a terminal without a history was another target's, and its own was opened again",
    578: "a position with the beginning of an order's mark was taken for another order that ran late",
    579: "a list that repeated a ticket closed it, since the terminal's clock had been in doubt before",
    1102: "after a restart at another account, a pause closed what it had never seen",
    1158: "the equity of an agent without a manifest made room for opens during an emergency stop",
    1164: "a stale list made a target's ticket out of one that had become another, and its end spent the target",
    1215: "of an account that came back, the first history was thrown away, and a target's remainder closed",
    1278: "an order was given up at a terminal whose address came back, after its position was closed at the other one",
    1377: "a row of hours ago was taken for an order's end, since the clock had gone back",
    1475: "what two partial closes between two looks left of a target's position was closed as a stranger's",
    1623: "a part of a larger position, opened and closed by hand, was taken for the order whose answer was lost",
    1690: "a larger position was taken for the order whose answer was lost",
    1965: "a stranger was reduced by an adoption of a look that could not be believed",
    2395: "a pause remembered late, of another account, would have closed what was at this one",
    2_077_800_866: "a deposit that came after a look counted against it, and the agent was taken for breached",
    2_077_800_963: "a row of a larger position, whose rest had changed its ticket, was taken for an order of hours ago",
    2_077_801_676: "a deletion that is held was recorded at every other look, for hours",
    2_077_802_712: "a held close had one verdict with the pending orders and another without, told by turns",
  ]

  private static let mostSeedsTold = 50

  fileprivate struct State: Sendable {
    var counts = FaultCounts()
    var passes = 0
    var sent = 0
    var ended = 0
    var wires: [UInt64: [UInt64]] = [:]
    var hashes: [UInt64: [UInt64]] = [:]
    /// By rule: the first run that came, and the seeds of all.
    var broken: [String: (job: Job, violation: Run.Outcome.Violation, seeds: Set<UInt64>)] = [:]
  }

  func run() -> Bool {
    let began = Date()
    let seeds = options.first..<(options.first + options.seeds)
    let state = Mutex(State())
    let total = options.seeds
    pool.run(jobs(seeds)) { job, result in
      state.withLock { state in
        state.take(job, result)
        if state.ended % 200 == 0 { print("  \(state.ended) runs, \(total) days wanted") }
        fflush(nil)
      }
    }
    let end = state.withLock { $0 }
    let seconds = Date().timeIntervalSince(began)
    print(
      "\(total) days from seed \(options.first) in \(Int(seconds)) s: \(end.passes) passes, \(end.sent) POSTs, "
        + "\(end.counts.counts["killed"] ?? 0) kills")
    return judge(end, whole: total >= 1000)
  }

  /// Each day once; each fiftieth again in another process, which has another hash seed, and twice for S11.
  private func jobs(_ seeds: Range<UInt64>) -> [Job] {
    let again = seeds.count < 100 ? [] : Self.regressions.keys.sorted().filter { !seeds.contains($0) }
    return (again + seeds).flatMap { seed -> [Job] in
      let day = Job(seed: seed, variation: options.variation)
      guard seed % 50 == 0 else { return [day] }
      var bad = options.variation
      bad.badManifestsOnly = true
      var good = bad
      good.badManifests = false
      return [day, Job(seed: seed, variation: bad), Job(seed: seed, variation: good), day]
    }
  }

  private func judge(_ end: State, whole: Bool) -> Bool {
    var isGreen = true
    for rule in end.broken.keys.sorted() {
      guard let (job, violation, seeds) = end.broken[rule] else { continue }
      isGreen = false
      print("\n\(rule) is broken by \(seeds.count) of \(options.seeds) seeds; the first that came is seed \(job.seed).")
      Shrinker(pool: pool).tell(job, violation)
    }
    for rule in end.broken.keys.sorted() {
      let seeds = end.broken[rule]?.seeds.sorted().prefix(Self.mostSeedsTold) ?? []
      print("\(rule) is broken by seed \(seeds.map(String.init).joined(separator: ", "))")
    }
    for seed in end.hashes.keys.sorted() where Set(end.hashes[seed] ?? []).count > 1 {
      isGreen = false
      print("seed \(seed) gives another trace in another process")
    }
    for seed in end.wires.keys.sorted() where Set(end.wires[seed] ?? []).count > 1 {
      isGreen = false
      print("S11 is broken by seed \(seed): a bad set of manifests changes what goes to the terminals")
    }
    guard whole else { return isGreen }
    print("rarest: " + end.counts.rarest.map { "\($0.name) \($0.times)" }.joined(separator: ", "))
    if !end.counts.missing.isEmpty {
      isGreen = false
      print("these never happened, so nothing is known about them: \(end.counts.missing.joined(separator: ", "))")
    }
    print("edges beside those that have to be taken: \(end.counts.unexpected.joined(separator: ", "))")
    return isGreen
  }
}

extension Days.State {
  fileprivate mutating func take(_ job: Job, _ result: Pool.Result) {
    ended += 1
    if let violation = result.violation {
      broken[violation.rule, default: (job, violation, [])].seeds.insert(job.seed)
    }
    guard case .ended(let outcome) = result else { return }
    counts.add(FaultCounts(outcome.counts))
    passes += outcome.passes
    sent += outcome.sent
    if job.variation.badManifestsOnly {
      wires[job.seed, default: []].append(outcome.wireHash)
    } else if job.seed % 50 == 0 {
      hashes[job.seed, default: []].append(outcome.hash)
    }
  }
}
