import Testing

/// A check that cannot fail is no check: each bug that is put in on purpose must be found.
struct PlantedBugTests {
  private static let mostSeeds: UInt64 = 300

  @Test(arguments: PlantedBug.allCases) func `a planted bug is found`(bug: PlantedBug) {
    for seed in 1...Self.mostSeeds {
      if let violation = Run.seed(seed, bug: bug).violation {
        return print("\(bug.rawValue): seed \(seed) breaks \(violation.rule): \(violation.message)")
      }
    }
    Issue.record("\(bug.rawValue) is not found by \(Self.mostSeeds) seeds")
  }
}
