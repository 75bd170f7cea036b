import PaperTerminal

@testable import Reconciler

/// The rules of `proof.md`, looked after from outside of the core: from the records it made, what it sent, what it was told,
/// and the terminals' true books.
struct Checker {
  struct Violation {
    var rule: String
    var message: String
    var clock: Int64
  }

  /// One action, as the record and the wire tell of it.
  struct Action {
    var agent: AgentID
    var intent: LiveAction
    /// By attempt: the number of the intent's record.
    var intents: [Int: Int64] = [:]
    var unknowns: [Int64] = []
    var finals: [(sequence: Int64, result: String)] = []
    var performed: Set<Int> = []
    var answers: [Int: TradeAnswer] = [:]
    /// In the true books.
    var executions = 0
    var opened: Ticket?
    /// Unknown since then, by the true clock; and complete looks since.
    var unknownAt: Int64?
    var quarantine: Duration = .zero
    var looks = 0
    /// Evidence said that it never ran.
    var gaveUp: Bool { finals.contains { $0.result == "not_executed" } }
    var isOpenEnded: Bool { finals.isEmpty }
  }

  /// One agent, as the wire showed it to the core.
  struct Agent {
    var snapshot: Snapshot?
    /// When the last list was true, and whether it lied.
    var taken: Int64 = -1
    var lies: [Fault?] = []
    var previous: Snapshot?
    var lastAnswerAt: Int64 = -1
    var withoutStopSince: [Ticket: Int64] = [:]
    var usedOnThisLook: Set<Ticket> = []
    var known: Set<Ticket> = []
    /// Whose a ticket is, in the true books.
    var lineage: [Ticket: String] = [:]
    /// What a remainder is the rest of.
    var parents: [Ticket: Ticket] = [:]
    /// Whose these are, only a comment can tell, where the broker leaves it as it is.
    var renumbered: Set<Ticket> = []
    var open: Set<Ticket> = []
    var executionsSeen = 0
    var adopted: [Ticket: (target: String, sequence: Int64)] = [:]
    /// A person opened here since the core last knew everything.
    var openedByHand = 0
    var stopRefused: Set<Ticket> = []
  }

  struct Latch {
    var agent: AgentID
    var sequence: Int64
    /// `nil`: resumed.
    var pause: Pause?
    /// A person's resume, which clears every latch; a new day's clears the breach alone.
    var byPerson = false
  }

  struct Pause {
    var closesAll: Bool
    var isBreach: Bool
    var tickets: Set<Ticket>
  }

  private(set) var violation: Violation?
  var clock: Int64 = 0
  var durable: Int64 = 0
  var shipped: Int64 = 0
  var processStart: Int64 = 0
  var actions: [String: Action] = [:]
  var agents: [AgentID: Agent] = [:]
  var latches: [Latch] = []
  var anchors: [(agent: AgentID, sequence: Int64, day: String)] = []
  /// The emergency stops of people on the host, as the record has them.
  var hostStops: [(sequence: Int64, raised: Bool)] = []
  var fleet: Fleet?
  /// As last declared, orphans too: an emergency covers those.
  var specs: [AgentID: AgentSpec] = [:]
  var remembered: [AgentID: AgentMemory] = [:]
  var stopsHit = 0
  /// Exits that were sent, and whose records were lost with a state directory before the database had them.
  var lostExits: Set<String> = []
  /// POSTs.
  var sent = 0
  /// What the core is being told right now.
  var snapshotIsBeingTaken: AgentID?
  var answerIsBeingTaken: AgentID?

  mutating func fail(_ rule: String, _ message: String) {
    violation = violation ?? Violation(rule: rule, message: message, clock: clock)
  }

  var isStopped: Bool { fleet?.policy.emergencyStop == true || hostStops.last?.raised == true }

  func spec(_ id: AgentID) -> AgentSpec? { fleet?.agents.first { $0.id == id } }

  func pause(_ id: AgentID) -> Pause? { latches.last { $0.agent == id && $0.pause?.isBreach != false }?.pause }

  func operatorPause(_ id: AgentID) -> Pause? {
    latches.last { $0.agent == id && ($0.pause?.isBreach == false || $0.byPerson) }?.pause
  }

  // MARK: What the shell tells

