public import Reconciler

/// One symbol as a broker offers it.
public struct PaperInstrument: Hashable, Sendable {
  public enum MarginRule: Hashable, Sendable {
    /// contract / leverage, in the base currency.
    case currency
    /// contract x price / leverage, in the profit currency.
    case price
  }

  /// As the terminal lists it, with the broker's suffix.
  public var symbol: Symbol
  /// Places of a price.
  public var digits: Int
  /// Units of the base in one lot.
  public var contractSize: FixedDecimal
  public var tickSize: FixedDecimal
  public var minLot: FixedDecimal = FixedDecimal(units: 10_000_000_000)
  public var maxLot: FixedDecimal = 100
  public var lotStep: FixedDecimal = FixedDecimal(units: 10_000_000_000)
  /// Points between the price and a new stop or pending order, at least.
  public var stopLevel = 0
  /// Points to a stop within which a position can be neither changed nor closed.
  public var freezeLevel = 0
  public var baseCurrency: String
  public var profitCurrency: String
  public var marginRule: MarginRule
  /// For one lot and the round turn, in the account's currency; zero or more.
  public var commissionPerLot: FixedDecimal = 7
  /// Between bid and ask where the data has no ask.
  public var spreadPoints: Int
  /// What one lot earns (or, negative, costs) a night, in points.
  public var swapLongPoints: FixedDecimal = .zero
  public var swapShortPoints: FixedDecimal = .zero

  public init(
    symbol: Symbol, digits: Int, contractSize: FixedDecimal, baseCurrency: String, profitCurrency: String,
    marginRule: MarginRule, spreadPoints: Int
  ) {
    self.symbol = symbol
    self.digits = digits
    self.contractSize = contractSize
    tickSize = Self.powerOfTen(-digits)
    self.baseCurrency = baseCurrency
    self.profitCurrency = profitCurrency
    self.marginRule = marginRule
    self.spreadPoints = spreadPoints
  }

  /// The last place of a price.
  public var point: FixedDecimal { Self.powerOfTen(-digits) }

  /// Points as a price.
  public func price(points: Int) -> FixedDecimal { FixedDecimal(points) * point }

  static func powerOfTen(_ exponent: Int) -> FixedDecimal {
    var units = FixedDecimal.one.units
    for _ in 0..<Swift.min(Swift.max(-exponent, 0), FixedDecimal.places) { units /= 10 }
    return FixedDecimal(units: units)
  }
}

extension PaperInstrument {
  /// A symbol with usual terms: metals of 100 (gold) or 5,000 (silver) ounces, and any pair of two known currencies with
  /// contracts of 100,000. `nil` for anything else.
  ///
  /// - Parameter suffix: the broker's, put behind the canonical name.
  public static func usual(_ canonical: Symbol, suffix: String = "") -> PaperInstrument? {
    let name = canonical.text
    guard name.utf8.count == 6 else { return nil }
    let base = String(name.prefix(3))
    let profit = String(name.suffix(3))
    guard currencies.contains(profit) else { return nil }
    let symbol = Symbol(name + suffix)
    switch base {
    case "XAU":
      return PaperInstrument(
        symbol: symbol, digits: 2, contractSize: 100, baseCurrency: base, profitCurrency: profit, marginRule: .price,
        spreadPoints: 30)
    case "XAG":
      return PaperInstrument(
        symbol: symbol, digits: 3, contractSize: 5000, baseCurrency: base, profitCurrency: profit, marginRule: .price,
        spreadPoints: 30)
    case _ where currencies.contains(base) && base != profit:
      return PaperInstrument(
        symbol: symbol, digits: profit == "JPY" ? 3 : 5, contractSize: 100_000, baseCurrency: base,
        profitCurrency: profit, marginRule: .currency, spreadPoints: 12)
    default: return nil
    }
  }

  static let currencies: Set<String> = ["USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD"]
}
