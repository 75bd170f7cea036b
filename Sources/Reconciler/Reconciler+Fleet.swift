// Revisions: what becomes of agents when the declared set changes.

extension Reconciler {
  mutating func accept(_ fleet: Fleet, _ facts: RevisionFacts, _ now: Moment) {
    // Stored before it is recorded: a crash in between left a revision that no record tells of.
    let isUntold = fleet.revision > revision
    let wasRefused = !manifestErrors.isEmpty
    revision = fleet.revision
    manifestErrors = []
    pin = facts.pin
    if facts.isNew || isUntold { recordRevision(fleet, facts, now) }
    let old = self.fleet
    self.fleet = fleet
    manifestChange = ManifestChange()
    let hasSameRules = old.map { $0.policy == fleet.policy && $0.zones == fleet.zones } ?? false
    if let old, old.policy != fleet.policy { for i in agents.indices { forgetPlan(i) } }
    let hasSameAgents = old.map { Self.sameAgents($0, fleet) } ?? false
    if !hasSameAgents { orphanMissing(fleet, now) }
    takeUp(fleet, old, now)
    renewDeclared()
    // A rule or the rules of a zone may have changed. Whom nothing has changed for stays calm.
    let affected = hasSameRules ? manifestChange.agents.compactMap { index[$0] } : Array(agents.indices)
    for i in affected {
      agents[i].calendar = calendar(agents[i].spec.risk.day)
      agents[i].calm = nil
    }
    if agentIDs.count != agents.count { sortIDs() }
    renewFacts()
    rebuildLedger(isNew: !hasSameAgents)
    let wasStopped = emergency.byManifest
    followManifestStop(now)
    manifestChange.isForAll = wasRefused || old == nil || wasStopped != emergency.byManifest
    for i in manifestChange.isForAll ? Array(agents.indices) : affected { refreshConditions(i, now) }
  }

  /// Told by their places, without a copy of ten thousand specs.
  private static func sameAgents(_ old: Fleet, _ new: Fleet) -> Bool {
    guard old.agents.count == new.agents.count else { return false }
    return new.agents.indices.allSatisfy { old.agents[$0].id == new.agents[$0].id }
  }

  private mutating func orphanMissing(_ fleet: Fleet, _ now: Moment) {
    let declared = Set(fleet.agents.map(\.id))
    for i in agents.indices where !declared.contains(agents[i].id) && !agents[i].memory.orphaned {
      orphan(i, now)
      manifestChange.agents.append(agents[i].id)
    }
    for id in waitingMemories.keys.sorted() where !declared.contains(id) { orphanUnseen(id, now) }
  }

  /// Adds the agents that are new, and gives the others what is declared of them now.
  private mutating func takeUp(_ fleet: Fleet, _ old: Fleet?, _ now: Moment) {
    let hasSameCredentials = old?.credentialVersions == fleet.credentialVersions
    for place in fleet.agents.indices {
      let id = fleet.agents[place].id
      if let i = index[id] {
        let isChanged =
          !hasSameCredentials && old?.credentialVersions[id] != fleet.credentialVersions[id]
        guard update(i, fleet.agents[place], credentialChanged: isChanged, now) else { continue }
      } else {
        add(fleet.agents[place], now)
      }
      manifestChange.agents.append(id)
    }
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
    manifestChange = ManifestChange(isForAll: manifestErrors.isEmpty != errors.isEmpty)
    manifestErrors = errors
    renewDeclared()
    let shown = errors.prefix(50)
    record(
      .revisionRejected, agent: nil,
      "the manifests were refused (\(Count.of(errors.count, "error"))); revision \(revision) stays in force: \(errors.first ?? "")",
      ["errors": .array(shown.map { .string($0) }), "count": .int(errors.count), "actor": .string(actor)], now)
    // Which errors they are shows in what is declared; that there are some is judged of each agent, once.
    if manifestChange.isForAll { for i in agents.indices { refreshConditions(i, now) } }
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
    let i = agents.count
    // One a minute, and not those of ten thousand agents in the same second.
    state.heartbeatAt = now.steady + (.seconds(60) - share(i, of: .seconds(60)))
    index[spec.id] = i
    agents.append(state)
    recoverUnresolved(i, now)
    // A millisecond for each, where the interval has room: a thousand agents are not polled in the same instant, and few
    // are not waited for. Those of the same moment begin together: each by itself would cost twice as much.
    let room = min(configuration.interval, .milliseconds(fleet?.agents.count ?? 1))
    let place = share(i, of: room).inMicroseconds
    let first = now.steady + .microseconds(place - place % Self.pollsTogether)
    agents[i].beat = first
    scheduleRead(i, at: first, now)
  }

  /// Polls that fall due within so many microseconds are due together, about sixteen agents'.
  private static let pollsTogether: Int64 = 16_000

  /// The agent's own place in an interval. Multiples of the golden ratio lie evenly however many there are, so that a reply
  /// that shows a breach waits for few others.
  private func share(_ i: Int, of interval: Duration) -> Duration {
    let turn = UInt64(i) &* 0x9E37_79B9_7F4A_7C15
    let microseconds = UInt64(clamping: interval.inMicroseconds)
    return .microseconds(Int64(clamping: turn.multipliedFullWidth(by: microseconds).high))
  }

  /// - Returns: whether anything has changed for the agent.
  private mutating func update(_ i: Int, _ spec: AgentSpec, credentialChanged: Bool, _ now: Moment) -> Bool {
    let wasOrphan = agents[i].memory.orphaned
    agents[i].memory.orphaned = false
    let moved = agents[i].spec.terminal != spec.terminal
    let isElsewhere = agents[i].spec.terminal.isElsewhere(than: spec.terminal)
    guard agents[i].spec != spec || credentialChanged || wasOrphan else { return false }
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
    if isElsewhere { forgetExposure(i) }
    // A change takes force on the next look; a look that is under way serves, since the plan is made at its end.
    switch agents[i].lane {
    case .idle: scheduleRead(i, at: now.steady, now)
    case .reading: if wasOrphan || moved || credentialChanged { scheduleRead(i, at: now.steady, now) }
    case .awaiting, .sending: break
    }
    return true
  }

  /// Another terminal answers, or another account at it: what was listed before proves nothing about what is listed now.
  mutating func forgetLists(_ i: Int) {
    agents[i].history = HistoryView()
    agents[i].freshHistories = []
    agents[i].orders = nil
    agents[i].ticks = [:]
    agents[i].missing = [:]
    agents[i].unlinked = [:]
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
    let tickets = agents[i].snapshot?.positions?.value.map(\.ticket) ?? []
    record(
      .orphaned, agent: i,
      "its manifest is gone; \(Count.of(tickets.count, "position")) stay as they are, and it is not polled any more"
        + (emergency.isActive ? " than the emergency stop needs" : ""),
      ["tickets": AgentMemory.encode(tickets)], now)
    leaveAlone(i, "the agent's manifest is gone", now)
    // A stop covers it too, and has to see it flat.
    if emergency.isActive, agents[i].lane == .idle { scheduleRead(i, at: now.steady, now) }
  }

  /// What is planned or being read of an orphan leads to nothing; what is on the wire is still answered for.
  mutating func leaveAlone(_ i: Int, _ why: String, _ now: Moment) {
    forgetPlan(i)
    guard agents[i].lane != .sending else { return }
    if agents[i].live != nil { withdraw(i, why, now) }
    agents[i].lane = .idle
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
