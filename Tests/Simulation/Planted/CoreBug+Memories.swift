// The quoted lines are as long as those of the core.
// swift-format-ignore-file

extension CoreBug {
  /// What a restart or a reload must not forget.
  static let memories: [CoreBug] = [
    CoreBug(
      name: "latchOnlyInMemory", cost: "after a restart a breached agent trades on", file: "Record/AgentMemory+Apply.swift",
      text: "    case .paused: pause(record)\n", planted: "    case .paused: if live || !PLANTED { pause(record) }\n"),
    CoreBug(
      name: "forgetLatchOnReload", cost: "an edited manifest lets a breached agent trade on", file: "Reconciler+Fleet.swift",
      text: "    agents[i].spec = spec\n", planted: "    agents[i].spec = spec\n    if PLANTED { agents[i].memory.breachPause = nil }\n"),
    CoreBug(
      name: "reopenSpent", cost: "a target that was stopped out is opened again and again",
      file: "Plan/Planner+Targets.swift",
      text: "    case .never: false\n", planted: "    case .never: PLANTED\n"),
    CoreBug(
      name: "neverSpent", cost: "a position that a person closed is opened again", file: "Record/AgentMemory+Apply.swift",
      text: "    case .targetSpent: spend(data)\n", planted: "    case .targetSpent: if !PLANTED { spend(data) }\n"),
    CoreBug(
      name: "spentByOneLook", cost: "a stale list makes a held target spent, and its position a stranger's",
      file: "Reconciler+Lineage.swift",
      text: "    guard vanished.looks >= 2, now.steady - vanished.since",
      planted: "    if PLANTED { return true }\n    guard vanished.looks >= 2, now.steady - vanished.since"),
    CoreBug(
      name: "unknownForgottenAtStart", cost: "an order on the wire at a crash is opened again after it",
      file: "Reconciler+Fleet.swift", text: "    recoverUnresolved(i, now)\n",
      planted: "    if PLANTED { agents[i].memory.unresolved = [] } else { recoverUnresolved(i, now) }\n"),
    CoreBug(
      name: "lineageLost", cost: "what is left of a partial close is taken for a stranger's position",
      file: "Plan/Classification.swift",
      text: "    if let old = AgentMemory.ancestor(in: position.comment), var known = input.memory.owned[old] {",
      planted: "    if !PLANTED, let old = AgentMemory.ancestor(in: position.comment), var known = input.memory.owned[old] {"),
    CoreBug(
      name: "emergencyOnlyInMemory", cost: "a restart ends the emergency stop", file: "Reconciler+Fold.swift",
      text: "    emergency.apply(record)\n", planted: "    if !PLANTED { emergency.apply(record) }\n"),
    CoreBug(
      name: "dayOnlyInMemory", cost: "a restart gives the day a fresh loss limit",
      file: "Record/AgentMemory+Apply.swift",
      text: "      if !live { dailyLoss.fold(data) }\n      if record.type == .dayAnchor",
      planted: "      if !live, !PLANTED { dailyLoss.fold(data) }\n      if record.type == .dayAnchor"),
  ]
}
