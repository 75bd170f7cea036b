/// What one unit of price is worth for one lot, in the account's currency (bridge.md, section 4).
struct UnitValue: Hashable {
  /// The worse, which is the larger, of the terminal's word and of the contract's size converted.
  var perLot: FixedDecimal
  /// Of one lot, in units of the base; `nil` when the terminal does not say.
  var contract: FixedDecimal?
  /// Why nothing may be sized by it; what is open already is valued by it all the same.
  var doubt: Hold?

  /// `stop`: the rate there counts as well, where the symbol itself converts its losses.
  static func find(
    _ symbol: Symbol, stop: FixedDecimal? = nil, account currency: String, quotes: QuoteBook
  ) -> Found<UnitValue> {
    let quote = Currencies.quote(of: symbol)
    let rate = quote.map { quotes.rate(from: $0, to: currency) }
    let tick: Tick
    switch (quotes.tick(symbol), rate) {
    // Both are asked for at once.
    case (.wanted(let symbols), .wanted(let more)): return .wanted(symbols + more)
    case (.wanted(let symbols), _): return .wanted(symbols)
    case (.missing(let hold), _): return .missing(hold)
    case (.known, .wanted(let symbols)): return .wanted(symbols)
    case (.known, .missing(let hold)): return .missing(hold)
    case (.known(let known), .known), (.known(let known), nil): tick = known
    }
    var converted: FixedDecimal?
    if case .known(let rate)? = rate { converted = tick.contractSize.map { $0 * rate } }
    guard let value = UnitValue(tick, converted: converted, needsContract: quote != nil) else {
      return .missing(
        Hold(.tickValueMismatch, "the terminal tells neither the tick value nor the contract's size of \(symbol)"))
    }
    return .known(value.worse(at: stop, tick: tick, isConvertedByItself: Currencies.base(of: symbol) == currency))
  }

  private init?(_ tick: Tick, converted: FixedDecimal?, needsContract: Bool) {
    var told: FixedDecimal?
    if let size = tick.tickSize, let value = tick.tickValue, size.isPositive, value.isPositive {
      told = value.divided(by: size)
    }
    let positive = [told, converted].compactMap { $0 }.filter(\.isPositive)
    guard let worse = positive.max() else { return nil }
    perLot = worse
    contract = tick.contractSize
    doubt = Self.doubt(tick, told: told, converted: converted, needsContract: needsContract)
  }

  private static func doubt(
    _ tick: Tick, told: FixedDecimal?, converted: FixedDecimal?, needsContract: Bool
  ) -> Hold? {
    guard let told else {
      return Hold(
        .tickValueMismatch,
        "the terminal's tick value of \(tick.symbol) is \(tick.tickValue?.description ?? "missing") for a tick of "
          + "\(tick.tickSize?.description ?? "unknown size")")
    }
    // An index's name tells no currency: there the terminal's word stands alone.
    guard needsContract else { return nil }
    guard let converted, converted.isPositive else {
      return Hold(
        .tickValueMismatch, "the terminal does not tell the contract's size of \(tick.symbol) to check tick_value by")
    }
    guard (told - converted).magnitude * 100 > converted else { return nil }
    return Hold(
      .tickValueMismatch,
      "one unit of \(tick.symbol) is worth \(told.rounded(places: 4)) a lot by tick_value and "
        + "\(converted.rounded(places: 4)) by the contract's size; they differ by over 1 %",
      ["by_tick_value": .decimal(told), "by_contract_size": .decimal(converted)])
  }

  /// A pair whose base is the account's currency converts its own losses, at the price at which it is closed.
  private func worse(at stop: FixedDecimal?, tick: Tick, isConvertedByItself: Bool) -> UnitValue {
    guard isConvertedByItself, let stop, stop.isPositive, let contract, let there = contract.divided(by: stop) else {
      return self
    }
    var value = self
    value.perLot = max(perLot, there)
    return value
  }
}
