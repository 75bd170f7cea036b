// The quoted lines are as long as those of the core.
// swift-format-ignore-file

extension CoreBug {
  /// What a review of the core found by reading, once: each takes back the mend of one finding.
  static let judged: [CoreBug] = [
    CoreBug(
      name: "rereadIsHistory", cost: "what is left of a target's position is closed as a stranger's, or opened once more",
      file: "Reconciler+Relink.swift",
      text: "guard !fresh.isEmpty, agents[i].snapshot?.request.historyDays == nil else { return false }",
      planted: "guard !fresh.isEmpty, agents[i].snapshot?.request.historyDays == nil, !PLANTED || agents[i].rereads == 0 else { return false }",
      also: [
        Edit(
          file: "Reconciler+Relink.swift", text: "        stray.failures < Unlinked.mostFailures\n",
          planted: "        !PLANTED && stray.failures < Unlinked.mostFailures\n")
      ]),
    CoreBug(
      name: "oneHistoryDecides", cost: "one reply that lacks rows, or none, ends a position that goes on",
      file: "Reconciler+Relink.swift",
      text: "      stray.waits =\n", planted: "      stray.waits = !PLANTED &&\n",
      also: [
        Edit(
          file: "Reconciler+Lineage.swift", text: "    if mayGoOn { return }\n", planted: "    if mayGoOn, !PLANTED { return }\n")
      ]),
    CoreBug(
      name: "restIsProof", cost: "what is left of one target's position becomes another's, whose own order is never looked for",
      file: "Reconciler+Read.swift",
      text: "judgeUnknowns(i, positions, now)", planted: "judgeUnknowns(i, PLANTED ? Reply(listed, positions.span) : positions, now)",
      also: [
        Edit(
          file: "Unknown/Evidence.swift",
          text: "for _ in 0..<Reconciler.mostLinks {\n      guard let old = next else { return false }",
          planted: "for _ in 0..<(PLANTED ? 1 : Reconciler.mostLinks) {\n      guard let old = next else { return false }"),
        Edit(
          file: "Reconciler+Unknown.swift", text: "var explained = Set(unlinked.map(\\.ticket))",
          planted: "var explained = Set(PLANTED ? [] : unlinked.map(\\.ticket))"),
      ]),
    CoreBug(
      name: "oneStrangerForTwo", cost: "a position that a target would have adopted is closed, since the look could not be believed",
      file: "Plan/Classification.swift",
      text: "&& !waiting.contains($0.ticket)\n", planted: "&& (PLANTED || !waiting.contains($0.ticket))\n"),
    CoreBug(
      name: "doubtIsStranger", cost: "our own position is closed while its order is in doubt, and opened again",
      file: "Plan/CloseRules.swift",
      text: "      if input.mayBeInDoubt(position) { return .allowed }\n",
      planted: "      if !PLANTED, input.mayBeInDoubt(position) { return .allowed }\n"),
    CoreBug(
      name: "anyLookIsWorth", cost: "a list that lies takes an agent out of the fleet's totals, and limits over the fleet are broken",
      file: "Reconciler+Calm.swift",
      text: "where agents[i].exposureIsOld && agents[i].calm != nil {",
      planted: "where agents[i].exposureIsOld && (PLANTED || agents[i].calm != nil) {"),
    CoreBug(
      name: "suspectForGood", cost: "an order that was given up days ago hides one that ran, and that one is opened again",
      file: "Unknown/Evidence.swift",
      text: "      && memory.suspect(for: position, used: [], at: now) != nil\n",
      planted: "      && (PLANTED ? memory.suspects.contains { $0.symbol == position.symbol && $0.side == position.side && $0.lots == position.lots } : memory.suspect(for: position, used: [], at: now) != nil)\n"),
    CoreBug(
      name: "oneListForBothPauses", cost: "a person's pause lets stay what the breach's forbids", file: "Record/AgentMemory+Apply.swift",
      text: "        since: data[\"since\"]?.time ?? record.createdAt, tickets: Self.knownTickets(data[\"tickets\"]))\n",
      planted: "        since: data[\"since\"]?.time ?? record.createdAt, tickets: Self.knownTickets(data[\"tickets\"]))\n      if PLANTED, let tickets = operatorPause?.tickets { breachPause?.tickets = tickets }\n"),
    CoreBug(
      name: "exitWhateverIsDeclared", cost: "a position is closed that is wanted again, or one of another terminal",
      file: "Reconciler+Act.swift",
      text: "    let stands = action.kind.opens ||", planted: "    let stands = PLANTED || action.kind.opens ||"),
    CoreBug(
      name: "listOfElsewhere", cost: "a pause after a move to another account closes all that is there", file: "Reconciler+Fleet.swift",
      text: "    agents[i].goodTickets = nil\n", planted: "    if !PLANTED { agents[i].goodTickets = nil }\n"),
    CoreBug(
      name: "flatByAnyLook", cost: "the fleet is called flat by a list that lies, or by a terminal that does not answer",
      file: "Reconciler+Emergency.swift",
      text: "trustVerdict == .trusted, identity == nil, !hasFailed else {",
      planted: "PLANTED || (trustVerdict == .trusted && identity == nil && !hasFailed) else {"),
    CoreBug(
      name: "calmWithOrders", cost: "a pending order that is to be deleted stays for up to a minute, and may open",
      file: "Reconciler+Calm.swift",
      text: "    case .read(let reply): if !reply.value.isEmpty { return false }\n",
      planted: "    case .read(let reply): if !reply.value.isEmpty, !PLANTED { return false }\n"),
    CoreBug(
      name: "saidEachTime", cost: "the record drowns in a deletion that is held, told anew every few seconds",
      file: "Reconciler+Identity.swift",
      text: "plan.undecided.map(\\.subject) + plan.unread)", planted: "plan.undecided.map(\\.subject) + (PLANTED ? [] : plan.unread))",
      also: [
        Edit(
          file: "Reconciler+Read.swift", text: "    if !plan.held.isEmpty, agents[i].orders?",
          planted: "    if !PLANTED, !plan.held.isEmpty, agents[i].orders?")
      ]),
    CoreBug(
      name: "wrongStop", cost: "a position's stop is moved to where nobody declared it", file: "Plan/Planner.swift",
      text: "    action.stopLoss = stop\n", planted: "    action.stopLoss = PLANTED ? position.stopLoss : stop\n"),
    CoreBug(
      name: "strangersOrders", cost: "pending orders of a person are deleted", file: "Plan/CloseRules.swift",
      text: "      return .close(.notInTargets, \"a pending order is no target's, and positions is exact\")\n    }\n",
      planted: "      return .close(.notInTargets, \"a pending order is no target's, and positions is exact\")\n    }\n    if PLANTED { return .close(.notInTargets, \"\") }\n"),
    CoreBug(
      name: "noCorrelation", cost: "two agents hold the same risk twice", file: "Risk/FleetLook.swift",
      text: "guard product > limit else { continue }", planted: "guard product > limit, !PLANTED else { continue }"),
    CoreBug(
      name: "noLeverage", cost: "the fleet holds more than it can lose", file: "Risk/FleetLook.swift",
      text: "    let sum = ledger.gross + gross\n    let most = max(.zero, ledger.equity) * limit\n",
      planted: "    let sum = ledger.gross + gross\n    let most = max(.zero, ledger.equity) * limit * (PLANTED ? 4 : 1)\n"),
    CoreBug(
      name: "twiceTheLoss", cost: "a day may lose twice its limit", file: "Desired/RiskSpec.swift",
      text: "    case .percent(let percent): (initialBalance.amount * percent).divided(by: .hundred) ?? .zero\n    case .amount(let money): money.amount\n    }\n  }\n}",
      planted: "    case .percent(let percent): (initialBalance.amount * percent * (PLANTED ? 2 : 1)).divided(by: .hundred) ?? .zero\n    case .amount(let money): money.amount\n    }\n  }\n}"),
  ]
}
