/// What an open would leave of the margin.
struct MarginRoom {
  var account: Account
  /// Of one lot; `nil` when neither the terminal nor the leverage tells.
  var perLot: FixedDecimal?
  /// Percent, after the trade.
  var minimumLevel: FixedDecimal?

  /// - Parameter reserved: lots x contract x price of opens whose outcome is not known: their margin may be taken already,
  ///   whatever the account said a moment ago.
  init(
    account: Account, tick: Tick, price: FixedDecimal, unitValue: FixedDecimal, minimumLevel: FixedDecimal?,
    reserved: FixedDecimal = .zero
  ) {
    self.account = account
    if let margin = reserved.divided(by: account.leverage) {
      self.account.margin = account.margin + margin
      self.account.freeMargin = account.freeMargin - margin
    }
    self.minimumLevel = minimumLevel
    if let required = tick.marginRequired, required.isPositive {
      perLot = required
    } else {
      // contract x price / leverage, in the account's currency.
      perLot = account.leverage.isPositive ? (unitValue * price).divided(by: account.leverage) : nil
    }
  }

  /// The most lots that the margin carries; `nil` when it is not known what a lot takes.
  func affordable(step: FixedDecimal) -> FixedDecimal? {
    guard let perLot, perLot.isPositive else { return nil }
    var room = account.freeMargin
    if let minimumLevel, let most = (account.equity * .hundred).divided(by: minimumLevel) {
      room = min(room, most - account.margin)
    }
    let lots = (max(.zero, room).divided(by: perLot) ?? .zero).floored(to: step)
    return lots * perLot > room ? max(.zero, lots - step) : lots
  }

  func hold(_ lots: FixedDecimal) -> Hold? {
    guard let perLot else {
      guard let minimumLevel else { return nil }
      return Hold(
        .minMarginLevel,
        "min_margin_level is \(minimumLevel) %, and the terminal tells neither the margin of a lot nor the leverage")
    }
    let needed = perLot * lots
    var numbers: [String: JSONValue] = [
      "margin_needed": .decimal(needed), "free_margin": .decimal(account.freeMargin),
      "margin": .decimal(account.margin), "equity": .decimal(account.equity),
    ]
    if needed > account.freeMargin {
      return Hold(
        .minMarginLevel, "\(lots) lots take \(needed.cents) of margin, free are \(account.freeMargin.cents)", numbers)
    }
    guard let minimumLevel, let level = (account.equity * .hundred).divided(by: account.margin + needed),
      level < minimumLevel
    else { return nil }
    numbers["margin_level_after"] = .decimal(level)
    numbers["min_margin_level"] = .decimal(minimumLevel)
    return Hold(
      .minMarginLevel,
      "the margin level would be \(level.rounded(places: 1)) % after it, min_margin_level is \(minimumLevel) %", numbers
    )
  }
}
