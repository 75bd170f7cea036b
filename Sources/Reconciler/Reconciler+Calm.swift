// Calm: the fast path of nearly every look. A fleet that is as declared is looked at a thousand times for each time that
// anything has to be done, and then planning anew finds what it found before. So a whole look that led to nothing leaves
// a note of what it went by (`CalmLook`), and a look that shows the same goes the short way: identity, trust, the day's
// loss and the heartbeat are judged as always, and the plan stands.
//
// Whatever the planner depends on is either compared in `lookCalmly`, or ends the calm where it changes: every record
// about the agent, every revision and every pruning does, and so each agent takes the long way at least once a minute,
// with its heartbeat. A debug build plans each such look anyway, and traps where the outcome differs.
//
// The short way lives in `AgentState`, so that nothing of a large state is copied; it allocates nothing.

/// What a whole look that led to nothing went by.
struct CalmLook: Sendable {
  var positions: [Position]
  var generation: Int
  /// A new day may open a spent target again.
  var dayKey: String
  var currency: String
  /// What the agent's conditions say of its risk, and of the fleet.
  var isOver80: Bool
  var facts: FleetFacts
}

/// How a look went.
enum CalmOutcome {
  /// The short way: it is done but for the heartbeat's and the next read's part.
  case calm
  /// The long way from here; the day has seen the look already, and says so.
  case seen(DailyLoss.Verdict)
  /// The long way from the start; nothing has changed.
  case no
}

extension AgentState {
  /// - Parameter fleetIsCalm: nothing in the fleet needs the long way of every agent, as an emergency stop does.
  mutating func lookCalmly(
    _ snapshot: Snapshot, _ positions: Reply<[Position]>, _ account: Reply<Account>, _ now: Moment, fleetIsCalm: Bool
  ) -> CalmOutcome {
    guard fleetIsCalm, stands(snapshot, positions.value, account.value, now) else { return .no }
    // The same sample gets the same verdict, should the long way judge it again.
    guard trust.judge(positions: positions, account: account) == .trusted else { return .no }
    let verdict = sampleDay(positions, account, .notAsked, days: nil, trusted: true, now)
    guard verdict.events.isEmpty, verdict.isTrusted, let figures = verdict.figures, !figures.isBreached,
      verdict.drawdown?.isBreached != true, verdict.wants == DailyLoss.Wants(), verdict.isOver80 == calm?.isOver80
    else { return .seen(verdict) }
    lane = .idle
    failures = 0
    pollBegan = positions.span.began.steady
    lastSeen = positions.span.began
    if case .read(let reply) = snapshot.orders {
      orders = reply
      lastOrdersAt = reply.span.began.steady
      wantsOrders = false
    }
    self.snapshot = snapshot
    dayVerdict = verdict
    trustVerdict = .trusted
    return .calm
  }

  /// Whether the look shows what the last whole one showed, and nothing came in between. Changes nothing.
  private func stands(_ snapshot: Snapshot, _ positions: [Position], _ account: Account, _ now: Moment) -> Bool {
    guard let calm, calm.generation == generation, facts === calm.facts, heartbeatAt.map({ now.steady < $0 }) ?? false,
      lastFailure == nil, snapshot.ticks.isEmpty, snapshot.request.ticks.isEmpty, case .notAsked = snapshot.history,
      accountSeen.number == account.number, accountSeen.server == account.server, calm.currency == account.currency,
      calendar.period(containing: now.wall).key == calm.dayKey, calm.positions.count == positions.count
    else { return false }
    switch snapshot.orders {
    case .notAsked: break
    case .read(let reply): if !reply.value.isEmpty { return false }
    case .unsupported, .failed: return false
    }
    for k in positions.indices where !positions[k].stands(as: calm.positions[k]) { return false }
    return true
  }

