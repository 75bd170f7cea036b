import Testing

/// A check that cannot fail is no check: a few of the bugs that are put in on purpose; `script/simulate planted` has them all.
struct PlantedBugTests {
  private static let few: [PlantedBug] = [.twoPosts, .resendOnUnknown, .timeoutIsRefusal, .sendBeforeSync, .ignoreCaps]

  @Test(arguments: few) func `a planted bug is found`(bug: PlantedBug) {
    var variation = Variation()
    variation.length = .short
    variation.bug = bug.rawValue
    let found = (1...100).contains { Run.seed($0, variation).violation != nil }
    #expect(found)
  }
}
