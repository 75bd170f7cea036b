/// What is left of the day's limit for a new risk: loss + remaining risk + new risk <= limit (risk.md, daily loss).
struct Headroom {
  /// Money from the current price to each stop.
  var remaining: FixedDecimal
  /// Of orders that were sent and whose outcome is not known.
  var unknown: FixedDecimal

  /// Positions without a stop are not asked about: they hold every open as `unbounded_risk`.
  static func find(_ input: PlanInput, quotes: QuoteBook) -> Found<Headroom> {
    var remaining = FixedDecimal.zero
    var wanted: [Symbol] = []
    var missing: Hold?
    for position in input.positions {
      guard let stop = position.stopLoss else { continue }
      switch UnitValue.find(position.symbol, stop: stop, account: input.account.currency, quotes: quotes) {
      case .known(let value):
        let price = position.currentPrice ?? Self.closePrice(position, quotes) ?? position.openPrice
        remaining = remaining + max(.zero, (price - stop) * position.side.sign) * value.perLot * position.lots
      case .wanted(let symbols): wanted += symbols
      case .missing(let hold):
        missing =
          missing
          ?? Hold(
            hold.reason, "the risk left in \(position.symbol) #\(position.ticket) is not known: \(hold.message)",
            hold.numbers)
      }
    }
    if !wanted.isEmpty { return .wanted(wanted) }
    if let missing { return .missing(missing) }
    let unknown = input.unresolved.filter { $0.kind == .open }.reduce(FixedDecimal.zero) {
      $0 + ($1.risk ?? input.account.equity)
    }
    return .known(Headroom(remaining: remaining, unknown: unknown))
  }

  private static func closePrice(_ position: Position, _ quotes: QuoteBook) -> FixedDecimal? {
    guard case .known(let tick) = quotes.tick(position.symbol) else { return nil }
    return position.side == .buy ? tick.bid : tick.ask
  }

  func hold(adding risk: FixedDecimal, day: DailyLoss.Figures?, currency: String) -> Hold? {
    guard let day else { return Hold(.dailyLossHeadroom, "the day has no anchor yet") }
    let sum = day.loss + remaining + unknown + risk
    guard sum > day.limit else { return nil }
    return Hold(
      .dailyLossHeadroom,
      "\(day.loss.cents) lost + \(remaining.cents) at risk to the stops"
        + (unknown.isPositive ? " + \(unknown.cents) of unknown outcome" : "")
        + " + \(risk.cents) new = \(sum.cents) \(currency), over the day's limit \(day.limit.cents)",
      [
        "loss": .decimal(day.loss), "remaining_risk": .decimal(remaining), "unknown_risk": .decimal(unknown),
        "new_risk": .decimal(risk), "limit": .decimal(day.limit),
      ])
  }
}
