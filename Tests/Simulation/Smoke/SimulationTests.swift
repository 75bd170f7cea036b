import Testing

/// Some short runs in the debug build; the whole days are `script/simulate`'s.
struct SimulationTests {
  @Test(arguments: 1...24) func `Whatever goes wrong, no rule is broken, and when it stops, all comes right`(
    seed: UInt64
  ) {
    var variation = Variation()
    variation.length = .short
    guard let violation = Run.seed(seed, variation).violation else { return }
    let story = Run.story(seed, variation, lines: 60).joined(separator: "\n")
    Issue.record("seed \(seed) breaks \(violation.rule) at \(violation.seconds) s: \(violation.message)\n\(story)")
  }
}
