extension DailyLoss {
  /// Samples that are waited for to rebuild the anchor of a reset that was missed.
  static let lateAnchorAttempts = 5

  /// Begins a day if the sample lies in a new one. False: the anchor of a reset that was missed waits for history.
  mutating func startDay(
    with sample: Sample, history: HistoryWord, calendar: TradingCalendar, verdict: inout Verdict
  ) -> Bool {
    let began = Swift.min(sample.account.span.began.wall, sample.positions.span.began.wall)
    let period = calendar.period(containing: began)
    guard let last = anchor else {
      guard sample.positionsTrusted else { return false }
      take(plainAnchor(sample, period, .firstSeen), base: Book(sample), verdict: &verdict)
      return true
    }
    // The wall clock going back, or a rule that was edited, never starts a day twice.
    guard period.start > last.dayStart, period.key > last.dayKey, sample.positionsTrusted else { return true }
    if began - period.start <= Self.lateAfter {
      beginOnTime(sample, period, verdict: &verdict)
      return true
    }
    return rebuild(sample, period, history: history, verdict: &verdict)
  }

  private func plainAnchor(_ sample: Sample, _ period: DayPeriod, _ kind: Anchor.Kind) -> Anchor {
    let account = sample.account.value
    return Anchor(
      dayKey: period.key, dayStart: period.start, amount: Swift.max(account.balance + account.credit, account.equity),
      takenAt: sample.account.span.ended.wall, kind: kind, balance: account.balance, credit: account.credit)
  }

  private mutating func beginOnTime(_ sample: Sample, _ period: DayPeriod, verdict: inout Verdict) {
    // What changed up to the anchor is in the anchor; whether it was a flow still matters to the agent's capital.
    let book = Book(sample)
    let from = pending?.from ?? base ?? book
    take(plainAnchor(sample, period, .reset), base: book, verdict: &verdict)
    leaveOpen(from: from, to: book, accountEnded: sample.account.span.ended.steady)
  }

  private mutating func leaveOpen(from: Book, to book: Book, accountEnded: Steady) {
    guard !(book - from).isZero else { return }
    var from = from
    from.holdings = merged(from.holdings, book.holdings)
    pending = Pending(from: from, to: book, accountEnded: accountEnded, dayKey: nil)
  }

  private mutating func take(_ new: Anchor, base book: Book, verdict: inout Verdict) {
    anchor = new
    flows = .zero
    unexplained = Change()
    base = book
    pending = nil
    lateAnchor = nil
    rows.advance(horizon: new.dayStart - .seconds(2 * 86_400))
    verdict.events.append(.anchor(new))
  }

  // MARK: - A reset that was missed

  private mutating func rebuild(
    _ sample: Sample, _ period: DayPeriod, history: HistoryWord, verdict: inout Verdict
  ) -> Bool {
    var late = lateAnchor ?? LateAnchor(dayKey: period.key)
    if late.dayKey != period.key { late = LateAnchor(dayKey: period.key) }
    late.attempts += 1
    // The rows are those up to the account's reply if nothing moved from before the history was read until after it.
    if let candidate = late.candidate, let reply = candidate.history.reply,
      sample.account.span.began.steady >= reply.span.ended.steady, (Book(sample) - Book(candidate)).isZero,
      let start = rebuilt(candidate, rows: IdentifiedRow.all(reply.value), period)
    {
      take(start, rowsOf: reply.value, sample: sample, verdict: &verdict)
      return true
    }
    if history == .covers, covers(sample, since: period.start) { late.candidate = sample }
    if history == .unsupported || late.attempts >= Self.lateAnchorAttempts {
      let book = Book(sample)
      let from = pending?.from ?? base ?? book
      take(plainAnchor(sample, period, .reconstructed), base: book, verdict: &verdict)
      leaveOpen(from: from, to: book, accountEnded: sample.account.span.ended.steady)
      return true
    }
    lateAnchor = late
    return false
  }

  private func covers(_ sample: Sample, since start: Timestamp) -> Bool {
    guard let reply = sample.history.reply else { return false }
    let reach = reply.span.began.wall - .seconds(86_400 * Int64(sample.historyDays ?? 2))
    return reach <= start && reply.value.allSatisfy { $0.effect == nil || $0.closeTime != nil }
  }

  /// The day's start from history: the balance now, less what was closed and what flowed since the reset, plus credit, or
  /// the last journaled equity before the reset, moved by what flowed in between, if higher.
  private func rebuilt(_ sample: Sample, rows history: [IdentifiedRow], _ period: DayPeriod) -> Anchor? {
    let account = sample.account.value
    var balance = account.balance
    var credit = account.credit
    var flowsBefore = FixedDecimal.zero
    for row in history {
      guard let effect = row.row.effect else { continue }
      guard let time = row.row.closeTime else { return nil }
      if time >= period.start {
        switch effect.kind {
        case .balance: balance -= row.row.netProfit
        case .credit: credit -= row.row.netProfit
        }
      } else if effect.isFlow, !rows.contains(row) {
        flowsBefore += row.row.netProfit
      }
    }
    var amount = balance + credit
    if let base, base.at < period.start { amount = Swift.max(amount, base.equity + flowsBefore) }
    return Anchor(
      dayKey: period.key, dayStart: period.start, amount: amount, takenAt: sample.account.span.ended.wall,
      kind: .reconstructed, fromHistory: true, balance: balance, credit: credit)
  }

  private mutating func take(_ new: Anchor, rowsOf history: [HistoryRow], sample: Sample, verdict: inout Verdict) {
    take(new, base: Book(sample), verdict: &verdict)
    for row in IdentifiedRow.all(history) {
      defer { rows.insert(row) }
      guard let effect = row.row.effect, effect.isFlow, let time = row.row.closeTime else { continue }
      let isToday = time >= new.dayStart
      let isNew = !rows.contains(row)
      guard isToday || isNew else { continue }
      let confirms = isNew && confirmInferred(row.row.netProfit, effect.kind)
      record(
        Flow(
          amount: row.row.netProfit, kind: effect.kind, inferred: false, historyTicket: row.row.ticket.orNil,
          comment: row.row.comment, dayKey: isToday ? new.dayKey : nil), countsForLife: isNew && !confirms,
        verdict: &verdict)
    }
    loose = []
  }

  func merged(_ a: [Holding], _ b: [Holding]) -> [Holding] { Set(a + b).sorted() }
}

extension Ticket {
  /// `nil` for 0, which is no ticket.
  var orNil: Ticket? { number == 0 ? nil : self }
}
