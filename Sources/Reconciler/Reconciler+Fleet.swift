// Revisions: what becomes of agents when the declared set changes.

extension Reconciler {
  mutating func accept(_ fleet: Fleet, _ facts: RevisionFacts, _ now: Moment) {
    // Stored before it is recorded: a crash in between left a revision that no record tells of.
    let isUntold = fleet.revision > revision
    revision = fleet.revision
    manifestErrors = []
    pin = facts.pin
    if facts.isNew || isUntold { recordRevision(fleet, facts, now) }
    let old = self.fleet
    self.fleet = fleet
    if let old, old.policy != fleet.policy { for i in agents.indices { forgetPlan(i) } }
    let declared = Set(fleet.agents.map(\.id))
    for i in agents.indices where !declared.contains(agents[i].id) { orphan(i, now) }
    for id in waitingMemories.keys.sorted() where !declared.contains(id) { orphanUnseen(id, now) }
    for spec in fleet.agents {
      if let i = index[spec.id] {
        update(i, spec, credentialChanged: old?.credentialVersions[spec.id] != fleet.credentialVersions[spec.id], now)
      } else {
        add(spec, now)
      }
    }
    // A rule or the rules of a zone may have changed.
    for i in agents.indices { agents[i].calendar = calendar(agents[i].spec.risk.day) }
    for i in agents.indices { agents[i].calm = nil }
    sortIDs()
    renewFacts()
    rebuildLedger()
    followManifestStop(now)
    for i in agents.indices { refreshConditions(i, now) }
  }

  private mutating func recordRevision(_ fleet: Fleet, _ facts: RevisionFacts, _ now: Moment) {
    var message = "revision \(fleet.revision) is in force: \(Count.of(fleet.agents.count, "agent")), by \(facts.actor)"
    if let pin = facts.pin {
      message +=
        "; it is revision \(pin.rollbackOf) again, because \(pin.note), and pinned until the files change or unpin"
    } else if let old = facts.releasedRollbackOf {
      message += "; the rollback to revision \(old) has ended"
    }
    record(
      .revisionLoaded, agent: nil, message,
      .fields([
        "sha256": .string(fleet.fingerprint), "actor": .string(facts.actor),
        "git_commit": facts.gitCommit.map { .string($0) }, "agents": .int(fleet.agents.count),
        "annotations": facts.annotations, "rollback_of": facts.pin.map { .int($0.rollbackOf) },
        "rollback_reason": facts.pin.map { .string($0.note) },
        "released_rollback_of": facts.releasedRollbackOf.map { .int($0) },
      ]), now)
  }

  mutating func reject(_ errors: [String], _ actor: String, _ now: Moment) {
    manifestErrors = errors
    renewFacts()
    let shown = errors.prefix(50)
    record(
      .revisionRejected, agent: nil,
      "the manifests were refused (\(Count.of(errors.count, "error"))); revision \(revision) stays in force: \(errors.first ?? "")",
      ["errors": .array(shown.map { .string($0) }), "count": .int(errors.count), "actor": .string(actor)], now)
    for i in agents.indices { refreshConditions(i, now) }
  }

  /// What was planned under other rules is planned anew: a waiting open is withdrawn, and the rest of a queue dropped.
  mutating func forgetPlan(_ i: Int) {
    agents[i].generation += 1
    agents[i].queue = []
  }

  private mutating func add(_ spec: AgentSpec, _ now: Moment) {
    var state = AgentState(
      spec: spec, memory: waitingMemories.removeValue(forKey: spec.id) ?? AgentMemory(),
      calendar: calendar(spec.risk.day))
    state.memory.orphaned = false
    state.heartbeatAt = now.steady + .seconds(60)
    index[spec.id] = agents.count
    agents.append(state)
    let i = agents.count - 1
    recoverUnresolved(i, now)
    // Spread over the interval, so that a thousand agents are not polled in the same instant.
    let spread = configuration.interval.inMicroseconds * Int64(i % 64) / 64
    scheduleRead(i, at: now.steady + .microseconds(spread), now)
  }

