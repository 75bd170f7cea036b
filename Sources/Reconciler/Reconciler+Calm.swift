// Calm: the fast path of nearly every look. A fleet that is as declared is looked at a thousand times for each time that
// anything has to be done, and then planning anew finds what it found before. So a whole look that led to nothing leaves
// a note of what it went by (`CalmLook`), and a look that shows the same goes the short way: identity, trust, the day's
// loss and the heartbeat are judged as always, and the plan stands.
//
// Whatever the planner depends on is either compared in `lookCalmly`, or ends the calm where it changes: every record
// about the agent, every change of its document or of the fleet's policy and every pruning does, and so each agent takes the
// long way at least once a minute, with its heartbeat. A debug build plans each such look anyway, and traps where the outcome differs.
//
// The short way lives in `AgentState`, so that nothing of a large state is copied; it allocates nothing.

/// What a whole look that led to nothing went by, beside the positions: each calm look shows the same ones, so the last
/// look's are compared with. One object, since no look changes it.
final class CalmLook: Sendable {
  let generation: Int
  /// A new day may open a spent target again.
  let day: DayPeriod
  let currency: String
  /// What the agent's conditions say of its risk, and of the fleet.
  let isOver80: Bool
  let facts: FleetFacts

  init(generation: Int, day: DayPeriod, currency: String, isOver80: Bool, facts: FleetFacts) {
    self.generation = generation
    self.day = day
    self.currency = currency
    self.isOver80 = isOver80
    self.facts = facts
  }
}

/// What each look asks of the fleet's policy; made when the policy changes, since a policy is large.
struct LookRules: Hashable, Sendable {
  /// The manifests' emergency stop is in force.
  var isStopped = false
  /// The fleet's totals are in money: for its limits, or because it names a currency.
  var valuesFleet = false

  init() {}

  init(_ policy: FleetPolicy) {
    isStopped = policy.emergencyStop
    valuesFleet = policy.valuesPositions || policy.currency != nil
  }
}

/// How a look went.
enum CalmOutcome {
  /// The short way: it is done but for the heartbeat's and the next read's part.
  case calm
  /// The long way from here; the day has seen the look already, and `dayVerdict` is what it says.
  case seen
  /// The long way from the start; nothing has changed.
  case no
}

extension AgentState {
  /// - Parameters:
  ///   - facts: the fleet's, as of now. The agent's own are of its last whole look.
  ///   - fleetIsCalm: nothing in the fleet needs the long way of every agent, as an emergency stop does.
  mutating func lookCalmly(_ look: Snapshot, _ now: Moment, facts: FleetFacts, fleetIsCalm: Bool) -> CalmOutcome {
    guard fleetIsCalm, let calm, calm.facts === facts, let positions = look.positions, let account = look.account else {
      return .no
    }
    let sample = DailyLoss.Sample(
      account: account, positions: positions, history: history.unsupported ? .unsupported : .notAsked)
    guard stands(as: calm, look, sample, now) else { return .no }
    // The same sample gets the same verdict, should the long way judge it again.
    guard trust.judge(positions: sample.positions, account: sample.account) == .trusted else { return .no }
    let verdict = memory.dailyLoss.observe(sample, limits: dayLimits, calendar: calendar, now: now)
    let isCalm = verdict.isCalm && verdict.isOver80 == calm.isOver80
    dayVerdict = consume verdict
    guard isCalm else { return .seen }
    lane = .idle
    failures = 0
    pollBegan = sample.positions.span.began.steady
    lastSeen = sample.positions.span.began
    if case .read(let reply) = look.orders {
      orders = reply
      lastOrdersAt = reply.span.began.steady
      wantsOrders = false
    }
    snapshot = look
    trustVerdict = .trusted
    return .calm
  }

  /// Whether the look shows what the last one showed, and nothing came in between. Changes nothing; where it is not
  /// `mutating`, the whole state is copied for it.
  private mutating func stands(
    as calm: CalmLook, _ look: Snapshot, _ sample: DailyLoss.Sample, _ now: Moment
  ) -> Bool {
    guard calm.generation == generation, let heartbeatAt, now.steady < heartbeatAt,
      !hasFailed, look.ticks.isEmpty, look.request.ticks.isEmpty, case .notAsked = look.history,
      accountSeen.number == sample.account.value.number, accountSeen.server == sample.account.value.server,
      calm.currency == sample.account.value.currency, calm.day.contains(now.wall), let last = snapshot?.positions
    else { return false }
    switch look.orders {
    case .notAsked: break
    case .read(let reply): if !reply.value.isEmpty { return false }
    case .unsupported, .failed: return false
    }
    return sample.positions.value.stand(as: last.value)
  }

