import Reconciler

/// How an amount of one currency becomes one of another, by the instruments that the account has.
struct PaperConversion: Hashable, Sendable {
  struct Step: Hashable, Sendable {
    let instrument: Int
    /// From base to profit currency: times the price. Otherwise divided by it.
    let multiplies: Bool
  }

  let steps: [Step]

  /// The direct pair, else the way over the dollar; `nil` if there is neither. Metals convert nothing but themselves.
  static func path(from: String, to: String, by instruments: [PaperInstrument]) -> PaperConversion? {
    if from == to { return PaperConversion(steps: []) }
    if let step = direct(from, to, instruments) { return PaperConversion(steps: [step]) }
    guard let first = direct(from, "USD", instruments), let second = direct("USD", to, instruments) else { return nil }
    return PaperConversion(steps: [first, second])
  }

  private static func direct(_ from: String, _ to: String, _ instruments: [PaperInstrument]) -> Step? {
    for (index, instrument) in instruments.enumerated() {
      if instrument.baseCurrency == from, instrument.profitCurrency == to {
        return Step(instrument: index, multiplies: true)
      }
      if instrument.baseCurrency == to, instrument.profitCurrency == from {
        return Step(instrument: index, multiplies: false)
      }
    }
    return nil
  }
}

extension PaperBooks {
  /// The amount in the account's currency, not rounded, at bids (`.buy`) or asks (`.sell`); `nil` without a quote.
  ///
  /// - Parameter own: a price that stands in for the quote of one instrument: the position's own close.
  func converted(
    _ amount: FixedDecimal, by conversion: PaperConversion?, closing side: Side,
    own: (instrument: Int, price: FixedDecimal)? = nil
  ) -> FixedDecimal? {
    guard let conversion else { return nil }
    var result = amount
    for step in conversion.steps {
      let price: FixedDecimal
      if let own, own.instrument == step.instrument {
        price = own.price
      } else {
        guard let quote = quotes[step.instrument] else { return nil }
        price = side == .buy ? quote.bid : quote.ask
      }
      guard let next = step.multiplies ? result * price : result.divided(by: price) else { return nil }
      result = next
    }
    return result
  }
}

extension FixedDecimal {
  /// Rounded to cents, half away from zero.
  var inCents: FixedDecimal {
    let cent: Int128 = 10_000_000_000
    let (quotient, remainder) = units.quotientAndRemainder(dividingBy: cent)
    let up = remainder.magnitude * 2 >= cent.magnitude
    return FixedDecimal(units: (quotient + (up ? (units < 0 ? -1 : 1) : 0)) * cent)
  }
}
