public import Reconciler

// What tests and the demo do to a terminal from outside: people, deposits, the market, and trouble.
extension ServedTerminal {
  /// A trade by a person at the terminal: magic 0, and nothing goes wrong.
  @discardableResult
  public func trade(_ order: TradeRequest.Order, comment: String = "") -> PaperReply {
    withModel { model, now in model.trade(byHand: order, comment: comment, at: now) }
  }

  /// A pending order by a person at the terminal.
  @discardableResult
  public func place(_ order: PendingOrder) -> PaperReply {
    withModel { model, now in model.place(order, at: now) }
  }

  /// Money in (positive) or out (negative).
  public func deposit(_ amount: FixedDecimal, comment: String = "Deposit") {
    withModel { model, now in model.operate(.balance, amount, comment: comment, at: now) }
  }

  /// Credit given (positive) or taken (negative).
  public func credit(_ amount: FixedDecimal, comment: String = "Credit") {
    withModel { model, now in model.operate(.credit, amount, comment: comment, at: now) }
  }

  /// Moves the price by `distance`, in price units, from now on. False for an unknown symbol and a price that would not
  /// stay above zero.
  @discardableResult
  public func shift(_ symbol: Symbol, by distance: FixedDecimal) -> Bool {
    withModel { model, now in model.shift(symbol, by: distance, at: now) }
  }

  /// Moves the price so that the bid is `bid` now.
  @discardableResult
  public func setPrice(_ symbol: Symbol, bid: FixedDecimal) -> Bool {
    withModel { model, now in model.setPrice(symbol, bid: bid, at: now) }
  }

  /// Fixes the spread, in price units; `nil` gives it back to the data.
  @discardableResult
  public func setSpread(_ symbol: Symbol, to spread: FixedDecimal?) -> Bool {
    withModel { model, now in model.setSpread(symbol, to: spread, at: now) }
  }

  /// Lets prices move, stand still, or stop coming.
  public func setMotion(_ motion: PaperMarket.Motion) {
    withModel { model, now in model.setMotion(motion, at: now) }
  }

  /// From the next request on.
  public func setFaults(_ faults: PaperFaults) {
    withModel { model, _ in model.faults = faults }
  }

  /// How long things take, from the next request on.
  public func setTiming(_ timing: PaperTiming) {
    withModel { model, _ in model.timing = timing }
  }

  /// Another account logs in under the same books.
  public func setAccount(_ number: Int64) {
    withModel { model, _ in model.changeAccount { $0.number = number } }
  }

  /// Changes what the broker allows, or where the account is.
  public func changeAccount(_ change: @Sendable (inout PaperAccount) -> Void) {
    withModel { model, _ in model.changeAccount(change) }
  }
}
