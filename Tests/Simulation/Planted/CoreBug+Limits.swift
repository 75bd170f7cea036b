// The quoted lines are as long as those of the core.
// swift-format-ignore-file

extension CoreBug {
  /// Caps, sizes, and what is closed.
  static let limits: [CoreBug] = [
    CoreBug(
      name: "oneTooMany", cost: "an agent holds more positions than its limit", file: "Plan/OpenGuards.swift",
      text: "    if count >= risk.maxPositions {", planted: "    if count >= risk.maxPositions + (PLANTED ? 1 : 0) {"),
    CoreBug(
      name: "unknownIsNotCounted", cost: "with a lost answer the limit of positions is exceeded",
      file: "Plan/Planner+Targets.swift",
      text: "      + input.unresolved.filter { $0.kind == .open }.count\n",
      planted: "      + (PLANTED ? 0 : input.unresolved.filter { $0.kind == .open }.count)\n"),
    CoreBug(
      name: "resizeRiskSized", cost: "each move of the equity closes a piece of a position, and pays the spread",
      file: "Plan/CloseRules.swift",
      text: "    guard let declared = input.lots(of: target) else { return .allowed }\n",
      planted: "    guard let declared = PLANTED && target.declaredLots == nil ? FixedDecimal(units: 10_000_000_000) : input.lots(of: target) else { return .allowed }\n"),
    CoreBug(
      name: "closeStrangersPositions", cost: "positions of a person or another program are closed",
      file: "Plan/CloseRules.swift",
      text: "      guard input.spec.positions == .exact else { return .allowed }\n      // It may be our own,",
      planted: "      guard PLANTED || input.spec.positions == .exact else { return .allowed }\n      // It may be our own,"),
    CoreBug(
      name: "stopsAtOnce", cost: "a position whose stop is on its way is closed at once", file: "Plan/CloseRules.swift",
      text: "      input.now.steady - since >= PlanInput.stopGrace\n", planted: "      PLANTED || input.now.steady - since >= PlanInput.stopGrace\n"),
    CoreBug(
      name: "disabledTradesOn", cost: "a disabled agent opens positions", file: "Plan/OpenGuards.swift",
      text: "    if !spec.enabled { holds", planted: "    if !PLANTED, !spec.enabled { holds"),
    CoreBug(
      name: "disabledKeepsPositions", cost: "a disabled agent stays in the market", file: "Plan/CloseRules.swift",
      text: "    if !input.spec.enabled { return", planted: "    if !PLANTED, !input.spec.enabled { return"),
    CoreBug(
      name: "emergencyKeepsPositions", cost: "the emergency stop closes nothing", file: "Plan/CloseRules.swift",
      text: "    if input.policy.emergencyStop { return", planted: "    if !PLANTED, input.policy.emergencyStop { return"),
    CoreBug(
      name: "lotsOffTheStep", cost: "the broker refuses every reduction, or rounds it his way", file: "Plan/Planner.swift",
      text: "    action.lots = position.lots - rest\n",
      planted: "    action.lots = position.lots - rest + (PLANTED ? FixedDecimal(units: 1_000_000_000) : .zero)\n"),
    CoreBug(
      name: "secondPositionForATarget", cost: "a target is opened again while it is held", file: "Plan/Planner+Targets.swift",
      text: "    if !held.isEmpty {\n", planted: "    if !held.isEmpty, !PLANTED {\n"),
  ]
}
