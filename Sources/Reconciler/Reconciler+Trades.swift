// Closed trades: each row of history that is ours to report, once.

extension Reconciler {
  /// Looks for which a row is awaited after its ticket vanished.
  static let looksForRow = 5

  /// Asks for history while a ticket that vanished has no row yet.
  mutating func awaitRows(_ i: Int, _ positions: [Position]) {
    if agents[i].awaitedRows.isEmpty, agents[i].lastTickets == positions.map(\.ticket) { return }
    let present = Set(positions.map(\.ticket))
    for ticket in agents[i].lastTickets where !present.contains(ticket) {
      agents[i].awaitedRows[ticket] = Self.looksForRow
    }
    for ticket in agents[i].awaitedRows.keys.sorted() {
      let looks = agents[i].awaitedRows[ticket] ?? 0
      let isOver = looks <= 0 || present.contains(ticket) || agents[i].history.unsupported
      agents[i].awaitedRows[ticket] = isOver ? nil : looks - 1
    }
    if !agents[i].awaitedRows.isEmpty { agents[i].wantsHistory = true }
  }

  /// Records what the last history shows and no record tells of. Only once the account has answered again after it: rows
  /// of a wrong account would stand in the record for ever.
  mutating func noteTrades(_ i: Int, _ positions: [Position], _ account: Reply<Account>, _ now: Moment) {
    let confirmed = agents[i].freshHistories.filter { account.span.began.steady >= $0.span.ended.steady }
    guard let reply = confirmed.last else { return }
    agents[i].freshHistories.removeFirst(confirmed.count)
    let rows = reply.value.filter { $0.ticket.number > 0 && $0.closeTime != nil }
    for row in rows.sorted(by: Self.closedBefore) {
      guard let closeTime = row.closeTime else { continue }
      let book = agents[i].memory.trades
      let opened = row.kind == .balance ? closeTime : row.openTime
      let place = book.place(row.ticket, openTime: opened, closeTime: closeTime)
      guard place != .foreign,
        !book.contains(row.ticket, closeTime: closeTime, lots: row.lots, net: row.netProfit)
      else { continue }
      switch row.kind {
      case .trade(let side):
        agents[i].awaitedRows[row.ticket] = nil
        noteTrade(i, row, side, closeTime, place, Self.remainder(of: row, rows, positions), account, now)
      case .balance:
        if row.effect?.isFlow == false { noteBooking(i, row, closeTime, place, account, now) }
      case .credit, .cancelled: break
      }
    }
  }

  private static func closedBefore(_ a: HistoryRow, _ b: HistoryRow) -> Bool {
    (a.closeTime?.microseconds ?? 0, a.ticket) < (b.closeTime?.microseconds ?? 0, b.ticket)
  }

  /// What is left of the position of which the row is a part: by the row's own `to #NEW`, else by the remainder's
  /// `from #OLD`, else under the same ticket.
  private static func remainder(of row: HistoryRow, _ rows: [HistoryRow], _ positions: [Position]) -> Ticket? {
    if let next = AgentMemory.descendant(in: row.comment), next != row.ticket { return next }
    if let rest = positions.first(where: { AgentMemory.ancestor(in: $0.comment) == row.ticket }) { return rest.ticket }
    if let rest = rows.first(where: { AgentMemory.ancestor(in: $0.comment) == row.ticket }) { return rest.ticket }
    return positions.contains { $0.ticket == row.ticket } ? row.ticket : nil
  }

  private mutating func noteTrade(
    _ i: Int, _ row: HistoryRow, _ side: Side, _ closeTime: Timestamp, _ place: TradeBook.Placing, _ rest: Ticket?,
    _ account: Reply<Account>, _ now: Moment
  ) {
    let memory = agents[i].memory
    let closer = memory.trades.closers[row.ticket]
    let ownership =
      memory.owned[row.ticket] ?? AgentMemory.ancestor(in: row.comment).flatMap { memory.owned[$0] }
      ?? rest.flatMap { memory.owned[$0] }
    let opener = ownership?.actionID ?? memory.mark(in: row.comment)?.actionID
    let how = closer == nil ? Self.ending(of: row.comment) : "controller"
    record(
      .tradeClosed, agent: i,
      "closed \(side.rawValue) \(row.lots) \(row.symbol) #\(row.ticket)"
        + (row.closePrice.map { " at \($0)" } ?? "") + (rest == nil ? "" : " in part")
        + ": \(row.netProfit.money) \(account.value.currency) with swap and commission",
      .fields([
        "ticket": .int(row.ticket.number), "symbol": .string(row.symbol.text), "side": .string(side.rawValue),
        "lots": .decimal(row.lots), "open_price": row.openPrice.map { .decimal($0) },
        "close_price": row.closePrice.map { .decimal($0) }, "stop_loss": row.stopLoss.map { .decimal($0) },
        "take_profit": row.takeProfit.map { .decimal($0) }, "profit": .decimal(row.profit),
        "swap": .decimal(row.swap), "commission": .decimal(row.commission), "net": .decimal(row.netProfit),
        "open_time": row.openTime.map { .time($0) }, "close_time": .time(closeTime), "comment": .string(row.comment),
        "action_id": (closer ?? opener).map { .string($0) }, "opened_by": opener.map { .string($0) },
        "closed_by": closer.map { .string($0) }, "how": .string(how),
        "target": (ownership?.target ?? memory.mark(in: row.comment)?.target).map { .string($0) },
        "remainder": rest.map { .int($0.number) }, "day": place.day.map { .string($0) },
        "balance": .decimal(account.value.balance), "credit": .decimal(account.value.credit),
      ]), observedAt: account.span.ended.wall, now)
  }

  /// A cost or correction that the broker booked on the balance: result, and no trade.
  private mutating func noteBooking(
    _ i: Int, _ row: HistoryRow, _ closeTime: Timestamp, _ place: TradeBook.Placing, _ account: Reply<Account>,
    _ now: Moment
  ) {
    record(
      .flow, agent: i,
      "\(row.netProfit.money) \(account.value.currency) were booked by the broker (\(row.comment)); that is result",
      .fields([
        "kind": "result", "amount": .decimal(row.netProfit), "net": .decimal(row.netProfit), "lots": "0",
        "ticket": .int(row.ticket.number), "history_ticket": .int(row.ticket.number), "comment": .string(row.comment),
        "close_time": .time(closeTime), "day": place.day.map { .string($0) },
        "balance": .decimal(account.value.balance), "credit": .decimal(account.value.credit),
      ]), observedAt: account.span.ended.wall, now)
  }
}

extension TradeBook.Placing {
  var day: String? { if case .day(let key) = self { key } else { nil } }
}

extension AgentMemory {
  /// The ticket that a comment of the form `to #NEW` names.
  static func descendant(in comment: String) -> Ticket? {
    guard comment.hasPrefix("to #") else { return nil }
    let digits = comment.dropFirst(4).prefix { $0.isASCII && $0.isNumber }
    return Int64(digits).flatMap { $0 > 0 ? Ticket($0) : nil }
  }
}
