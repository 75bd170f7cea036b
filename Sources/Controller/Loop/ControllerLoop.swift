import Bridge
import Logging
import Reconciler

/// The thread that owns the core: it takes letters, lets the core decide, and carries the effects out in their order.
final class ControllerLoop: Sendable {
  /// How the loop ended.
  enum End: Sendable, Hashable {
    case drained
    /// The record could not be written any more; the message says why.
    case journalFailed(String)
  }

  struct Parts: Sendable {
    var mailbox: Mailbox
    var journal: Journal
    var board: StatusBoard
    var log: Logger
    var connect: TerminalConnector
    var terminals = TerminalDirectory()
    var now: MomentSource
    /// Sees each record as it is made.
    var observe: @Sendable (Record) -> Void
    var metrics: ControllerMetrics
    /// Sees all that goes into the core.
    var recorder: EventRecorder?
    /// How often old segments of the journal are looked for.
    var retentionEvery: Duration = .seconds(600)
    /// Told which agents changed, for `trading.agent_state`; none where only the revision in force did.
    var publish: @Sendable ([AgentStatus], FleetStatus) -> Void
  }

  let parts: Parts
  /// How often waits are looked at.
  static let tick: Duration = .milliseconds(200)
  /// Polls begin on a grid of so many microseconds.
  static let beat: Int64 = 5_000
  /// How soon what a look changed is published: those that come together are shown together, unless one brought news.
  static let showEvery: Duration = .milliseconds(20)
  /// How often the fleet's own figures are published.
  static let fleetEvery: Duration = .milliseconds(250)

  init(_ parts: Parts) { self.parts = parts }

  func post(_ letter: Letter) { parts.mailbox.post(letter) }

  /// Runs until it is drained or the journal fails. To be called on a thread of its own.
  func run(_ reconciler: Reconciler, drainWithin: Duration = .seconds(30)) -> End {
    var run = LoopRun(parts: parts, reconciler: reconciler, drainWithin: drainWithin)
    return run.pump()
  }
}

/// The state of a running loop.
private struct LoopRun {
  let parts: ControllerLoop.Parts
  var reconciler: Reconciler
  let drainWithin: Duration
  var schedule = ReadSchedule()
  var pool: TerminalPool
  /// What the core wanted last; kept for its room.
  var effects: [Effect] = []
  var touched: Set<AgentID> = []
  /// Agents that something was recorded about, a heartbeat at least once a minute: only records change what an agent's
  /// row holds for good, and a thousand rows every few seconds cost more than all looks together.
  var changedSincePublish: Set<AgentID> = []
  /// The revision that was in force when rows were published last: every row has it.
  var publishedRevision: Int?
  var nextTick: Steady
  var nextFleet: Steady
  var nextShow: Steady
  var nextPublish: Steady
  var nextRetention: Steady
  var drainBy: Steady?
  var failure: String?

  init(parts: ControllerLoop.Parts, reconciler: Reconciler, drainWithin: Duration) {
    self.parts = parts
    self.reconciler = reconciler
    self.drainWithin = drainWithin
    pool = TerminalPool(connect: parts.connect, directory: parts.terminals)
    let now = parts.now().steady
    nextTick = now
    nextFleet = now
    nextShow = now
    nextPublish = now
    // Segments go only once the shipper has said how far the database is.
    nextRetention = now + parts.retentionEvery
  }

  mutating func pump() -> ControllerLoop.End {
    while true {
      let letters = parts.mailbox.take(timeout: timeToWait())
      for letter in letters { open(letter) }
      let now = parts.now()
      if now.steady >= nextTick {
        nextTick = now.steady + ControllerLoop.tick
        step(.timePassed, now)
      }
      if now.steady >= nextRetention {
        nextRetention = now.steady + parts.retentionEvery
        parts.journal.removeOldSegments(now: now.wall)
      }
      startReads(now)
      show(parts.now())
      if let failure {
        pool.close()
        return .journalFailed(failure)
      }
      if reconciler.isDrained || drainBy.map({ now.steady >= $0 }) ?? false { return finish() }
    }
  }

  private func timeToWait() -> Duration {
    let now = parts.now().steady
    var next = nextTick
    if let due = schedule.nextDue {
      // Polls that fall due within a few milliseconds begin together: a thousand terminals cost two hundred wake-ups a
      // second and not a thousand, in this thread and in the bridge's. What is due already never waits.
      let grid = ControllerLoop.beat
      next = due <= now ? now : min(next, Steady(microseconds: (due.microseconds + grid - 1) / grid * grid))
    }
    if !touched.isEmpty { next = min(next, nextShow) }
    return next > now ? next - now : .zero
  }

  // MARK: Letters

  private mutating func open(_ letter: Letter) {
    let now = parts.now()
    switch letter {
    case .event(let event): handle(event, now)
    case .command(let command, let actor, let answer):
      let (verdict, effects) = reconciler.command(command, actor: actor, at: now)
      parts.recorder?.take(.event(.command(command, actor: actor)), at: now, effects)
      touched.formUnion(reconciler.agentIDs)
      nextFleet = now.steady
      carryOut(effects)
      tell(verdict, answer)
    case .fleet(let fleet, let facts, let credentials):
      pool.update(fleet, credentials: credentials)
      step(.fleetAccepted(fleet, facts), now)
      showChange(now)
      changedSincePublish.formUnion(reconciler.manifestChange.agents)
    case .ping(let answer): answer()
    case .journalFailed(let why): failure = failure ?? why
    }
  }

