import Reconciler

/// A small world around the core: terminals that obey or misbehave as told, a journal that is durable when told, and a
/// clock that moves only when asked.
struct World {
  var core: Reconciler
  var now = Moment(
    wall: Timestamp(rfc3339: "2026-11-18T10:00:00.000000Z") ?? Timestamp(seconds: 0), steady: Steady(microseconds: 0))
  var terminals: [AgentID: FakeTerminal] = [:]
  var records: [Record] = []
  var sent: [TradeRequest] = []
  /// Answers to be given instead of the terminal's own, in order.
  var answers: [ScriptedAnswer] = []
  var durable = true
  var database = JournalFacts.Database.up
  var shipping = true
  /// Looks that were taken so far.
  var reads = 0
  /// Changes what one read shows of the terminal, with the number of POSTs so far; the terminal itself stays as it is.
  var onRead: (@Sendable (_ shown: inout FakeTerminal, ReadRequest, _ sent: Int) -> Void)?
  /// When each of them began.
  private(set) var looks: [(agent: AgentID, at: Steady)] = []
  private var due: [(request: ReadRequest, at: Steady)] = []
  private var posts: [(request: TradeRequest, id: String, attempt: Int)] = []

  enum ScriptedAnswer {
    /// The terminal executes it, and the answer is lost.
    case executedThenLost
    /// The terminal never gets it, and the answer is lost.
    case lost
    /// Executed after so many seconds; the answer is lost.
    case late(Int)
    case refused(RefusalKind, Int)
    case done
    /// The terminal says that it is done and does nothing.
    case liedDone
  }

  init(
    _ fleet: Fleet, configuration: ReconcilerConfiguration = ReconcilerConfiguration(), awaitsMemories: Bool = false
  ) {
    core = Reconciler(configuration: configuration)
    for agent in fleet.agents { terminals[agent.id] = FakeTerminal(spec: agent) }
    start(fleet, awaitsMemories: awaitsMemories)
  }

  mutating func start(
    _ fleet: Fleet, isNew: Bool = true, chain: String = "abcdefghijklmnop",
    memories: EarlierMemories = EarlierMemories(), awaitsMemories: Bool = false
  ) {
    due = []
    posts = []
    receive(.journal(facts))
    receive(.started(StartFacts(version: "test", chain: chain, memories: memories, awaitsMemories: awaitsMemories)))
    receive(.fleetAccepted(fleet, RevisionFacts(isNew: isNew, actor: "test")))
  }

  /// Kills the process and starts it again from its journal.
  mutating func restart(_ fleet: Fleet) throws {
    var fresh = Reconciler()
    let first = records.lastIndex { $0.type == .snapshot } ?? 0
    for record in records[first...] { try fresh.fold(record) }
    core = fresh
    now = Moment(wall: now.wall + .seconds(1), steady: Steady(microseconds: 0))
    start(fleet, isNew: false)
  }

  /// Kills the process and starts one with an empty state directory, as much later as is said.
  mutating func begin(
    anew fleet: Fleet, _ memories: EarlierMemories, awaitsMemories: Bool = false, after seconds: Int = 1
  ) {
    core = Reconciler()
    records = []
    now = Moment(wall: now.wall + .seconds(Int64(seconds)), steady: Steady(microseconds: 0))
    start(fleet, chain: "ponmlkjihgfedcba", memories: memories, awaitsMemories: awaitsMemories)
  }

  var facts: JournalFacts {
    let last = records.last?.sequence ?? 0
    return JournalFacts(durable: durable ? last : 0, shipped: shipping ? last : 0, database: database)
  }

  mutating func receive(_ event: Event) {
    let before = records.count
    for effect in core.receive(event, at: now) {
      switch effect {
      case .read(let request, let notBefore):
        due.removeAll { $0.request.agent == request.agent }
        due.append((request, max(notBefore, now.steady)))
      case .record(let record): records.append(record)
      case .perform(let request, let id, let attempt):
        sent.append(request)
        posts.append((request, id, attempt))
      }
    }
    if records.count > before { receive(.journal(facts)) }
  }

  mutating func reload(_ fleet: Fleet) { receive(.fleetAccepted(fleet, RevisionFacts(isNew: true, actor: "test"))) }

  /// Lets time pass, event by event.
  mutating func run(seconds: Int) { run(for: .seconds(Int64(seconds))) }

  mutating func run(for duration: Duration) {
    let end = now.steady + duration
    while true {
      answerPosts()
      let next = due.min { $0.at < $1.at }
      let tick = now.steady + .milliseconds(900)
      guard let next, next.at <= tick else {
        guard tick <= end else { break }
        advance(to: tick)
        receive(.timePassed)
        continue
      }
      guard next.at <= end else { break }
      advance(to: next.at)
      due.removeAll { $0.request == next.request }
      read(next.request)
    }
    advance(to: end)
  }

  mutating func advance(to instant: Steady) {
    guard instant > now.steady else { return }
    now = now + (instant - now.steady)
    for id in terminals.keys.sorted() { terminals[id]?.settleLate(now) }
  }

  private mutating func read(_ request: ReadRequest) {
    reads += 1
    looks.append((request.agent, now.steady))
    let began = now
    now = now + .milliseconds(2)
    guard var terminal = terminals[request.agent] else { return }
    onRead?(&terminal, request, sent.count)
    if let failure = terminal.failure {
      return receive(.readFailed(request, failure, ReadSpan(began: began, ended: now)))
    }
    receive(.snapshot(terminal.snapshot(request, began: began, ended: now)))
  }

  private mutating func answerPosts() {
    while !posts.isEmpty {
      let post = posts.removeFirst()
      let began = now
      now = now + .milliseconds(5)
      let answer = execute(post.request)
      receive(
        .actionEnded(
          agent: post.request.agent, actionID: post.id, attempt: post.attempt, answer: answer,
          span: ReadSpan(began: began, ended: now)))
    }
  }

  private mutating func execute(_ request: TradeRequest) -> TradeAnswer {
    let scripted = answers.isEmpty ? .done : answers.removeFirst()
    let lost = TradeAnswer.unknown(TradeAnswer.Doubt(cause: "timeout", message: "no answer within 10 s"))
    switch scripted {
    case .done: return terminals[request.agent]?.execute(request, now) ?? lost
    case .executedThenLost:
      _ = terminals[request.agent]?.execute(request, now)
      return lost
    case .lost: return lost
    case .liedDone: return .done(TradeAnswer.Done(ticket: Ticket(1)))
    case .late(let seconds):
      terminals[request.agent]?.late.append((request, now.steady + .seconds(Int64(seconds))))
      return lost
    case .refused(let kind, let code):
      return .refused(TradeAnswer.Refusal(kind: kind, errorCode: code, message: "no"))
    }
  }

  // MARK: What tests ask

  func all(_ type: EventType) -> [Record] { records.filter { $0.type == type } }

  func positions(_ id: String = "agent_1") -> [Position] { terminals[AgentID(id)]?.positions ?? [] }

  func status(_ id: String = "agent_1") -> AgentStatus? { core.status(of: AgentID(id)) }

  /// What was sent, in short words.
  var trace: [String] {
    sent.map { request in
      switch request.order {
      case .open(let symbol, let side, let lots, _, _, _): "\(side.rawValue) \(lots) \(symbol)"
      case .close(let ticket, let lots): "close #\(ticket)" + (lots.map { " \($0)" } ?? "")
      case .modify(let ticket, let stop, let goal):
        "modify #\(ticket) \(stop?.description ?? "-") \(goal?.description ?? "-")"
      }
    }
  }
}
