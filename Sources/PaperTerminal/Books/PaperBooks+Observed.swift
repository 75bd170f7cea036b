public import Reconciler

// What a perfect bridge would report, as the core's own values.
extension PaperBooks {
  /// `GET /account`.
  ///
  /// - Parameter now: the terminal's own clock, which goes on while the market is closed.
  public func observedAccount(at now: Timestamp) -> Account {
    let floating = floating
    let margin = margin
    let equity = balance + credit + floating
    var result = Account(
      currency: account.currency, leverage: account.leverage, balance: balance, credit: credit, equity: equity,
      profit: floating, margin: margin, freeMargin: equity - margin)
    result.number = account.number
    result.name = account.name
    result.server = account.server
    result.marginLevel = (equity * .hundred).divided(by: margin)?.inCents
    result.stopoutLevel = account.stopoutLevel
    result.limitOrders = account.limitOrders
    result.tradeAllowed = account.tradeAllowed
    result.connected = true
    result.demo = account.demo
    result.timestamp = now
    result.serverUTCOffsetSeconds = account.serverZone.offsetSeconds(at: now)
    return result
  }

  /// `GET /positions`, by ticket.
  public func observedPositions() -> [Position] {
    positions.map { position in
      var facts = position.facts
      facts.profit = profit(of: position)
      facts.currentPrice = closingPrice(position.instrument, facts.side)
      return facts
    }
  }

  /// `GET /orders`, by ticket.
  public func observedOrders() -> [PendingOrder] { pending.map(\.facts) }

  /// The rows that `GET /history?days=N` shows: those of the last `days`, as far as the terminal's own history tab
  /// reaches, in the order in which they came.
  ///
  /// - Parameter first: only so many of the rows that there are; `nil` for all.
  public func closedRows(days: Int, at now: Timestamp, first: Int? = nil) -> [PaperClosed] {
    let shown = Swift.min(days, account.historyDays ?? days)
    let from = now - .seconds(86_400 * Int64(shown))
    return closed.prefix(first ?? closed.count).filter { ($0.row.closeTime ?? now) >= from }
  }

  /// The same as the core's values.
  public func observedHistory(days: Int, at now: Timestamp) -> [HistoryRow] {
    closedRows(days: days, at: now).map(\.row)
  }

  /// `GET /tick/{symbol}`; `nil` for an unknown symbol and before its first quote.
  public func observedTick(_ symbol: Symbol, at now: Timestamp) -> Tick? {
    guard let index = index[symbol], let quote = quotes[index] else { return nil }
    let instrument = instruments[index]
    var tick = Tick(symbol: symbol, bid: quote.bid, ask: quote.ask, time: quote.time)
    tick.digits = instrument.digits
    tick.point = instrument.point
    tick.tickSize = instrument.tickSize
    tick.tickValue = tickValue(index)
    tick.contractSize = instrument.contractSize
    tick.minLot = instrument.minLot
    tick.maxLot = instrument.maxLot
    tick.lotStep = instrument.lotStep
    tick.stopLevel = FixedDecimal(instrument.stopLevel)
    tick.freezeLevel = FixedDecimal(instrument.freezeLevel)
    tick.marginRequired = marginPerLot(index, side: .buy, price: quote.ask)?.inCents
    tick.tradeAllowed = account.tradeAllowed && account.hours.isOpen(at: now)
    return tick
  }
}
