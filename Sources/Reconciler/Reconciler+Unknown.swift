// Unknown outcomes: evidence, the quarantine, and what follows.

extension Reconciler {
  /// Judges each unknown action by the look that just ended.
  ///
  /// - Parameter positions: as they are relinked, so that what is left of a known position is not taken for a new one.
  mutating func judgeUnknowns(_ i: Int, _ positions: Reply<[Position]>, _ now: Moment) {
    if agents[i].memory.unresolved.isEmpty { return }
    let all = agents[i].memory.unresolved.filter { $0.id != agents[i].live?.id && $0.unknownSince != nil }
    let doubts = all.filter { isHere(i, $0) }
    askPerson(i, all.filter { !isHere(i, $0) }, now)
    guard !doubts.isEmpty, let snapshot = agents[i].snapshot else { return }
    let parents = Self.parents(agents[i].history.reply?.value ?? [])
    // Remainders of which it is not known whose they are prove nothing yet, and nothing is given up because of that.
    let unlinked = positions.value.filter { agents[i].unlinked[$0.ticket]?.waits ?? false }
    var explained = Set(unlinked.map(\.ticket))
    for action in doubts {
      guard let since = action.unknownSince, positions.span.began.steady >= since else { continue }
      let look = EvidenceLook(
        positions: positions.value, orders: ordersSeen(i, snapshot, after: since),
        history: historySeen(i, snapshot, after: since), memory: agents[i].memory, parents: parents,
        explained: explained, now: now.wall)
      switch look.judge(action) {
      case .executed(let proof, let ticket):
        if let ticket { explained.insert(ticket) }
        resolve(i, action, executed: true, evidence: proof.rawValue, ticket: ticket, nil, now)
      case .none:
        let mayBeOurs = unlinked.contains {
          $0.symbol == action.symbol && $0.side == action.side && $0.lots <= action.lots
        }
        if action.kind.opens, mayBeOurs { continue }
        absent(i, action, since, positions.span, snapshot, now)
      case .noOrders:
        agents[i].wantsOrders = true
        if positions.span.began.steady - since >= agents[i].spec.terminal.quarantine {
          alarm(i, action, "no_orders", "the list of pending orders cannot be read", now)
        }
      case .unclear(let ticket):
        if positions.span.began.steady - since >= agents[i].spec.terminal.quarantine {
          alarm(i, action, "no_rest", "#\(ticket) may be a part of it, and what was left is in no list", now)
        }
      }
    }
  }

  /// Whether what answers now is what the order went to. The account tells, where the terminal reported one then; else
  /// its address has to.
  private func isHere(_ i: Int, _ action: LiveAction) -> Bool {
    if let account = action.account { return account == agents[i].accountKey.map(Self.digest) }
    return action.terminal == nil || action.terminal == agents[i].spec.terminal.url
  }

  /// Another account answers than the one that the orders went to.
  private mutating func askPerson(_ i: Int, _ doubts: [LiveAction], _ now: Moment) {
    for action in doubts where !action.needsPerson {
      record(
        .unknown, agent: i, reason: .unknownOutcome,
        "action \(action.id) was sent to another terminal; say what happened with mt4ctl resolve \(action.id)",
        ["cause": "another_terminal", "needs_person": true, "attempt": .int(action.attempt)], actionID: action.id, now)
    }
  }

  private func ordersSeen(_ i: Int, _ snapshot: Snapshot, after since: Steady) -> [PendingOrder]? {
    switch snapshot.orders {
    case .read(let reply): reply.span.began.steady >= since ? reply.value : nil
    case .unsupported: []
    case .notAsked, .failed: agents[i].ordersUnsupported ? [] : nil
    }
  }

  private func historySeen(_ i: Int, _ snapshot: Snapshot, after since: Steady) -> [HistoryRow]? {
    snapshot.history.reply.flatMap { $0.span.began.steady >= since ? $0.value : nil }
  }

  /// No trace of it in a complete fresh look.
  private mutating func absent(
    _ i: Int, _ action: LiveAction, _ since: Steady, _ span: ReadSpan, _ snapshot: Snapshot, _ now: Moment
  ) {
    guard let k = agents[i].memory.unresolved.firstIndex(where: { $0.id == action.id }) else { return }
    // Positions alone tell about a ticket; that an order never ran, only the history can tell.
    let tellsAll =
      !action.kind.opens
      || snapshot.history.reply != nil && agents[i].history.covers(since: since, backTo: action.recordedAt)
    let rested = span.began.steady - since >= agents[i].spec.terminal.quarantine
    if tellsAll { agents[i].memory.unresolved[k].cleanLooks += 1 }
    if tellsAll, rested, agents[i].memory.unresolved[k].cleanLooks >= 2 {
      return resolve(i, action, executed: false, evidence: "absence", ticket: nil, nil, now)
    }
    if rested, !tellsAll { alarm(i, action, "no_history", "the terminal's history is not usable", now) }
  }

  /// The evidence does not come: a person is asked, once. Should it come after all, it still resolves the action.
  private mutating func alarm(_ i: Int, _ action: LiveAction, _ cause: String, _ why: String, _ now: Moment) {
    guard !action.needsPerson else { return }
    record(
      .unknown, agent: i, reason: .unknownOutcome,
      "action \(action.id) cannot be resolved by evidence: \(why); "
        + "say what happened with mt4ctl resolve \(action.id)",
      ["cause": .string(cause), "needs_person": true, "attempt": .int(action.attempt)], actionID: action.id, now)
  }

  mutating func resolve(
    _ i: Int, _ action: LiveAction, executed: Bool, evidence: String, ticket: Ticket?, _ why: String?, _ now: Moment
  ) {
    let held = !executed && action.kind.opens && agents[i].spec.terminal.onUnknown == .hold && evidence != "operator"
    record(
      .resolved, agent: i, reason: action.reason,
      "\(action.kind.rawValue) \(action.lots) \(action.symbol) "
        + (executed ? "did run" + (ticket.map { " as #\($0)" } ?? "") : "never ran") + ", by \(evidence)",
      .fields([
        "result": .string(executed ? "executed" : "not_executed"), "evidence": .string(evidence),
        "ticket": ticket.map { .int($0.number) }, "kind": .string(action.kind.rawValue),
        "target": action.target.map { .string($0) }, "held": held ? true : nil, "note": why.map { .string($0) },
        "day": .string(dayKey(i, now)),
      ]), actionID: action.id, now)
    agents[i].generation += 1
  }
}
