import Reconciler

/// The contract's JSON: prices with the instrument's digits, money with two places, times in UTC with a `Z`.
struct PaperWire {
  let books: PaperBooks
  let extensions: Bool

  func account(_ account: Account) -> JSONValue {
    let zone = books.account.serverZone
    return .fields([
      "account": account.number.map { .int($0) },
      "name": account.name.map { .string($0) },
      "server": account.server.map { .string($0) },
      "currency": .string(account.currency),
      "leverage": number(account.leverage),
      "balance": money(account.balance),
      "credit": money(account.credit),
      "equity": money(account.equity),
      "profit": money(account.profit),
      "margin": money(account.margin),
      "free_margin": money(account.freeMargin),
      "margin_level": money(account.marginLevel ?? .zero),
      "stopout_level": account.stopoutLevel.map(number),
      "limit_orders": .int(account.limitOrders ?? 0),
      "trade_allowed": .bool(account.tradeAllowed ?? true),
      "connected": .bool(account.connected ?? true),
      "demo": .bool(account.demo ?? true),
      "server_time": .string(Self.civil(zone.local(books.serverTime))),
      "server_utc_offset": .int(account.serverUTCOffsetSeconds ?? 0),
      "timestamp": account.timestamp.map(time),
    ])
  }

  func tick(_ tick: Tick) -> JSONValue {
    let digits = tick.digits ?? 0
    let point = tick.point ?? .one
    return .fields([
      "symbol": .string(tick.symbol.text),
      "bid": price(tick.bid, digits),
      "ask": price(tick.ask, digits),
      "spread": tick.spread.divided(by: point).map(number),
      "digits": .int(digits),
      "point": number(point),
      "timestamp": time(tick.time),
      "tick_size": tick.tickSize.map(number),
      "tick_value": tick.tickValue.map(number),
      "contract_size": tick.contractSize.map(number),
      "min_lot": tick.minLot.map(number),
      "max_lot": tick.maxLot.map(number),
      "lot_step": tick.lotStep.map(number),
      "stop_level": tick.stopLevel.map(number),
      "freeze_level": tick.freezeLevel.map(number),
      "margin_required": tick.marginRequired.map(money),
      "trade_allowed": .bool(tick.tradeAllowed ?? true),
    ])
  }

  func position(_ position: Position) -> JSONValue { .fields(of: fields(position)) }

  private func fields(_ position: Position) -> [String: JSONValue?] {
    let digits = digits(position.symbol)
    return [
      "ticket": .int(position.ticket.number),
      "symbol": .string(position.symbol.text),
      "type": .string(position.side.rawValue),
      "lots": lots(position.lots),
      "open_price": price(position.openPrice, digits),
      "current_price": position.currentPrice.map { price($0, digits) },
      "sl": level(position.stopLoss, digits),
      "tp": level(position.takeProfit, digits),
      "profit": money(position.profit),
      "swap": money(position.swap),
      "commission": money(position.commission),
      "magic": extensions ? .int(position.magic ?? 0) : nil,
      "comment": .string(position.comment),
      "open_time": position.openTime.map(time),
    ]
  }

  func order(_ order: PendingOrder) -> JSONValue {
    let digits = digits(order.symbol)
    return .fields([
      "ticket": .int(order.ticket.number),
      "symbol": .string(order.symbol.text),
      "type": .string(order.kind.rawValue),
      "lots": lots(order.lots),
      "price": price(order.price, digits),
      "sl": level(order.stopLoss, digits),
      "tp": level(order.takeProfit, digits),
      "magic": extensions ? .int(order.magic ?? 0) : nil,
      "comment": .string(order.comment),
      "open_time": order.openTime.map(time),
      "expiration": order.expiration.map(time),
    ])
  }

  func closed(_ closed: PaperClosed) -> JSONValue {
    let row = closed.row
    let digits = digits(row.symbol)
    let type =
      switch row.kind {
      case .trade(let side): side.rawValue
      case .cancelled: (closed.pending ?? .buyLimit).rawValue
      case .balance: "balance"
      case .credit: "credit"
      }
    let isTrade = row.openPrice != nil
    return .fields([
      "ticket": .int(row.ticket.number),
      "symbol": .string(row.symbol.text),
      "type": .string(type),
      "lots": isTrade ? lots(row.lots) : 0,
      "open_price": row.openPrice.map { price($0, digits) },
      "close_price": row.closePrice.map { price($0, digits) },
      "sl": isTrade ? level(row.stopLoss, digits) : nil,
      "tp": isTrade ? level(row.takeProfit, digits) : nil,
      "profit": money(row.profit),
      "swap": isTrade ? money(row.swap) : nil,
      "commission": isTrade ? money(row.commission) : nil,
      "magic": extensions && isTrade ? .int(row.magic ?? 0) : nil,
      "comment": .string(row.comment),
      "open_time": row.openTime.map(time),
      "close_time": row.closeTime.map(time),
    ])
  }

  func reply(_ reply: PaperReply) -> JSONValue {
    var fields: [String: JSONValue?] = [
      "success": .bool(reply.success),
      "ticket": .int(reply.ticket?.number ?? 0),
      "message": .string(reply.code.message),
      "error_code": .int(reply.code.rawValue),
    ]
    if reply.success {
      let digits = digits(books.executions.last?.symbol ?? Symbol(""))
      fields["price"] = reply.price.map { price($0, digits) }
      fields["lots"] = reply.lots.map(lots)
      if extensions { fields["new_ticket"] = reply.newTicket.map { .int($0.number) } ?? .null }
    }
    return .fields(of: fields)
  }

  private func digits(_ symbol: Symbol) -> Int { books.instrument(symbol)?.digits ?? 0 }
  private func number(_ value: FixedDecimal) -> JSONValue { .number(value.description) }
  private func money(_ value: FixedDecimal) -> JSONValue { .number(value.inCents.text(minimumPlaces: 2)) }
  private func lots(_ value: FixedDecimal) -> JSONValue { .number(value.text(minimumPlaces: 2)) }
  private func price(_ value: FixedDecimal, _ digits: Int) -> JSONValue { .number(value.text(minimumPlaces: digits)) }
  private func level(_ value: FixedDecimal?, _ digits: Int) -> JSONValue {
    value.map { price($0, digits) } ?? .number("0.0")
  }
  private func time(_ value: Timestamp) -> JSONValue { .string(Self.civil(CivilTime(value)) + "Z") }

  /// `2025-03-14T13:04:05`.
  static func civil(_ time: CivilTime) -> String {
    let text = time.instant().rfc3339
    return String(text.prefix(19))
  }
}

extension JSONValue {
  /// The same shape with kinds that no reader may accept: numbers as objects, texts as true.
  var withWrongTypes: JSONValue {
    switch self {
    case .null: .null
    case .bool: "maybe"
    case .number(let text): ["value": .number(text)]
    case .string: true
    case .array(let items): .array(items.map(\.withWrongTypes))
    case .object(let members): .object(members.mapValues(\.withWrongTypes))
    }
  }
}
