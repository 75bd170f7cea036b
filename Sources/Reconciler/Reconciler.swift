// Reconciler: the domain and every decision. Nothing in this module does I/O, reads a clock, draws a random number, waits,
// logs or imports anything but the standard library. Time and events come in; effects go out.
//
// Reading order: Event.swift, this file, Plan/Planner.swift, then the extensions below by topic.

/// The controller's core: a value that turns events into effects.
///
/// It can be rebuilt by folding the journal's records (`fold(_:)`), after which `.started` takes up what was left open.
/// From the same state and event it gives the same effects, always.
public struct Reconciler: Sendable {
  let configuration: ReconcilerConfiguration
  var effects: [Effect] = []

  // The fleet.
  var chain = ""
  var started = false
  var draining = false
  var sequence: Int64 = 0
  var revision = 0
  var fleet: Fleet? { didSet { rules = fleet.map { LookRules($0.policy) } ?? LookRules() } }
  /// What each look asks of the fleet's policy.
  private(set) var rules = LookRules()
  /// Why the last set of manifests was refused; empty when it was accepted.
  var manifestErrors: [String] = []
  /// The rollback that holds the fleet in force, told by the shell at each revision.
  var pin: RevisionPin?
  var agents: [AgentState] = []
  var index: [AgentID: Int] = [:]
  /// Of all agents, sorted.
  public internal(set) var agentIDs: [AgentID] = []
  /// Memories of agents that are not (yet) in the fleet: folded ones, and orphans.
  var waitingMemories: [AgentID: AgentMemory] = [:]
  /// The state directory is new, and the latches that the database has are not read yet: what is known of an agent is not
  /// the whole word, so nothing is opened, and it must not be published.
  public internal(set) var awaitsMemories = false

  // The journal.
  var journal = JournalFacts()
  var lag = JournalLag()
  var degraded = false
  /// What every agent's conditions go by; made anew when one of them changes.
  var facts = FleetFacts()
  /// The revision in force and what else is declared for the whole fleet, as it is shown.
  public internal(set) var declared = DeclaredFacts()
  /// What the last revision, or the last refusal of a set, has changed.
  public internal(set) var manifestChange = ManifestChange()

  // The fleet and the interval.
  var ledger = FleetLedger()
  /// When the calm agents' parts in the totals were worked out last.
  var valuedAt: Steady?
  var emergency = EmergencyState()
  var recentCloses: [Steady] = []
  /// Which agents answer for an account at a server.
  var accountHolders: [String: [AgentID]] = [:]
  /// How many accounts have more than one.
  var sharedAccounts = 0

  public init(configuration: ReconcilerConfiguration = ReconcilerConfiguration()) {
    self.configuration = configuration
  }

  /// Takes one event at one moment; what it returns is to be done in order.
  public mutating func receive(_ event: Event, at now: Moment) -> [Effect] {
    var out: [Effect] = []
    receive(event, at: now, into: &out)
    return out
  }

  /// The same; what `out` held before is replaced, in the room that it has.
  public mutating func receive(_ event: consuming Event, at now: Moment, into out: inout [Effect]) {
    out.removeAll(keepingCapacity: true)
    swap(&effects, &out)
    defer { swap(&effects, &out) }
    switch consume event {
    case .started(let facts): start(facts, now)
    case .fleetAccepted(let fleet, let facts): accept(fleet, facts, now)
    case .fleetRejected(let errors, let actor): reject(errors, actor, now)
    case .snapshot(let snapshot): take(snapshot, now)
    case .readFailed(let request, let failure, let span): fail(request, failure, span, now)
    case .actionEnded(let agent, let actionID, let attempt, let answer, let span):
      end(agent, actionID, attempt, answer, span, now)
    case .journal(let facts): takeJournal(facts, now)
    case .memories(let memories): take(memories, now)
    case .command(let command, let actor): obey(command, actor, now)
    case .timePassed: passTime(now)
    case .drain: drain(now)
    }
  }

  /// Whether a drain is complete: nothing is on its way and no intent waits to be sent.
  public var isDrained: Bool { draining && agents.allSatisfy { $0.live == nil } }

  // MARK: Records

  /// Makes a record, applies it to the state as a fold would, and hands it to the journal.
  @discardableResult
  mutating func record(
    _ type: EventType, agent i: Int?, reason: Reason? = nil, _ message: String, _ metadata: JSONValue,
    actionID: String? = nil, observedAt: Timestamp? = nil, _ now: Moment
  ) -> Int64 {
    sequence += 1
    let record = Record(
      sequence: sequence, agent: i.map { agents[$0].id }, type: type, reason: reason, message: message,
      metadata: metadata, actionID: actionID, revision: revision, observedAt: observedAt, createdAt: now.wall)
    if let i {
      agents[i].calm = nil
      agents[i].memory.apply(record, live: true)
      if record.changesPending { notePending(i) }
    }
    emergency.apply(record)
    guard !configuration.planOnly else { return sequence }
    lag.recorded(sequence, now.steady)
    effects.append(.record(record))
    return sequence
  }

  // MARK: Start and stop

  private mutating func start(_ facts: StartFacts, _ now: Moment) {
    chain = facts.chain
    started = true
    awaitsMemories = facts.awaitsMemories
    for (id, memory) in Self.parsed(facts.memories, now) where waitingMemories[id] == nil {
      waitingMemories[id] = memory
    }
    renewDeclared()
    recordSnapshot(now)
    record(
      .controllerStarted, agent: nil,
      "mt4-controller \(facts.version) started"
        + (facts.journalLost ? "; the journal before this one was lost, and a new chain begins" : ""),
      .fields([
        "version": .string(facts.version), "torn_bytes": facts.tornBytes > 0 ? .int(facts.tornBytes) : nil,
        "journal_lost": facts.journalLost ? .bool(true) : nil,
      ]), now)
    takeStop(facts.memories, now)
  }

  private mutating func drain(_ now: Moment) {
    guard !draining else { return }
    draining = true
    for i in agents.indices {
      agents[i].queue = []
      if case .awaiting = agents[i].lane, agents[i].live != nil { withdraw(i, "the controller is stopping", now) }
      if case .reading = agents[i].lane, agents[i].live != nil { withdraw(i, "the controller is stopping", now) }
    }
  }

  /// The last record of a process that stops in good order; the shell asks for it when `isDrained`.
  public mutating func stopped(at now: Moment) -> [Effect] {
    let open = agents.compactMap { agent in agent.live.map { (id: $0.id, agent: agent.id) } }
    let what =
      open.isEmpty
      ? "stopped in good order; nothing is on its way"
      : "stopped while \(Count.of(open.count, "action")) may still be on the way; the next start finds out what became of them"
    record(
      .controllerStopped, agent: nil, what,
      .fields(["open_actions": open.isEmpty ? nil : .array(open.map { .string($0.id) })]), now)
    defer { effects.removeAll() }
    return effects
  }

  // MARK: Time

  private mutating func passTime(_ now: Moment) {
    watchJournal(now)
    valueFleet(now)
    for i in agents.indices {
      guard agents.span[i].hasLive, case .awaiting = agents.span[i].lane else { continue }
      pump(i, now)
    }
  }
}
