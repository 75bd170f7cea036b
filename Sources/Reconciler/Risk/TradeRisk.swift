/// What one trade may lose, and which size that allows (risk.md, sizing).
struct TradeRisk {
  var risk: RiskSpec
  var side: Side
  /// The target's entry, else the fresh ask of a buy or bid of a sell.
  var entry: FixedDecimal
  var stop: FixedDecimal
  /// In the account's currency.
  var unitValue: FixedDecimal
  var equity: FixedDecimal
  /// Deposits less withdrawals since the agent was first seen.
  var netFlows: FixedDecimal

  /// (|entry - stop| + slippage) x value of a price unit + commission.
  var lossPerLot: FixedDecimal { lossPerLot(from: entry) }

  func lossPerLot(from price: FixedDecimal) -> FixedDecimal {
    ((price - stop).magnitude + (risk.slippage ?? .zero)) * unitValue + commission
  }

  private var commission: FixedDecimal { risk.commissionPerLot?.amount ?? .zero }

  /// Gains do not raise what may be lost; deposits do.
  var capital: FixedDecimal { min(equity, risk.initialBalance.amount + netFlows) }

  /// max_risk_per_trade of the capital; zero when there is none.
  var budget: FixedDecimal {
    max(.zero, (capital * risk.maxRiskPerTrade).divided(by: .hundred) ?? .zero)
  }

  /// The most lots of that step that the budget allows.
  func affordable(step: FixedDecimal) -> FixedDecimal {
    guard lossPerLot.isPositive else { return .zero }
    let lots = (budget.divided(by: lossPerLot) ?? .zero).floored(to: step)
    // The quotient is rounded at its twelfth place, which may lift it onto a step.
    return lots * lossPerLot > budget ? max(.zero, lots - step) : lots
  }

  var numbers: [String: JSONValue] {
    [
      "entry": .decimal(entry), "stop_loss": .decimal(stop), "value_per_unit": .decimal(unitValue),
      "loss_per_lot": .decimal(lossPerLot), "budget": .decimal(budget), "capital": .decimal(capital),
      "max_risk_per_trade": .decimal(risk.maxRiskPerTrade),
    ]
  }

  // MARK: Verdicts

  /// A fixed size has to fit the budget too.
  func overBudget(_ lots: FixedDecimal, step: FixedDecimal) -> Hold? {
    let loss = lots * lossPerLot
    guard loss > budget else { return nil }
    var numbers = numbers
    numbers["lots"] = .decimal(lots)
    numbers["risk"] = .decimal(loss)
    let most = affordable(step: step)
    return Hold(
      .riskBudget,
      "\(lots) lots would risk \(cents(loss)) \(currency), the budget is \(cents(budget)) (\(risk.maxRiskPerTrade) % of "
        + "\(cents(capital))); " + (most.isPositive ? "\(most) lots fit" : "not even \(step) lots fit"), numbers)
  }

  /// Refused, never rounded up: which capital or which stop would do.
  func belowLeast(_ least: FixedDecimal) -> Hold {
    let loss = least * lossPerLot
    let needed = (loss * .hundred).divided(by: risk.maxRiskPerTrade) ?? .max
    let room =
      ((budget.divided(by: least) ?? .zero) - commission).divided(by: unitValue).map { $0 - (risk.slippage ?? .zero) }
    var numbers = numbers
    numbers["min_lot"] = .decimal(least)
    numbers["risk_of_min_lot"] = .decimal(loss)
    numbers["needed_equity"] = .decimal(needed)
    var cure = "it needs \(cents(needed)) \(currency) of equity and initial balance"
    if let room, room.isPositive {
      let widest = room.floored(to: FixedDecimal(units: 10_000_000))
      numbers["widest_stop"] = .decimal(widest)
      cure += ", or a stop at most \(widest) away"
    } else {
      cure += "; no stop is near enough"
    }
    return Hold(
      .riskBelowMinLot,
      "the broker's least, \(least) lots, would risk \(cents(loss)) \(currency), the budget is \(cents(budget)); \(cure)",
      numbers)
  }

  private var currency: String { risk.initialBalance.currency }

  private func cents(_ amount: FixedDecimal) -> String { amount.cents }
}

extension FixedDecimal {
  /// Money for a sentence: two places, rounded half to even. Records keep the exact number.
  var cents: String { rounded(places: 2).money }
}
