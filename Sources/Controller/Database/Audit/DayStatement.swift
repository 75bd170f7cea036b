public import Reconciler

/// One day of an agent's account out of its records: what it opened with, what flowed, what was closed, and what it closed
/// with, reconciled to the cent. The day goes from its anchor to the next one.
public struct DayStatement: Hashable, Sendable {
  /// The account at one moment.
  public struct Balance: Hashable, Sendable {
    public var at: Timestamp
    public var balance: FixedDecimal
    public var credit: FixedDecimal
    /// `day_anchor`, `heartbeat`, `trade_closed` or `flow`, with the record's number.
    public var source: String
  }

  /// Money that moved without a trade.
  public struct Movement: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      /// A deposit or withdrawal.
      case balance
      case credit
      /// Booked by the broker as cost or correction: profit or loss.
      case result
    }

    public var at: Timestamp
    public var kind: Kind
    public var amount: FixedDecimal
    public var comment: String
    /// No row of history says so.
    public var isInferred: Bool
  }

  /// A closed position, or a closed part of one.
  public struct Trade: Hashable, Sendable {
    public var ticket: Int64
    public var symbol: String
    public var side: String
    public var lots: FixedDecimal
    public var openPrice: FixedDecimal?
    public var closePrice: FixedDecimal?
    public var profit: FixedDecimal
    public var swap: FixedDecimal
    public var commission: FixedDecimal
    public var closedAt: Timestamp?
    /// What is left of the position goes on.
    public var isPart: Bool

    /// profit + swap + commission.
    public var net: FixedDecimal { profit + swap + commission }
  }

  /// Money that no record explains, and between which looks at the account it came or went.
  public struct Gap: Hashable, Sendable {
    public var amount: FixedDecimal
    public var after: Timestamp
    public var until: Timestamp
  }

  public var agent: AgentID
  public var day: String
  /// `first_seen`, `reset` or `reconstructed`.
  public var anchorKind: String
  /// What the day's loss counts from.
  public var anchor: FixedDecimal
  public var opening: Balance
  public var movements: [Movement] = []
  public var trades: [Trade] = []
  /// Of the next day's anchor, else of the last record that tells the balance.
  public var closing: Balance
  /// The next day has begun.
  public var isOver: Bool
  public var gaps: [Gap] = []

  public func total(_ kind: Movement.Kind) -> FixedDecimal {
    movements.reduce(.zero) { $1.kind == kind ? $0 + $1.amount : $0 }
  }

  public var tradesNet: FixedDecimal { trades.reduce(.zero) { $0 + $1.net } }

  /// opening + deposits and withdrawals + trades + what the broker booked.
  public var expected: FixedDecimal { opening.balance + total(.balance) + tradesNet + total(.result) }

  /// What the closing balance has more than is explained.
  public var difference: FixedDecimal { closing.balance - expected }

  /// The same of the credit.
  public var creditDifference: FixedDecimal { closing.credit - opening.credit - total(.credit) }

  public var isReconciled: Bool { difference.isZero && creditDifference.isZero }
}

/// Why there is no statement.
public enum StatementProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// No anchor of that day is recorded.
  case noAnchor(agent: String, day: String, known: [String])
  /// The anchor's record is from a version that did not write the balance.
  case noBalance(day: String)

  public var description: String {
    switch self {
    case .noAnchor(let agent, let day, let known):
      "no day \(day) of \(agent) is recorded"
        + (known.isEmpty ? "; no day of it is" : "; known days after it: \(known.prefix(5).joined(separator: ", "))")
    case .noBalance(let day): "the anchor of \(day) was recorded without the balance: it cannot be reconciled"
    }
  }
}
