/// One agent, as this process sees it.
struct AgentState: Sendable {
  /// What the one connection to the terminal is doing. Reading and writing never overlap, so that a plan's snapshot always
  /// began after the last write ended.
  ///
  /// Transitions: idle → reading → (idle | awaiting | idle …); awaiting → sending → reading; awaiting → reading (an open
  /// that waits for the database looks again) → awaiting.
  enum Lane: Hashable, Sendable {
    case idle
    /// A read is asked for; it carries this number.
    case reading(Int)
    /// `live`'s intent is recorded and not yet durable where it must be, or its next attempt is not due.
    case awaiting(lookedAt: Steady)
    /// `live` is on the wire.
    case sending
  }

  let id: AgentID

  // What each look goes by stands together, before the rest: a thousand agents do not fit into a processor's cache, and a
  // calm look then waits for few of its lines.
  var lane = Lane.idle
  var readNumber = 0
  /// Bumped whenever what was planned may no longer hold: revision, pause, command.
  var generation = 0
  /// The last whole look, if it led to nothing (Reconciler+Calm.swift).
  var calm: CalmLook?
  /// What holds for the whole fleet, as of when `standings` was judged last.
  var facts: FleetFacts?
  var heartbeatAt: Steady?
  var snapshot: Snapshot?
  var accountSeen = AccountSeen()
  @Apart var lastFailure: ReadFailure?
  @Apart var live: LiveAction?
  var failures = 0
  var quietPasses = 0
  /// Whether a look has come since the agent's part in the fleet's totals was worked out.
  var exposureIsOld = false
  var wantsHistory = true
  var wantsOrders = true
  var ordersUnsupported = false
  /// The next regular poll is timed from here, so that polls keep their pace.
  var pollBegan: Steady?
  /// When its first poll was due; the regular ones are whole intervals later, if nothing holds them up.
  var beat: Steady?
  var lastSeen: Moment?
  /// No read before this: the terminal asked for rest.
  var readNotBefore: Steady?
  var lastOrdersAt: Steady?
  var lastHistoryAt: Steady?
  var historyDays = HistoryView.windowDays
  var wantsTicks: [Symbol] = []
  var orders: Reply<[PendingOrder]>?
  var history = HistoryView()
  var trust = SnapshotTrust()
  var trustVerdict: SnapshotTrust.Verdict?
  /// When the agent's days begin, by its rule and zone.
  var calendar: TradingCalendar
  var dayVerdict: DailyLoss.Verdict?
  var memory: AgentMemory
  private(set) var dayLimits: DayLimits
  var spec: AgentSpec { didSet { dayLimits = DayLimits(spec.risk) } }

  // What was seen.
  var plan = Plan()
  /// The rest of the closes of one plan.
  var queue: [PlannedAction] = []
  /// The last histories, until their trades are recorded: one that the account has not confirmed, and one that waits for it.
  var freshHistories: [Reply<[HistoryRow]>] = []
  /// Tickets that vanished and whose row has not come, with the looks that it is awaited for yet.
  var awaitedRows: [Ticket: Int] = [:]
  var ticks: [Symbol: Reply<Tick>] = [:]
  /// Asks for a quote that brought none, until one does.
  var tickFailures: [Symbol: TickFailure] = [:]
  /// Its part in the fleet's totals, of the last good look.
  var exposure: Exposure?
  /// Quotes that its exposure is to be valued by anew, with the next regular look.
  var exposureWants: [Symbol] = []
  /// Tickets and lots of the last good snapshot.
  var lastTickets: [Ticket] = []
  /// Tickets of positions and pending orders of the last look that could be believed.
  var goodTickets: [Ticket]?
  /// When a position was first seen without a stop.
  var withoutStopSince: [Ticket: Steady] = [:]
  /// In how many good snapshots in a row an owned ticket was missing.
  var missing: [Ticket: Vanished] = [:]
  /// Remainders in the list of which it is not known yet whose they are.
  var unlinked: [Ticket: Unlinked] = [:]
  /// Partial closes that were done; a list that still shows the old lots is stale.
  var reduced: [Ticket: Reduction] = [:]
  /// Tickets whose stop the terminal refused to set.
  var stopRefused: Set<Ticket> = []
  /// Why nothing is sent at all: it may be somebody else's account.
  var identity: Hold?
  /// The account and server that answered last, as one key; never shown.
  var accountKey: String?
  /// The same, of the last look by which anything could be sent: what a pause lets stay was seen there.
  var pausedAccount: String?
  /// What is said of looks that cannot be believed; `nil` while they can.
  var suspicion: Suspicion?
  /// Looks in a row in which the terminal leaves out who answers, having reported it before.
  var unnamed = 0
  var standings: [Condition.Standing] = []

