// The drawdown: its breach acts as `on_breach` says, and only a person resumes (risk.md, drawdown).

extension Reconciler {
  /// Latches a breach once; it lasts until a person resumes, whatever equity does.
  mutating func noteDrawdown(
    _ i: Int, _ drawdown: DailyLoss.Drawdown, _ figures: DailyLoss.Figures, _ positions: [Position],
    _ account: Reply<Account>, _ now: Moment
  ) {
    let old = agents[i].memory.breachPause
    guard drawdown.isBreached, old?.needsPerson != true else { return }
    let seen = account.span.ended.wall
    let currency = account.value.currency
    let kind = agents[i].spec.risk.maxDrawdown?.kind ?? .fixed
    var full = agents[i].memory.dailyLoss.metadata(of: .breach(figures)).object ?? [:]
    full.merge(drawdown.members) { _, new in new }
    full["kind"] = .string(kind.rawValue)
    full["day_limit"] = .decimal(figures.limit)
    full["positions"] = picture(positions)
    let reference = kind == .fixed ? "initial_balance" : "the high-water mark"
    record(
      .breach, agent: i, reason: .maxDrawdown,
      "equity \(figures.equity.money) \(currency), \(drawdown.value.money) without flows, is \(drawdown.fall.money) "
        + "(\(drawdown.percent.rounded(places: 2)) %) below \(reference) \(drawdown.reference.money); "
        + "max_drawdown is \(drawdown.limit.money)",
      .object(full), observedAt: seen, now)
    // A day that is breached as well keeps its name, which stands first in the order of reasons.
    var pause =
      old
      ?? AgentMemory.BreachPause(
        reason: .maxDrawdown, dayKey: dayKey(i, now), since: now.wall,
        closesAll: agents[i].spec.risk.onBreach == .closeAndPause,
        tickets: agents[i].trustVerdict?.isTrusted == true ? positions.map(\.ticket) : nil)
    pause.needsPerson = true
    let closes = pause.closesAll ? "every position is closed" : "existing positions stay, new ones are disallowed"
    record(
      .paused, agent: i, reason: .maxDrawdown, "paused after the breach: \(closes); it waits for mt4ctl resume",
      .fields(["cause": "breach", "pause": AgentMemory.encode(pause), "account_key": pausesAccount(i)]),
      observedAt: seen, now)
    agents[i].memory.breachPause?.sinceSteady = now.steady
    agents[i].generation += 1
  }
}
