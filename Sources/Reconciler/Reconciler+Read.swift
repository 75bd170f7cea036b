// Reading: when a terminal is looked at, which parts, and what a look leads to.

extension Reconciler {
  /// How often the parts that a poll can live without are read anyway, in microseconds.
  private static var ordersEvery: Int64 { 5_000_000 }
  private static var historyEvery: Int64 { 300_000_000 }
  /// The slowest poll of a terminal that fails.
  static let slowestPoll: Duration = .seconds(30)

  mutating func scheduleRead(_ i: Int, at: Steady, _ now: Moment) {
    // What each look goes by is read through spans: an element that is read as a value may be copied whole.
    //
    // An orphan is left alone, but an emergency covers it too.
    guard !agents.span[i].memory.orphaned || emergency.isActive else { return }
    agents[i].readNumber += 1
    var request = ReadRequest(number: agents.span[i].readNumber, agent: agents.span[i].id)
    request.place.index = i
    let doubts =
      agents.span[i].memory.unresolved.isEmpty
      ? [] : agents[i].memory.unresolved.filter { $0.id != agents[i].live?.id }
    request.orders =
      agents.span[i].wantsOrders || !doubts.isEmpty || isStopInForce
      || Self.isDue(agents.span[i].lastOrdersAt, Self.ordersEvery, at)
    if agents.span[i].wantsHistory || !doubts.isEmpty
      || Self.isDue(agents.span[i].lastHistoryAt, Self.historyEvery, at)
    {
      let back = doubts.map { HistoryView.days(backTo: $0.recordedAt, at: now.wall) }.max() ?? 0
      request.historyDays = max(agents[i].historyDays, back)
    }
    if !agents.span[i].wantsTicks.isEmpty { request.ticks = Array(Set(agents[i].wantsTicks)).sorted() }
    agents[i].lane = .reading(request.number)
    effects.append(.read(request, notBefore: isUrgent(i) ? at : max(at, agents.span[i].readNotBefore ?? at)))
  }

  /// How long a terminal that says 429 is left alone: as long as it asks for, within an hour.
  static func rest(after asked: Duration?) -> Duration { min(max(asked ?? .seconds(5), .seconds(5)), .seconds(3600)) }

  private static func isDue(_ last: Steady?, _ microseconds: Int64, _ at: Steady) -> Bool {
    guard let last else { return true }
    return at.microseconds.subtractingClamped(last.microseconds) >= microseconds
  }

  /// The next regular look: an interval after the last one began, less what brings the agent back to its beat, a twentieth at
  /// most. Were it timed from the last look alone, agents that once had to wait for each other would be polled in the same
  /// instant for ever.
  mutating func scheduleNextPoll(_ i: Int, _ now: Moment) {
    let interval = max(1, configuration.intervalMicroseconds)
    let latest = (agents.span[i].pollBegan ?? now.steady).microseconds.addingClamped(interval)
    let beat = agents.span[i].beat?.microseconds ?? latest
    let rest = latest.subtractingClamped(beat) % interval
    let late = rest < 0 ? rest + interval : rest
    let next = Steady(microseconds: latest - min(late, interval / 20))
    scheduleRead(i, at: max(next, now.steady), now)
  }

  // MARK: A failed look

  mutating func fail(_ request: ReadRequest, _ failure: ReadFailure, _ span: ReadSpan, _ now: Moment) {
    guard let i = index[request.agent], agents[i].lane == .reading(request.number) else { return }
    agents[i].lane = .idle
    agents[i].calm = nil
    agents[i].failures += 1
    agents[i].lastFailure = failure
    agents[i].pollBegan = span.began.steady
    agents[i].rereads = 0
    // One lost poll is no outage; the first look after the start has no good one before it.
    if agents[i].memory.online != false, agents[i].failures >= 2 || agents[i].memory.online == nil {
      record(
        .agentOffline, agent: i, reason: failure.code == .unauthorized ? .unauthorized : .unreachable,
        "its terminal does not answer: \(failure.endpoint) \(failure.message)",
        ["code": .string(failure.code.rawValue), "endpoint": .string(failure.endpoint)], now)
    }
    if agents[i].live != nil { lookedInVain(i, now) }
    cannotBeFlat(i, Reason.unreachable.rawValue, now)
    guard agents[i].lane == .idle else { return }
    scheduleRead(i, at: span.began.steady + backOff(i, failure), now)
    refreshConditions(i, now)
  }

  private func backOff(_ i: Int, _ failure: ReadFailure) -> Duration {
    switch failure.code {
    case .unauthorized:
      // Fatal until the token changes; a slow look finds out when the terminal's own token was put right.
      return .seconds(60)
    case .rateLimited:
      let rest = Self.rest(after: failure.retryAfter)
      return isUrgent(i) ? min(rest, Self.longestExitRest) : rest
    case .unreachable, .timeout, .tls, .notFound, .httpStatus, .tooLarge, .cutOff, .notJSON, .malformed, .cancelled:
      let doublings = min(agents[i].failures - 1, 5)
      let delay = configuration.interval * (1 << doublings)
      return max(min(delay, Self.slowestPoll), configuration.interval)
    }
  }

