// The fleet's totals: each agent's part is renewed by each good look at it, and by each intent and its end.

extension Reconciler {
  /// Quotes that an agent's positions are valued by are renewed when they are older than this.
  static let valuesEvery: Duration = .seconds(60)

  /// Renews the agent's part from a look that can be believed.
  mutating func noteExposure(_ i: Int, _ positions: Reply<[Position]>, _ account: Account, _ now: Moment) {
    // An orphan is looked at during an emergency stop; its equity is no room for the agents that are declared.
    if agents[i].memory.orphaned { return }
    var quotes = QuoteBook(
      ticks: agents[i].ticks, failures: agents[i].tickFailures, now: now.steady, maximumAge: QuoteBook.ageForFleet)
    let old = agents[i].exposure
    let (fresh, wanted) = Exposure.find(
      positions.value, account, pending: agents[i].memory.unresolved, in: ledger.currency, quotes: quotes,
      seenAt: positions.span.began.steady)
    ledger.replace(agents[i].id, old, by: fresh)
    agents[i].exposure = fresh
    agents[i].exposureIsOld = false
    agents[i].exposureWants = wanted
    guard rules.valuesFleet else {
      agents[i].exposureWants = []
      return
    }
    // Renewed in good time: a minute old is still good for four.
    quotes.maximumAge = Self.valuesEvery
    if wanted.isEmpty, !positions.value.isEmpty || account.currency != ledger.currency {
      agents[i].exposureWants =
        Exposure.find(
          positions.value, account, pending: [], in: ledger.currency, quotes: quotes,
          seenAt: positions.span.began.steady
        ).wanted
    }
  }

  /// The agent is declared to be at another address or account: what it held at the old one is neither room nor risk any
  /// more, and until a look shows the new one the totals are not known.
  mutating func forgetExposure(_ i: Int) {
    ledger.replace(agents[i].id, agents[i].exposure, by: nil)
    agents[i].exposure = nil
    agents[i].exposureIsOld = false
    ledger.freshUntil = nil
    ledger.laggard = nil
  }

  /// What keeps the fleet's totals from being whole is asked for at once; a value that only ages waits for the next poll.
  func urgentExposureWants(_ i: Int) -> [Symbol] {
    agents[i].exposure?.missing == nil ? [] : agents[i].exposureWants
  }

  /// `mt4ctl plan` has no next poll: who was held for want of the others' snapshots is looked at again when they are all
  /// in.
  mutating func lookAgainAtHeld(_ now: Moment) {
    guard let policy = fleet?.policy, !policy.limits.isEmpty, findLaggard(now) == nil,
      !policy.valuesPositions || ledger.incomplete.isEmpty
    else { return }
    for k in agents.indices where agents[k].plan.held.contains(where: { $0.holds.contains(where: \.isForFleet) }) {
      agents[k].plan = Plan()
      scheduleRead(k, at: now.steady, now)
    }
  }

  /// Orders count from their intent until their outcome is known. One that was executed goes on counting until the look
  /// after it shows its position: in between it is neither an order any more nor on the list yet.
  mutating func notePending(_ i: Int) {
    guard let old = agents[i].exposure else { return }
    var fresh = old
    fresh.setPending(agents[i].memory.unresolved, equity: agents[i].snapshot?.account?.value.equity ?? .zero)
    ledger.replace(agents[i].id, old, by: fresh)
    agents[i].exposure = fresh
  }

  /// After a revision. Where the declared set has changed, orphans leave the totals, as all do in another currency; else the
  /// sums stand, and only who is late is to be found anew: an agent may be in use again.
  mutating func rebuildLedger(isNew: Bool) {
    let currency = fleet?.policy.currency ?? fleet?.agents.first?.risk.initialBalance.currency ?? "USD"
    let sameCurrency = ledger.currency == currency
    guard isNew || !sameCurrency else {
      ledger.freshUntil = nil
      ledger.laggard = nil
      return
    }
    ledger = FleetLedger(currency: currency)
    for i in agents.indices {
      if agents[i].memory.orphaned || !sameCurrency { agents[i].exposure = nil }
      ledger.replace(agents[i].id, nil, by: agents[i].exposure)
    }
  }

