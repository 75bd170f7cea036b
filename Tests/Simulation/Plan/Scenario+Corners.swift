@testable import Reconciler

// Days that are drawn for one corner each: what a planted bug would break there, no other day comes near. Each has draws of its
// own, so that all other days stay as they were.
extension Scenario {
  /// No room is left, and what is on its way takes some of it.
  mutating func crowd() {
    var dice = Dice(seed: seed, "crowd")
    guard dice.hits(perMille: 40) else { return }
    strengths[.crowded] = 1
    strengths[.executedReplyLost] = 200
    strengths[.requestLost] = 100
    agents[0].spec.mode = .enforce
    agents[0].spec.positions = .guarded
    // Of two symbols, since an open in doubt holds the others of its own symbol anyway.
    var targets: [TargetSpec] = []
    for (k, symbol) in [Self.gold, Self.euro].enumerated() {
      agents[0].spec.pairs = [symbol]
      targets.append(Self.target(named: "t\(k)", in: agents[0].spec, &dice))
    }
    agents[0].spec.pairs = [Self.gold, Self.euro]
    agents[0].spec.targets = targets
    agents[0].spec.risk.maxPositions = targets.count
  }

  /// What one agent may open goes by another's position, of which a list says now and then that it is gone. No other limit
  /// has that position looked after. Polls come faster than the fleet's figures, as they do in real life; so the day is short.
  mutating func lieAboutTheCorrelated() {
    var dice = Dice(seed: seed, "lies about the correlated")
    guard policy.correlationLimit != nil, dice.hits(perMille: 600) else { return }
    policy.maxGrossLeverage = nil
    policy.maxTotalExposure = nil
    interval = .seconds(1)
    faultPhase = .seconds(12_000)
    end = .seconds(14_000)
    meanBetweenEvents = min(meanBetweenEvents, 200)
    strengths[.declaredAgainstLie] = 600
    strengths[.emptyList] = 20
    strengths[.partialList] = 20
  }

  /// Orders that ran without an answer, at a terminal that was suspended meanwhile and rewrites comments: its list shows the
  /// position, its clock has lost ten minutes, and nothing says whose the position is.
  mutating func doubtUnderAWrongClock() {
    var dice = Dice(seed: seed, "a wrong clock in doubt")
    guard dice.hits(perMille: 40) else { return }
    interval = .seconds(Int64(dice.from(5, to: 15)))
    strengths[.clockOffInDoubt] = 300
    strengths[.marketJump] = 60
    meanBetweenEvents = min(meanBetweenEvents, 200)
    agents[0].rewritesComments = true
    agents[0].spec.enabled = true
    agents[0].spec.mode = .enforce
    agents[0].spec.positions = .exact
    var target = Self.target(named: "t0", in: agents[0].spec, &dice)
    target.reopen = .always
    agents[0].spec.targets = [target]
  }
}
