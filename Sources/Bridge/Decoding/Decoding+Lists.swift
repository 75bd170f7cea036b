import Reconciler

extension DecodingContext {
  static let positionsKeys = ["positions", "orders"]
  static let ordersKeys = ["orders", "positions"]

  func positions(_ document: JSONValue) throws(DecodingError) -> [Position] {
    try positions(try ReplyShape(cleaner: cleaner).rows(document, named: "positions", keys: Self.positionsKeys))
  }

  func positions(_ rows: [Fields]) throws(DecodingError) -> [Position] {
    var seen = Tickets()
    var positions: [Position] = []
    positions.reserveCapacity(rows.count)
    for row in rows {
      let ticket = try seen.add(row)
      switch try row.type() {
      case .market(let side): positions.append(try position(row, ticket: ticket, side: side))
      // MQL's order pool holds pending orders too, and some bridges list them here; `/orders` is where they are read.
      case .pending: continue
      case .balance, .credit: throw row.wrong(FieldName.type, "is not a position's")
      }
    }
    return positions
  }

  func pendingOrders(_ document: JSONValue) throws(DecodingError) -> [PendingOrder] {
    try pendingOrders(try ReplyShape(cleaner: cleaner).rows(document, named: "orders", keys: Self.ordersKeys))
  }

  func pendingOrders(_ rows: [Fields]) throws(DecodingError) -> [PendingOrder] {
    var seen = Tickets()
    var orders: [PendingOrder] = []
    for row in rows {
      let ticket = try seen.add(row)
      switch try row.type() {
      case .pending(let kind): orders.append(try order(row, ticket: ticket, kind: kind))
      case .market: continue
      case .balance, .credit: throw row.wrong(FieldName.type, "is not a pending order's")
      }
    }
    return orders
  }

  func history(_ document: JSONValue) throws(DecodingError) -> [HistoryRow] {
    let keys = ["history", "orders", "positions"]
    let rows = try ReplyShape(cleaner: cleaner).rows(document, named: "history", keys: keys)
    var seen = Tickets()
    var history: [HistoryRow] = []
    history.reserveCapacity(rows.count)
    for row in rows { history.append(try historyRow(row, ticket: try seen.addOptional(row))) }
    return history
  }

  private func position(_ row: Fields, ticket: Ticket, side: Side) throws(DecodingError) -> Position {
    var position = Position(
      ticket: ticket, symbol: symbols.canonical(try row.text(FieldName.symbol)), side: side,
      lots: try row.positive(FieldName.lots), openPrice: try row.positive(FieldName.openPrice),
      profit: try row.decimal(FieldName.profit), swap: try row.optionalDecimal(FieldName.swap) ?? .zero,
      commission: try row.optionalDecimal(FieldName.commission) ?? .zero,
      comment: try row.optionalText(FieldName.comment) ?? "")
    position.currentPrice = try row.level(FieldName.currentPrice)
    position.stopLoss = try row.level(FieldName.stopLoss)
    position.takeProfit = try row.level(FieldName.takeProfit)
    position.magic = try row.magic()
    position.openTime = try row.optionalTime(FieldName.openTime, zone: zone)
    return position
  }

  private func order(_ row: Fields, ticket: Ticket, kind: PendingOrder.Kind) throws(DecodingError) -> PendingOrder {
    var order = PendingOrder(
      ticket: ticket, symbol: symbols.canonical(try row.text(FieldName.symbol)), kind: kind,
      lots: try row.positive(FieldName.lots), price: try row.positive(FieldName.pendingPrice),
      comment: try row.optionalText(FieldName.comment) ?? "")
    order.stopLoss = try row.level(FieldName.stopLoss)
    order.takeProfit = try row.level(FieldName.takeProfit)
    order.magic = try row.magic()
    order.openTime = try row.optionalTime(FieldName.openTime, zone: zone)
    order.expiration = try row.optionalTime(FieldName.expiration, zone: zone)
    return order
  }

  private func historyRow(_ row: Fields, ticket: Ticket) throws(DecodingError) -> HistoryRow {
    let kind: HistoryRow.Kind =
      switch try row.type() {
      case .market(let side): .trade(side)
      case .pending: .cancelled
      case .balance: .balance
      case .credit: .credit
      }
    let isTrade = if case .trade = kind { true } else { false }
    // Money that moved must be there; only an order that never ran may leave it out.
    let profit = kind == .cancelled ? try row.optionalDecimal(FieldName.profit) : try row.decimal(FieldName.profit)
    let name = isTrade ? try row.text(FieldName.symbol) : try row.optionalText(FieldName.symbol) ?? ""
    let lots = isTrade ? try row.positive(FieldName.lots) : try row.optionalNonNegative(FieldName.lots)
    var entry = HistoryRow(
      ticket: ticket, kind: kind, symbol: name.isEmpty ? Symbol("") : symbols.canonical(name), lots: lots ?? .zero,
      profit: profit ?? .zero, swap: try row.optionalDecimal(FieldName.swap) ?? .zero,
      commission: try row.optionalDecimal(FieldName.commission) ?? .zero,
      comment: try row.optionalText(FieldName.comment) ?? "",
      closeTime: try row.optionalTime(FieldName.closeTime, zone: zone))
    entry.openPrice = try row.level(kind == .cancelled ? FieldName.pendingPrice : FieldName.openPrice)
    entry.closePrice = try row.level(FieldName.closePrice)
    entry.stopLoss = try row.level(FieldName.stopLoss)
    entry.takeProfit = try row.level(FieldName.takeProfit)
    entry.magic = try row.magic()
    entry.openTime = try row.optionalTime(FieldName.openTime, zone: zone)
    return entry
  }
}

/// The tickets of one list: each comes once.
private struct Tickets {
  private var seen: Set<Ticket> = []

  mutating func add(_ row: Fields) throws(DecodingError) -> Ticket {
    let ticket = try row.ticket()
    guard seen.insert(ticket).inserted else { throw row.wrong(FieldName.ticket, "comes twice in the list") }
    return ticket
  }

  /// 0 where the row has none.
  mutating func addOptional(_ row: Fields) throws(DecodingError) -> Ticket {
    let number = try row.optionalInteger(FieldName.ticket) ?? 0
    return number == 0 ? Ticket(0) : try add(row)
  }
}
