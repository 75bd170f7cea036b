// Status out of state.

extension Reconciler {
  /// Ids of all agents that this process knows, orphans too, by id.
  public var agentIDs: [AgentID] { agents.map(\.id).sorted() }

  /// What the last look at an agent led to.
  public func plan(of id: AgentID) -> Plan? { index[id].map { agents[$0].plan } }

  /// How an agent stands now; `nil` for one that the fleet does not have.
  public func status(of id: AgentID) -> AgentStatus? {
    guard let i = index[id] else { return nil }
    let agent = agents[i]
    return AgentStatus(
      spec: agent.spec, memory: agent.memory, online: agent.isOnline, orphaned: agent.memory.orphaned,
      account: agent.snapshot?.account?.value, positions: agent.snapshot?.positions?.value ?? [],
      orders: agent.orders?.value ?? [], seenAt: agent.lastSeen, plan: agent.plan, day: agent.dayVerdict?.figures,
      performance: PerformanceFigures(
        agent.memory.trades, initialBalance: agent.spec.risk.initialBalance.amount,
        balance: agent.snapshot?.account?.value.balance),
      conditions: agent.conditions, failure: agent.lastFailure, unresolved: agent.memory.unresolved,
      inFlight: agent.live)
  }

  public var fleetStatus: FleetStatus {
    FleetStatus(
      revision: revision, fingerprint: fleet?.fingerprint ?? "", manifestErrors: manifestErrors,
      policy: fleet?.policy ?? FleetPolicy(), agents: agentIDs, journal: journal, lastSequence: sequence,
      unknownOutcomes: agents.reduce(0) { $0 + $1.memory.unresolved.filter(\.wasUnknown).count },
      emergency: emergency, isDraining: draining, exposure: fleetExposure, pin: pin)
  }

  /// What the fleet carries, of the agents that were looked at.
  var fleetExposure: FleetExposure {
    FleetExposure(
      currency: ledger.currency, equity: ledger.equity, openRisk: ledger.openRisk, gross: ledger.gross, net: ledger.net,
      incomplete: agents.filter { !$0.memory.orphaned && ($0.exposure.map { $0.missing != nil } ?? true) }.map(\.id)
        .sorted())
  }

  /// Whether the agent's plan is settled: no further look was asked for at once. For `mt4ctl plan`.
  public func isSettled(_ id: AgentID) -> Bool {
    guard let i = index[id] else { return true }
    return agents[i].rereads == 0 && (agents[i].snapshot != nil || agents[i].lastFailure != nil)
  }

  mutating func refreshConditions(_ i: Int, _ now: Moment) {
    let fresh = conditions(i, now)
    let old = agents[i].conditions
    agents[i].conditions = fresh.map { condition in
      var condition = condition
      if let before = old.first(where: { $0.kind == condition.kind }), before.status == condition.status {
        condition.lastTransition = before.lastTransition
      }
      return condition
    }
  }

  private func conditions(_ i: Int, _ now: Moment) -> [Condition] {
    Condition.Kind.allCases.map { kind in
      let (status, reason, message) = judge(kind, agents[i])
      return Condition(
        kind: kind, status: status, reason: reason, message: message, observedRevision: revision,
        lastTransition: now.wall)
    }
  }

  private typealias Judgement = (Condition.Status, String, String)

  private func judge(_ kind: Condition.Kind, _ agent: AgentState) -> Judgement {
    switch kind {
    case .ready: ready(agent)
    case .synced: synced(agent)
    case .healthy: healthy(agent)
    case .riskOK: riskOK(agent)
    case .terminalConnected: connected(agent)
    case .paused: paused(agent)
    case .drifted: drifted(agent)
    case .journalAvailable:
      journal.database == .up && journal.space == .ok && !degraded
        ? (.yes, "shipping", "every record reaches the database")
        : (.no, Reason.journalUnavailable.rawValue, "opens are held: \(journalState), disk \(journal.space.rawValue)")
    case .manifestAccepted:
      manifestErrors.isEmpty
        ? (.yes, pin == nil ? "accepted" : "pinned", "revision \(revision) is in force\(pinned)")
        : (.no, "rejected", "revision \(revision) stays in force: \(manifestErrors.first ?? "")")
    }
  }

  private var pinned: String {
    pin.map { "; it is revision \($0.rollbackOf) again, pinned by \($0.actor): \($0.note)" } ?? ""
  }

  private func ready(_ agent: AgentState) -> Judgement {
    if agent.memory.orphaned { return (.no, "orphaned", "its manifest is gone") }
    if !agent.spec.enabled { return (.no, Reason.agentDisabled.rawValue, "it is disabled") }
    if let hold = agent.identity { return (.no, hold.reason.rawValue, hold.message) }
    if !agent.isOnline {
      return agent.lastFailure == nil
        ? (.unknown, "not_seen", "its terminal was not looked at yet")
        : (.no, Reason.unreachable.rawValue, "its terminal does not answer")
    }
    if let pause = agent.memory.breachPause {
      return (.no, Reason.paused.rawValue, "paused since the breach of \(pause.dayKey)")
    }
    if agent.memory.operatorPause != nil { return (.no, Reason.paused.rawValue, "paused by a person") }
    return (.yes, "ready", "it is enabled, not paused, and its terminal answers")
  }

