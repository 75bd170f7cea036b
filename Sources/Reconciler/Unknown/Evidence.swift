// Unknown: what proves that an action whose answer was lost did run, or did not (bridge.md, section 3.3). Looking once and
// sending again is not safe, for terminals execute late; evidence alone resolves.

/// What one look proves about one unknown action.
enum Evidence: Hashable {
  case executed(Proof, Ticket?)
  /// No trace in positions, orders and history.
  case none
  /// It cannot be told from this look, since the list of pending orders was not read.
  case noOrders
  /// This row may be a part of what it opened: what was left of that position is in no list, so that nobody can tell how
  /// large it was.
  case unclear(Ticket)

  enum Proof: String, Hashable {
    case mark, ticket
  }
}

/// One complete look, as evidence is judged by it.
struct EvidenceLook {
  var positions: [Position]
  /// `nil`: not read in this look. Empty where the terminal has no such list.
  var orders: [PendingOrder]?
  /// `nil`: not read in this look, or not there at all.
  var history: [HistoryRow]?
  var memory: AgentMemory
  /// Whose remainder a ticket is, as far as the history tells.
  var parents: [Ticket: Ticket]
  /// What this very look has proved of other actions, and what may be somebody's remainder.
  var explained: Set<Ticket>
  var now: Timestamp

  func judge(_ action: LiveAction) -> Evidence {
    switch action.kind {
    case .open: open(action)
    case .close, .delete: close(action)
    case .reduce: reduce(action)
    case .modify: modify(action)
    }
  }

  // MARK: Opens

  private func open(_ action: LiveAction) -> Evidence {
    if let ticket = marked(action.mark) { return .executed(.mark, ticket) }
    let before = Set(action.before)
    let fresh = positions.filter {
      $0.symbol == action.symbol && $0.side == action.side && $0.lots <= action.lots
        && isUnexplained($0.ticket, $0.comment, before, action)
        && openedLots($0.ticket, $0.lots, $0.comment) <= action.lots
        && !isRatherSuspect($0, action)
    }
    // A fill may be smaller than the order, never larger. Of several, the one that looks most like ours: the same lots
    // first, then the lowest ticket.
    if let found = fresh.min(by: { (likeness($0.lots, action), $0.ticket) < (likeness($1.lots, action), $1.ticket) }) {
      return .executed(.ticket, found.ticket)
    }
    // A row of the past that we merely never saw is no evidence: it must have been closed since the intent, by a clock
    // that is not ours. Nearly all older ones stand in `before`, since the history is read whenever the balance moves.
    let edge = action.recordedAt - AgentMemory.clocksApart
    let closed = (history ?? []).filter { row in
      guard case .trade(let side) = row.kind, side == action.side, row.symbol == action.symbol, row.lots <= action.lots,
        let end = row.closeTime, end >= edge
      else { return false }
      return isUnexplained(row.ticket, row.comment, before, action)
        && openedLots(row.ticket, row.lots, row.comment) <= action.lots
    }
    if let whole = closed.first(where: { !isRestLost($0) }) { return .executed(.ticket, whole.ticket) }
    // Where all of its lots are accounted for, a rest would be too much: such a row is a larger position's.
    if let part = closed.first(where: { openedLots($0.ticket, $0.lots, $0.comment) < action.lots }) {
      return .unclear(part.ticket)
    }
    return orders == nil ? .noOrders : .none
  }

  /// Whether it has the lots of an earlier order that is said never to have run, and not of this one: that one ran late.
  private func isRatherSuspect(_ position: Position, _ action: LiveAction) -> Bool {
    position.lots != action.lots && !position.comment.contains(action.mark)
      && memory.suspect(for: position, used: [], at: now) != nil
  }

  private func likeness(_ lots: FixedDecimal, _ action: LiveAction) -> Int { lots == action.lots ? 0 : 1 }

  private func marked(_ mark: String) -> Ticket? {
    guard !mark.isEmpty else { return nil }
    if let position = positions.first(where: { $0.comment.contains(mark) }) { return position.ticket }
    if let order = orders?.first(where: { $0.comment.contains(mark) }) { return order.ticket }
    return history?.first { $0.comment.contains(mark) }?.ticket
  }

