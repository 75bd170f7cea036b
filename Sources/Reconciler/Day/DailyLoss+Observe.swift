extension DailyLoss {
  /// After the reset by more than this, the first sample says nothing about the day's start any more.
  static let lateAfter = Duration.seconds(120)
  /// So many samples in a row with equity at or below zero are a breach.
  static let emptyReadingsForBreach = 3

  /// Takes in one good sample, and says what follows.
  ///
  /// Not for failed or suspicious reads; a mismatch that lasts comes with `positionsTrusted: false`. A reply that began
  /// no later than the last one seen changes nothing.
  public mutating func observe(
    _ sample: Sample, risk: RiskSpec, calendar: TradingCalendar, now: Moment
  ) -> Verdict {
    observe(sample, limits: DayLimits(risk), calendar: calendar, now: now)
  }

  mutating func observe(
    _ sample: Sample, limits: DayLimits, calendar: TradingCalendar, now: Moment
  ) -> Verdict {
    var verdict = Verdict()
    guard lastAccountBegan.map({ sample.account.span.began.steady > $0 }) ?? true else { return verdict }
    let isFresh = isFresh(sample.account.value)
    lastAccountBegan = sample.account.span.began.steady
    if handedOut {
      rows.saved()
      handedOut = false
    }
    rows.trim()
    let history = takeHistory(of: sample)

    guard startDay(with: sample, history: history, calendar: calendar, verdict: &verdict) else {
      verdict.wants.historyDays = historyDays(now: now, calendar: calendar, sample: sample)
      verdict.wants.rereadNow = true
      return verdict
    }
    let before = explain(sample, history: history, verdict: &verdict)
    if isPending {
      verdict.wants.rereadNow = true
      verdict.wants.historyDays = historyDays(now: now, calendar: calendar, sample: sample)
    }
    judge(sample, settledBefore: before, isFresh: isFresh, limits: limits, verdict: &verdict)
    if !verdict.events.isEmpty { handedOut = true }
    return verdict
  }

  /// Whether the terminal's own clock, where it shows one, has moved since the last sample.
  private mutating func isFresh(_ account: Account) -> Bool {
    defer { lastTerminalTime = account.timestamp ?? lastTerminalTime }
    guard let time = account.timestamp, let last = lastTerminalTime else { return true }
    return time != last
  }

  /// Days of history that reach back to what is not accounted for.
  private func historyDays(now: Moment, calendar: TradingCalendar, sample: Sample) -> Int {
    let day = calendar.period(containing: sample.account.span.began.wall).start
    let since = Swift.min(day, pending?.from.at ?? base?.at ?? day)
    let days = (now.wall - since).inMicroseconds / 86_400_000_000 + 2
    return Int(Swift.min(Swift.max(days, 2), 31))
  }

  // MARK: - The verdict

  /// The figures of `equity` by what is known now; `nil` before the first anchor.
  public func figures(equity: FixedDecimal, risk: RiskSpec) -> Figures? {
    anchor.map { Self.figures($0, flows, limit: risk.dailyLossLimit, equity: equity) }
  }

  private static func figures(
    _ anchor: Anchor, _ flows: FixedDecimal, limit: FixedDecimal, equity: FixedDecimal
  ) -> Figures {
    let start = anchor.amount + flows
    let loss = Swift.max(.zero, start - equity)
    let used = loss.isZero && !limit.isZero ? .zero : (loss * .hundred).divided(by: limit) ?? .hundred
    return Figures(
      dayKey: anchor.dayKey, anchor: anchor.amount, flows: flows, limit: limit, floor: start - limit, equity: equity,
      loss: loss, usedPercent: used, isBreached: equity <= start - limit)
  }

  private mutating func judge(
    _ sample: Sample, settledBefore before: Settled?, isFresh: Bool, limits: DayLimits, verdict: inout Verdict
  ) {
    let equity = sample.account.value.equity
    if equity.isPositive {
      emptyReadings = 0
    } else if isFresh {
      emptyReadings += 1
    }
    guard let anchor else { return verdict.opensHeld = true }
    if let before, before.book.equity.isPositive {
      let figures = Self.figures(anchor, before.flows, limit: limits.loss, equity: before.book.equity)
      report(figures, lifetimeFlows: before.lifetimeFlows, limits: limits, in: &verdict)
    }
    if emptyReadings >= Self.emptyReadingsForBreach {
      var figures = Self.figures(anchor, flows, limit: limits.loss, equity: equity)
      figures.isBreached = true
      report(figures, lifetimeFlows: lifetimeFlows, limits: limits, in: &verdict)
    } else if equity.isPositive, !isPending || pending?.dayKey == nil {
      let figures = Self.figures(anchor, flows, limit: limits.loss, equity: equity)
      report(figures, lifetimeFlows: lifetimeFlows, limits: limits, in: &verdict)
    }
    verdict.opensHeld = !verdict.isTrusted || verdict.isOver80 || isPending
  }

  private mutating func report(
    _ figures: Figures, lifetimeFlows: FixedDecimal, limits: DayLimits, in verdict: inout Verdict
  ) {
    // A breach that the sample before already showed is not taken back by a better one now.
    if verdict.figures?.isBreached == true, !figures.isBreached { return }
    verdict.isTrusted = true
    verdict.figures = figures
    let value = figures.equity - lifetimeFlows
    let isKnown = raiseHighWater(to: value)
    verdict.drawdown = isKnown && limits.drawdown != nil ? drawdown(of: value, limits: limits) : nil
    verdict.isOver80 = figures.usedPercent >= 80
    if figures.isBreached, breachedDay != figures.dayKey {
      breachedDay = figures.dayKey
      warnedDay = figures.dayKey
      verdict.events.append(.breach(figures))
    } else if figures.usedPercent >= 50, warnedDay != figures.dayKey {
      warnedDay = figures.dayKey
      verdict.events.append(.warning(figures))
    }
  }
}
