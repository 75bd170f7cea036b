import Reconciler

/// Whether an agent's limits leave room for the smallest usual position. Brokers' own contracts count at the open; these
/// are the common ones (bridge.md, section 4), so this warns and never refuses.
enum UsualContracts {
  /// The smallest size of a position and its step, in lots.
  static let smallestLot = FixedDecimal(units: 10_000_000_000)

  private struct Contract {
    /// Units of the base per lot.
    let size: FixedDecimal
    let unit: String
    /// A stop's usual distance, in price units.
    let stop: FixedDecimal
    let base: String
    let quote: String
  }

  private static let currencies: Set<String> = [
    "AUD", "CAD", "CHF", "CNH", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "JPY", "MXN", "NOK", "NZD", "PLN", "SEK",
    "SGD", "TRY", "USD", "ZAR",
  ]

  /// Gold is 100 oz with a stop of 5.00; a currency pair is 100 000 with a stop of 30 pips.
  private static func contract(of symbol: Symbol) -> Contract? {
    let text = symbol.text
    guard text.utf8.count == 6, let middle = text.utf8.index(text.startIndex, offsetBy: 3).samePosition(in: text) else {
      return nil
    }
    let quote = String(text[middle...])
    guard currencies.contains(quote) else { return nil }
    let base = String(text[..<middle])
    if base == "XAU" { return Contract(size: 100, unit: "oz", stop: 5, base: base, quote: quote) }
    guard currencies.contains(base) else { return nil }
    let pip = FixedDecimal(units: quote == "JPY" || quote == "HUF" ? 10_000_000_000 : 100_000_000)
    return Contract(size: 100_000, unit: base, stop: pip * 30, base: base, quote: quote)
  }

  static func warnings(for agent: AgentSpec, _ document: CheckedDocument) -> [Finding] {
    guard let risk = document.spec?.object("risk") else { return [] }
    func finding(_ mark: YAMLMark?, _ message: String) -> Finding {
      Finding(severity: .warning, mark: mark ?? document.start, message: message)
    }
    if agent.risk.lotSize < smallestLot {
      return [
        finding(
          risk.mark("lot_size"),
          "no broker's usual size fits: `lot_size` is \(agent.risk.lotSize), and the smallest usual position is "
            + "\(smallestLot) lots")
      ]
    }
    var findings: [Finding] = []
    for symbol in agent.pairs {
      guard let contract = contract(of: symbol), let words = tooTight(agent.risk, symbol, contract) else { continue }
      findings.append(finding(risk.mark("max_risk_per_trade"), words))
    }
    for (target, item) in zip(agent.targets ?? [], document.spec?.list("targets") ?? []) {
      guard let contract = contract(of: target.symbol), let words = overBudget(agent.risk, target, contract)
      else { continue }
      findings.append(finding(item.object?.mark("stop_loss") ?? item.mark, words))
    }
    return findings
  }

  /// The money that one trade may lose: the risk budget or, if that is less, a day's loss.
  private static func budget(_ risk: RiskSpec) -> (amount: FixedDecimal, name: String) {
    let perTrade = (risk.initialBalance.amount * risk.maxRiskPerTrade).divided(by: .hundred) ?? .zero
    let daily = risk.dailyLossLimit
    return daily < perTrade ? (daily, "daily loss") : (perTrade, "risk budget")
  }

  private static func tooTight(_ risk: RiskSpec, _ symbol: Symbol, _ contract: Contract) -> String? {
    // Without a rate nothing can be said of a symbol that is quoted in another currency.
    guard contract.quote == risk.initialBalance.currency else { return nil }
    let currency = risk.initialBalance.currency
    let (budget, name) = budget(risk)
    let slippage = risk.slippage ?? .zero
    let commission = risk.commissionPerLot?.amount ?? .zero
    let perLot = budget.divided(by: smallestLot) ?? .zero
    let widest = ((perLot - commission).divided(by: contract.size) ?? .zero) - slippage
    guard widest < contract.stop else { return nil }
    let loss = (contract.stop + slippage) * contract.size + commission
    let needed = (loss * smallestLot * 100).divided(by: risk.maxRiskPerTrade) ?? .zero
    let places = contract.base == "XAU" ? 2 : 5
    let room =
      widest.isPositive
      ? "allows a stop of at most \(widest.roundedDown(places: places).text(minimumPlaces: 2)) away"
      : "allows no stop at all"
    let cure =
      name == "risk budget"
      ? "the usual \(contract.stop.text(minimumPlaces: 2)) loses \(loss.money) \(currency) a lot and needs "
        + "\(needed.roundedUp(places: 2).money) \(currency) of equity"
      : "the usual \(contract.stop.text(minimumPlaces: 2)) loses \((loss * smallestLot).money) \(currency)"
    return "at \(smallestLot) lots of \(symbol) (\(contract.size) \(contract.unit) a lot) a \(name) of "
      + "\(budget.money) \(currency) \(room) (\(costs(risk))); \(cure)"
  }

  private static func costs(_ risk: RiskSpec) -> String {
    let slippage = risk.slippage.map { "slippage \($0.text(minimumPlaces: 2))" } ?? "no slippage"
    let commission = risk.commissionPerLot.map { "commission \($0.manifestText) a lot" } ?? "no commission"
    return "with \(slippage) and \(commission)"
  }

  /// A target whose entry and stop are declared: its own numbers, not the usual ones.
  private static func overBudget(_ risk: RiskSpec, _ target: TargetSpec, _ contract: Contract) -> String? {
    guard let entry = target.entry, let stop = target.stopLoss else { return nil }
    let currency = risk.initialBalance.currency
    let distance = (entry - stop).magnitude + (risk.slippage ?? .zero)
    var loss = distance * contract.size
    if contract.quote != currency {
      // Quoted the other way round, the rate is the price itself; the one at the stop is what the loss is paid at.
      guard contract.base == currency, let converted = loss.divided(by: stop) else { return nil }
      loss = converted
    }
    loss = loss + (risk.commissionPerLot?.amount ?? .zero)
    let lots: FixedDecimal =
      switch target.size {
      case .lots(let lots): lots
      case .risk: smallestLot
      }
    let (budget, name) = budget(risk)
    guard loss * lots > budget else { return nil }
    let most = (budget.divided(by: loss) ?? .zero).floored(to: smallestLot)
    let cure = most.isZero ? "not even \(smallestLot) lots fit" : "\(most) lots fit"
    return "\(lots) lots of \(target.symbol) lose \((loss * lots).rounded(places: 2).money) \(currency) at this stop "
      + "(\(costs(risk))), over the \(name) of \(budget.money) \(currency); \(cure)"
  }
}

extension FixedDecimal {
  fileprivate func roundedDown(places: Int) -> FixedDecimal { floored(to: Self.step(places)) }

  fileprivate func roundedUp(places: Int) -> FixedDecimal {
    let down = floored(to: Self.step(places))
    return down == self ? down : down + Self.step(places)
  }

  private static func step(_ places: Int) -> FixedDecimal {
    var units: Int128 = 1_000_000_000_000
    for _ in 0..<places { units /= 10 }
    return FixedDecimal(units: units)
  }
}
