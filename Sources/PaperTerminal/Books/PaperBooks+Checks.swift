import Reconciler

extension PaperBooks {
  /// Within minimum and maximum and on the step.
  func lotsAreValid(_ lots: FixedDecimal, _ index: Int) -> Bool {
    let instrument = instruments[index]
    return lots >= instrument.minLot && lots <= instrument.maxLot && lots.isMultiple(of: instrument.lotStep)
  }

  /// On the right sides of the price at which the position would close, on its grid, and no nearer than the stop level.
  func stopsAreValid(
    _ stopLoss: FixedDecimal?, _ takeProfit: FixedDecimal?, _ side: Side, _ index: Int, from quote: PaperQuote
  ) -> Bool {
    let price = side == .buy ? quote.bid : quote.ask
    if let stopLoss, !isLevel(stopLoss, (price - stopLoss) * side.sign, index) { return false }
    if let takeProfit, !isLevel(takeProfit, (takeProfit - price) * side.sign, index) { return false }
    return true
  }

  func isLevel(_ level: FixedDecimal, _ distance: FixedDecimal, _ index: Int) -> Bool {
    let instrument = instruments[index]
    return level.isPositive && level.isMultiple(of: instrument.point) && distance.isPositive
      && distance >= instrument.price(points: instrument.stopLevel)
  }

  /// Whether the price has come within the freeze level of the position's stop or take-profit.
  func isFrozen(_ position: Position, _ index: Int, at price: FixedDecimal) -> Bool {
    let instrument = instruments[index]
    guard instrument.freezeLevel > 0 else { return false }
    let zone = instrument.price(points: instrument.freezeLevel)
    return [position.stopLoss, position.takeProfit].contains { level in
      level.map { (price - $0).magnitude <= zone } ?? false
    }
  }

  /// As much of the comment as the server keeps, with `suffix` kept whole.
  func cut(_ comment: String, keeping suffix: String = "") -> String {
    var kept = comment
    let limit = Swift.max(account.commentLimit - suffix.utf8.count, 0)
    while kept.utf8.count > limit { kept.unicodeScalars.removeLast() }
    return kept + suffix
  }
}
