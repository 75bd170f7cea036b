/// The limits of one agent. Percentages are kept as written: `5%` is 5.
public struct RiskSpec: Hashable, Sendable {
  /// A share of `initial_balance`, or an amount in the account's currency.
  public enum Limit: Hashable, Sendable {
    case percent(FixedDecimal)
    case amount(Money)
  }

  public struct Drawdown: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      /// Measured from `initial_balance`.
      case fixed = "static"
      /// Measured from the high-water mark.
      case trailing
    }

    public var limit: Limit
    public var kind: Kind

    public init(limit: Limit, kind: Kind) {
      self.limit = limit
      self.kind = kind
    }
  }

  /// When a day of this agent begins.
  public struct DayRule: Hashable, Sendable {
    /// Minutes after local midnight, 0 to 1439.
    public var resetMinute: Int
    /// IANA name.
    public var zone: String

    public init(resetMinute: Int, zone: String) {
      self.resetMinute = resetMinute
      self.zone = zone
    }
  }

  public enum OnBreach: String, Hashable, Sendable, CaseIterable {
    case closeAndPause = "close_and_pause"
    case pause
  }

  public enum Resume: String, Hashable, Sendable, CaseIterable {
    case nextDay = "next_day"
    case manual
  }

  public var initialBalance: Money
  /// Percent, above 0 and at most 100.
  public var maxRiskPerTrade: FixedDecimal
  public var maxDailyLoss: Limit
  public var maxDrawdown: Drawdown?
  public var maxPositions: Int
  /// The largest size of one position, in lots.
  public var lotSize: FixedDecimal
  public var day = DayRule(resetMinute: 0, zone: "UTC")
  public var onBreach: OnBreach = .closeAndPause
  public var resume: Resume = .nextDay
  public var requireStopLoss = true
  /// Guards on an open, in price units; `nil` is no guard.
  public var maxSpread: FixedDecimal?
  public var priceCollar: FixedDecimal?
  /// Percent.
  public var minMarginLevel: FixedDecimal?
  public var maxQuoteAge: Duration?
  /// Allowance in price units.
  public var slippage: FixedDecimal?
  /// Round turn.
  public var commissionPerLot: Money?

  public init(
    initialBalance: Money, maxRiskPerTrade: FixedDecimal, maxDailyLoss: Limit, maxPositions: Int, lotSize: FixedDecimal
  ) {
    self.initialBalance = initialBalance
    self.maxRiskPerTrade = maxRiskPerTrade
    self.maxDailyLoss = maxDailyLoss
    self.maxPositions = maxPositions
    self.lotSize = lotSize
  }

  /// `max_daily_loss` as money: percent x initial_balance, or the fixed amount (risk.md, daily loss).
  public var dailyLossLimit: FixedDecimal {
    switch maxDailyLoss {
    case .percent(let percent): (initialBalance.amount * percent).divided(by: .hundred) ?? .zero
    case .amount(let money): money.amount
    }
  }
}