  // MARK: A good look

  mutating func take(_ snapshot: Snapshot, _ now: Moment) {
    guard let i = place(of: snapshot.request), agents.span[i].lane == .reading(snapshot.request.number) else { return }
    let outcome = agents[i].lookCalmly(
      snapshot, now, facts: facts, fleetIsCalm: !isStopInForce && sharedAccounts == 0)
    if outcome == .calm { return stayCalm(i, snapshot, now) }
    guard let positions = snapshot.positions, let account = snapshot.account else { return }
    agents[i].calm = nil
    agents[i].lane = .idle
    agents[i].failures = 0
    agents[i].lastFailure = nil
    agents[i].pollBegan = positions.span.began.steady
    agents[i].snapshot = snapshot
    agents[i].lastSeen = positions.span.began
    takeParts(i, snapshot)
    if agents[i].memory.online != true {
      record(
        .agentOnline, agent: i, "its terminal answers: \(Count.of(positions.value.count, "position"))",
        ["positions": .int(positions.value.count)], observedAt: account.span.ended.wall, now)
    }
    agents[i].calendar.remember(now.wall)
    look(i, positions, account, daySaw: outcome == .seen, now)
    refreshConditions(i, now)
  }

  /// Where the agent stands among all: where it stood when the read was asked for, nearly always.
  private func place(of request: ReadRequest) -> Int? {
    let place = request.place.index
    return agents.indices.contains(place) && agents.span[place].id == request.agent ? place : index[request.agent]
  }

  mutating func takeParts(_ i: Int, _ snapshot: Snapshot) {
    switch snapshot.orders {
    case .read(let reply):
      agents[i].orders = reply
      agents[i].lastOrdersAt = reply.span.began.steady
      agents[i].wantsOrders = false
      agents[i].ordersUnsupported = false
    case .unsupported:
      agents[i].orders = nil
      agents[i].ordersUnsupported = true
      agents[i].wantsOrders = false
      agents[i].lastOrdersAt = snapshot.positions?.span.began.steady
    case .notAsked, .failed: break
    }
    switch snapshot.history {
    case .read(let reply):
      agents[i].history.take(reply, days: snapshot.request.historyDays ?? HistoryView.windowDays)
      agents[i].freshHistories = agents[i].freshHistories.suffix(1) + [reply]
      agents[i].history.unsupported = false
      agents[i].lastHistoryAt = reply.span.began.steady
      agents[i].historyDays = HistoryView.windowDays
      agents[i].wantsHistory = false
    case .unsupported:
      agents[i].history = HistoryView(unsupported: true)
      agents[i].wantsHistory = false
      agents[i].lastHistoryAt = snapshot.positions?.span.began.steady
    case .notAsked, .failed: break
    }
    if !agents[i].wantsTicks.isEmpty { agents[i].wantsTicks = [] }
    if snapshot.request.ticks.isEmpty, snapshot.ticks.isEmpty { return }
    for symbol in snapshot.ticks.keys.sorted() {
      if case .read(let reply)? = snapshot.ticks[symbol] {
        agents[i].ticks[symbol] = reply
        agents[i].tickFailures[symbol] = nil
      }
    }
    noteTickFailures(i, snapshot)
  }

  /// A quote that was asked for and did not come is not asked for on the spot again, and holds what needs it.
  private mutating func noteTickFailures(_ i: Int, _ snapshot: Snapshot) {
    guard let at = snapshot.positions?.span.ended.steady else { return }
    for symbol in snapshot.request.ticks {
      let failure: TickFailure
      switch snapshot.ticks[symbol] {
      case .read: continue
      case .failed(let why):
        failure = TickFailure(message: "\(why.endpoint) \(why.message)", unsupported: why.code == .notFound, at: at)
      case .unsupported: failure = TickFailure(message: "it does not have the symbol", unsupported: true, at: at)
      case .notAsked, nil: failure = TickFailure(message: "it was left out of the reply", unsupported: false, at: at)
      }
      agents[i].tickFailures[symbol] = failure
    }
  }

