import Reconciler

/// A terminal of a few lines: it has positions and does what it is told. The paper terminal's books are the real model; this
/// one only has to be easy to steer.
struct FakeTerminal {
  var spec: AgentSpec
  var positions: [Position] = []
  var orders: [PendingOrder] = []
  var history: [HistoryRow] = []
  var balance: FixedDecimal
  var credit = FixedDecimal.zero
  var nextTicket: Int64 = 1000
  var prices: [Symbol: (bid: FixedDecimal, ask: FixedDecimal)] = [:]
  /// What a test changes about a symbol's ticks.
  var ticks: [Symbol: @Sendable (inout Tick) -> Void] = [:]
  var currency = "USD"
  var failure: ReadFailure?
  var historySupported = true
  var historyFails = false
  /// Brokers rewrite comments.
  var keepsComments = true
  /// And cut them.
  var commentLength = 31
  var late: [(TradeRequest, Steady)] = []
  var number: Int64? = 22437
  /// Shows these instead of the truth.
  var staleList: [Position]?
  /// How far its clock was set back.
  var clockBack = Duration.zero
  var magics = false
  /// The list of pending orders cannot be read.
  var ordersFail = false
  /// A partial close leaves the rest under the old ticket, as some bridges do.
  var keepsTickets = false
  /// The rest of a partial close says of which ticket it is.
  var namesAncestors = true
  /// The row of a partial close says which ticket the rest has.
  var namesDescendants = false
  /// Levels are kept with so many decimals.
  var levelDigits = 5

  init(spec: AgentSpec) {
    self.spec = spec
    balance = spec.risk.initialBalance.amount
    for symbol in spec.pairs { prices[symbol] = (FixedDecimal("2640.10") ?? .one, FixedDecimal("2640.40") ?? .one) }
  }

  var equity: FixedDecimal { balance + credit + positions.reduce(.zero) { $0 + $1.netProfit } }

  func snapshot(_ request: ReadRequest, began: Moment, ended: Moment) -> Snapshot {
    let span = ReadSpan(began: began, ended: ended)
    var account = Account(
      currency: currency, leverage: 100, balance: balance, credit: credit, equity: equity,
      profit: equity - balance - credit,
      margin: positions.isEmpty ? 0 : 10, freeMargin: equity - 10)
    account.number = number
    account.server = spec.terminal.server
    account.timestamp = began.wall - clockBack
    var snapshot = Snapshot(
      request: request, positions: Reply(staleList ?? positions, span), account: Reply(account, span))
    if request.orders {
      let why = ReadFailure(code: .malformed, message: "not a list", endpoint: "/orders")
      snapshot.orders = ordersFail ? .failed(why) : .read(Reply(orders, span))
    }
    if let days = request.historyDays {
      let edge = ended.wall - .seconds(Int64(days) * 86_400)
      let rows = history.filter { $0.closeTime.map { $0 >= edge } ?? true }
      let why = ReadFailure(code: .httpStatus, message: "500", endpoint: "/history")
      snapshot.history =
        historyFails ? .failed(why) : historySupported ? .read(Reply(rows, span)) : .unsupported
    }
    for symbol in request.ticks {
      guard let price = prices[symbol] else {
        snapshot.ticks[symbol] = .unsupported
        continue
      }
      var tick = Tick(symbol: symbol, bid: price.bid, ask: price.ask, time: ended.wall)
      tick.minLot = FixedDecimal("0.01")
      tick.lotStep = FixedDecimal("0.01")
      tick.maxLot = 100
      tick.digits = levelDigits
      tick.point = FixedDecimal("0.00001")
      // One unit of price is worth one unit of money a lot, unless a test says otherwise.
      tick.tickSize = FixedDecimal("0.01")
      tick.tickValue = FixedDecimal("0.01")
      tick.contractSize = 1
      ticks[symbol]?(&tick)
      snapshot.ticks[symbol] = .read(Reply(tick, span))
    }
    return snapshot
  }

