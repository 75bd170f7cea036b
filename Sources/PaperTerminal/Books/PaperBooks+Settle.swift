public import Reconciler

// How positions and pending orders end, and how money comes and goes.
extension PaperBooks {
  /// Closes that much of a position at that price; the remainder's ticket if there is one.
  ///
  /// A part of it goes to history under the old ticket; the remainder becomes a new ticket with open price, time, magic
  /// and stops as they were, and the comments name each other, as MT4 does it.
  @discardableResult
  mutating func settle(
    _ at: Int, lots: FixedDecimal, price: FixedDecimal, cause: PaperCause, comment: String? = nil,
    requestID: String? = nil, at now: Timestamp
  ) -> Ticket? {
    let position = positions.remove(at: at)
    let old = position.facts
    let rest = old.lots - lots
    let newTicket = rest.isZero ? nil : takeTicket()
    let profit = profit(of: position, lots: lots, at: price)
    let commission = share(of: old.commission, lots, old.lots)
    let swap = share(of: old.swap, lots, old.lots)
    balance = balance + profit + commission + swap

    var row = HistoryRow(
      ticket: old.ticket, kind: .trade(old.side), symbol: old.symbol, lots: lots, profit: profit, swap: swap,
      commission: commission, comment: newTicket.map { "to #\($0)" } ?? comment ?? old.comment, closeTime: now)
    row.openPrice = old.openPrice
    row.closePrice = price
    row.stopLoss = old.stopLoss
    row.takeProfit = old.takeProfit
    row.magic = old.magic
    row.openTime = old.openTime
    closed.append(PaperClosed(row: row, cause: cause, pending: nil, root: position.root))

    if let newTicket {
      var remainder = position
      remainder.facts.ticket = newTicket
      remainder.facts.lots = rest
      remainder.facts.commission = old.commission - commission
      remainder.facts.swap = old.swap - swap
      remainder.facts.comment = "from #\(old.ticket)"
      positions.append(remainder)
    }
    log(
      newTicket == nil ? .closed : .partlyClosed, old, ticket: old.ticket, lots: lots, price: price,
      newTicket: newTicket, cause: cause, requestID: requestID, at: now)
    return newTicket
  }

  private func share(of amount: FixedDecimal, _ lots: FixedDecimal, _ all: FixedDecimal) -> FixedDecimal {
    lots == all ? amount : (amount * lots).divided(by: all)?.inCents ?? .zero
  }

  /// Moves a pending order to history without a trade.
  mutating func cancel(_ at: Int, cause: PaperCause, requestID: String? = nil, at now: Timestamp) {
    let order = pending.remove(at: at).facts
    let note = cause == .expired ? "expiration" : "cancelled"
    var row = HistoryRow(
      ticket: order.ticket, kind: .cancelled, symbol: order.symbol, lots: order.lots, profit: .zero,
      comment: order.comment.isEmpty ? note : order.comment, closeTime: now)
    row.openPrice = order.price
    row.closePrice = closingPrice(index[order.symbol] ?? 0, order.kind.side)
    row.stopLoss = order.stopLoss
    row.takeProfit = order.takeProfit
    row.magic = order.magic
    row.openTime = order.openTime
    closed.append(PaperClosed(row: row, cause: cause, pending: order.kind, root: order.ticket))
    log(.deleted, nil, ticket: order.ticket, lots: order.lots, cause: cause, requestID: requestID, at: now)
  }

  /// A deposit (positive) or withdrawal (negative), or credit given or taken.
  ///
  /// - Parameters:
  ///   - kind: `balance` or `credit`; other kinds of row change nothing.
  ///   - amount: in the account's currency; rounded to cents.
  @discardableResult
  public mutating func operate(
    _ kind: HistoryRow.Kind, _ amount: FixedDecimal, comment: String, at now: Timestamp
  ) -> Ticket? {
    let money = amount.inCents
    let entry: PaperExecution.Kind
    switch kind {
    case .balance:
      balance = balance + money
      entry = .balance
    case .credit:
      credit = credit + money
      entry = .credit
    case .trade, .cancelled: return nil
    }
    let ticket = takeTicket()
    let row = HistoryRow(
      ticket: ticket, kind: kind, symbol: Symbol(""), lots: .zero, profit: money, comment: cut(comment), closeTime: now)
    closed.append(PaperClosed(row: row, cause: nil, pending: nil, root: ticket))
    log(entry, nil, ticket: ticket, price: money, cause: .manual, at: now)
    return ticket
  }
}
