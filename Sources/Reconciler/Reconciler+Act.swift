// Acting: intents, their way to the terminal, and what came back.

extension Reconciler {
  /// How many times one action may be tried after a definite answer that it did not run.
  static let mostRequotes = 3
  static let mostBusy = 10
  /// A waiting open looks at its terminal again after this.
  static let lookWhileWaiting: Duration = .seconds(1)

  /// Begins a plan: all its closes one after another; else its restored stops; else one open.
  mutating func begin(_ i: Int, _ plan: Plan, _ now: Moment) {
    let exits = plan.actions.filter { $0.actionClass <= .close }
    let restores = plan.actions.filter { $0.actionClass == .restore }
    agents[i].queue = exits.isEmpty ? (restores.isEmpty ? Array(plan.actions.prefix(1)) : restores) : exits
    agents[i].rereads = 0
    beginNext(i, now)
  }

  private mutating func beginNext(_ i: Int, _ now: Moment) {
    guard !agents[i].queue.isEmpty, !draining else { return }
    guard holdsForEverything().isEmpty else { return agents[i].queue = [] }
    let planned = agents[i].queue.removeFirst()
    // The radius is the fleet's: what other agents have closed since this plan was made counts.
    if planned.actionClass == .close, closesLeft(policyInForce, now) <= 0 { return agents[i].queue = [] }
    if planned.actionClass == .close {
      recentCloses.removeAll { now.steady - $0 >= configuration.interval }
      recentCloses.append(now.steady)
    }
    var before = agents[i].lastTickets + (agents[i].orders?.value.map(\.ticket) ?? [])
    if planned.kind.opens {
      before += (agents[i].history.reply?.value ?? []).map(\.ticket)
      // A row of the past that this process has not seen yet would be taken for this order's end.
      before += agents[i].memory.trades.recorded(since: now.wall - AgentMemory.clocksApart)
    }
    var action = LiveAction(
      planned, id: ActionID.make(chain: chain, sequence: sequence + 1), before: Array(Set(before)).sorted(),
      sequence: sequence + 1, lotsBefore: planned.ticket == nil ? nil : planned.lots, now: now)
    if planned.kind == .reduce { action.lotsBefore = planned.numbers["position_lots"]?.decimal }
    action.generation = agents[i].generation
    action.terminal = agents[i].spec.terminal.url
    action.account = agents[i].accountKey.map(Self.digest)
    let desired = desiredState(i, planned)
    record(
      .intent, agent: i, reason: planned.reason, planned.message,
      action.metadata(
        numbers: planned.numbers, desired: desired, place: fleet?.decidingPlace(planned, of: agents[i].id),
        request: action.request(agent: agents[i].spec)), actionID: action.id,
      observedAt: agents[i].snapshot?.account?.span.ended.wall, now)
    agents[i].live = action
    agents[i].lane = .awaiting(lookedAt: now.steady)
  }

  /// What the manifest says about it, as an auditor wants to see it.
  private func desiredState(_ i: Int, _ action: PlannedAction) -> JSONValue {
    let spec = agents[i].spec
    let target = action.target.flatMap { name in spec.targets?.first { $0.name == name } }
    return .fields([
      "enabled": .bool(spec.enabled), "mode": .string(spec.mode.rawValue),
      "positions": .string(spec.positions.rawValue), "pairs": .array(spec.pairs.map { .string($0.text) }),
      "max_positions": .int(spec.risk.maxPositions), "lot_size": .decimal(spec.risk.lotSize),
      "target": target.map { .string($0.specKey) },
    ])
  }

  // MARK: On its way

  /// Moves a recorded intent on, once its record is where it must be.
  mutating func pump(_ i: Int, _ now: Moment) {
    guard let action = agents[i].live, case .awaiting(let lookedAt) = agents[i].lane else { return }
    guard action.notBefore <= now.steady else { return }
    if journal.space == .exhausted { return withdrawAndLook(i, "nothing can be recorded any more", now) }
    if journal.database == .anotherController {
      return withdrawAndLook(i, "another controller holds the database", now)
    }
    guard action.kind.opens else {
      if action.generation != agents[i].generation { return replan(i, now) }
      if journal.durable >= action.sequence { send(i, now) }
      return
    }
    if now.steady - action.recordedSteady >= Self.mostLag {
      return withdrawAndLook(i, "its record was not in the database within 5 s", now)
    }
    if action.generation != agents[i].generation {
      return withdrawAndLook(i, "what was declared changed before it was sent", now)
    }
    if journal.shipped >= action.sequence, journal.durable >= action.sequence, journalHolds(now).isEmpty {
      return send(i, now)
    }
    if now.steady - lookedAt >= Self.lookWhileWaiting {
      agents[i].wantsTicks = [action.symbol]
      agents[i].wantsOrders = true
      scheduleRead(i, at: now.steady, now)
    }
  }

