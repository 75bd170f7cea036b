/// All that a plan depends on.
struct PlanInput {
  var spec: AgentSpec
  var memory: AgentMemory
  var policy: FleetPolicy
  var now: Moment
  var account: Account
  var positions: [Position]
  /// Pending orders as last read, and whether that read is of this very look.
  var orders: [PendingOrder]
  var ordersFresh: Bool
  var ordersUnsupported: Bool
  var ticks: [Symbol: Reply<Tick>]
  var tickFailures: [Symbol: TickFailure]
  var dayKey: String
  var dayVerdict: DailyLoss.Verdict?
  var trust: SnapshotTrust.Verdict
  /// Actions whose outcome is not known, without the one that is on its way.
  var unresolved: [LiveAction]
  /// The one that is on its way.
  var live: LiveAction?
  var withoutStopSince: [Ticket: Steady]
  var stopRefused: Set<Ticket>
  /// Owned tickets that the positions lack, and that are not known to have ended: they count as open.
  var missing: Set<Ticket>
  /// Partial closes that were done within the quarantine.
  var reduced: [Ticket: Reduction]
  /// Holds that concern every action of the agent: a pin that does not fit, another controller, stopping.
  var holdsForAll: [Hold]
  /// Holds that concern opens only: the journal, a back-off.
  var holdsForOpens: [Hold]
  /// Waits after refusals.
  var waits: Waits
  /// How many more closes the blast radius allows now.
  var closesLeft: Int
  /// Opens that were sent in the last minute.
  var opensInLastMinute: Int
  var historyUsable: Bool
  /// `nil` when no limit over the fleet is declared.
  var fleet: FleetLook?

  /// A ticket of this target that is missing but not yet certain to have ended.
  func vanishing(_ target: TargetSpec) -> Ticket? {
    missing.sorted().first { memory.owned[$0]?.target == target.name }
  }

  /// Whether it may be what an open in doubt has come to: nobody else's, until that is known.
  func mayBeInDoubt(_ position: Position) -> Bool {
    unresolved.contains {
      $0.kind == .open && $0.symbol == position.symbol && $0.side == position.side
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