  /// What an open of the agent is judged by; `nil` without limits over the fleet.
  mutating func fleetLook(_ i: Int, _ now: Moment) -> FleetLook? {
    guard let policy = fleet?.policy, policy.hasLimits, let first = policy.limits.first else { return nil }
    var look = FleetLook(policy: policy, ledger: ledger, own: agents[i].exposure)
    if let live = agents[i].live, live.kind == .open, let equity = agents[i].snapshot?.account?.value.equity {
      look.ownLiveRisk = Exposure.risk(of: live, equity: equity)
      look.ownLiveGross = live.gross ?? .zero
    }
    if let late = findLaggard(now) {
      look.missing = Hold(
        first, "\(late) has no snapshot under 5 min old, so the fleet's equity and risk are not known",
        [FleetLook.missingAgent: .string(late.text)])
    } else if policy.valuesPositions, let id = ledger.incomplete.min(), let k = index[id],
      let hold = agents[k].exposure?.missing
    {
      var numbers = hold.numbers
      numbers[FleetLook.missingAgent] = .string(id.text)
      look.missing = Hold(hold.reason, "\(id): \(hold.message)", numbers)
    }
    return look
  }

  /// An agent without a young snapshot, if there is one. It walks over the fleet only when the last answer no longer holds.
  private mutating func findLaggard(_ now: Moment) -> AgentID? {
    if let bound = ledger.freshUntil, now.steady < bound { return nil }
    if let last = ledger.laggard, let k = index[last], isLate(k, now), !isOutOfUse(k) { return last }
    ledger.laggard = nil
    var oldest: Steady?
    for k in agents.indices where !agents[k].memory.orphaned {
      if isOutOfUse(k), isLate(k, now) {
        // Its equity counts for nothing any more; that makes the limits narrower, never wider.
        ledger.replace(agents[k].id, agents[k].exposure, by: nil)
        agents[k].exposure = nil
        continue
      }
      guard let seen = agents[k].exposure?.seenAt, !isLate(k, now) else {
        ledger.freshUntil = nil
        ledger.laggard = agents[k].id
        return agents[k].id
      }
      oldest = min(oldest ?? seen, seen)
    }
    ledger.freshUntil = (oldest ?? now.steady) + FleetLedger.maximumAge
    return nil
  }

  /// A disabled agent at whose terminal nothing is known to be open: should it not answer, nobody waits for it. Otherwise
  /// one terminal that was taken out of service would hold the opens of the whole fleet.
  private func isOutOfUse(_ k: Int) -> Bool {
    let agent = agents[k]
    guard !agent.spec.enabled, agent.memory.unresolved.isEmpty, agent.live == nil else { return false }
    guard let exposure = agent.exposure else {
      return agent.lastFailure != nil && agent.memory.noted.isEmpty && agent.memory.owned.values.allSatisfy(\.ended)
    }
    return exposure.allSides.isEmpty
  }

  private func isLate(_ k: Int, _ now: Moment) -> Bool {
    guard let seen = agents[k].exposure?.seenAt else { return true }
    return now.steady - seen >= FleetLedger.maximumAge
  }
}

extension Record {
  /// Whether it takes room in the fleet's totals, or gives it back.
  var changesPending: Bool {
    switch type {
    case .intent: true
    case .outcome, .resolved: metadata["result"] != "done" && metadata["result"] != "executed"
    case .controllerStarted, .controllerStopped, .revisionLoaded, .revisionRejected, .agentOnline, .agentOffline,
      .dayAnchor, .flow, .riskWarning, .breach, .paused, .resumed, .unknown, .refused, .targetSpent, .tradeClosed,
      .externalPosition, .orphaned, .suspiciousSnapshot, .emergencyStop, .emergencyCleared, .confirmedFlat, .notFlat,
      .journalDegraded, .journalRecovered, .operatorCommand, .heartbeat, .snapshot:
      false
    }
  }
}
