// Risk: what a position is worth, what an open may risk, and what the fleet may carry (risk.md). Pure arithmetic over
// quotes and books: nothing here closes anything, and nothing here is ever asked about an exit.

/// Something that is worked out from quotes, or why it cannot be yet.
enum Found<Value> {
  case known(Value)
  /// To be asked of the terminal first.
  case wanted([Symbol])
  /// Asked for in vain, or contradictory.
  case missing(Hold)
}

/// Why the last ask for a quote brought none.
struct TickFailure: Hashable, Sendable {
  var message: String
  /// 404: the terminal does not have the symbol.
  var unsupported: Bool
  var at: Steady

  /// While this lasts, the symbol is not asked for again: what needs it is held, and no look follows on a look.
  var rest: Duration { unsupported ? .seconds(60) : .seconds(5) }
}

/// The quotes of one terminal, as far as they are young enough to convert by.
struct QuoteBook {
  var ticks: [Symbol: Reply<Tick>]
  var failures: [Symbol: TickFailure]
  var now: Steady
  var maximumAge: Duration

  /// How old a quote may be that a position is valued, or a currency converted, by. An open's own quote is younger
  /// (`PlanInput.maximumReadAge`).
  static let ageForOpens: Duration = .seconds(60)
  /// The same for the fleet's exposure; the age that a snapshot may have there.
  static let ageForFleet: Duration = .seconds(300)

  /// The last unsuccessful ask, while it rests.
  func failure(_ symbol: Symbol) -> TickFailure? {
    failures[symbol].flatMap { now - $0.at < $0.rest ? $0 : nil }
  }

  func tick(_ symbol: Symbol) -> Found<Tick> {
    if let reply = ticks[symbol], now - reply.span.ended.steady <= maximumAge { return .known(reply.value) }
    if let failure = failure(symbol) {
      return .missing(
        Hold(
          .staleQuote, "the terminal gives no quote of \(symbol): \(failure.message)", ["symbol": .string(symbol.text)])
      )
    }
    return .wanted([symbol])
  }

  // MARK: Currencies

  /// What one unit of `from` costs in `to`: the dearer side of the quote, since losses are converted by it.
  func rate(from: String, to: String) -> Found<FixedDecimal> {
    if from == to { return .known(.one) }
    let direct = leg(from: from, to: to)
    guard case .missing = direct, from != "USD", to != "USD" else { return direct }
    // Not every broker lists every cross; every broker lists the dollar.
    switch (leg(from: from, to: "USD"), leg(from: "USD", to: to)) {
    case (.known(let first), .known(let second)): return .known(first * second)
    case (.wanted(let first), .wanted(let second)): return .wanted(first + second)
    case (.wanted(let symbols), .known), (.known, .wanted(let symbols)): return .wanted(symbols)
    case (.missing, _), (_, .missing): return direct
    }
  }

  private func leg(from: String, to: String) -> Found<FixedDecimal> {
    let pair = Currencies.pair(from, to)
    switch tick(pair.symbol) {
    case .known(let tick):
      if pair.base == from { return .known(tick.ask) }
      if let inverse = FixedDecimal.one.divided(by: tick.bid) { return .known(inverse) }
      return .missing(Hold(.conversionMissing, "the quote of \(pair.symbol) is zero"))
    case .wanted(let symbols): return .wanted(symbols)
    case .missing(let hold):
      return .missing(
        Hold(
          .conversionMissing, "there is no rate from \(from) to \(to): \(hold.message)",
          ["from": .string(from), "to": .string(to)]))
    }
  }
}
