import Testing

struct DeterminismTests {
  @Test(arguments: [3, 17, 42, 77]) func `the same seed gives the same trace`(seed: UInt64) {
    let first = Run.seed(seed)
    let second = Run.seed(seed)
    #expect(first.hash == second.hash)
    #expect(first.records == second.records)
    #expect(first.hash != Run.seed(seed + 1).hash)
  }

  /// S11.
  @Test(arguments: 1...12) func `a bad set of manifests changes nothing on the wire`(seed: UInt64) {
    let with = Run.seed(seed, change: Self.withBadManifests)
    let without = Run.seed(seed, badManifests: false, change: Self.withBadManifests)
    #expect(with.wireHash == without.wireHash)
    #expect(with.sent == without.sent)
  }

  /// Whatever draws by the number of records is off: one record more must not shift the dice of the rest.
  private static func withBadManifests(_ scenario: inout Scenario) {
    scenario.strengths[.badManifest] = 200
    scenario.segment = 1_000_000
    for fault in [Fault.killed, .slowDisk, .databaseSlow, .newSegment] { scenario.strengths[fault] = nil }
  }

  @Test func `the trace comparison sees a bad set that takes force`() {
    let seeds = (1...8).filter { seed in
      let good = Run.seed(UInt64(seed), badManifests: false, change: Self.withBadManifests)
      let bad = Run.seed(UInt64(seed), bug: .applyBadManifest, change: Self.withBadManifests)
      return good.wireHash != bad.wireHash
    }
    #expect(!seeds.isEmpty)
  }
}
