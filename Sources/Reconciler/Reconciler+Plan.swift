// What a plan is made from.

extension Reconciler {
  func planInput(
    _ i: Int, _ positions: [Position], _ account: Account, _ trust: SnapshotTrust.Verdict, fleet look: FleetLook?,
    _ now: Moment
  ) -> PlanInput {
    let policy = policyInForce
    // A terminal that goes on listing a ticket twice still has it once; every ticket gets one action from one look.
    let repeats = trust.findings.contains { $0.mismatch == .duplicateTicket }
    let fleet = PlanInput.Fleet(
      policy: policy, holdsForAll: holdsForAll(i, now), holdsForOpens: journalHolds(now),
      closesLeft: closesLeft(policy, now), awaitsMemories: awaitsMemories, look: look)
    let positions = repeats ? Self.once(positions) : positions
    return PlanInput(agents.span[i], positions, account, trust, fleet: fleet, now: now)
  }

  /// Each ticket as it is listed first.
  private static func once(_ positions: [Position]) -> [Position] {
    var seen: Set<Ticket> = []
    return positions.filter { seen.insert($0.ticket).inserted }
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

extension AgentMemory {
  /// Owned tickets that this look does not show and that are not known to have ended. The very first look without one
  /// counts: a list may be stale, and a second one has to confirm it before anything is built on its absence.
  func missing(from positions: [Position]) -> Set<Ticket> {
    guard !owned.isEmpty else { return [] }
    let present = Set(positions.map(\.ticket))
    return Set(
      owned.lazy.filter { ticket, ownership in
        !ownership.ended && !present.contains(ticket) && !closedByUs.contains(ticket)
      }.map(\.key))
  }
}