  private func isUnexplained(
    _ ticket: Ticket, _ comment: String, _ before: Set<Ticket>, _ action: LiveAction
  ) -> Bool {
    if before.contains(ticket) || explained.contains(ticket) || memory.noted.contains(ticket) { return false }
    if memory.closedByUs.contains(ticket) || memory.owned[ticket] != nil { return false }
    if isRestOfKnown(ticket, comment, before) { return false }
    // Another action's late execution is no evidence of this one, also where a broker has cut its mark.
    return (memory.mark(in: comment) ?? memory.cutMark(in: comment)).map { $0.mark == action.mark } ?? true
  }

  /// What it was opened with, as far as the history tells: with the parts that were closed before it, and with what is left
  /// after it.
  private func openedLots(_ ticket: Ticket, _ lots: FixedDecimal, _ comment: String) -> FixedDecimal {
    let rows = history ?? []
    var sum = lots
    var older = AgentMemory.ancestor(in: comment) ?? parents[ticket]
    for _ in 0..<Reconciler.mostLinks {
      guard let old = older, let row = rows.last(where: { $0.ticket == old }) else { break }
      sum += row.lots
      older = AgentMemory.ancestor(in: row.comment) ?? parents[old]
    }
    return sum + rests(of: ticket, comment).reduce(.zero) { $0 + $1.lots }
  }

  /// Whether the row was a part of a position of which some is in no list: its tickets changed at a move of the server.
  private func isRestLost(_ row: HistoryRow) -> Bool {
    let last = rests(of: row.ticket, row.comment).last.map { ($0.ticket, $0.comment) } ?? (row.ticket, row.comment)
    return AgentMemory.descendant(in: last.1).map { $0 != last.0 } ?? false
  }

  /// What was left of it after each part that was closed: by the row's own `to #NEW`, or by the rest's `from #OLD`.
  private func rests(of ticket: Ticket, _ comment: String) -> [(ticket: Ticket, lots: FixedDecimal, comment: String)] {
    var found: [(ticket: Ticket, lots: FixedDecimal, comment: String)] = []
    var last = (ticket, comment)
    for _ in 0..<Reconciler.mostLinks {
      let (old, next) = (last.0, AgentMemory.descendant(in: last.1))
      let isRest = { (ticket: Ticket, comment: String) in
        ticket != old && (ticket == next || AgentMemory.ancestor(in: comment) == old)
      }
      if let rest = positions.first(where: { isRest($0.ticket, $0.comment) }) {
        return found + [(rest.ticket, rest.lots, rest.comment)]
      }
      guard let row = (history ?? []).last(where: { isRest($0.ticket, $0.comment) }) else { break }
      found.append((row.ticket, row.lots, row.comment))
      last = (row.ticket, row.comment)
    }
    return found
  }

  /// Whether partial closes lead back from it to a ticket that was known before the send or is somebody's; also where the
  /// rows between were never in a list.
  private func isRestOfKnown(_ ticket: Ticket, _ comment: String, _ before: Set<Ticket>) -> Bool {
    var next = AgentMemory.ancestor(in: comment) ?? parents[ticket]
    for _ in 0..<Reconciler.mostLinks {
      guard let old = next else { return false }
      if before.contains(old) || memory.owned[old] != nil || memory.noted.contains(old) { return true }
      next = parents[old]
    }
    return false
  }

  // MARK: Closes and modifies

  private func close(_ action: LiveAction) -> Evidence {
    guard let ticket = action.ticket else { return .none }
    if positions.contains(where: { $0.ticket == ticket }) { return .none }
    if action.kind == .delete {
      guard let orders else { return .noOrders }
      return orders.contains { $0.ticket == ticket } ? .none : .executed(.ticket, ticket)
    }
    return .executed(.ticket, ticket)
  }

  private func reduce(_ action: LiveAction) -> Evidence {
    guard let ticket = action.ticket else { return .none }
    if let rest = positions.first(where: { AgentMemory.ancestor(in: $0.comment) == ticket }) {
      return .executed(.ticket, rest.ticket)
    }
    guard let position = positions.first(where: { $0.ticket == ticket }) else { return .executed(.ticket, nil) }
    // Some bridges keep the ticket and only lower the lots.
    if let lots = action.lotsBefore, position.lots < lots { return .executed(.ticket, ticket) }
    return .none
  }

  private func modify(_ action: LiveAction) -> Evidence {
    guard let position = positions.first(where: { $0.ticket == action.ticket }) else { return .none }
    let same = position.stopLoss == action.stopLoss && position.takeProfit == action.takeProfit
    return same ? .executed(.ticket, position.ticket) : .none
  }
}