  /// Nothing planned, nothing awaited, nothing in doubt, and nothing that goes by the time.
  fileprivate func isQuiet(_ now: Moment) -> Bool {
    trustVerdict == .trusted && live == nil && rereads == 0 && queue.isEmpty && plan.isSettled && waits.isEmpty
      && memory.isQuiet(now.wall) && missing.isEmpty && unlinked.isEmpty && awaitedRows.isEmpty
      && freshHistories.isEmpty
      && reduced.isEmpty
      && stopRefused.isEmpty && withoutStopSince.isEmpty && tickFailures.isEmpty && lastFailure == nil
      && identity == nil && orders?.value.isEmpty ?? true
  }
}

extension Reconciler {
  /// The rest of the short way: the fleet's totals, and when to look again.
  mutating func stayCalm(_ i: Int, _ look: Snapshot, _ now: Moment) {
    assert(plansNothing(i, look, now), "a calm look would have led to something")
    agents[i].quietPasses += 1
    agents[i].exposureIsOld = true
    guard rules.valuesFleet, let positions = look.positions, let account = look.account else {
      return scheduleNextPoll(i, now)
    }
    // Limits over the fleet go by it: it is never older than the look.
    noteExposure(i, positions, account.value, now)
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
    guard !configuration.planOnly, started, !isStopInForce, agents.span[i].isQuiet(now),
      let verdict = agents[i].dayVerdict, verdict.figures?.isBreached == false
    else { return }
    agents[i].calm = CalmLook(
      generation: agents[i].generation, day: agents[i].calendar.period(containing: now.wall),
      currency: account.currency, isOver80: verdict.isOver80, facts: facts)
  }

  /// For debug builds: the long way's plan.
  private func plansNothing(_ i: Int, _ look: Snapshot, _ now: Moment) -> Bool {
    guard let positions = look.positions?.value, let account = look.account?.value else { return false }
    let input = planInput(i, positions, account, .trusted, fleet: nil, now)
    let (plan, owners) = Planner.plan(input)
    return plan == agents[i].plan && plan.isSettled && owners.learned.isEmpty && input.missing.isEmpty
  }

  /// Works out what the calm agents carry, for the fleet's figures: often enough for people, and not at every look.
  mutating func valueFleet(_ now: Moment) {
    guard valuedAt.map({ now.steady - $0 >= .seconds(5) }) ?? true else { return }
    valuedAt = now.steady
    // Only of a calm look is it known that it was believed: another one counts by itself, or not at all.
    for i in agents.indices where agents[i].exposureIsOld && agents[i].calm != nil {
      guard let positions = agents[i].snapshot?.positions, let account = agents[i].snapshot?.account else { continue }
      noteExposure(i, positions, account.value, now)
    }
  }

  mutating func sortIDs() { agentIDs = agents.indices.map { agents[$0].id }.sorted() }
}

extension AgentMemory {
  /// Nothing in doubt, nothing that may run late, nothing held, nobody paused it.
  fileprivate func isQuiet(_ now: Timestamp) -> Bool {
    unresolved.isEmpty && suspects.allSatisfy({ now - $0.recordedAt > Self.longestLateness }) && verdicts.isEmpty
      && breachPause == nil && operatorPause == nil
      && !orphaned
      && online == true
  }
}

extension DailyLoss.Verdict {
  /// Nothing to record, nothing to ask for, nothing breached.
  @inline(__always) fileprivate var isCalm: Bool {
    events.isEmpty && isTrusted && figures?.isBreached == false && drawdown?.isBreached != true
      && !wants.rereadNow && wants.historyDays == nil
  }
}

extension Plan {
  /// Nothing to do, nothing held, nothing asked for.
  var isSettled: Bool {
    actions.isEmpty && held.isEmpty && undecided.isEmpty && wantsTicks.isEmpty && watchesTicks.isEmpty
      && adoptions.isEmpty && !wantsOrders
  }
}