  /// Judges, learns, plans and begins: everything that one good look leads to.
  /// `daySaw`: the day has seen this very look already, and `dayVerdict` is of it.
  private mutating func look(
    _ i: Int, _ positions: Reply<[Position]>, _ account: Reply<Account>, daySaw: Bool, _ now: Moment
  ) {
    if let hold = identityHold(i, account.value) {
      stand(i, hold, now)
      return
    }
    followAccount(i, now)
    let trust = agents[i].trust.judge(positions: positions, account: account)
    noteTrust(i, trust, account, now)
    switch trust {
    case .reread:
      if agents[i].rereads == 0, agents[i].live == nil {
        agents[i].rereads = 1
        return scheduleRead(i, at: now.steady, now)
      }
    case .trusted, .suspicious: break
    }
    let listed = positions.value
    guard let positions = relinked(i, positions, trust, now) else { return scheduleRead(i, at: now.steady, now) }
    // A breach is judged wherever its closes may go.
    let usable = trust.closesAllowed || agents[i].trust.urgent?.isAllowed ?? false
    var again = false
    if usable {
      again = observeDay(i, positions, account, daySaw: daySaw, now)
    }
    if trust.isTrusted {
      // Closes may go by the account's reply; nothing is learned from a list that it contradicts.
      judgeUnknowns(i, positions, now)
      noteExposure(i, positions, account.value, now)
    }
    let input = planInput(i, positions.value, account.value, trust, fleet: fleetLook(i, now), now)
    let (plan, owners) = Planner.plan(input)
    agents[i].plan = plan
    let planned = sequence
    if trust.isTrusted {
      forgetReductions(i, now.steady)
      if !agents[i].waits.isEmpty {
        agents[i].waits.seen(allBut: Set((plan.actions + plan.held.map(\.action)).map(\.subject) + plan.unread))
        agents[i].waits.forget(
          except: Set(positions.value.map(\.ticket) + (agents[i].orders?.value.map(\.ticket) ?? [])))
      }
      learn(i, positions.value, owners, now)
      // By what each says of itself: the row between is found by it.
      noteTrades(i, listed, account, now)
      awaitRows(i, positions.value)
      watchStops(i, positions.value, now)
    }
    noteVerdicts(i, plan, account.span.ended.wall, now)
    // What was recorded since the plan was made may change the next one.
    let stands = sequence == planned
    beat(i, account.value, now)
    watchFlat(i, positions.value, plan, now)
    carryOn(i, plan, again: again, now)
    if stands { calmDown(i, positions.value, account.value, now) }
  }

  /// What follows: finish a waiting open, begin the plan, look again at once, or wait for the next poll.
  private mutating func carryOn(_ i: Int, _ plan: Plan, again: Bool, _ now: Moment) {
    if agents[i].live != nil {
      agents[i].rereads = 0
      return reconsider(i, plan, now)
    }
    if !configuration.planOnly, !plan.actions.isEmpty, started {
      begin(i, plan, now)
      if agents[i].lane != .idle { return }
    }
    agents[i].wantsTicks = plan.wantsTicks + urgentExposureWants(i)
    if plan.wantsOrders { agents[i].wantsOrders = true }
    let missing = !agents[i].missing.isEmpty
    if missing { agents[i].wantsHistory = true }
    if again || missing || plan.wantsOrders || !agents[i].wantsTicks.isEmpty, agents[i].rereads < 2 {
      agents[i].rereads += 1
      return scheduleRead(i, at: now.steady, now)
    }
    agents[i].rereads = 0
    agents[i].wantsTicks += plan.watchesTicks + agents[i].exposureWants
    // What is held is judged by the pending orders each time: asked for with the look, they need no second one, and the look
    // without them, which may judge otherwise, does not come between.
    if !plan.held.isEmpty, agents[i].orders?.value.isEmpty == false { agents[i].wantsOrders = true }
    scheduleNextPoll(i, now)
    if configuration.planOnly { lookAgainAtHeld(now) }
  }

  /// Since when each position has been without a stop.
  private mutating func watchStops(_ i: Int, _ positions: [Position], _ now: Moment) {
    var since: [Ticket: Steady] = [:]
    for position in positions where position.stopLoss == nil {
      since[position.ticket] = agents[i].withoutStopSince[position.ticket] ?? now.steady
    }
    agents[i].withoutStopSince = since
    if !agents[i].stopRefused.isEmpty { agents[i].stopRefused = agents[i].stopRefused.filter { since[$0] != nil } }
    agents[i].lastTickets = positions.map(\.ticket)
  }

  /// Passes in which nothing changed collapse into one record a minute.
  mutating func beat(_ i: Int, _ account: Account, _ now: Moment) {
    agents[i].quietPasses += 1
    guard now.steady >= agents[i].heartbeatAt ?? now.steady else { return }
    agents[i].heartbeatAt = now.steady + .seconds(60)
    var metadata = agents[i].memory.dailyLoss.heartbeat().object ?? [:]
    metadata["passes"] = .int(agents[i].quietPasses)
    metadata["equity"] = .decimal(account.equity)
    metadata["balance"] = .decimal(account.balance)
    metadata["credit"] = .decimal(account.credit)
    metadata["positions"] = .int(agents[i].lastTickets.count)
    record(
      .heartbeat, agent: i,
      "\(agents[i].quietPasses) passes; equity \(account.equity.money), \(Count.of(agents[i].lastTickets.count, "position"))",
      .object(metadata), now)
    agents[i].quietPasses = 0
  }
}
