public import Reconciler

// What `POST /trade` does, and what a person at the terminal can do besides.
extension PaperBooks {
  /// Executes one order at the current quote, or says why not.
  ///
  /// The bridge's `slippage` has no bearing: the price is the server's own, and requotes are a fault that is drawn
  /// outside of the books.
  ///
  /// - Parameters:
  ///   - comment: of an open; cut to what the server keeps.
  ///   - requestID: kept in the execution log; not used to tell a repeated request (public bridges do not either).
  public mutating func execute(
    _ order: TradeRequest.Order, comment: String = "", magic: Int32? = nil, requestID: String? = nil,
    cause: PaperCause = .client, at now: Timestamp
  ) -> PaperReply {
    guard account.tradeAllowed else { return PaperReply(.tradeDisabled) }
    guard account.hours.isOpen(at: now) else { return PaperReply(.marketClosed) }
    switch order {
    case .open(let symbol, let side, let lots, let stopLoss, let takeProfit, _):
      guard let at = index[symbol] else { return PaperReply(.unknownSymbol) }
      let facts = Opening(
        instrument: at, side: side, lots: lots, stopLoss: stopLoss, takeProfit: takeProfit, comment: cut(comment),
        magic: magic ?? 0, requestID: requestID)
      return open(facts, cause: cause, at: now)
    case .close(let ticket, let lots):
      return close(ticket, lots: lots, requestID: requestID, cause: cause, at: now)
    case .modify(let ticket, let stopLoss, let takeProfit):
      return modify(
        ticket, stopLoss: stopLoss, takeProfit: takeProfit, requestID: requestID, cause: cause, at: now)
    }
  }

  /// The same from the core's own request: its mark is the comment.
  public mutating func execute(_ request: TradeRequest, at now: Timestamp) -> PaperReply {
    execute(
      request.order, comment: request.mark, magic: request.magic, requestID: request.requestID, at: now)
  }

  struct Opening {
    let instrument: Int
    let side: Side
    let lots: FixedDecimal
    let stopLoss: FixedDecimal?
    let takeProfit: FixedDecimal?
    let comment: String
    let magic: Int32
    let requestID: String?
  }

  private mutating func open(_ order: Opening, cause: PaperCause, at now: Timestamp) -> PaperReply {
    guard let quote = quotes[order.instrument] else { return PaperReply(.offQuotes) }
    guard lotsAreValid(order.lots, order.instrument) else { return PaperReply(.invalidLots) }
    if account.refusesStopsOnOpen, order.stopLoss != nil || order.takeProfit != nil { return PaperReply(.invalidStops) }
    guard stopsAreValid(order.stopLoss, order.takeProfit, order.side, order.instrument, from: quote) else {
      return PaperReply(.invalidStops)
    }
    guard account.limitOrders == 0 || positions.count + pending.count < account.limitOrders else {
      return PaperReply(.tooManyOrders)
    }
    let opposes = positions.contains { $0.instrument == order.instrument && $0.facts.side != order.side }
    guard account.allowsHedging || !opposes else { return PaperReply(.hedgingForbidden) }
    let price = order.side == .buy ? quote.ask : quote.bid
    let ticket = Ticket(nextTicket)
    guard enter(order, ticket: ticket, price: price, cause: cause, at: now) else { return PaperReply(.notEnoughMoney) }
    nextTicket += 1
    return PaperReply(done: ticket, price: price, lots: order.lots)
  }

  /// Books a position, if the free margin carries its margin and commission; the caller has checked all else.
  mutating func enter(
    _ order: Opening, ticket: Ticket, price: FixedDecimal, cause: PaperCause, at now: Timestamp
  ) -> Bool {
    let instrument = instruments[order.instrument]
    guard let marginPerLot = marginPerLot(order.instrument, side: order.side, price: price),
      profitConversions[order.instrument] != nil
    else { return false }
    var facts = Position(
      ticket: ticket, symbol: instrument.symbol, side: order.side, lots: order.lots, openPrice: price)
    facts.stopLoss = order.stopLoss
    facts.takeProfit = order.takeProfit
    facts.commission = (-instrument.commissionPerLot * order.lots).inCents
    facts.magic = order.magic
    facts.comment = order.comment
    facts.openTime = now
    let position = PaperPosition(
      facts: facts, root: ticket, requestID: order.requestID, marginPerLot: marginPerLot, instrument: order.instrument)
    guard freeMargin + facts.commission >= position.margin else { return false }
    // A pending order keeps its ticket when it opens, so that the place is found, not assumed to be the last.
    let place = positions.firstIndex { $0.facts.ticket > ticket } ?? positions.count
    positions.insert(position, at: place)
    log(
      .opened, facts, ticket: ticket, lots: order.lots, price: price, cause: cause, requestID: order.requestID, at: now)
    return true
  }

  private mutating func close(
    _ ticket: Ticket, lots: FixedDecimal?, requestID: String?, cause: PaperCause, at now: Timestamp
  ) -> PaperReply {
    if let order = pending.firstIndex(where: { $0.facts.ticket == ticket }) {
      cancel(order, cause: cause, requestID: requestID, at: now)
      return PaperReply(done: ticket)
    }
    guard let at = positions.firstIndex(where: { $0.facts.ticket == ticket }) else { return PaperReply(.unknownTicket) }
    let position = positions[at]
    let closing = lots ?? position.facts.lots
    guard let price = closingPrice(position.instrument, position.facts.side) else { return PaperReply(.offQuotes) }
    let rest = position.facts.lots - closing
    guard rest.isZero || (lotsAreValid(closing, position.instrument) && lotsAreValid(rest, position.instrument)) else {
      return PaperReply(.invalidLots)
    }
    guard !isFrozen(position.facts, position.instrument, at: price) else { return PaperReply(.tooClose) }
    let hasOlder = positions[..<at].contains { $0.instrument == position.instrument }
    guard !account.demandsFIFO || !hasOlder else { return PaperReply(.againstFIFO) }
    let newTicket = settle(at, lots: closing, price: price, cause: cause, requestID: requestID, at: now)
    return PaperReply(done: ticket, price: price, lots: closing, newTicket: newTicket)
  }

  private mutating func modify(
    _ ticket: Ticket, stopLoss: FixedDecimal?, takeProfit: FixedDecimal?, requestID: String?, cause: PaperCause,
    at now: Timestamp
  ) -> PaperReply {
    guard let at = positions.firstIndex(where: { $0.facts.ticket == ticket }) else { return PaperReply(.unknownTicket) }
    let position = positions[at]
    guard position.facts.stopLoss != stopLoss || position.facts.takeProfit != takeProfit else {
      return PaperReply(.noResult)
    }
    guard let quote = quotes[position.instrument], let price = closingPrice(position.instrument, position.facts.side)
    else { return PaperReply(.offQuotes) }
    guard !isFrozen(position.facts, position.instrument, at: price) else { return PaperReply(.tooClose) }
    // A level that stays where it is may have come nearer to the price than a new one could be.
    let newStop = stopLoss == position.facts.stopLoss ? nil : stopLoss
    let newProfit = takeProfit == position.facts.takeProfit ? nil : takeProfit
    guard stopsAreValid(newStop, newProfit, position.facts.side, position.instrument, from: quote) else {
      return PaperReply(.invalidStops)
    }
    positions[at].facts.stopLoss = stopLoss
    positions[at].facts.takeProfit = takeProfit
    log(
      .modified, positions[at].facts, ticket: ticket, lots: position.facts.lots, cause: cause, requestID: requestID,
      at: now)
    return PaperReply(done: ticket, price: position.facts.openPrice, lots: position.facts.lots)
  }
}
