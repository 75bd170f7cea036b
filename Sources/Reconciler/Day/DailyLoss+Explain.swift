extension DailyLoss {
  /// Samples after which a change is settled by the tickets although history says something else.
  static let mismatchAttempts = 3
  /// Samples after which it is settled although the account keeps changing.
  static let restlessAttempts = 6

  /// Takes in the rows that are new, and says what the reply is good for.
  mutating func takeHistory(of sample: Sample) -> HistoryWord {
    switch sample.history {
    case .notAsked: return .notAsked
    case .unsupported: return .unsupported
    case .failed: return .failed
    case .read(let reply):
      let all = IdentifiedRow.all(reply.value)
      let waiting = Set(loose.map(\.row.id))
      for row in all where row.row.effect != nil && !rows.contains(row) && !waiting.contains(row.id) {
        loose.append(LooseRow(row: row, readAt: reply.span.ended.steady))
      }
      let days = Int64(Swift.max((sample.historyDays ?? 2) - 1, 0))
      let reach = reply.span.began.wall - .seconds(86_400 * days)
      return rows.isMissing(from: all, since: reach) ? .partial : .covers
    }
  }

  /// A sample that is accounted for only now, with what had come and gone by then: what came later is not counted against it.
  struct Settled {
    var book: Book
    var flows: FixedDecimal
    var lifetimeFlows: FixedDecimal
  }

  /// Accounts for what changed since the last sample, as far as that can be said now. Returns the sample before, if it is
  /// accounted for only now.
  mutating func explain(_ sample: Sample, history: HistoryWord, verdict: inout Verdict) -> Settled? {
    if standsStill(sample) { return nil }
    let book = Book(sample)
    var settled: Settled?
    if let waiting = pending {
      switch advance(waiting, sample: sample, book: book, history: history, verdict: &verdict) {
      case .waits(let next) where next.dayKey != nil:
        pending = next
        return nil
      case .waits(let next): pending = next
      case .settled(let upTo):
        pending = nil
        guard waiting.dayKey != nil else { break }
        base = upTo
        settled = Settled(book: upTo, flows: flows, lifetimeFlows: lifetimeFlows)
      }
    }
    follow(book, sample: sample, verdict: &verdict)
    return settled
  }

  /// Most samples: no money came or went, and every ticket is there with its lots. Then only equity moves, and there is
  /// nothing to explain.
  private mutating func standsStill(_ sample: Sample) -> Bool {
    guard let base, !isPending, loose.isEmpty, sample.positionsTrusted,
      base.balance == sample.account.value.balance, base.credit == sample.account.value.credit,
      sample.positions.value.are(base.holdings)
    else { return false }
    self.base?.equity = sample.account.value.equity
    self.base?.at = sample.account.span.ended.wall
    return true
  }

  private enum Progress {
    case waits(Pending)
    case settled(Book)
  }

  private mutating func advance(
    _ waiting: Pending, sample: Sample, book: Book, history: HistoryWord, verdict: inout Verdict
  ) -> Progress {
    var next = waiting
    next.attempts += 1
    if next.ticketsStand == nil, sample.positions.span.began.steady >= next.accountEnded {
      next.ticketsStand = sample.positionsTrusted && book.shows(merged(next.from.holdings, next.to.holdings))
    }
    if applyMatch(from: next.from, to: next.to, for: next.dayKey, verdict: &verdict) { return .settled(next.to) }
    let isRestless = !(book - next.to).isZero
    if isRestless, next.dayKey != nil, applyMatch(from: next.from, to: book, for: next.dayKey, verdict: &verdict) {
      return .settled(book)
    }
    let mayStillExplain = history == .covers || history == .notAsked
    if next.dayKey == nil, isRestless {
      // The next change is the day's own: what lies before the anchor is settled by what is known.
    } else if mayStillExplain, isRestless, next.attempts < Self.restlessAttempts {
      return .waits(rolled(next, to: book, sample: sample))
    } else if next.ticketsStand == nil, next.attempts < Self.restlessAttempts {
      return .waits(next)
    } else if mayStillExplain, next.attempts < Self.mismatchAttempts {
      return .waits(next)
    }
    settleByTickets(next, stand: next.ticketsStand == true, verdict: &verdict)
    return .settled(next.to)
  }

  /// The account has changed again: the change to explain is now the whole of it.
  private func rolled(_ waiting: Pending, to book: Book, sample: Sample) -> Pending {
    var next = waiting
    next.from.holdings = merged(waiting.from.holdings, waiting.to.holdings)
    next.to = book
    next.accountEnded = sample.account.span.ended.steady
    next.ticketsStand = nil
    return next
  }

  /// What the sample shows beyond `base`.
  private mutating func follow(_ book: Book, sample: Sample, verdict: inout Verdict) {
    guard var last = base else {
      base = book
      return
    }
    let change = book - last
    if change.isZero || applyMatch(from: last, to: book, for: anchor?.dayKey, verdict: &verdict) {
      if change.isZero, pending == nil {
        _ = applyMatch(from: last, to: book, for: anchor?.dayKey, verdict: &verdict)
        dropOld(before: sample.account.span.began.steady)
      }
      last = book
      if !sample.positionsTrusted { last.holdings = merged(last.holdings, book.holdings) }
      base = last
    } else {
      pending = Pending(
        from: last, to: book, accountEnded: sample.account.span.ended.steady, dayKey: anchor?.dayKey)
    }
  }

  /// A row that was there before the account was read, and that the account did not move by, is older than all this.
  private mutating func dropOld(before began: Steady) {
    for loose in loose where loose.readAt <= began { rows.insert(loose.row) }
    loose.removeAll { $0.readAt <= began }
  }

  /// Only the tickets are left to tell a flow from result (risk.md): rows count as what they are, and the rest is a flow
  /// if every ticket stands.
  private mutating func settleByTickets(_ waiting: Pending, stand: Bool, verdict: inout Verdict) {
    let (change, gone, dayKey) = (waiting.to - waiting.from, waiting.to.gone(since: waiting.from), waiting.dayKey)
    for kind in Flow.Kind.allCases where !change[kind].isZero {
      if let match = match(kind, change[kind], gone, for: dayKey) {
        apply(match, kind, for: dayKey, verdict: &verdict)
        continue
      }
      let used = candidates(kind).filter { dayKey == nil || isSinceAnchor($0) }
      apply(Match(use: used), kind, for: dayKey, verdict: &verdict)
      let rest = change[kind] - total(used)
      if rest.isZero { continue }
      if stand {
        let flow = Flow(amount: rest, kind: kind, inferred: true, historyTicket: nil, comment: "", dayKey: dayKey)
        record(flow, countsForLife: true, verdict: &verdict)
        inferred.append(Inferred(amount: rest, kind: kind, dayKey: dayKey))
        if inferred.count > Self.inferredBound { inferred.removeFirst() }
      } else if dayKey != nil {
        unexplained[kind] += rest
      }
    }
  }

  private static let inferredBound = 64

  /// Counts a flow, and has it recorded.
  mutating func record(_ flow: Flow, countsForLife: Bool, verdict: inout Verdict) {
    if flow.dayKey != nil, flow.dayKey == anchor?.dayKey { flows += flow.amount }
    if countsForLife { lifetimeFlows += flow.amount }
    verdict.events.append(.flow(flow))
  }
}

extension [Position] {
  /// Whether these are the tickets, in this order, each with its lots.
  fileprivate func are(_ holdings: [DailyLoss.Holding]) -> Bool {
    guard count == holdings.count else { return false }
    let (mine, theirs) = (span, holdings.span)
    for k in mine.indices where mine[k].ticket != theirs[k].ticket || mine[k].lots != theirs[k].lots { return false }
    return true
  }
}