  mutating func execute(_ request: TradeRequest, _ now: Moment) -> TradeAnswer {
    switch request.order {
    case .open(let symbol, let side, let lots, let stop, let goal, _):
      let price = prices[symbol].map { side == .buy ? $0.ask : $0.bid } ?? .one
      let ticket = add(symbol.text, side, lots, at: price, stop: stop?.rounded(places: levelDigits), goal: goal, now)
      positions[positions.count - 1].comment =
        keepsComments ? String(request.mark.prefix(commentLength)) : "broker text"
      return .done(TradeAnswer.Done(ticket: ticket, price: price, lots: lots))
    case .close(let ticket, let lots):
      if let k = orders.firstIndex(where: { $0.ticket == ticket }) {
        orders.remove(at: k)
        return .done(TradeAnswer.Done(ticket: ticket))
      }
      guard let k = positions.firstIndex(where: { $0.ticket == ticket }) else { return gone }
      return close(k, lots, comment: "", now)
    case .modify(let ticket, let stop, let goal):
      guard let k = positions.firstIndex(where: { $0.ticket == ticket }) else { return gone }
      positions[k].stopLoss = stop?.rounded(places: levelDigits)
      positions[k].takeProfit = goal?.rounded(places: levelDigits)
      return .done(TradeAnswer.Done(ticket: ticket))
    }
  }

  private var gone: TradeAnswer {
    .refused(TradeAnswer.Refusal(kind: .badParameters, errorCode: 4108, message: "unknown ticket"))
  }

  @discardableResult
  mutating func add(
    _ symbol: String, _ side: Side, _ lots: FixedDecimal, at price: FixedDecimal = 2640, stop: FixedDecimal? = 2600,
    goal: FixedDecimal? = nil, profit: FixedDecimal = .zero, _ now: Moment? = nil
  ) -> Ticket {
    nextTicket += 1
    var position = Position(
      ticket: Ticket(nextTicket), symbol: Symbol(symbol), side: side, lots: lots, openPrice: price, profit: profit)
    position.stopLoss = stop
    position.takeProfit = goal
    position.openTime = now?.wall ?? Timestamp(seconds: nextTicket)
    positions.append(position)
    return position.ticket
  }

  /// Closes one, whole or in part, as MT4 does: the remainder has a new ticket and the comment `from #OLD`.
  @discardableResult
  mutating func close(_ k: Int, _ lots: FixedDecimal?, comment: String, _ now: Moment) -> TradeAnswer {
    var position = positions.remove(at: k)
    let closed = min(lots ?? position.lots, position.lots)
    let share = (position.profit * closed).divided(by: position.lots) ?? .zero
    balance = balance + share
    var row = HistoryRow(
      ticket: position.ticket, kind: .trade(position.side), symbol: position.symbol, lots: closed, profit: share,
      comment: position.comment + comment, closeTime: now.wall)
    row.openTime = position.openTime
    if namesDescendants, closed < position.lots, !keepsTickets { row.comment = "to #\(nextTicket + 1)" }
    history.append(row)
    guard closed < position.lots else { return .done(TradeAnswer.Done(ticket: position.ticket, lots: closed)) }
    let old = position.ticket
    position.lots = position.lots - closed
    position.profit = position.profit - share
    if !keepsTickets {
      nextTicket += 1
      position.ticket = Ticket(nextTicket)
      position.comment = namesAncestors ? "from #\(old)" : "broker text"
    }
    positions.append(position)
    return .done(TradeAnswer.Done(ticket: old, lots: closed))
  }

  mutating func deposit(_ amount: FixedDecimal, _ now: Moment) {
    balance = balance + amount
    nextTicket += 1
    history.append(
      HistoryRow(
        ticket: Ticket(nextTicket), kind: .balance, symbol: Symbol(""), lots: 0, profit: amount, comment: "Deposit",
        closeTime: now.wall))
  }

  mutating func settleLate(_ now: Moment) {
    for (request, at) in late where at <= now.steady { _ = execute(request, Moment(wall: now.wall, steady: at)) }
    late.removeAll { $0.1 <= now.steady }
  }
}