  // Waits.
  var waits = Waits()
  /// An immediate reread was asked for already; the next one waits for the interval.
  var rereads = 0
  /// Good looks in a row since an emergency stop that showed nothing open, and why it was last said not to be flat.
  var flatLooks = 0
  var notFlat: String?
  var opensSent: [Steady] = []
  var writeEnded: Steady?

  /// Whether `lastFailure` is there, without a look at it.
  var hasFailed: Bool { !_lastFailure.isEmpty }

  /// Whether `live` is there, without a look at it.
  var hasLive: Bool { !_live.isEmpty }

  /// Whether its terminal answers this process: what the journal says of an earlier one is no proof.
  var isOnline: Bool { memory.online == true && snapshot != nil }

  init(spec: AgentSpec, memory: AgentMemory, calendar: TradingCalendar) {
    id = spec.id
    self.calendar = calendar
    self.spec = spec
    dayLimits = DayLimits(spec.risk)
    self.memory = memory
  }
}

/// Which account answered last.
struct AccountSeen: Hashable, Sendable {
  var number: Int64?
  var server: String?
}

/// A partial close that the terminal said was done.
struct Reduction: Hashable, Sendable {
  var lotsBefore: FixedDecimal
  var rest: FixedDecimal
  /// When the answer came.
  var at: Steady
}

/// What the terminal's history has shown so far, as far as evidence needs it.
struct HistoryView: Sendable {
  var reply: Reply<[HistoryRow]>?
  var unsupported = false
  /// Since when the last reply tells of what was closed.
  var reach: Timestamp?
  /// Rows with a ticket that were seen, by ticket, with the time of their close; bounded by the window.
  var seen: [Ticket: Timestamp] = [:]
  /// Whether the last reply lacked a row that was seen earlier in its window: then absence proves nothing.
  var lacksRows = false

  static let windowDays = 2

  /// Takes in a reply, and judges whether it covers its window (bridge.md, section 3.3).
  mutating func take(_ reply: Reply<[HistoryRow]>, days: Int) {
    reach = reply.span.began.wall - .seconds(Int64(days) * 86_400 - 3_600)
    var now: [Ticket: Timestamp] = [:]
    for row in reply.value where row.ticket.number > 0 {
      now[row.ticket] = row.closeTime ?? reply.span.began.wall
    }
    // The window's far edge moves while we look, and the server's clock is not ours: leave an hour's margin.
    let edge = reply.span.began.wall - .seconds(Int64(Self.windowDays) * 86_400 - 3_600)
    lacksRows = seen.contains { ticket, closed in closed > edge && now[ticket] == nil }
    let old = seen.filter { ticket, closed in closed > edge && now[ticket] == nil }
    seen = now.merging(old) { current, _ in current }
    self.reply = reply
  }

  /// Whether absence of a row in `reply` means that nothing of the kind ran: it was asked for after `instant`, the end of
  /// the wait for an answer, and goes back to the intent.
  func covers(since instant: Steady, backTo intent: Timestamp) -> Bool {
    guard let reply, let reach, !lacksRows else { return false }
    return reply.span.began.steady >= instant && reach <= intent
  }

  /// Days to ask for, so that a reply covers `intent`; within what terminals are asked for at all.
  static func days(backTo intent: Timestamp, at now: Timestamp) -> Int {
    let days = (now - intent).inMicroseconds / (86_400 * 1_000_000) + 2
    return Int(min(max(days, Int64(windowDays)), 366))
  }
}
