import Reconciler
import Testing

/// Every reason has words that an operator can act on.
@Suite struct ReasonTests {
  @Test(arguments: Reason.allCases) func `A reason is explained in plain sentences`(_ reason: Reason) {
    #expect(reason.explanation.hasSuffix("."))
    #expect(reason.explanation.split(separator: " ").count >= 6)
    #expect(!reason.uses.isEmpty)
    #expect(reason.field.map { $0.hasPrefix("agent.spec.") || $0.hasPrefix("fleet.spec.") } ?? true)
  }

  @Test func `No two reasons are explained alike`() {
    #expect(Set(Reason.allCases.map(\.explanation)).count == Reason.allCases.count)
  }

  @Test func `Every reason to close stands in the order of reasons`() {
    let closes: Set<Reason> = [
      .emergencyStop, .dailyLoss, .maxDrawdown, .paused, .agentDisabled, .pairNotAllowed, .tooManyPositions,
      .lotSizeExceeded, .missingStopLoss, .targetChanged, .notInTargets,
    ]
    #expect(Set(Reason.allCases.filter { $0.uses.contains(.closes) }) == closes)
  }
}
