/// All that a plan depends on. One object for all that judge by it, since it is large.
final class PlanInput {
  let spec: AgentSpec
  let memory: AgentMemory
  let policy: FleetPolicy
  let now: Moment
  let account: Account
  let positions: [Position]
  /// Pending orders as last read, and whether that read is of this very look.
  let orders: [PendingOrder]
  let ordersFresh: Bool
  let ordersUnsupported: Bool
  let ticks: [Symbol: Reply<Tick>]
  let tickFailures: [Symbol: TickFailure]
  let dayKey: String
  let dayVerdict: DailyLoss.Verdict?
  let trust: SnapshotTrust.Verdict
  /// What looks that contradict themselves in turns are good for, where they are good for anything.
  let urgent: SnapshotTrust.Urgent?
  /// Actions whose outcome is not known, without the one that is on its way.
  let unresolved: [LiveAction]
  /// The one that is on its way.
  let live: LiveAction?
  let withoutStopSince: [Ticket: Steady]
  let stopRefused: Set<Ticket>
  /// Owned tickets that the positions lack, and that are not known to have ended: they count as open.
  let missing: Set<Ticket>
  /// Remainders of which it is not known yet whose they are.
  let unlinked: Set<Ticket>
  /// Partial closes that were done within the quarantine.
  let reduced: [Ticket: Reduction]
  /// Holds that concern every action of the agent: a pin that does not fit, another controller, stopping.
  let holdsForAll: [Hold]
  /// Holds that concern opens only: the journal, a back-off.
  let holdsForOpens: [Hold]
  /// Waits after refusals.
  let waits: Waits
  /// How many more closes the blast radius allows now.
  let closesLeft: Int
  /// Opens that were sent in the last minute.
  let opensInLastMinute: Int
  let historyUsable: Bool
  /// Whose a position is, is not known while the database's memory is awaited: nothing is adopted, and nothing is closed as
  /// nobody's. Every other rule holds as always.
  let awaitsMemories: Bool
  /// `nil` when no limit over the fleet is declared.
  let fleet: FleetLook?

  /// `fleet`: what holds for every agent now.
  init(
    _ agent: borrowing AgentState, _ positions: [Position], _ account: Account, _ trust: SnapshotTrust.Verdict,
    fleet: Fleet, now: Moment
  ) {
    spec = agent.spec
    memory = agent.memory
    policy = fleet.policy
    self.now = now
    self.account = account
    self.positions = positions
    let read = agent.orders?.span.began.steady
    let began = agent.snapshot?.positions?.span.began.steady
    // As last read, unless a write has ended since.
    let isWrittenSince = agent.writeEnded.map { ended in read.map { $0 <= ended } ?? false } ?? false
    orders = isWrittenSince ? [] : agent.orders?.value ?? []
    ordersFresh = read.map { read in began.map { read >= $0 } ?? false } ?? false
    ordersUnsupported = agent.ordersUnsupported
    var ticks = agent.ticks
    // A reduction needs the broker's step, which does not age; an open asks for the quote's age itself.
    for symbol in ticks.keys where ticks[symbol]?.value.symbol != symbol { ticks[symbol] = nil }
    self.ticks = ticks
    tickFailures = agent.tickFailures
    dayKey = agent.calendar.period(containing: now.wall).key
    dayVerdict = agent.dayVerdict
    self.trust = trust
    urgent = agent.trust.urgent.flatMap { $0.isAllowed ? $0 : nil }
    let live = agent.live
    unresolved = agent.memory.unresolved.filter { $0.id != live?.id }
    self.live = live
    withoutStopSince = agent.withoutStopSince
    stopRefused = agent.stopRefused
    missing = agent.memory.missing(from: positions)
    let unlinked = agent.unlinked
    self.unlinked = unlinked.isEmpty ? [] : Set(unlinked.filter(\.value.waits).keys)
    let quarantine = agent.spec.terminal.quarantine
    let reduced = agent.reduced
    self.reduced = reduced.isEmpty ? [:] : reduced.filter { now.steady - $0.value.at < quarantine }
    holdsForAll = fleet.holdsForAll
    holdsForOpens = fleet.holdsForOpens
    waits = agent.waits
    closesLeft = fleet.closesLeft
    awaitsMemories = fleet.awaitsMemories
    opensInLastMinute = agent.opensSent.filter { now.steady - $0 < .seconds(60) }.count
    historyUsable = !agent.history.unsupported
    self.fleet = fleet.look
  }

  /// What every agent's plan goes by.
  struct Fleet {
    var policy: FleetPolicy
    var holdsForAll: [Hold]
    var holdsForOpens: [Hold]
    var closesLeft: Int
    var awaitsMemories: Bool
    var look: FleetLook?
  }

  /// A ticket of this target that is missing but not yet certain to have ended.
  func vanishing(_ target: TargetSpec) -> Ticket? {
    missing.sorted().first { memory.owned[$0]?.target == target.name }
  }

  /// Whether it may be what an open in doubt has come to: nobody else's, until that is known.
  func mayBeInDoubt(_ position: Position) -> Bool {
    unresolved.contains {
      $0.kind == .open && $0.symbol == position.symbol && $0.side == position.side && position.lots <= $0.lots
        && !$0.before.contains(position.ticket)
    }
  }

  /// How long a position may be without a stop (manifest.md, what positions and targets mean).
  static let stopGrace: Duration = .seconds(60)
  /// How old a quote may be for an open: it was read for this very plan.
  static let maximumReadAge: Duration = .seconds(5)
}

extension TargetSpec {
  /// Changes whenever anything about the target changes; a spent target is opened again then.
  var specKey: String {
    let lots =
      switch size {
      case .lots(let lots): lots.description
      case .risk: "risk"
      }
    let levels = [entry, stopLoss, takeProfit].map { $0?.description ?? "-" }.joined(separator: " ")
    return "\(symbol) \(side.rawValue) \(lots) \(levels) \(reopen.rawValue)"
  }

  /// Lots as declared, where they are.
  var declaredLots: FixedDecimal? { if case .lots(let lots) = size { lots } else { nil } }
}
