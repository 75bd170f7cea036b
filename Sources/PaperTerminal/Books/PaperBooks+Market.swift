public import Reconciler

// What a tick does: triggers, stops, stop-out. All of it happens between two reads of a client.
extension PaperBooks {
  /// Takes a quote and lets everything happen that it causes. Ignored while the market is closed, for an unknown symbol,
  /// and unless 0 < bid <= ask.
  ///
  /// A stop-loss and a stop order fill at the price that came (a gap costs); a take-profit and a limit order fill at
  /// their own price.
  public mutating func receive(_ quote: PaperQuote, for symbol: Symbol) {
    guard let at = index[symbol], quote.bid.isPositive, quote.ask >= quote.bid else { return }
    guard account.hours.isOpen(at: quote.time) else { return }
    if quote.time > serverTime {
      if !positions.isEmpty { rollOver(from: serverTime, to: quote.time) }
      serverTime = quote.time
    }
    quotes[at] = quote
    if !pending.isEmpty { trigger(at, quote) }
    if !positions.isEmpty {
      runStops(at, quote)
      stopOut(at: quote.time)
    }
  }

  private mutating func runStops(_ instrument: Int, _ quote: PaperQuote) {
    var at = 0
    while at < positions.count {
      let position = positions[at]
      guard position.instrument == instrument, let hit = hit(position.facts, quote) else {
        at += 1
        continue
      }
      let comment = cut(position.facts.comment, keeping: hit.cause == .stopLoss ? "[sl]" : "[tp]")
      settle(
        at, lots: position.facts.lots, price: hit.price, cause: hit.cause, comment: comment, at: quote.time)
    }
  }

  private func hit(_ position: Position, _ quote: PaperQuote) -> (price: FixedDecimal, cause: PaperCause)? {
    let price = position.side == .buy ? quote.bid : quote.ask
    if let level = position.stopLoss, ((price - level) * position.side.sign).units <= 0 { return (price, .stopLoss) }
    if let level = position.takeProfit, ((price - level) * position.side.sign).units >= 0 {
      return (level, .takeProfit)
    }
    return nil
  }

  private mutating func trigger(_ instrument: Int, _ quote: PaperQuote) {
    var at = 0
    while at < pending.count {
      let order = pending[at]
      if let end = order.facts.expiration, end <= quote.time {
        cancel(at, cause: .expired, at: quote.time)
        continue
      }
      guard order.instrument == instrument, let price = fill(order.facts, quote) else {
        at += 1
        continue
      }
      let opening = Opening(
        instrument: instrument, side: order.facts.kind.side, lots: order.facts.lots, stopLoss: order.facts.stopLoss,
        takeProfit: order.facts.takeProfit, comment: order.facts.comment, magic: order.facts.magic ?? 0,
        requestID: nil)
      if enter(opening, ticket: order.facts.ticket, price: price, cause: .triggered, at: quote.time) {
        pending.remove(at: at)
      } else {
        cancel(at, cause: .expired, at: quote.time)
      }
    }
  }

  private func fill(_ order: PendingOrder, _ quote: PaperQuote) -> FixedDecimal? {
    switch order.kind {
    case .buyLimit: quote.ask <= order.price ? order.price : nil
    case .sellLimit: quote.bid >= order.price ? order.price : nil
    case .buyStop: quote.ask >= order.price ? quote.ask : nil
    case .sellStop: quote.bid <= order.price ? quote.bid : nil
    }
  }

  /// Closes the largest loss, again and again, until the margin level is above the stop-out level.
  private mutating func stopOut(at now: Timestamp) {
    while let level = marginLevel, level <= account.stopoutLevel {
      let worst = positions.indices.min { a, b in
        (profit(of: positions[a]), positions[a].facts.ticket) < (profit(of: positions[b]), positions[b].facts.ticket)
      }
      guard let worst, let price = closingPrice(positions[worst].instrument, positions[worst].facts.side) else {
        return
      }
      let comment = cut("so: \(level.text(minimumPlaces: 1))%/\(equity.money)/\(margin.money)")
      settle(
        worst, lots: positions[worst].facts.lots, price: price, cause: .stopOut, comment: comment, at: now)
    }
  }

  /// Places a pending order, as a person at the terminal would; bridges have no such command.
  ///
  /// - Parameter order: its ticket and open time are not used.
  @discardableResult
  public mutating func place(_ order: PendingOrder, at now: Timestamp) -> PaperReply {
    guard account.tradeAllowed else { return PaperReply(.tradeDisabled) }
    guard account.hours.isOpen(at: now) else { return PaperReply(.marketClosed) }
    guard let at = index[order.symbol] else { return PaperReply(.unknownSymbol) }
    guard let quote = quotes[at] else { return PaperReply(.offQuotes) }
    guard lotsAreValid(order.lots, at) else { return PaperReply(.invalidLots) }
    let distance =
      switch order.kind {
      case .buyLimit: quote.ask - order.price
      case .buyStop: order.price - quote.ask
      case .sellLimit: order.price - quote.bid
      case .sellStop: quote.bid - order.price
      }
    let level = PaperQuote(bid: order.price, ask: order.price, time: now)
    guard isLevel(order.price, distance, at),
      stopsAreValid(order.stopLoss, order.takeProfit, order.kind.side, at, from: level)
    else { return PaperReply(.invalidStops) }
    guard account.limitOrders == 0 || positions.count + pending.count < account.limitOrders else {
      return PaperReply(.tooManyOrders)
    }
    var placed = order
    placed.ticket = takeTicket()
    placed.openTime = now
    placed.comment = cut(order.comment)
    pending.append(PaperPending(facts: placed, instrument: at))
    log(.placed, nil, ticket: placed.ticket, lots: placed.lots, price: placed.price, cause: .manual, at: now)
    return PaperReply(done: placed.ticket, price: placed.price, lots: placed.lots)
  }
}
