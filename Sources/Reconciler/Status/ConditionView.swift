/// What an agent's conditions are judged by. Its words are made only when somebody reads them, not at each of a thousand
/// looks a second.
struct ConditionView: Sendable {
  let isEnabled: Bool
  let orphaned: Bool
  let breachPause: AgentMemory.BreachPause?
  let operatorPause: AgentMemory.OperatorPause?
  let unresolved: [LiveAction]
  let isOnline: Bool
  let hasSnapshot: Bool
  let identity: Hold?
  let lastFailure: ReadFailure?
  let failures: Int
  let live: LiveAction?
  let plan: Plan
  let trustVerdict: SnapshotTrust.Verdict?
  let dayVerdict: DailyLoss.Verdict?
  let terminalWait: Waits.Wait?
  let opensWait: Waits.Wait?
  let standings: [Condition.Standing]
  let facts: FleetFacts
  /// Only how the conditions stand is asked for: numbers are not written out.
  let isTerse: Bool

  init(_ agent: borrowing AgentState, _ facts: FleetFacts, isTerse: Bool = false) {
    self.isTerse = isTerse
    isEnabled = agent.spec.enabled
    orphaned = agent.memory.orphaned
    breachPause = agent.memory.breachPause
    operatorPause = agent.memory.operatorPause
    unresolved = agent.memory.unresolved
    isOnline = agent.isOnline
    hasSnapshot = agent.snapshot != nil
    identity = agent.identity
    lastFailure = agent.lastFailure
    failures = agent.failures
    live = agent.live
    plan = agent.plan
    trustVerdict = agent.trustVerdict
    dayVerdict = agent.dayVerdict
    terminalWait = agent.waits.terminal
    opensWait = agent.waits.opens
    standings = agent.standings
    self.facts = facts
  }

  func conditions(under declared: DeclaredFacts) -> [Condition] {
    zip(Condition.Kind.allCases, standings).map { kind, standing in
      let (status, reason, message) = judge(kind, declared)
      return Condition(
        kind: kind, status: status, reason: reason, message: message, observedRevision: declared.revision,
        lastTransition: standing.since)
    }
  }

  typealias Judgement = (Condition.Status, String, String)

  func judge(_ kind: Condition.Kind, _ declared: DeclaredFacts) -> Judgement {
    switch kind {
    case .ready: ready
    case .synced: synced
    case .healthy: healthy
    case .riskOK: riskOK
    case .terminalConnected: connected
    case .paused: paused
    case .drifted: drifted
    case .journalAvailable:
      facts.isShipping
        ? (.yes, "shipping", "every record reaches the database")
        : (
          .no, Reason.journalUnavailable.rawValue, "opens are held: \(facts.journalState), disk \(facts.space.rawValue)"
        )
    case .manifestAccepted: accepted(declared)
    }
  }

  private func accepted(_ declared: DeclaredFacts) -> Judgement {
    if let error = declared.manifestErrors.first {
      return (.no, "rejected", isTerse ? "" : "revision \(declared.revision) stays in force: \(error)")
    }
    guard !isTerse else { return (.yes, "accepted", "") }
    let force = "revision \(declared.revision) is in force"
    guard let pin = declared.pin else { return (.yes, "accepted", force) }
    return (
      .yes, "pinned", "\(force); it is revision \(pin.rollbackOf) again, pinned by \(pin.actor): \(pin.note)"
    )
  }

  private var ready: Judgement {
    if orphaned { return (.no, "orphaned", "its manifest is gone") }
    if !isEnabled { return (.no, Reason.agentDisabled.rawValue, "it is disabled") }
    if let hold = identity { return (.no, hold.reason.rawValue, hold.message) }
    if !isOnline {
      return lastFailure == nil
        ? (.unknown, "not_seen", "its terminal was not looked at yet")
        : (.no, Reason.unreachable.rawValue, "its terminal does not answer")
    }
    if let pause = breachPause {
      return (.no, Reason.paused.rawValue, "paused since the breach of \(pause.dayKey)")
    }
    if operatorPause != nil { return (.no, Reason.paused.rawValue, "paused by a person") }
    return (.yes, "ready", "it is enabled, not paused, and its terminal answers")
  }

