extension DailyLoss {
  /// What a day started with.
  public struct Anchor: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      /// Of the first good sample that began at or after the reset.
      case reset
      /// The agent was not known before.
      case firstSeen = "first_seen"
      /// The first good sample came over two minutes after the reset.
      case reconstructed
    }

    public var dayKey: String
    /// The reset.
    public var dayStart: Timestamp
    public var amount: FixedDecimal
    /// When the account's reply was complete.
    public var takenAt: Timestamp
    public var kind: Kind
    /// For `reconstructed`: from history; else no history covered the time since the reset, and it is that of the first
    /// good sample.
    public var fromHistory = false
    /// Of the account at that moment, or at the reset if it is from history; `nil` in records of before.
    public var balance: FixedDecimal?
    public var credit: FixedDecimal?
  }

  /// One sample: the replies of one read, positions asked for first.
  public struct Sample: Hashable, Sendable {
    public var account: Reply<Account>
    public var positions: Reply<[Position]>
    public var history: OptionalPart<[HistoryRow]>
    /// What was asked of `history`.
    public var historyDays: Int?
    /// False when the positions contradict the account for long (`SnapshotTrust`): then the account's word alone counts,
    /// no anchor is taken and no flow inferred.
    public var positionsTrusted: Bool

    @inline(__always)
    public init(
      account: Reply<Account>, positions: Reply<[Position]>, history: OptionalPart<[HistoryRow]> = .notAsked,
      historyDays: Int? = nil, positionsTrusted: Bool = true
    ) {
      self.account = account
      self.positions = positions
      self.history = history
      self.historyDays = historyDays
      self.positionsTrusted = positionsTrusted
    }
  }

  /// Money that came or went without a trade.
  public struct Flow: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      case balance, credit
    }

    /// Positive: came.
    public var amount: FixedDecimal
    public var kind: Kind
    /// Only inferred: every ticket stood, and no row of history says so (yet).
    public var inferred: Bool
    /// The row's ticket, where the terminal gives one.
    public var historyTicket: Ticket?
    public var comment: String
    /// A closed trade's row shows that an inferred flow was none; `amount` takes it back.
    public var reversal = false
    /// The day it counts for; a flow from before the anchor counts for no day, only for `lifetimeFlows`.
    public var dayKey: String?
  }

  /// The numbers of a verdict, all in account currency.
  public struct Figures: Hashable, Sendable {
    public var dayKey: String
    public var anchor: FixedDecimal
    public var flows: FixedDecimal
    public var limit: FixedDecimal
    /// anchor + flows - limit.
    public var floor: FixedDecimal
    public var equity: FixedDecimal
    /// max(0, anchor + flows - equity).
    public var loss: FixedDecimal
    /// Of the limit: 100 is a breach.
    public var usedPercent: FixedDecimal
    /// equity <= floor, or equity <= 0 in three fresh readings.
    public var isBreached: Bool
  }

  public enum Event: Hashable, Sendable {
    case anchor(Anchor)
    case flow(Flow)
    /// Half of the limit is used; once a day.
    case warning(Figures)
    /// Once a day; `Figures.isBreached` says so as long as it holds.
    case breach(Figures)

    public var type: EventType {
      switch self {
      case .anchor: .dayAnchor
      case .flow: .flow
      case .warning: .riskWarning
      case .breach: .breach
      }
    }
  }

  /// What is to be read to come to a verdict.
  public struct Wants: Hashable, Sendable {
    /// Read positions and account again at once.
    public var rereadNow = false
    /// And so many days of history.
    public var historyDays: Int?

    public init(rereadNow: Bool = false, historyDays: Int? = nil) {
      self.rereadNow = rereadNow
      self.historyDays = historyDays
    }
  }

  public struct Verdict: Hashable, Sendable {
    /// To be recorded, in this order.
    public var events: [Event] = []
    public var wants = Wants()
    /// False: the sample says nothing about a breach (a change of balance is not accounted for, an anchor is missing);
    /// the last verdict stays, and nothing opens.
    public var isTrusted = false
    /// Of the last sample that is accounted for, which may be the one before.
    public var figures: Figures?
    /// No opens: 80 % used (`daily_loss_80`) or no trusted verdict.
    public var opensHeld = true
    /// Four fifths of the limit are used.
    public var isOver80 = false
    /// With a `max_drawdown`, and where the agent's net flows are known; of the same sample as `figures`.
    public var drawdown: Drawdown?

    /// Nothing is known yet.
    public init() {}
  }

  /// So many tickets, with their lots.
  struct Holding: Hashable, Sendable, Comparable {
    var ticket: Ticket
    var lots: FixedDecimal

    static func < (a: Self, b: Self) -> Bool { (a.ticket, a.lots) < (b.ticket, b.lots) }
  }

  /// The money and the tickets of one sample.
  struct Book: Hashable, Sendable {
    var balance: FixedDecimal
    var credit: FixedDecimal
    var equity: FixedDecimal
    var at: Timestamp
    /// Sorted.
    var holdings: [Holding]

    /// The tickets that `earlier` has and this one has not, or not with the same lots.
    func gone(since earlier: Book) -> Set<Ticket> {
      Set(Set(earlier.holdings).subtracting(holdings).map(\.ticket))
    }
  }

  /// Of balance and credit.
  struct Change: Hashable, Sendable {
    var balance = FixedDecimal.zero
    var credit = FixedDecimal.zero

    var isZero: Bool { balance.isZero && credit.isZero }

    subscript(kind: Flow.Kind) -> FixedDecimal {
      get {
        switch kind {
        case .balance: balance
        case .credit: credit
        }
      }
      set {
        switch kind {
        case .balance: balance = newValue
        case .credit: credit = newValue
        }
      }
    }
  }

  struct Inferred: Hashable, Sendable {
    var amount: FixedDecimal
    var kind: Flow.Kind
    var dayKey: String?
  }

  /// A change that waits for its explanation.
  struct Pending: Hashable, Sendable {
    var from: Book
    /// The sample that showed the change.
    var to: Book
    var accountEnded: Steady
    /// The day that a flow in it counts for; `nil` when it lies before the anchor.
    var dayKey: String?
    /// Whether the first positions reply that began after the account's showed every ticket with its lots.
    var ticketsStand: Bool?
    var attempts = 0
  }

  /// A row of history that is not accounted for.
  struct LooseRow: Hashable, Sendable {
    var row: IdentifiedRow
    /// When the first history that brought it was complete.
    var readAt: Steady
  }

  /// What a sample's history is good for.
  enum HistoryWord: Hashable, Sendable {
    case notAsked, unsupported, failed
    /// It lacks a row that was seen before: what it lacks proves nothing.
    case partial
    case covers
  }

  struct LateAnchor: Hashable, Sendable {
    var dayKey: String
    var attempts = 0
    var candidate: Sample?
  }
}

extension DailyLoss.Book {
  init(_ sample: DailyLoss.Sample) {
    let account = sample.account.value
    balance = account.balance
    credit = account.credit
    equity = account.equity
    at = sample.account.span.ended.wall
    holdings = sample.positions.value.map { DailyLoss.Holding(ticket: $0.ticket, lots: $0.lots) }.sorted()
  }

  static func - (a: Self, b: Self) -> DailyLoss.Change {
    DailyLoss.Change(balance: a.balance - b.balance, credit: a.credit - b.credit)
  }

  /// Whether every ticket of the other is here with the same lots.
  func shows(_ other: [DailyLoss.Holding]) -> Bool {
    let here = Set(holdings)
    return other.allSatisfy(here.contains)
  }
}