  private mutating func update(_ i: Int, _ spec: AgentSpec, credentialChanged: Bool, _ now: Moment) {
    let wasOrphan = agents[i].memory.orphaned
    agents[i].memory.orphaned = false
    let moved = agents[i].spec.terminal != spec.terminal
    guard agents[i].spec != spec || credentialChanged || wasOrphan else { return }
    agents[i].spec = spec
    forgetPlan(i)
    // What was planned by the old spec is planned anew; what is on the wire comes to its end.
    agents[i].queue = []
    if agents[i].live != nil, agents[i].lane != .sending {
      withdraw(i, "what was declared changed before it was sent", now)
    }
    if moved || credentialChanged {
      agents[i].failures = 0
      agents[i].waits.clear()
      agents[i].readNotBefore = nil
      agents[i].trust = SnapshotTrust()
    }
    if moved { forgetLists(i) }
    // A change takes force on the next look; a look that is under way serves, since the plan is made at its end.
    switch agents[i].lane {
    case .idle: scheduleRead(i, at: now.steady, now)
    case .reading: if wasOrphan || moved || credentialChanged { scheduleRead(i, at: now.steady, now) }
    case .awaiting, .sending: break
    }
  }

  /// Another terminal answers, or another account at it: what was listed before proves nothing about what is listed now.
  mutating func forgetLists(_ i: Int) {
    agents[i].history = HistoryView()
    agents[i].freshHistories = []
    agents[i].orders = nil
    agents[i].ticks = [:]
    agents[i].missing = [:]
    // A pause that comes before the first look there lets stay what that look shows.
    agents[i].goodTickets = nil
    agents[i].lastTickets = []
    agents[i].awaitedRows = [:]
    agents[i].reduced = [:]
    agents[i].withoutStopSince = [:]
    agents[i].stopRefused = []
    // Nothing of what answers now was believed yet.
    agents[i].trustVerdict = nil
    agents[i].wantsHistory = true
  }

  /// Absence is not an order: the agent's positions are not touched, and it is not polled any more.
  private mutating func orphan(_ i: Int, _ now: Moment) {
    guard !agents[i].memory.orphaned else { return }
    agents[i].generation += 1
    agents[i].queue = []
    if agents[i].live != nil, agents[i].lane != .sending { withdraw(i, "the agent's manifest is gone", now) }
    let tickets = agents[i].snapshot?.positions?.value.map(\.ticket) ?? []
    record(
      .orphaned, agent: i,
      "its manifest is gone; \(Count.of(tickets.count, "position")) stay as they are, and it is not polled any more",
      ["tickets": AgentMemory.encode(tickets)], now)
    if agents[i].lane != .sending { agents[i].lane = .idle }
  }

  /// An agent that the journal knows and the manifests do not, since the start.
  mutating func orphanUnseen(_ id: AgentID, _ now: Moment) {
    guard var memory = waitingMemories[id], !memory.orphaned else { return }
    sequence += 1
    let record = Record(
      sequence: sequence, agent: id, type: .orphaned, reason: nil,
      message: "the journal knows it and no manifest declares it; its positions are left as they are",
      metadata: .object([:]), actionID: nil, revision: revision, observedAt: nil, createdAt: now.wall)
    memory.apply(record, live: true)
    waitingMemories[id] = memory
    guard !configuration.planOnly else { return }
    lag.recorded(sequence, now.steady)
    effects.append(.record(record))
  }

  /// Intents that the last process left without an outcome are UNKNOWN: they may have been sent.
  private mutating func recoverUnresolved(_ i: Int, _ now: Moment) {
    for k in agents[i].memory.unresolved.indices {
      doubt(i, agents[i].memory.unresolved[k], now)
    }
  }

  /// An action that an earlier process left without an outcome.
  mutating func doubt(_ i: Int, _ action: LiveAction, _ now: Moment) {
    guard let k = agents[i].memory.unresolved.firstIndex(where: { $0.id == action.id }) else { return }
    agents[i].memory.unresolved[k].unknownSince = now.steady
    guard !action.wasUnknown else { return }
    record(
      .unknown, agent: i, reason: action.reason,
      "the outcome of \(action.kind.rawValue) \(action.symbol) is not known: the controller stopped before it was recorded",
      ["cause": "restart", "attempt": .int(action.attempt)], actionID: action.id, now)
  }
}