  private func synced(_ agent: AgentState) -> Judgement {
    guard agent.isOnline else {
      return (.unknown, Reason.unreachable.rawValue, "there is no fresh look at its terminal")
    }
    if let hold = agent.identity { return (.unknown, hold.reason.rawValue, hold.message) }
    if let action = agent.live {
      return (.no, Reason.inFlight.rawValue, "\(action.kind.rawValue) \(action.symbol) is on its way")
    }
    if let doubt = agent.memory.unresolved.first {
      return (.no, Reason.unknownOutcome.rawValue, "the outcome of action \(doubt.id) is not known")
    }
    if let action = agent.plan.actions.first { return (.no, action.reason.rawValue, action.message) }
    if let held = agent.plan.held.first, let hold = held.holds.first {
      return (.no, hold.reason.rawValue, "held: \(held.action.message); \(hold.message)")
    }
    if let action = agent.plan.undecided.first {
      return (.no, Reason.inFlight.rawValue, "\(action.message): it waits for quotes")
    }
    return (.yes, "in_sync", "actual equals desired")
  }

  private func healthy(_ agent: AgentState) -> Judgement {
    if let doubt = agent.memory.unresolved.first(where: \.needsPerson) {
      return (.no, Reason.unknownOutcome.rawValue, "action \(doubt.id) waits for mt4ctl resolve")
    }
    if let hold = agent.identity { return (.no, hold.reason.rawValue, hold.message) }
    if case .suspicious(let findings, _)? = agent.trustVerdict, let first = findings.first {
      return (.no, Reason.suspiciousSnapshot.rawValue, first.message)
    }
    if let failure = agent.lastFailure, agent.failures >= 2 {
      return (.no, failure.code.rawValue, "\(failure.endpoint) \(failure.message)")
    }
    let waits = [agent.waits.terminal, agent.waits.opens].compactMap { $0 }
    if let wait = waits.first(where: { $0.reason == .tradeNotAllowed || $0.reason == .unauthorized }) {
      return (.no, wait.reason.rawValue, wait.message)
    }
    if agent.memory.orphaned { return (.no, "orphaned", "its positions are nobody's to police") }
    return (.yes, "healthy", "nothing is wrong that is known")
  }

  private func riskOK(_ agent: AgentState) -> Judgement {
    if let pause = agent.memory.breachPause {
      return (.no, pause.reason.rawValue, "the limit of \(pause.dayKey) was breached")
    }
    guard let figures = agent.dayVerdict?.figures else {
      return (.unknown, "no_anchor", "the day has no anchor yet")
    }
    if let drawdown = agent.dayVerdict?.drawdown, drawdown.isBreached {
      return (
        .no, Reason.maxDrawdown.rawValue,
        "\(drawdown.fall.cents) below \(drawdown.reference.cents), max_drawdown is \(drawdown.limit.cents)"
      )
    }
    if agent.dayVerdict?.isOver80 == true {
      return (
        .no, Reason.dailyLoss80.rawValue, "\(figures.loss.money) of the day's \(figures.limit.money) are lost"
      )
    }
    return (.yes, "within_limits", "\(figures.loss.money) of the day's \(figures.limit.money) are lost")
  }

  private func connected(_ agent: AgentState) -> Judgement {
    if agent.isOnline { return (.yes, "online", "its terminal answers") }
    let failure = agent.lastFailure
    if failure == nil, agent.snapshot == nil { return (.unknown, "not_seen", "it was not looked at yet") }
    return (
      .no, failure?.code.rawValue ?? Reason.unreachable.rawValue,
      failure.map { "\($0.endpoint) \($0.message)" } ?? "its terminal does not answer"
    )
  }

  private func paused(_ agent: AgentState) -> Judgement {
    if let pause = agent.memory.breachPause {
      return (.yes, pause.reason.rawValue, "since the breach at \(pause.since.rfc3339)")
    }
    if let pause = agent.memory.operatorPause { return (.yes, "operator", "by \(pause.actor): \(pause.note)") }
    return (.no, "not_paused", "it is not paused")
  }

  private func drifted(_ agent: AgentState) -> Judgement {
    guard agent.snapshot != nil else { return (.unknown, "not_seen", "it was not looked at yet") }
    if let action = agent.plan.actions.first { return (.yes, action.reason.rawValue, action.message) }
    if let held = agent.plan.held.first { return (.yes, held.action.reason.rawValue, held.action.message) }
    if let action = agent.plan.undecided.first { return (.yes, action.reason.rawValue, action.message) }
    return (.no, "in_sync", "actual equals desired")
  }
}