  /// Nothing planned, nothing awaited, nothing in doubt, and nothing that goes by the time.
  fileprivate var isQuiet: Bool {
    trustVerdict == .trusted && live == nil && rereads == 0 && queue.isEmpty && plan.isSettled && waits.isEmpty
      && memory.isQuiet && missing.isEmpty && awaitedRows.isEmpty && freshHistories.isEmpty && reduced.isEmpty
      && stopRefused.isEmpty && withoutStopSince.isEmpty && tickFailures.isEmpty && lastFailure == nil
      && identity == nil && orders?.value.isEmpty ?? true
  }
}

extension Reconciler {
  /// The rest of the short way: the fleet's totals, and when to look again.
  mutating func stayCalm(_ i: Int, _ positions: Reply<[Position]>, _ account: Account, _ now: Moment) {
    assert(plansNothing(i, positions.value, account, now), "a calm look would have led to something")
    agents[i].quietPasses += 1
    agents[i].exposureIsOld = true
    guard let policy = fleet?.policy, policy.valuesPositions || policy.currency != nil else {
      return scheduleNextPoll(i, now)
    }
    // Limits over the fleet go by it: it is never older than the look.
    noteExposure(i, positions, account, now)
    agents[i].wantsTicks = agents[i].exposureWants
    guard urgentExposureWants(i).isEmpty else {
      agents[i].calm = nil
      agents[i].rereads = 1
      return scheduleRead(i, at: now.steady, now)
    }
    scheduleNextPoll(i, now)
  }

  /// Notes a whole look that led to nothing.
  mutating func calmDown(_ i: Int, _ positions: [Position], _ account: Account, _ now: Moment) {
    guard !configuration.planOnly, started, !isStopInForce, agents[i].isQuiet,
      let verdict = agents[i].dayVerdict, verdict.figures?.isBreached == false
    else { return }
    agents[i].calm = CalmLook(
      positions: positions, generation: agents[i].generation, dayKey: dayKey(i, now), currency: account.currency,
      isOver80: verdict.isOver80, facts: facts)
  }

  /// For debug builds: the long way's plan.
  private func plansNothing(_ i: Int, _ positions: [Position], _ account: Account, _ now: Moment) -> Bool {
    let input = planInput(i, positions, account, .trusted, fleet: nil, now)
    let (plan, owners) = Planner.plan(input)
    return plan == agents[i].plan && plan.isSettled && owners.learned.isEmpty && input.missing.isEmpty
  }

  /// Works out what the calm agents carry, for the fleet's figures: often enough for people, and not at every look.
  mutating func valueFleet(_ now: Moment) {
    guard valuedAt.map({ now.steady - $0 >= .seconds(5) }) ?? true else { return }
    valuedAt = now.steady
    for i in agents.indices where agents[i].exposureIsOld {
      guard let positions = agents[i].snapshot?.positions, let account = agents[i].snapshot?.account else { continue }
      noteExposure(i, positions, account.value, now)
    }
  }

  mutating func sortIDs() { agentIDs = agents.indices.map { agents[$0].id }.sorted() }
}

extension AgentMemory {
  /// Nothing in doubt, nothing held, nobody paused it.
  fileprivate var isQuiet: Bool {
    unresolved.isEmpty && suspects.isEmpty && verdicts.isEmpty && breachPause == nil && operatorPause == nil
      && !orphaned
      && online == true
  }
}

extension Plan {
  /// Nothing to do, nothing held, nothing asked for.
  var isSettled: Bool {
    actions.isEmpty && held.isEmpty && undecided.isEmpty && wantsTicks.isEmpty && watchesTicks.isEmpty
      && adoptions.isEmpty && !wantsOrders
  }
}

extension Position {
  /// Whether nothing differs that a rule could go by: only prices and what they make of the profit have moved.
  func stands(as old: Position) -> Bool {
    ticket == old.ticket && lots == old.lots && side == old.side && symbol == old.symbol && stopLoss == old.stopLoss
      && takeProfit == old.takeProfit && openPrice == old.openPrice && openTime == old.openTime
      && comment == old.comment && magic == old.magic
  }
}