  private mutating func send(_ i: Int, _ now: Moment) {
    guard let action = agents[i].live else { return }
    agents[i].lane = .sending
    // What is there is known again at the next look: a pause until then must not take the new position for a stranger's.
    agents[i].goodTickets = nil
    if action.kind.opens {
      agents[i].opensSent.removeAll { now.steady - $0 >= .seconds(60) }
      agents[i].opensSent.append(now.steady)
    }
    effects.append(
      .perform(action.request(agent: agents[i].spec), actionID: action.id, attempt: action.attempt))
  }

  /// A look while an open waits for the database, or for its next attempt: is it still what should be done?
  mutating func reconsider(_ i: Int, _ plan: Plan, _ now: Moment) {
    guard let action = agents[i].live else { return }
    let same = plan.actions.contains {
      $0.kind == .open && $0.target == action.target && $0.specKey == action.specKey && $0.lots == action.lots
    }
    let exits = plan.actions.contains { $0.kind != .open }
    guard same, !exits, action.generation == agents[i].generation else {
      return withdrawAndLook(i, "the next look did not want it any more", now)
    }
    agents[i].lane = .awaiting(lookedAt: now.steady)
    if action.attemptPending { return tryAgain(i, now) }
    pump(i, now)
  }

  /// A look that failed, while an open waits.
  mutating func lookedInVain(_ i: Int, _ now: Moment) { withdraw(i, "its terminal does not answer", now) }

  mutating func withdraw(_ i: Int, _ why: String, _ now: Moment) {
    guard let action = agents[i].live else { return }
    // A further attempt may wait to be journaled; then this one was sent, and refused.
    let refused = action.attemptPending ? action.attempt : action.attempt - 1
    let story = refused > 0 ? "after \(Count.of(refused, "attempt")) that did not run" : "never sent"
    record(
      .outcome, agent: i, reason: action.reason, "withdrawn, \(story): \(why)",
      ["result": "withdrawn", "attempt": .int(action.attempt), "message": .string(why)], actionID: action.id, now)
    agents[i].live = nil
    agents[i].queue = []
    agents[i].lane = .idle
  }

  /// What wanted an exit has changed before it was sent: a look at once tells whether it is still wanted. An exit that is
  /// wanted must not wait for the next poll.
  private mutating func replan(_ i: Int, _ now: Moment) {
    withdraw(i, "what was declared changed before it was sent", now)
    if !draining { scheduleRead(i, at: now.steady, now) }
  }

  private mutating func withdrawAndLook(_ i: Int, _ why: String, _ now: Moment) {
    withdraw(i, why, now)
    if !draining { scheduleNextPoll(i, now) }
  }

  // MARK: The answer

  mutating func end(
    _ id: AgentID, _ actionID: String, _ attempt: Int, _ answer: TradeAnswer, _ span: ReadSpan, _ now: Moment
  ) {
    guard let i = index[id], let action = agents[i].live, action.id == actionID, action.attempt == attempt,
      agents[i].lane == .sending
    else { return }
    agents[i].lane = .idle
    agents[i].writeEnded = span.ended.steady
    switch answer {
    case .done(let done): finish(i, action, done, span, now)
    case .refused(let refusal): refuse(i, action, refusal, span, now)
    case .unknown(let doubt): doubtOutcome(i, action, doubt, span, now)
    }
    guard agents[i].live == nil, agents[i].lane == .idle else { return }
    if !agents[i].queue.isEmpty, !draining {
      beginNext(i, now)
      if agents[i].lane != .idle { return }
    }
    if draining { return }
    agents[i].wantsOrders = true
    scheduleRead(i, at: now.steady, now)
    refreshConditions(i, now)
  }

  private mutating func finish(
    _ i: Int, _ action: LiveAction, _ done: TradeAnswer.Done, _ span: ReadSpan, _ now: Moment
  ) {
    record(
      .outcome, agent: i, reason: action.reason,
      "done: \(action.kind.rawValue) \(action.lots) \(action.symbol)"
        + (done.ticket.map { " #\($0)" } ?? "") + (done.price.map { " at \($0)" } ?? ""),
      .fields([
        "result": "done", "attempt": .int(action.attempt), "error_code": .int(done.errorCode),
        "ticket": (done.ticket ?? action.ticket).map { .int($0.number) }, "price": done.price.map { .decimal($0) },
        "lots": .decimal(done.lots ?? action.lots), "new_ticket": done.newTicket.map { .int($0.number) },
        "message": .string(done.message),
        "latency_ms": .int((span.ended.steady - span.began.steady).inMicroseconds / 1000),
      ]), actionID: action.id, observedAt: span.ended.wall, now)
    if action.kind == .reduce, let ticket = action.ticket, let before = action.lotsBefore {
      forgetReductions(i, span.ended.steady)
      agents[i].reduced[ticket] = Reduction(lotsBefore: before, rest: before - action.lots, at: span.ended.steady)
    }
    agents[i].live = nil
    agents[i].waits.done(action.ticket)
    // Its trade is in the history now.
    if action.kind == .close || action.kind == .reduce { agents[i].wantsHistory = true }
    guard !action.kind.opens else { return }
    let subject = PlannedAction.subject(action.kind, action.ticket, action.target)
    agents[i].waits.unseen(subject, at: now.steady, atMost: Self.longestExitRest)
  }