  mutating func declare(_ fleet: Fleet, _ clock: Int64) {
    self.fleet = fleet
    for spec in fleet.agents { specs[spec.id] = spec }
  }

  mutating func processStarted(_ clock: Int64) {
    self.clock = clock
    processStart = clock
    for id in agents.keys.sorted() {
      agents[id]?.snapshot = nil
      agents[id]?.withoutStopSince = [:]
      agents[id]?.stopRefused = []
    }
    for id in actions.keys.sorted() where actions[id]?.isOpenEnded == true {
      actions[id]?.unknownAt = clock
      actions[id]?.looks = 0
    }
  }

  mutating func snapshotTaken(_ id: AgentID, at taken: Int64, lie: Fault?) {
    agents[id, default: Agent()].taken = taken
    agents[id, default: Agent()].lies.append(lie)
    if agents[id, default: Agent()].lies.count > 3 { agents[id]?.lies.removeFirst() }
  }

  /// The list of the read before, under the times of this one: a planted bug.
  mutating func cached(_ snapshot: Snapshot) -> Snapshot {
    let id = snapshot.request.agent
    let old = agents[id]?.previous
    agents[id, default: Agent()].previous = snapshot
    guard let list = old?.positions?.value, let account = old?.account?.value else { return snapshot }
    var served = snapshot
    served.positions?.value = list
    served.account?.value = account
    return served
  }

  mutating func will(_ event: Event, _ core: Reconciler, _ clock: Int64) {
    self.clock = clock
    snapshotIsBeingTaken = nil
    answerIsBeingTaken = nil
    switch event {
    case .snapshot(let snapshot): seen(snapshot)
    case .actionEnded(let id, _, _, _, _): answerIsBeingTaken = id
    case .started, .fleetAccepted, .fleetRejected, .readFailed, .journal, .memories, .command, .timePassed, .drain:
      break
    }
  }

  private mutating func seen(_ snapshot: Snapshot) {
    let id = snapshot.request.agent
    snapshotIsBeingTaken = id
    var agent = agents[id] ?? Agent()
    agent.snapshot = snapshot
    agent.usedOnThisLook = []
    // A ticket that a list lacks keeps its time: the core may not believe that list.
    var bare = agent.withoutStopSince
    for position in snapshot.positions?.value ?? [] {
      agent.known.insert(position.ticket)
      bare[position.ticket] = position.stopLoss == nil ? bare[position.ticket] ?? clock : nil
    }
    for order in snapshot.orders.reply?.value ?? [] { agent.known.insert(order.ticket) }
    agent.withoutStopSince = bare
    agents[id] = agent
    for key in actions.keys.sorted() {
      guard let action = actions[key], action.agent == id, let since = action.unknownAt,
        action.isOpenEnded, agent.taken >= since
      else { continue }
      // That an order never ran, only a look with the history can tell.
      if !action.intent.kind.opens || snapshot.history.reply != nil { actions[key]?.looks += 1 }
    }
  }

  mutating func answered(_ post: Post, _ answer: TradeAnswer, _ clock: Int64) {
    self.clock = clock
    agents[post.request.agent, default: Agent()].lastAnswerAt = clock
    actions[post.actionID]?.answers[post.attempt] = answer
    if case .refused(let refusal) = answer, refusal.kind == .forCause,
      case .modify(let ticket, _, _) = post.request.order
    {
      agents[post.request.agent, default: Agent()].stopRefused.insert(ticket)
    }
  }

  /// Compares the record of a process that ends with what is left of it.
  ///
  /// - Parameter lostDirectory: the next process begins a new chain; what of this one is left is in the database.
  mutating func crashed(keeping last: Int64, whole: Bool, lostDirectory: Bool = false, _ clock: Int64) {
    self.clock = clock
    for id in actions.keys.sorted() {
      guard var action = actions[id] else { continue }
      let sent = action.performed
      action.intents = action.intents.filter { $0.value <= last }
      action.unknowns.removeAll { $0 > last }
      action.finals.removeAll { $0.sequence > last }
      if sent.contains(where: { action.intents[$0] == nil }) {
        if !lostDirectory { fail("S2", "action \(id) was sent, and its intent is lost with the process") }
        action.performed = sent.filter { action.intents[$0] != nil }
        if action.performed.isEmpty { lostExits.insert(id) }
      }
      actions[id] = action.intents.isEmpty ? nil : action
    }
    latches.removeAll { $0.sequence > last }
    anchors.removeAll { $0.sequence > last }
    hostStops.removeAll { $0.sequence > last }
    for id in agents.keys.sorted() {
      let kept = agents[id]?.adopted.filter { $0.value.sequence <= last } ?? [:]
      agents[id]?.adopted = kept
    }
    if !whole { remembered = [:] }
    if lostDirectory { renumber(by: last) }
  }

