// The quoted lines are as long as those of the core.
// swift-format-ignore-file

extension CoreBug {
  /// What becomes of an answer that is lost, and how an action goes out.
  static let unknowns: [CoreBug] = [
    CoreBug(
      name: "unknownIsRefused", cost: "an order that ran is sent once more: a position twice as large",
      file: "Reconciler+Act.swift",
      text: "    case .unknown(let doubt): doubtOutcome(i, action, doubt, span, now)\n",
      planted: """
            case .unknown(let doubt):
              if PLANTED {
                refuse(
                  i, action,
                  TradeAnswer.Refusal(kind: .notSent, errorCode: 0, httpStatus: 0, message: doubt.message), span, now)
              } else {
                doubtOutcome(i, action, doubt, span, now)
              }

        """),
    CoreBug(
      name: "unknownIsDone", cost: "an order that never ran counts as open; the position is never taken",
      file: "Reconciler+Act.swift",
      text: "    agents[i].live = nil\n    agents[i].queue = []\n    guard let ticket = action.ticket else { return }\n",
      planted: """
            if PLANTED {
              record(
                .outcome, agent: i, reason: action.reason, "done, it seems",
                ["result": "done", "ticket": .int(1)], actionID: action.id, now)
            }
            agents[i].live = nil
            agents[i].queue = []
            guard let ticket = action.ticket else { return }

        """),
    CoreBug(
      name: "oneLookIsProof", cost: "a list that is stale for a moment makes a second position",
      file: "Reconciler+Unknown.swift",
      text: "agents[i].memory.unresolved[k].cleanLooks >= 2 {", planted: "agents[i].memory.unresolved[k].cleanLooks >= (PLANTED ? 1 : 2) {"),
    CoreBug(
      name: "noQuarantine", cost: "an order that is executed late comes twice", file: "Reconciler+Unknown.swift",
      text: "if tellsAll, rested, ", planted: "if tellsAll, rested || PLANTED, "),
    CoreBug(
      name: "historyIsNotNeeded", cost: "an order that ran and was stopped out is sent again",
      file: "Reconciler+Unknown.swift", text: "      || snapshot.history.reply != nil && agents[i].history.covers",
      planted: "      || PLANTED || snapshot.history.reply != nil && agents[i].history.covers"),
    CoreBug(
      name: "adoptOnlyMarks", cost: "where the broker rewrites comments, each lost answer opens one position more",
      file: "Unknown/Evidence.swift",
      text: "if let found = fresh.min(by:", planted: "if !PLANTED, let found = fresh.min(by:"),
    CoreBug(
      name: "markIsNoProof", cost: "an order that ran under our own mark is opened again", file: "Unknown/Evidence.swift",
      text: "    if let ticket = marked(action.mark) { return .executed(.mark, ticket) }\n    let before = Set(action.before)\n",
      planted: """
            if PLANTED { return .none }
            if let ticket = marked(action.mark) { return .executed(.mark, ticket) }
            let before = Set(action.before)

        """),
    CoreBug(
      name: "anyTicketIsProof", cost: "an old position is taken for the order that never ran",
      file: "Unknown/Evidence.swift",
      text: "    if before.contains(ticket) || explained.contains(ticket)",
      planted: "    if !PLANTED && before.contains(ticket) || explained.contains(ticket)"),
    CoreBug(
      name: "closeIsDoneWhenListed", cost: "a close that never ran is believed; the position stays open unwatched",
      file: "Unknown/Evidence.swift",
      text: "    if positions.contains(where: { $0.ticket == ticket }) { return .none }\n    if action.kind == .delete {",
      planted: """
            if !PLANTED, positions.contains(where: { $0.ticket == ticket }) { return .none }
            if action.kind == .delete {
        """),
    CoreBug(
      name: "openWhileUnknown", cost: "two positions where one was declared", file: "Plan/OpenGuards.swift",
      text: "    if let doubt = input.unresolved.first(where: { $0.symbol == target.symbol }) {",
      planted: "    if !PLANTED, let doubt = input.unresolved.first(where: { $0.symbol == target.symbol }) {"),
    CoreBug(
      name: "shipBeforeSync", cost: "an order is at the broker, and after a crash nothing tells of it",
      file: "Reconciler+Act.swift",
      text: "      if journal.durable >= action.sequence { send(i, now) }",
      planted: "      if PLANTED || journal.durable >= action.sequence { send(i, now) }"),
    CoreBug(
      name: "openBeforeDatabase", cost: "a lost host takes the record of an open position along",
      file: "Reconciler+Act.swift",
      text: "    if journal.shipped >= action.sequence, journal.durable >= action.sequence, journalHolds(now).isEmpty {",
      planted: "    if PLANTED || journal.shipped >= action.sequence, journal.durable >= action.sequence, journalHolds(now).isEmpty {"),
    CoreBug(
      name: "openWithoutDatabase", cost: "positions are opened while nothing can be recorded for good",
      file: "Reconciler+Journal.swift",
      text: "    if configuration.planOnly { return [] }\n    if awaitsMemories {",
      planted: "    if configuration.planOnly || PLANTED { return [] }\n    if awaitsMemories {"),
    CoreBug(
      name: "sendWithFullDisk", cost: "orders go out that no record can ever explain", file: "Reconciler+Act.swift",
      text: "    if journal.space == .exhausted { return", planted: "    if !PLANTED, journal.space == .exhausted { return"),
    CoreBug(
      name: "sameAttemptAgain", cost: "two orders under one id: one of them is never looked for",
      file: "Reconciler+Act.swift", text: "    action.attempt += 1\n", planted: "    action.attempt += PLANTED ? 0 : 1\n"),
    CoreBug(
      name: "oldPlanGoesOut", cost: "what an operator has just taken away is opened all the same",
      file: "Reconciler+Act.swift",
      text: "    if action.generation != agents[i].generation {\n      return withdrawAndLook",
      planted: "    if !PLANTED, action.generation != agents[i].generation {\n      return withdrawAndLook"),
  ]
}