  /// After the quarantine a list that shows the old lots is believed.
  mutating func forgetReductions(_ i: Int, _ now: Steady) {
    if agents[i].reduced.isEmpty { return }
    let quarantine = agents[i].spec.terminal.quarantine
    agents[i].reduced = agents[i].reduced.filter { now - $0.value.at < quarantine }
  }

  private mutating func doubtOutcome(
    _ i: Int, _ action: LiveAction, _ doubt: TradeAnswer.Doubt, _ span: ReadSpan, _ now: Moment
  ) {
    record(
      .unknown, agent: i, reason: action.reason,
      "the outcome of \(action.kind.rawValue) \(action.lots) \(action.symbol) is not known: \(doubt.message)",
      .fields([
        "cause": .string(doubt.cause), "error_code": doubt.errorCode.map { .int($0) }, "attempt": .int(action.attempt),
        "latency_ms": .int((span.ended.steady - span.began.steady).inMicroseconds / 1000),
      ]), actionID: action.id, observedAt: span.ended.wall, now)
    if let k = agents[i].memory.unresolved.firstIndex(where: { $0.id == action.id }) {
      agents[i].memory.unresolved[k].unknownSince = span.ended.steady
    }
    agents[i].live = nil
    agents[i].queue = []
    guard let ticket = action.ticket else { return }
    // It may be done again on evidence, but never at the speed of the wire, and others have their turn meanwhile.
    let delay = agents[i].waits.next(ticket, from: .seconds(1), atMost: Self.longestExitRest)
    agents[i].waits.tickets[ticket] = Waits.Wait(
      until: now.steady + delay, reason: .unknownOutcome, message: "the outcome of action \(action.id) is not known")
  }

  private mutating func refuse(
    _ i: Int, _ action: LiveAction, _ refusal: TradeAnswer.Refusal, _ span: ReadSpan, _ now: Moment
  ) {
    let tries = refusal.kind == .requote ? Self.mostRequotes : refusal.kind == .busy ? Self.mostBusy : 1
    // An agent whose manifest is gone is left alone from here on.
    let most = agents[i].memory.orphaned && !emergency.isActive ? 1 : tries
    let isTriedAgain = action.attempt < most && !draining
    // Nor is an exit tried again by what was declared before, which may have been at another terminal: the look that follows
    // tells. An open that is tried again is judged anew before it goes out.
    let stands = action.kind.opens || action.generation == agents[i].generation
    if isTriedAgain, stands {
      agents[i].live?.attemptPending = true
      if refusal.kind == .requote, action.kind.opens {
        // A fresh tick, and the guards once more, before it is tried again.
        agents[i].wantsTicks = [action.symbol]
        agents[i].wantsOrders = true
        return scheduleRead(i, at: now.steady, now)
      }
      agents[i].lane = .awaiting(lookedAt: now.steady)
      return tryAgain(i, now, after: refusal.kind == .busy ? .milliseconds(300) : .zero)
    }
    record(
      .outcome, agent: i, reason: action.reason,
      "refused: \(action.kind.rawValue) \(action.lots) \(action.symbol)"
        + (action.ticket.map { " #\($0)" } ?? "") + ": \(refusal.message) (\(refusal.errorCode))",
      .fields([
        "result": "refused", "attempt": .int(action.attempt), "error_code": .int(refusal.errorCode),
        "http_status": .int(refusal.httpStatus), "class": .string(refusal.kind.rawValue),
        "ticket": action.ticket.map { .int($0.number) }, "message": .string(refusal.message),
        "held_as": refusalKey(action, refusal.kind).map { .string($0) },
        "held_target": heldTarget(i, action, refusal.kind).map { .string($0) },
        "spec_key": action.specKey.map { .string($0) }, "day": .string(dayKey(i, now)),
        "latency_ms": .int((span.ended.steady - span.began.steady).inMicroseconds / 1000),
      ]), actionID: action.id, observedAt: span.ended.wall, now)
    agents[i].live = nil
    // One exit that cannot be done starves no other.
    if action.kind.opens || Self.concernsTerminal(refusal.kind) { agents[i].queue = [] }
    // What changed meanwhile is carried out at once.
    if stands || !isTriedAgain { waitAfter(i, action, refusal, now) }
  }

  /// The next attempt: journaled like the first, under the same id and mark.
  private mutating func tryAgain(_ i: Int, _ now: Moment, after delay: Duration = .zero) {
    guard var action = agents[i].live else { return }
    action.attempt += 1
    action.attemptPending = false
    action.sequence = sequence + 1
    action.recordedSteady = now.steady
    action.notBefore = now.steady + delay
    agents[i].live = action
    record(
      .intent, agent: i, reason: action.reason,
      "attempt \(action.attempt) of \(action.kind.rawValue) \(action.lots) \(action.symbol): the one before did not run",
      action.metadata(numbers: [:], desired: .null, place: nil, request: action.request(agent: agents[i].spec)),
      actionID: action.id, now)
    pump(i, now)
  }
}
