import Testing

struct DeterminismTests {
  private static func short(_ change: (inout Variation) -> Void = { _ in }) -> Variation {
    var variation = Variation()
    variation.length = .short
    change(&variation)
    return variation
  }

  @Test(arguments: [3, 17, 42, 77]) func `the same seed gives the same trace`(seed: UInt64) {
    let first = Run.seed(seed, Self.short())
    let second = Run.seed(seed, Self.short())
    #expect(first.hash == second.hash)
    #expect(first.records == second.records)
    #expect(first.hash != Run.seed(seed + 1, Self.short()).hash)
  }

  /// S11.
  @Test(arguments: 1...6) func `a bad set of manifests changes nothing on the wire`(seed: UInt64) {
    let with = Run.seed(seed, Self.short { $0.badManifestsOnly = true })
    let without = Run.seed(
      seed,
      Self.short {
        $0.badManifestsOnly = true
        $0.badManifests = false
      })
    #expect(with.wireHash == without.wireHash)
    #expect(with.sent == without.sent)
  }

  @Test func `the trace comparison sees a bad set that takes force`() {
    let found = (1...20).contains { seed in
      let good = Run.seed(
        UInt64(seed),
        Self.short {
          $0.badManifestsOnly = true
          $0.badManifests = false
        })
      let bad = Run.seed(
        UInt64(seed),
        Self.short {
          $0.badManifestsOnly = true
          $0.bug = PlantedBug.applyBadManifest.rawValue
        })
      return good.wireHash != bad.wireHash
    }
    #expect(found)
  }
}
