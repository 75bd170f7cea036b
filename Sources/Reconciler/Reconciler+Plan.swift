// What a plan is made from.

extension Reconciler {
  func planInput(
    _ i: Int, _ positions: [Position], _ account: Account, _ trust: SnapshotTrust.Verdict, fleet look: FleetLook?,
    _ now: Moment
  ) -> PlanInput {
    let agent = agents[i]
    let policy = policyInForce
    let began = agent.snapshot?.positions?.span.began.steady
    let ordersFresh = agent.orders.map { reply in began.map { reply.span.began.steady >= $0 } ?? false } ?? false
    var ticks = agent.ticks
    // A reduction needs the broker's step, which does not age; an open asks for the quote's age itself.
    for symbol in agent.ticks.keys where agent.ticks[symbol]?.value.symbol != symbol { ticks[symbol] = nil }
    // A terminal that goes on listing a ticket twice still has it once; every ticket gets one action from one look.
    let repeats = trust.findings.contains { $0.mismatch == .duplicateTicket }
    let positions = repeats ? Self.once(positions) : positions
    return PlanInput(
      spec: agent.spec, memory: agent.memory, policy: policy, now: now, account: account, positions: positions,
      orders: currentOrders(agent), ordersFresh: ordersFresh, ordersUnsupported: agent.ordersUnsupported, ticks: ticks,
      tickFailures: agent.tickFailures,
      dayKey: dayKey(i, now), dayVerdict: agent.dayVerdict, trust: trust,
      unresolved: agent.memory.unresolved.filter { $0.id != agent.live?.id }, live: agent.live,
      withoutStopSince: agent.withoutStopSince,
      stopRefused: agent.stopRefused, missing: missing(agent, positions),
      reduced: agent.reduced.filter { now.steady - $0.value.at < agent.spec.terminal.quarantine },
      holdsForAll: holdsForAll(i, now),
      holdsForOpens: journalHolds(now), waits: agent.waits, closesLeft: closesLeft(policy, now),
      opensInLastMinute: agent.opensSent.filter { now.steady - $0 < .seconds(60) }.count,
      historyUsable: !agent.history.unsupported, fleet: look)
  }

  /// Each ticket as it is listed first.
  private static func once(_ positions: [Position]) -> [Position] {
    var seen: Set<Ticket> = []
    return positions.filter { seen.insert($0.ticket).inserted }
  }

  /// Owned tickets that this look does not show and that are not known to have ended. The very first look without one
  /// counts: a list may be stale, and a second one has to confirm it before anything is built on its absence.
  private func missing(_ agent: AgentState, _ positions: [Position]) -> Set<Ticket> {
    let present = Set(positions.map(\.ticket))
    return Set(
      agent.memory.owned.lazy.filter { ticket, ownership in
        !ownership.ended && !present.contains(ticket) && !agent.memory.closedByUs.contains(ticket)
      }.map(\.key))
  }

  /// Orders as last read, unless a write has ended since.
  private func currentOrders(_ agent: AgentState) -> [PendingOrder] {
    guard let reply = agent.orders else { return [] }
    if let ended = agent.writeEnded, reply.span.began.steady <= ended { return [] }
    return reply.value
  }

  private func holdsForAll(_ i: Int, _ now: Moment) -> [Hold] {
    var holds = holdsForEverything()
    if agents[i].spec.mode == .observe { holds.append(Hold(.modeObserve, "mode is observe: nothing is sent")) }
    if let hold = agents[i].waits.holds(agents[i].waits.terminal, now.steady) { holds.append(hold) }
    return holds
  }

  /// Closes that the blast radius allows now: over the fleet and the interval; breach and emergency closes do not count.
  func closesLeft(_ policy: FleetPolicy, _ now: Moment) -> Int {
    let recent = recentCloses.filter { now.steady - $0 < configuration.interval }.count
    return max(0, policy.maxClosesPerPass - recent)
  }

  /// The name of the agent's current day: the local date on which it began.
  func dayKey(_ i: Int, _ now: Moment) -> String { agents[i].calendar.period(containing: now.wall).key }

  func calendar(_ rule: RiskSpec.DayRule) -> TradingCalendar {
    TradingCalendar(
      rule: rule, zone: fleet?.zones[rule.zone] ?? .utc, newYork: fleet?.zones["America/New_York"] ?? .utc)
  }
}
