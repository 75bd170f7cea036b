import Testing

/// The process is killed at the first effect boundaries of a few scenarios; `script/simulate kills` takes every one of many.
struct KillTests {
  @Test(arguments: Variation.Kill.allCases) func `a kill at an effect breaks no rule`(kill: Variation.Kill) {
    for seed in UInt64(10_001)...10_003 {
      var variation = Variation()
      variation.length = .kill
      let effects = Run.seed(seed, variation).stormEffects
      #expect(effects > 10)
      for effect in stride(from: 1, through: effects, by: max(effects / 12, 1)) {
        variation.killAt = effect
        variation.kill = kill
        guard let violation = Run.seed(seed, variation).violation else { continue }
        Issue.record("seed \(seed) \(variation.arguments) breaks \(violation.rule): \(violation.message)")
      }
    }
  }
}
