extension DailyLoss {
  /// Rows of history that add up to a change, with what they say about earlier changes.
  struct Match {
    var use: [IdentifiedRow] = []
    /// Flows that were inferred, and the rows that confirm them or, for a closed trade, take them back.
    var confirmed: [(row: IdentifiedRow, flow: Inferred)] = []
    var reversed: [(row: IdentifiedRow, flow: Inferred)] = []
    var clearsUnexplained = false
  }

  /// Accounts for what changed between two books by rows alone; false, and nothing is done, if they do not add up to it.
  mutating func applyMatch(from: Book, to: Book, for dayKey: String?, verdict: inout Verdict) -> Bool {
    let change = to - from
    let gone = to.gone(since: from)
    var found: [(Flow.Kind, Match)] = []
    for kind in Flow.Kind.allCases {
      if let match = match(kind, change[kind], gone, for: dayKey) {
        found.append((kind, match))
      } else if !change[kind].isZero {
        return false
      }
    }
    for (kind, match) in found { apply(match, kind, for: dayKey, verdict: &verdict) }
    return true
  }

  /// The rows that explain a change of `kind` by `delta`, or for zero those that say something about an earlier change.
  ///
  /// - Parameter gone: tickets that are not listed as they were; where their rows make up the change, no other does, however
  ///   young the clocks make it look.
  func match(_ kind: Flow.Kind, _ delta: FixedDecimal, _ gone: Set<Ticket>, for dayKey: String?) -> Match? {
    let all = candidates(kind)
    guard !all.isEmpty else { return nil }
    let closed = all.filter { gone.contains($0.row.ticket) }
    if !closed.isEmpty, !delta.isZero, adds(closed, to: delta) { return Match(use: closed) }
    let recent = all.filter(isSinceAnchor)
    if delta.isZero {
      if recent.count > 1, adds(recent, to: .zero) { return Match(use: recent) }
    } else {
      if adds(all, to: delta) { return Match(use: all) }
      if adds(recent, to: delta) { return Match(use: recent) }
    }
    return matchWithEarlier(kind, delta, rows: recent, for: dayKey)
      ?? (delta.isZero ? nil : all.first { adds([$0], to: delta) }.map { Match(use: [$0]) })
  }

  private func matchWithEarlier(
    _ kind: Flow.Kind, _ delta: FixedDecimal, rows recent: [IdentifiedRow], for dayKey: String?
  ) -> Match? {
    var match = Match()
    var open = inferred.filter { $0.kind == kind }
    var rest = recent
    for isFlow in [true, false] {
      for row in rest where row.row.effect?.isFlow == isFlow {
        guard let index = open.firstIndex(where: { $0.amount == row.row.netProfit }) else { continue }
        let flow = open.remove(at: index)
        if isFlow { match.confirmed.append((row, flow)) } else { match.reversed.append((row, flow)) }
        rest.removeAll { $0.id == row.id }
      }
      let says = !match.confirmed.isEmpty || !match.reversed.isEmpty
      if says, delta.isZero ? rest.isEmpty : adds(rest, to: delta) {
        match.use = rest
        return match
      }
    }
    let earlier = unexplained[kind]
    if !earlier.isZero, dayKey != nil {
      let whole = delta + earlier
      for rows in [rest] + (delta.isZero ? rest.map { [$0] } : []) where adds(rows, to: whole) && !rows.isEmpty {
        match.use = rows
        match.clearsUnexplained = true
        return match
      }
    }
    guard delta.isZero, !match.confirmed.isEmpty || !match.reversed.isEmpty else { return nil }
    return match
  }

  mutating func apply(_ match: Match, _ kind: Flow.Kind, for dayKey: String?, verdict: inout Verdict) {
    for row in match.use {
      account(for: row)
      guard let effect = row.row.effect, effect.isFlow else { continue }
      record(flow(of: row.row, effect.kind, dayKey: dayKey), countsForLife: true, verdict: &verdict)
    }
    for (row, flow) in match.confirmed {
      account(for: row)
      _ = confirmInferred(flow.amount, flow.kind)
    }
    for (row, inferred) in match.reversed {
      account(for: row)
      _ = confirmInferred(inferred.amount, inferred.kind)
      var flow = flow(of: row.row, inferred.kind, dayKey: inferred.dayKey)
      flow.amount = -inferred.amount
      flow.inferred = true
      flow.reversal = true
      record(flow, countsForLife: true, verdict: &verdict)
    }
    if match.clearsUnexplained { unexplained[kind] = .zero }
  }

  private func flow(of row: HistoryRow, _ kind: Flow.Kind, dayKey: String?) -> Flow {
    Flow(
      amount: row.netProfit, kind: kind, inferred: false, historyTicket: row.ticket.orNil, comment: row.comment,
      dayKey: dayKey)
  }

  /// Strikes the oldest inferred flow of that amount; false if there is none.
  mutating func confirmInferred(_ amount: FixedDecimal, _ kind: Flow.Kind) -> Bool {
    guard let index = inferred.firstIndex(where: { $0.amount == amount && $0.kind == kind }) else { return false }
    inferred.remove(at: index)
    return true
  }

  private mutating func account(for row: IdentifiedRow) {
    rows.insert(row)
    loose.removeAll { $0.row.id == row.id }
  }

  func candidates(_ kind: Flow.Kind) -> [IdentifiedRow] {
    loose.map(\.row).filter { $0.row.effect?.kind == kind }.sorted { $0.id < $1.id }
  }

  /// Not known to have closed before the anchor; a minute of difference between the clocks is allowed.
  func isSinceAnchor(_ row: IdentifiedRow) -> Bool {
    guard let time = row.row.closeTime, let anchor else { return true }
    return time >= anchor.takenAt - .seconds(60)
  }

  func total(_ rows: [IdentifiedRow]) -> FixedDecimal {
    rows.reduce(.zero) { $0 + $1.row.netProfit }
  }

  /// To the cent per row, which is what terminals round to.
  private func adds(_ rows: [IdentifiedRow], to delta: FixedDecimal) -> Bool {
    let cent = FixedDecimal(units: FixedDecimal.one.units / 100)
    let allowed = rows.count > 1 ? cent : .zero
    return (total(rows) - delta).magnitude <= allowed
  }
}
