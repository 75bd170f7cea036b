import Testing

/// The process is killed at every effect boundary of a scenario, one run each.
struct KillTests {
  @Test(arguments: 1...20) func `a kill at any effect breaks no rule`(number: UInt64) {
    let seed = 10_000 + number
    let whole = Run.seed(seed, change: Self.short)
    #expect(whole.violation == nil)
    var boundaries = 0
    for effect in 1...min(whole.effects, Self.most) {
      let outcome = Run.seed(seed, killAt: effect, change: Self.short)
      boundaries += 1
      guard let violation = outcome.violation else { continue }
      Issue.record("killed at effect \(effect): \(Run.story(seed, violation, killAt: effect, change: Self.short))")
      return
    }
    #expect(boundaries > 20)
  }

  private static let most = 60

  /// A few passes in which a position is opened, an answer may be lost, and the market jumps.
  private static func short(_ scenario: inout Scenario) {
    scenario.interval = .seconds(60)
    scenario.faultPhase = .seconds(420)
    scenario.settling = .seconds(1300)
    scenario.meanBetweenEvents = 120
    scenario.agents = Array(scenario.agents.prefix(1))
    scenario.passesToSettle = 12
    scenario.passesAtRest = 10
    for fault in [Fault.executedReplyLost, .executedLate, .requestLost] { scenario.strengths[fault] = 150 }
    for fault in [Fault.frozen, .terminalDown, .databaseDown, .databaseHung, .orphaned, .clockForward, .clockBack] {
      scenario.strengths[fault] = nil
    }
    scenario.strengths[.marketJump] = 200
  }
}
