// The day: anchor, flows, the breach and its latch, and the resume (risk.md, daily loss).

extension Reconciler {
  /// How long a breached agent rests at least.
  static let shortestBreachPause: Duration = .seconds(4 * 3600)

  /// Lets the day see a look. Returns whether it wants another look at once.
  mutating func observeDay(
    _ i: Int, _ positions: Reply<[Position]>, _ account: Reply<Account>, daySaw: Bool, _ now: Moment
  ) -> Bool {
    if !daySaw {
      agents[i].dayVerdict = agents[i].sampleDay(
        positions, account, agents[i].snapshot?.history ?? .notAsked, days: agents[i].snapshot?.request.historyDays,
        trusted: agents[i].trustVerdict?.isTrusted ?? false, now)
    }
    guard let verdict = agents[i].dayVerdict else { return false }
    for event in verdict.events { note(i, event, positions.value, account, now) }
    // The day tells of its breach once; after a person's resume it counts again.
    if verdict.isTrusted, let figures = verdict.figures, figures.isBreached, agents[i].memory.breachPause == nil {
      let metadata = agents[i].memory.dailyLoss.metadata(of: .breach(figures))
      breach(i, figures, metadata, positions.value, account, now)
    }
    if verdict.isTrusted, let drawdown = verdict.drawdown, let figures = verdict.figures {
      noteDrawdown(i, drawdown, figures, positions.value, account, now)
    }
    if let days = verdict.wants.historyDays, !agents[i].history.unsupported {
      agents[i].wantsHistory = true
      agents[i].historyDays = max(days, HistoryView.windowDays)
    }
    resumeIfDue(i, now)
    return verdict.wants.rereadNow
  }

  private mutating func note(
    _ i: Int, _ event: DailyLoss.Event, _ positions: [Position], _ account: Reply<Account>, _ now: Moment
  ) {
    var metadata = agents[i].memory.dailyLoss.metadata(of: event)
    if case .flow = event, case .object(var members) = metadata {
      members["balance"] = .decimal(account.value.balance)
      members["credit"] = .decimal(account.value.credit)
      metadata = .object(members)
    }
    let seen = account.span.ended.wall
    let currency = account.value.currency
    switch event {
    case .anchor(let anchor):
      record(
        .dayAnchor, agent: i, "the day \(anchor.dayKey) starts from \(anchor.amount.money) \(currency)", metadata,
        observedAt: seen, now)
    case .flow(let flow):
      record(
        .flow, agent: i, "\(flow.amount.money) \(currency) came in or went out; it is no profit and no loss", metadata,
        observedAt: seen, now)
    case .warning(let figures):
      record(
        .riskWarning, agent: i, reason: .dailyLoss,
        "\(figures.loss.money) of the day's \(figures.limit.money) \(currency) are lost", metadata, observedAt: seen,
        now)
    case .breach(let figures): breach(i, figures, metadata, positions, account, now)
    }
  }

  private mutating func breach(
    _ i: Int, _ figures: DailyLoss.Figures, _ metadata: JSONValue, _ positions: [Position], _ account: Reply<Account>,
    _ now: Moment
  ) {
    let seen = account.span.ended.wall
    let currency = account.value.currency
    var full = metadata.object ?? [:]
    full["positions"] = picture(positions)
    record(
      .breach, agent: i, reason: .dailyLoss,
      "equity \(figures.equity.money) \(currency) touched the day's floor \(figures.floor.money): anchor "
        + "\(figures.anchor.money), flows \(figures.flows.money), limit \(figures.limit.money)", .object(full),
      observedAt: seen, now)
    var pause = AgentMemory.BreachPause(
      reason: .dailyLoss, dayKey: dayKey(i, now), since: now.wall,
      closesAll: agents[i].spec.risk.onBreach == .closeAndPause,
      tickets: agents[i].trustVerdict?.isTrusted == true ? positions.map(\.ticket) : nil)
    // A drawdown that was breached before still waits for a person.
    pause.needsPerson = agents[i].memory.breachPause?.needsPerson ?? false
    let closes = pause.closesAll ? "every position is closed" : "existing positions stay, new ones are disallowed"
    let waits = pause.needsPerson || agents[i].spec.risk.resume == .manual
    let resume = !waits ? "resumes on the next day" : "waits for mt4ctl resume"
    record(
      .paused, agent: i, reason: .dailyLoss, "paused after the breach: \(closes); it \(resume)",
      .fields(["cause": "breach", "pause": AgentMemory.encode(pause), "account_key": pausesAccount(i)]),
      observedAt: seen, now)
    agents[i].memory.breachPause?.sinceSteady = now.steady
    agents[i].generation += 1
  }

  /// The positions as they stood at a breach.
  func picture(_ positions: [Position]) -> JSONValue {
    .array(
      positions.map {
        .fields([
          "ticket": .int($0.ticket.number), "symbol": .string($0.symbol.text), "side": .string($0.side.rawValue),
          "lots": .decimal($0.lots), "net_profit": .decimal($0.netProfit), "open_price": .decimal($0.openPrice),
          "stop_loss": $0.stopLoss.map { .decimal($0) },
        ])
      })
  }

  /// `next_day`: the first moment after the next reset when nothing is unknown, no person paused it and the rest is over.
  private mutating func resumeIfDue(_ i: Int, _ now: Moment) {
    guard let pause = agents[i].memory.breachPause, agents[i].spec.risk.resume == .nextDay,
      pause.reason == .dailyLoss, !pause.needsPerson, agents[i].memory.operatorPause == nil
    else { return }
    let today = dayKey(i, now)
    guard today > pause.dayKey, agents[i].memory.dailyLoss.anchor?.dayKey == today else { return }
    guard agents[i].memory.unresolved.isEmpty, agents[i].live == nil else { return }
    guard rested(pause, now) else { return }
    guard agents[i].dayVerdict?.isTrusted ?? false, agents[i].dayVerdict?.figures?.isBreached == false else { return }
    record(
      .resumed, agent: i, reason: .dailyLoss, "a new day, \(today), began after the breach of \(pause.dayKey)",
      ["cause": "breach"], now)
    agents[i].generation += 1
  }

  /// By the wall since the breach, and where this process saw it, by the steady clock too: the wall may have been set.
  private func rested(_ pause: AgentMemory.BreachPause, _ now: Moment) -> Bool {
    if let since = pause.sinceSteady, now.steady - since < Self.shortestBreachPause { return false }
    return now.wall - pause.since >= Self.shortestBreachPause
  }
}

extension AgentState {
  /// Shows one look to the day.
  mutating func sampleDay(
    _ positions: Reply<[Position]>, _ account: Reply<Account>, _ history: OptionalPart<[HistoryRow]>, days: Int?,
    trusted: Bool, _ now: Moment
  ) -> DailyLoss.Verdict {
    let sample = DailyLoss.Sample(
      account: account, positions: positions,
      history: self.history.unsupported && history.reply == nil ? .unsupported : history, historyDays: days,
      positionsTrusted: trusted)
    return memory.dailyLoss.observe(sample, limits: dayLimits, calendar: calendar, now: now)
  }
}
