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
    /// By the true clock, for the first time.
    var executedAt: Int64?
    var opened: Ticket?
    /// What the core takes it to have come to: the ticket that it was opened under.
    var claimed: (root: Ticket, sequence: Int64)?
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
    /// What was read since the agent came to this account.
    var known: Set<Ticket> = []
    /// What this account ever listed, also before the agent was at another one in between.
    var listed: Set<Ticket> = []
    /// Whose a ticket is, in the true books.
    var lineage: [Ticket: String] = [:]
    /// What a remainder is the rest of.
    var parents: [Ticket: Ticket] = [:]
    /// Every position that there ever was.
    var origins: [Ticket: Origin] = [:]
    /// Whose these are, only a comment can tell, where the broker leaves it as it is.
    var renumbered: Set<Ticket> = []
    var open: Set<Ticket> = []
    var executionsSeen = 0
    var adopted: [Ticket: (target: String, sequence: Int64)] = [:]
    /// What came without an order that the core awaits, since it last knew everything: opened by a person, late, or under
    /// another ticket.
    var strangers: Set<Ticket> = []
    var stopRefused: Set<Ticket> = []
    /// The last list of pending orders.
    var orders: [PendingOrder] = []
    /// Its terminal shows no history: then nobody can follow two partial closes between two looks.
    var showsNoHistory = false
    /// Listed by a look of this process that the core believed.
    var believed: Set<Ticket> = []
    /// When this process last took in a look that the core believed.
    var believedAt: Int64?
    /// When pending orders came.
    var placed: [Ticket: Int64] = [:]
    var hasFailed = false
    var day = Day()
  }

  /// A position as it was when it came.
  struct Origin {
    var symbol: Symbol
    var side: Side
    var lots: FixedDecimal
    var comment: String
    var at: Int64
  }

  struct Latch {
    var agent: AgentID
    var sequence: Int64
    /// `nil`: resumed.
    var pause: Pause?
    /// A person's resume, which clears every latch; a new day's clears the breach alone.
    var byPerson = false
    /// What may stay, by the tickets that it was opened under; `nil` while nobody knows.
    var roots: (tickets: Set<Ticket>, account: Int64, at: Int64, sequence: Int64)?
  }

  struct Pause {
    var closesAll: Bool
    var isBreach: Bool
    /// The day of the breach.
    var day = ""
  }

  private(set) var violation: Violation?
  var clock: Int64 = 0
  var durable: Int64 = 0
  var shipped: Int64 = 0
  var processStart: Int64 = 0
  var actions: [String: Action] = [:]
  var agents: [AgentID: Agent] = [:]
  /// The same of the terminals that agents have been moved away from.
  var elsewhere: [AgentID: Agent] = [:]
  /// Which account answers.
  var accounts: [AgentID: Int64] = [:]
  var latches: [Latch] = []
  var anchors: [(agent: AgentID, sequence: Int64, day: String)] = []
  /// Those that were taken before the database was read: what it tells of the same day counts instead.
  var earlyAnchors: [(agent: AgentID, sequence: Int64, day: String)] = []
  /// The emergency stops of people on the host, as the record has them.
  var hostStops: [(sequence: Int64, raised: Bool)] = []
  var fleet: Fleet?
  /// As last declared, orphans too: an emergency covers those.
  var specs: [AgentID: AgentSpec] = [:]
  var remembered: [AgentID: AgentMemory] = [:]
  var stopsHit = 0
  /// Exits that were sent, and whose records were lost with a state directory before the database had them.
  var lostExits: Set<String> = []
  /// Agents of which the record says that what their pauses let stay is known anew.
  var listsAreAnew: Set<AgentID> = []
  /// A state directory was lost for a second time: what the first loss left may be gone with it, and whose a position is.
  var hasLostMemory = false
  /// Which targets have ended, in the order of the records.
  var endings: [Ending] = []
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

  func pause(_ id: AgentID) -> Pause? { latch(id, breach: true).flatMap { latches[$0].pause } }

  func operatorPause(_ id: AgentID) -> Pause? { latch(id, breach: false).flatMap { latches[$0].pause } }

  /// The last word on one of an agent's two pauses.
  func latch(_ id: AgentID, breach: Bool) -> Int? {
    latches.lastIndex {
      $0.agent == id && (breach ? $0.pause?.isBreach != false : $0.pause?.isBreach == false || $0.byPerson)
    }
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
      agents[id]?.orders = []
      agents[id]?.believed = []
      agents[id]?.believedAt = nil
      agents[id]?.withoutStopSince = [:]
      agents[id]?.stopRefused = []
    }
    for id in actions.keys.sorted() where actions[id]?.isOpenEnded == true {
      actions[id]?.unknownAt = clock
      actions[id]?.looks = 0
    }
  }

  mutating func snapshotTaken(_ id: AgentID, at taken: Int64, account: Int64, lie: Fault?) {
    agents[id, default: Agent()].taken = taken
    agents[id]?.day.accountAt = account
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
    case .readFailed(let request, _, _):
      if let i = core.index[request.agent], core.agents[i].lane == .reading(request.number) {
        agents[request.agent, default: Agent()].hasFailed = true
      }
    case .started, .fleetAccepted, .fleetRejected, .journal, .memories, .command, .timePassed, .drain:
      break
    }
  }

  private mutating func seen(_ snapshot: Snapshot) {
    let id = snapshot.request.agent
    snapshotIsBeingTaken = id
    var agent = agents[id] ?? Agent()
    agent.snapshot = snapshot
    agent.hasFailed = false
    agent.usedOnThisLook = []
    switch snapshot.history {
    case .read: agent.showsNoHistory = false
    case .unsupported: agent.showsNoHistory = true
    case .notAsked, .failed: break
    }
    switch snapshot.orders {
    case .read(let reply): agent.orders = reply.value
    case .unsupported: agent.orders = []
    case .notAsked, .failed: break
    }
    if let account = snapshot.account?.value { agent.day.see(account) }
    // A ticket that a list lacks keeps its time: the core may not believe that list.
    var bare = agent.withoutStopSince
    for position in snapshot.positions?.value ?? [] {
      agent.known.insert(position.ticket)
      agent.listed.insert(position.ticket)
      bare[position.ticket] = position.stopLoss == nil ? bare[position.ticket] ?? clock : nil
    }
    for order in snapshot.orders.reply?.value ?? [] {
      agent.known.insert(order.ticket)
      agent.listed.insert(order.ticket)
    }
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
}
