public import Reconciler

/// What an account is and what its broker allows: everything about it that is not money.
public struct PaperAccount: Hashable, Sendable {
  public var number: Int64
  public var name: String
  public var server: String
  /// Three capital letters.
  public var currency: String
  /// 100 for 1:100.
  public var leverage: FixedDecimal
  /// Positions and pending orders together; 0 is no limit. Beyond it an open answers 148.
  public var limitOrders = 0
  /// Percent of margin at which the server closes the largest loss.
  public var stopoutLevel: FixedDecimal = 50
  /// False: every trade answers 133.
  public var tradeAllowed = true
  public var demo = true
  /// Bytes of a comment that the server keeps: 31, fewer at many brokers.
  public var commentLimit = 31
  /// False: an open against an open position of the same symbol answers 149.
  public var allowsHedging = true
  /// True: closing anything but the oldest position of its symbol answers 150.
  public var demandsFIFO = false
  /// True: a market-execution broker; an open with stops answers 130.
  public var refusesStopsOnOpen = false
  /// Days that the terminal's Account History tab shows; `nil` shows all.
  public var historyDays: Int?
  public var hours = PaperHours.always
  /// The server's zone, for `server_time`.
  public var serverZone = ZoneRules(name: "server", initialOffsetSeconds: 10_800, transitions: [])
  /// The ticket of the first order.
  public var firstTicket: Int64 = 48_000_001

  public init(number: Int64, name: String, server: String, currency: String, leverage: FixedDecimal = 100) {
    self.number = number
    self.name = name
    self.server = server
    self.currency = currency
    self.leverage = leverage
  }
}

/// When a market trades.
public enum PaperHours: Hashable, Sendable {
  case always
  /// From Sunday 17:00 to Friday 17:00 in this zone, which is New York's in the real market.
  case week(ZoneRules)

  /// Whether the market is open at `instant`.
  public func isOpen(at instant: Timestamp) -> Bool {
    switch self {
    case .always: return true
    case .week(let zone):
      let local = zone.local(instant)
      let evening = local.microsecondOfDay >= 17 * 3_600_000_000
      return switch local.date.weekday {
      case 6: false
      case 0: evening
      case 5: !evening
      default: true
      }
    }
  }
}
