// The quoted lines are as long as those of the core.
// swift-format-ignore-file

extension CoreBug {
  /// The day, its anchor and its flows.
  static let risks: [CoreBug] = [
    CoreBug(
      name: "anchorFromBalance", cost: "a day that begins with a floating gain may lose all of it, and the limit besides",
      file: "Day/DailyLoss+Anchor.swift",
      text: "amount: Swift.max(account.balance + account.credit, account.equity),",
      planted: "amount: PLANTED ? account.balance : Swift.max(account.balance + account.credit, account.equity),"),
    CoreBug(
      name: "flowIsLoss", cost: "a withdrawal closes every position at the market", file: "Day/DailyLoss+Observe.swift",
      text: "    let start = anchor.amount + flows\n", planted: "    let start = anchor.amount + (PLANTED ? .zero : flows)\n"),
    CoreBug(
      name: "lossIsFlow", cost: "the daily limit never bites", file: "Day/DailyLoss+Observe.swift",
      text: "isBreached: equity <= start - limit)", planted: "isBreached: PLANTED ? false : equity <= start - limit)"),
    CoreBug(
      name: "twoAnchorsADay", cost: "a clock that is set back gives a day a second limit", file: "Day/DailyLoss+Anchor.swift",
      text: "    guard period.start > last.dayStart, period.key > last.dayKey, sample.positionsTrusted else { return true }\n",
      planted: "    guard PLANTED ? period.key != last.dayKey : (period.start > last.dayStart && period.key > last.dayKey), sample.positionsTrusted else { return true }\n"),
    CoreBug(
      name: "breachDoesNotClose", cost: "a breached agent keeps losing", file: "Plan/CloseRules.swift",
      text: "      if pause.closesAll { return", planted: "      if pause.closesAll, !PLANTED { return"),
    CoreBug(
      name: "breachDoesNotHold", cost: "a breached agent opens anew", file: "Plan/OpenGuards.swift",
      text: "    if let pause = input.memory.breachPause {\n      holds.append(",
      planted: "    if !PLANTED, let pause = input.memory.breachPause {\n      holds.append("),
    CoreBug(
      name: "resumeAtOnce", cost: "a breach lasts for one look", file: "Reconciler+Day.swift",
      text: "    guard today > pause.dayKey, agents[i].memory.dailyLoss.anchor?.dayKey == today else { return }\n    guard agents[i].memory.unresolved.isEmpty, agents[i].live == nil else { return }\n    guard rested(pause, now) else { return }\n",
      planted: "    if !PLANTED {\n    guard today > pause.dayKey, agents[i].memory.dailyLoss.anchor?.dayKey == today else { return }\n    guard agents[i].memory.unresolved.isEmpty, agents[i].live == nil else { return }\n    guard rested(pause, now) else { return }\n    }\n"),
  ]
}
