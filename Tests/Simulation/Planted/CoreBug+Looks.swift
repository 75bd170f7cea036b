// The quoted lines are as long as those of the core.
// swift-format-ignore-file

extension CoreBug {
  /// Looks at terminals, and whom they are about.
  static let looks: [CoreBug] = [
    CoreBug(
      name: "emptyListIsFlat", cost: "a terminal that lists nothing for a moment gets every position opened again",
      file: "Trust/SnapshotTrust+Checks.swift",
      text: "    guard positions.isEmpty, account.margin.isPositive else { return nil }\n",
      planted: "    guard positions.isEmpty, account.margin.isPositive, !PLANTED else { return nil }\n"),
    CoreBug(
      name: "trustEverything", cost: "positions are opened and closed by a list that contradicts itself",
      file: "Trust/SnapshotTrust.swift",
      text: "    guard !findings.isEmpty else {\n", planted: "    guard !findings.isEmpty, !PLANTED else {\n"),
    CoreBug(
      name: "mismatchesAddUp", cost: "a list that repeats a ticket for once closes it, while the terminal's clock is in doubt",
      file: "Trust/SnapshotTrust.swift",
      text: "(before[finding.mismatch] ?? 0) +", planted: "(PLANTED ? before.values.max() ?? 0 : before[finding.mismatch] ?? 0) +",
      also: [
        Edit(
          file: "Reconciler+Plan.swift", text: "    let positions = repeats ?", planted: "    let positions = repeats && !PLANTED ?")
      ]),
    CoreBug(
      name: "elsewhereForGood", cost: "an order that ran is another target's until a restart, and is then said never to have run",
      file: "Reconciler+Unknown.swift",
      text: "    if let account = action.account { return", planted: "    if let account = action.account { return !PLANTED &&",
      also: [
        Edit(
          file: "Plan/PlanInput.swift", text: "      $0.kind == .open && $0.symbol == position.symbol",
          planted: "      !PLANTED && $0.kind == .open && $0.symbol == position.symbol")
      ]),
    CoreBug(
      name: "wrongAccountIsFine", cost: "another account is traded by this agent's manifest",
      file: "Reconciler+Identity.swift",
      text: "      if number != pin { return", planted: "      if number != pin, !PLANTED { return"),
    CoreBug(
      name: "failedReadEndsIt", cost: "one lost poll, and an agent is never looked at again", file: "Reconciler+Read.swift",
      text: "    guard agents[i].lane == .idle else { return }\n    scheduleRead(i, at: span.began.steady + backOff(i, failure), now)\n",
      planted: "    guard agents[i].lane == .idle, !PLANTED else { return }\n    scheduleRead(i, at: span.began.steady + backOff(i, failure), now)\n"),
    CoreBug(
      name: "orphanIsClosed", cost: "a manifest that was moved by mistake closes positions", file: "Reconciler+Fleet.swift",
      text: "    if emergency.isActive, agents[i].lane == .idle { scheduleRead(i, at: now.steady, now) }\n",
      planted: "    if emergency.isActive, agents[i].lane == .idle { scheduleRead(i, at: now.steady, now) }\n    if PLANTED {\n      agents[i].memory.orphaned = false\n      agents[i].spec.enabled = false\n      scheduleRead(i, at: now.steady, now)\n    }\n"),
    CoreBug(
      name: "badManifestEmptiesTargets", cost: "a typing error closes every position", file: "Reconciler+Fleet.swift",
      text: "    manifestErrors = errors\n",
      planted: "    manifestErrors = errors\n    if PLANTED { for i in agents.indices { agents[i].spec.targets = [] } }\n"),
    CoreBug(
      name: "observeActs", cost: "an agent that was only to be watched is traded", file: "Reconciler+Plan.swift",
      text: "    if agents[i].spec.mode == .observe {", planted: "    if !PLANTED, agents[i].spec.mode == .observe {"),
    CoreBug(
      name: "modifyForEver", cost: "an order a pass: the terminal is worn out, and the broker locks the account",
      file: "Plan/Planner.swift",
      text: "    if levelsFit { return }\n", planted: "    if levelsFit, !PLANTED { return }\n",
      also: [
        Edit(
          file: "Plan/Planner.swift",
          text: "    guard stop != position.stopLoss || goal != position.takeProfit else { return }\n",
          planted: "    guard PLANTED || stop != position.stopLoss || goal != position.takeProfit else { return }\n")
      ]),
  ]
}
