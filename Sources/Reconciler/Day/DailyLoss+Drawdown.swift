extension DailyLoss {
  /// The fall of equity, net of all flows since the agent was first seen (risk.md, drawdown).
  public struct Drawdown: Hashable, Sendable {
    /// What it is measured from: the high-water mark, or the initial balance.
    public var reference: FixedDecimal
    /// equity - net flows.
    public var value: FixedDecimal
    /// max(0, reference - value).
    public var fall: FixedDecimal
    /// The fall in percent of the reference.
    public var percent: FixedDecimal
    /// As money: the fall at which it is a breach.
    public var limit: FixedDecimal
    /// fall >= limit.
    public var isBreached: Bool

    /// As metadata writes them.
    public var members: [String: JSONValue] {
      [
        "reference": .decimal(reference), "equity_less_flows": .decimal(value), "fall": .decimal(fall),
        "drawdown_percent": .decimal(percent.rounded(places: 2)), "limit": .decimal(limit),
      ]
    }
  }

  /// The drawdown of `value`, which is equity less net flows; `nil` without a limit, or before the first verdict.
  func drawdown(of value: FixedDecimal, limits: DayLimits) -> Drawdown? {
    guard let rule = limits.drawdown, let highWater else { return nil }
    let reference =
      switch rule.kind {
      case .fixed: limits.initialBalance
      case .trailing: highWater
      }
    let fall = Swift.max(.zero, reference - value)
    let limit =
      switch rule.limit {
      case .percent(let percent): (reference * percent).divided(by: .hundred) ?? .zero
      case .amount(let money): money.amount
      }
    let percent = (fall * .hundred).divided(by: reference) ?? .zero
    return Drawdown(
      reference: reference, value: value, fall: fall, percent: percent, limit: limit,
      isBreached: fall >= limit && fall.isPositive)
  }

  /// Raises the mark. Not while a change from before the anchor waits for its explanation: a deposit would look like gain.
  ///
  /// - Parameter value: equity less net flows.
  mutating func raiseHighWater(to value: FixedDecimal) -> Bool {
    if isPending, pending?.dayKey == nil { return false }
    highWater = highWater.map { Swift.max($0, value) } ?? value
    return true
  }
}
