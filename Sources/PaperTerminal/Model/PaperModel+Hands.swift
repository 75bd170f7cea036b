public import Reconciler

// What people and the world do to a terminal besides its bridge. The caller has advanced the model to `now`.
extension PaperModel {
  /// A trade by a person at the terminal: magic 0, and nothing goes wrong.
  public mutating func trade(byHand order: TradeRequest.Order, comment: String = "", at now: Timestamp) -> PaperReply {
    books.execute(order, comment: comment, cause: .manual, at: now)
  }

  /// A pending order by a person at the terminal.
  public mutating func place(_ order: PendingOrder, at now: Timestamp) -> PaperReply { books.place(order, at: now) }

  /// A deposit or withdrawal, or credit given or taken.
  public mutating func operate(_ kind: HistoryRow.Kind, _ amount: FixedDecimal, comment: String, at now: Timestamp) {
    books.operate(kind, amount, comment: comment, at: now)
  }

  /// Moves the price by `distance`; false if it cannot be.
  public mutating func shift(_ symbol: Symbol, by distance: FixedDecimal, at now: Timestamp) -> Bool {
    receive(market.shift(symbol, by: distance, at: now))
  }

  /// Moves the price so that the bid is `bid`; false if it cannot be.
  public mutating func setPrice(_ symbol: Symbol, bid: FixedDecimal, at now: Timestamp) -> Bool {
    receive(market.set(symbol, bid: bid, at: now))
  }

  /// Fixes the spread, or gives it back to the data; false for an unknown symbol.
  public mutating func setSpread(_ symbol: Symbol, to spread: FixedDecimal?, at now: Timestamp) -> Bool {
    receive(market.setSpread(symbol, to: spread, at: now))
  }

  /// Lets prices move, stand still, or stop coming.
  public mutating func setMotion(_ motion: PaperMarket.Motion, at now: Timestamp) { market.set(motion, at: now) }

  /// Changes what the broker allows, or who is logged in. Currency and leverage are best left as they were.
  public mutating func changeAccount(_ change: (inout PaperAccount) -> Void) { change(&books.account) }

  mutating func receive(_ ticks: [PaperMarket.Tick]) {
    for tick in ticks { books.receive(tick.quote, for: tick.symbol) }
  }

  private mutating func receive(_ tick: PaperMarket.Tick?) -> Bool {
    guard let tick else { return false }
    books.receive(tick.quote, for: tick.symbol)
    return true
  }
}