  /// A new chain counts from 1: what went before is older than all of it.
  private mutating func renumber(by last: Int64) {
    for id in actions.keys.sorted() {
      guard var action = actions[id] else { continue }
      action.intents = action.intents.mapValues { $0 - last }
      action.unknowns = action.unknowns.map { $0 - last }
      action.finals = action.finals.map { ($0.sequence - last, $0.result) }
      action.intent.sequence -= last
      actions[id] = action
    }
    for k in latches.indices { latches[k].sequence -= last }
    for k in anchors.indices { anchors[k].sequence -= last }
    for k in hostStops.indices { hostStops[k].sequence -= last }
    for id in agents.keys.sorted() {
      for ticket in agents[id]?.adopted.keys.sorted() ?? [] { agents[id]?.adopted[ticket]?.sequence -= last }
    }
    (durable, shipped) = (0, 0)
  }

  /// Whether the database has the intent of every open that was sent.
  func everyOpenSent(isWithin shipped: Int64) -> Bool {
    actions.values.allSatisfy { action in
      !action.intent.kind.opens || action.performed.allSatisfy { (action.intents[$0] ?? .max) <= shipped }
    }
  }

  /// A person wants everything about it forgotten: its day, its latches, its lineage.
  mutating func forgot(_ id: AgentID, after sequence: Int64) {
    anchors.removeAll { $0.agent == id }
    latches.append(Latch(agent: id, sequence: sequence, pause: nil, byPerson: true))
    agents[id]?.adopted = [:]
    agents[id]?.lineage = [:]
    remembered[id] = nil
  }

  // MARK: The true books

  mutating func look(at terminal: borrowing VirtualTerminal) {
    let id = terminal.id
    var seen = agents[id]?.executionsSeen ?? 0
    guard terminal.books.executions.count > seen else { return }
    var agent = agents[id] ?? Agent()
    while seen < terminal.books.executions.count {
      take(terminal.books.executions[seen], &agent)
      seen += 1
    }
    agent.executionsSeen = seen
    agent.open = Set(terminal.books.positions.map(\.facts.ticket))
    agents[id] = agent
  }

  private mutating func take(_ execution: PaperExecution, _ agent: inout Agent) {
    if execution.cause == .stopLoss { stopsHit += 1 }
    if execution.kind == .opened, execution.cause != .client { agent.openedByHand += 1 }
    if let rest = execution.newTicket {
      agent.lineage[rest] = agent.lineage[execution.ticket]
      agent.parents[rest] = execution.ticket
      if agent.renumbered.contains(execution.ticket) { agent.renumbered.insert(rest) }
    }
    guard let request = execution.requestID else { return }
    let id = String(request.prefix { $0 != "." })
    guard var action = actions[id], !action.performed.isEmpty else {
      if lostExits.contains(id) { return }
      return fail(
        "S15", "the books have \(execution.kind.rawValue) #\(execution.ticket) by \(request), and no record has")
    }
    action.executions += 1
    if execution.kind == .opened {
      agent.lineage[execution.ticket] = id
      action.opened = execution.ticket
    }
    if action.executions > 1 {
      fail("S1", "action \(id) was executed \(action.executions) times, the last as #\(execution.ticket)")
    }
    actions[id] = action
  }

  /// The broker gave a position another ticket.
  mutating func renumbered(_ id: AgentID, _ old: Ticket, to new: Ticket) {
    var agent = agents[id] ?? Agent()
    agent.renumbered.insert(new)
    agent.open.remove(old)
    agent.open.insert(new)
    // It looks as if somebody had opened it.
    agent.openedByHand += 1
    agents[id] = agent
  }

  func wasExecuted(_ id: String) -> Bool { (actions[id]?.executions ?? 0) > 0 }

  func openedTicket(of id: String) -> Ticket? { actions[id]?.opened }
}