  /// Shows whom a set of manifests has changed, and nobody else: of ten thousand agents one is edited at a time. What is
  /// declared for all of them, such as the revision, is shown with the fleet, and joined to each agent on the board.
  private mutating func showChange(_ now: Moment) {
    touched.formUnion(reconciler.manifestChange.isForAll ? reconciler.agentIDs : reconciler.manifestChange.agents)
    nextFleet = now.steady
  }

  /// What a person is told survives a power cut: the answer waits for its record.
  private func tell(_ verdict: CommandVerdict, _ answer: @escaping @Sendable (CommandVerdict) -> Void) {
    let journal = parts.journal
    let sequence = reconciler.lastSequence
    journal.ping {
      let isKept = journal.durableSequence >= sequence
      answer(isKept ? verdict : .refused("it could not be recorded: count on nothing of it; look at the log"))
    }
  }

  private mutating func handle(_ event: Event, _ now: Moment) {
    switch event {
    case .snapshot(let snapshot): touched.insert(snapshot.request.agent)
    case .readFailed(let request, _, _): touched.insert(request.agent)
    case .actionEnded(let agent, _, _, _, _):
      touched.insert(agent)
      pool.sent(agent)
    case .drain: drainBy = drainBy ?? now.steady + drainWithin
    case .memories:
      touched.formUnion(reconciler.agentIDs)
      changedSincePublish.formUnion(reconciler.agentIDs)
    case .started, .fleetAccepted, .fleetRejected, .journal, .command, .timePassed: break
    }
    step(event, now)
    if case .fleetRejected = event { showChange(now) }
    if let agent = event.looked {
      parts.metrics.passed(event, effects, plan: reconciler.plan(of: agent), since: now)
    }
  }

  /// The core takes an event, and what it wants is done.
  private mutating func step(_ event: Event, _ now: Moment) {
    reconciler.receive(event, at: now, into: &effects)
    parts.recorder?.take(.event(event), at: now, effects)
    carryOut(effects)
  }

  // MARK: Effects

  private mutating func carryOut(_ effects: [Effect]) {
    guard !effects.isEmpty else { return }
    var records: [Record] = []
    for effect in effects {
      switch effect {
      case .record(let record):
        records.append(record)
        if let agent = record.agent {
          touched.insert(agent)
          changedSincePublish.insert(agent)
        }
      case .read(let request, let notBefore): schedule.add(request, due: notBefore)
      case .perform(let request, let actionID, let attempt): perform(request, actionID, attempt)
      }
    }
    guard !records.isEmpty else { return }
    // What is on record is news: whoever reads of it finds the status that goes with it.
    nextShow = parts.now().steady
    do throws(JournalError) {
      try parts.journal.append(records)
    } catch {
      failure = failure ?? error.description
      return
    }
    for record in records {
      parts.log.log(record, pass: records.first?.sequence)
      parts.metrics.made(record)
      parts.observe(record)
    }
  }

  private mutating func perform(_ request: TradeRequest, _ actionID: String, _ attempt: Int) {
    // A record that could not be written stops everything that would come after it.
    guard failure == nil else { return }
    let mailbox = parts.mailbox
    pool.send(request, now: parts.now()) { answer, span in
      mailbox.post(
        .event(
          .actionEnded(agent: request.agent, actionID: actionID, attempt: attempt, answer: answer, span: span)))
    }
  }

  private mutating func startReads(_ now: Moment) {
    let mailbox = parts.mailbox
    let clock = parts.now
    while let request = schedule.popDue(now.steady) {
      let began = now
      pool.read(request, now: now) { result in
        switch result {
        case .success(let snapshot): mailbox.post(.event(.snapshot(snapshot)))
        case .failure(let failure):
          mailbox.post(.event(.readFailed(request, failure, ReadSpan(began: began, ended: clock()))))
        }
      }
    }
  }

  // MARK: Status

  private mutating func show(_ now: Moment) {
    var fleet: FleetStatus?
    if now.steady >= nextFleet {
      nextFleet = now.steady + ControllerLoop.fleetEvery
      fleet = reconciler.fleetStatus
    }
    guard fleet != nil || (!touched.isEmpty && now.steady >= nextShow) else { return }
    nextShow = now.steady + ControllerLoop.showEvery
    let agents = touched.compactMap { reconciler.status(of: $0) }
    parts.board.update(fleet: fleet, agents: agents, at: now)
    touched.removeAll(keepingCapacity: true)
    let isNews = !changedSincePublish.isEmpty || reconciler.declared.revision != publishedRevision
    guard isNews, now.steady >= nextPublish, !reconciler.awaitsMemories else { return }
    nextPublish = now.steady + .seconds(5)
    publish()
  }

  private mutating func publish() {
    let statuses = changedSincePublish.sorted().compactMap { reconciler.status(of: $0) }
    changedSincePublish.removeAll(keepingCapacity: true)
    publishedRevision = reconciler.declared.revision
    parts.publish(statuses, reconciler.fleetStatus)
  }

  private mutating func finish() -> ControllerLoop.End {
    let now = parts.now()
    let last = reconciler.stopped(at: now)
    parts.recorder?.take(.stopped, at: now, last)
    carryOut(last)
    parts.board.update(fleet: reconciler.fleetStatus, agents: [], at: parts.now())
    if !reconciler.awaitsMemories { publish() }
    pool.close()
    return failure.map { .journalFailed($0) } ?? .drained
  }
}

extension Event {
  /// The agent whose terminal was looked at, well or in vain.
  fileprivate var looked: AgentID? {
    switch self {
    case .snapshot(let snapshot): snapshot.request.agent
    case .readFailed(let request, _, _): request.agent
    case .started, .fleetAccepted, .fleetRejected, .actionEnded, .journal, .memories, .command, .timePassed, .drain: nil
    }
  }
}
