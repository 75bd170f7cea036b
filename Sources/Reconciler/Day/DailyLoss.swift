// Day: when an agent's day begins, what it started with, what flowed, and what it has lost (risk.md, daily loss).
// Nothing here closes, pauses or records: the planner does so by the verdicts.

/// The daily loss of one agent: anchor, flows and floor, from one sample of its terminal to the next.
///
/// The durable part is rebuilt from records: every record of an event carries `metadata(of:)`, heartbeats carry
/// `heartbeat()`, and `fold(_:)` reads either. Each holds the whole word on the day as of one sample, so any one of the
/// records of a verdict suffices, and a crash between two of them counts nothing twice.
///
/// Legal transitions of a change of balance or credit: seen → explained by rows of history (flow or result) | inferred
/// (flow: every ticket stands) | unexplained (result). Inferred → confirmed by its row | reversed by a closed trade's
/// row. Unexplained → explained by rows that come later.
public struct DailyLoss: Hashable, Sendable {
  // Durable.

  /// What the day started with; `nil` before the first sample.
  public internal(set) var anchor: Anchor?
  /// Deposits less withdrawals, and credit, since the anchor.
  public internal(set) var flows = FixedDecimal.zero
  /// The same since the agent was first seen.
  public internal(set) var lifetimeFlows = FixedDecimal.zero
  /// The largest equity less net flows that a verdict has seen; never lowered.
  public internal(set) var highWater: FixedDecimal?
  /// The books at the last sample of which every change is accounted for.
  var base: Book?
  /// Flows that were inferred and that no row of history has confirmed, the oldest first.
  var inferred: [Inferred] = []
  /// What was taken for result today although no row of history says so, of balance and of credit.
  var unexplained = Change()
  /// Rows of history that are accounted for.
  var rows = RowLedger()
  var warnedDay: String?
  var breachedDay: String?

  // Volatile: a restart begins these anew.

  /// A change that is not accounted for yet.
  @Apart var pending: Pending?
  /// Rows of the last history that are not accounted for: they may be ahead of the account, or older than this state.
  var loose: [LooseRow] = []
  /// Tries to rebuild the anchor of a reset that was missed.
  @Apart var lateAnchor: LateAnchor?
  var emptyReadings = 0
  var lastAccountBegan: Steady?
  var lastTerminalTime: Timestamp?
  /// Whether the rows in `rows.unsaved` went into a record that the caller has by now.
  var handedOut = false

  /// Whether `pending` is there, without a look at it.
  var isPending: Bool { !_pending.isEmpty }

  public init() {}

  /// The last sample's equity that is accounted for, and when; for an agent's state in reports.
  public var lastEquity: (amount: FixedDecimal, at: Timestamp)? { base.map { ($0.equity, $0.at) } }
}