  private var synced: Judgement {
    guard isOnline else {
      return (.unknown, Reason.unreachable.rawValue, "there is no fresh look at its terminal")
    }
    if let hold = identity { return (.unknown, hold.reason.rawValue, hold.message) }
    if let action = live {
      return (.no, Reason.inFlight.rawValue, "\(action.kind.rawValue) \(action.symbol) is on its way")
    }
    if let doubt = unresolved.first {
      return (.no, Reason.unknownOutcome.rawValue, "the outcome of action \(doubt.id) is not known")
    }
    if let action = plan.actions.first { return (.no, action.reason.rawValue, action.message) }
    if let held = plan.held.first, let hold = held.holds.first {
      return (.no, hold.reason.rawValue, "held: \(held.action.message); \(hold.message)")
    }
    if let action = plan.undecided.first {
      return (.no, Reason.inFlight.rawValue, "\(action.message): it waits for quotes")
    }
    return (.yes, "in_sync", "actual equals desired")
  }

  private var healthy: Judgement {
    if let doubt = unresolved.first(where: \.needsPerson) {
      return (.no, Reason.unknownOutcome.rawValue, "action \(doubt.id) waits for mt4ctl resolve")
    }
    if let hold = identity { return (.no, hold.reason.rawValue, hold.message) }
    if case .suspicious(let findings, _)? = trustVerdict, let first = findings.first {
      return (.no, Reason.suspiciousSnapshot.rawValue, first.message)
    }
    if let failure = lastFailure, failures >= 2 {
      return (.no, failure.code.rawValue, "\(failure.endpoint) \(failure.message)")
    }
    let waits = [terminalWait, opensWait].compactMap { $0 }
    if let wait = waits.first(where: { $0.reason == .tradeNotAllowed || $0.reason == .unauthorized }) {
      return (.no, wait.reason.rawValue, wait.message)
    }
    if orphaned { return (.no, "orphaned", "its positions are nobody's to police") }
    return (.yes, "healthy", "nothing is wrong that is known")
  }

  private var riskOK: Judgement {
    if let pause = breachPause {
      return (.no, pause.reason.rawValue, "the limit of \(pause.dayKey) was breached")
    }
    guard let figures = dayVerdict?.figures else {
      return (.unknown, "no_anchor", "the day has no anchor yet")
    }
    if let drawdown = dayVerdict?.drawdown, drawdown.isBreached {
      return (
        .no, Reason.maxDrawdown.rawValue,
        "\(drawdown.fall.cents) below \(drawdown.reference.cents), max_drawdown is \(drawdown.limit.cents)"
      )
    }
    if dayVerdict?.isOver80 == true {
      return (
        .no, Reason.dailyLoss80.rawValue, "\(figures.loss.money) of the day's \(figures.limit.money) are lost"
      )
    }
    let words = isTerse ? "" : "\(figures.loss.money) of the day's \(figures.limit.money) are lost"
    return (.yes, "within_limits", words)
  }

  private var connected: Judgement {
    if isOnline { return (.yes, "online", "its terminal answers") }
    let failure = lastFailure
    if failure == nil, !hasSnapshot { return (.unknown, "not_seen", "it was not looked at yet") }
    return (
      .no, failure?.code.rawValue ?? Reason.unreachable.rawValue,
      failure.map { "\($0.endpoint) \($0.message)" } ?? "its terminal does not answer"
    )
  }

  private var paused: Judgement {
    if let pause = breachPause {
      return (.yes, pause.reason.rawValue, "since the breach at \(pause.since.rfc3339)")
    }
    if let pause = operatorPause { return (.yes, "operator", "by \(pause.actor): \(pause.note)") }
    return (.no, "not_paused", "it is not paused")
  }

  private var drifted: Judgement {
    guard hasSnapshot else { return (.unknown, "not_seen", "it was not looked at yet") }
    if let action = plan.actions.first { return (.yes, action.reason.rawValue, action.message) }
    if let held = plan.held.first { return (.yes, held.action.reason.rawValue, held.action.message) }
    if let action = plan.undecided.first { return (.yes, action.reason.rawValue, action.message) }
    return (.no, "in_sync", "actual equals desired")
  }
}
