@testable import Reconciler

// Opens: when they may be meant, and when they may leave.
extension Checker {
  /// At the intent.
  mutating func freshLook(_ id: AgentID) {
    let agent = agents[id] ?? Agent()
    if agent.taken < agent.lastAnswerAt || agent.taken < processStart {
      fail("S7", "\(id) opens on a look of \(agent.taken), its last answer came at \(agent.lastAnswerAt)")
    }
  }

  mutating func holdsBack(_ id: AgentID, _ symbol: Symbol, _ actionID: String) {
    for other in actions.keys.sorted() where other != actionID {
      guard let action = actions[other], action.agent == id, action.isOpenEnded,
        action.intent.symbol == symbol
      else { continue }
      fail("S4", "\(id) opens \(symbol) while \(action.intent.kind.rawValue) \(other) is not known to have ended")
    }
    if let pause = pause(id) { fail("S10", "\(id) opens while \(pause.isBreach ? "breached" : "paused")") }
    if operatorPause(id) != nil { fail("S10", "\(id) opens while a person paused it") }
    guard let spec = spec(id) else { return fail("S11", "\(id) opens and is not declared") }
    if !spec.enabled || spec.mode != .enforce || isStopped {
      fail("S11", "\(id) opens while it is disabled, stopped or not enforced")
    }
  }

  /// At the POST.
  mutating func performed(_ request: TradeRequest, _ actionID: String, _ attempt: Int, in journal: JournalFacts) {
    guard let action = actions[actionID], let sequence = action.intents[attempt] else {
      return fail("S2", "attempt \(attempt) of \(actionID) is sent without an intent")
    }
    if sequence > durable { fail("S2", "\(actionID).\(attempt) is sent, record \(sequence) is not durable") }
    if action.performed.contains(attempt) { fail("S1", "\(actionID).\(attempt) is sent twice") }
    if !action.finals.isEmpty { fail("S3", "\(actionID) had ended and is sent") }
    if journal.space == .exhausted { fail("S9", "\(actionID) is sent while nothing can be recorded") }
    if spec(request.agent)?.mode == .observe { fail("S11", "\(actionID) is sent in mode observe") }
    actions[actionID]?.performed.insert(attempt)
    sent += 1
    shape(request, actionID)
    guard case .open(let symbol, let side, let lots, _, _, _) = request.order else { return }
    if sequence > shipped { fail("S2", "open \(actionID) is sent, record \(sequence) is not in the database") }
    if journal.database != .up || journal.space != .ok {
      fail("S9", "open \(actionID) is sent, the record is \(journal)")
    }
    holdsBack(request.agent, symbol, actionID)
    caps(request.agent, symbol, side, lots, actionID)
  }

  /// At the intent: everybody's positions count as they are shown, and whatever may still turn up.
  mutating func judgeRoom(_ id: AgentID, _ actionID: String) {
    guard let spec = spec(id), let agent = agents[id], agent.lies.last == .some(nil),
      let shown = agent.snapshot?.positions?.value.count
    else { return }
    let waiting = actions.keys.sorted().filter { $0 != actionID && awaits($0, id) }
    guard shown + waiting.count + 1 > spec.risk.maxPositions else { return }
    fail(
      "S6",
      "\(id) opens with \(shown) positions in its list and \(waiting) on their way, max_positions is "
        + "\(spec.risk.maxPositions)")
  }

  /// An open of which nobody knows that it ran, and which has not.
  private func awaits(_ actionID: String, _ id: AgentID) -> Bool {
    guard let action = actions[actionID] else { return false }
    return action.agent == id && action.intent.kind.opens && action.isOpenEnded && action.executions == 0
  }

  /// In the true books, as far as the controller opened them: with this one, no more than the caps.
  private mutating func caps(
    _ id: AgentID, _ symbol: Symbol, _ side: Side, _ lots: FixedDecimal, _ actionID: String
  ) {
    guard let spec = spec(id), let agent = agents[id] else { return }
    if lots > spec.risk.lotSize { fail("S6", "\(id) opens \(lots) lots, lot_size is \(spec.risk.lotSize)") }
    let ours = agent.open.filter { ticket in
      agent.lineage[ticket].flatMap { actions[$0] }.map { !$0.gaveUp } ?? false
    }
    let waiting = actions.keys.sorted().filter { $0 != actionID && awaits($0, id) }
    let count = ours.count + waiting.count + 1
    if count > spec.risk.maxPositions {
      fail(
        "S6",
        "\(id) opens its position number \(count), max_positions is \(spec.risk.maxPositions): "
          + "\(ours.sorted().map(\.description)) and \(waiting)")
    }
    guard let target = actions[actionID]?.intent.target else { return }
    for ticket in ours.sorted() {
      guard let other = agent.lineage[ticket], actions[other]?.intent.target == target else { continue }
      fail("S6", "\(id) opens target \(target) again, #\(ticket) is still open for it")
    }
  }

  /// S13: numbers that make sense.
  private mutating func shape(_ request: TradeRequest, _ actionID: String) {
    let step = d("0.01")
    let known = agents[request.agent]?.known ?? []
    switch request.order {
    case .open(_, _, let lots, let stop, let goal, _):
      if !lots.isPositive || !lots.isMultiple(of: step) { fail("S13", "\(actionID) opens \(lots) lots") }
      for level in [stop, goal].compactMap({ $0 }) where !level.isPositive { fail("S13", "\(actionID) at \(level)") }
    case .close(let ticket, let lots):
      if !known.contains(ticket) { fail("S13", "\(actionID) closes #\(ticket), which was never read") }
      if let lots, !lots.isPositive || !lots.isMultiple(of: step) { fail("S13", "\(actionID) closes \(lots) lots") }
    case .modify(let ticket, let stop, let goal):
      if !known.contains(ticket) { fail("S13", "\(actionID) changes #\(ticket), which was never read") }
      for level in [stop, goal].compactMap({ $0 }) where !level.isPositive { fail("S13", "\(actionID) at \(level)") }
    }
  }
}
