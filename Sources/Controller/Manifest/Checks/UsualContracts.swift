import Reconciler

/// Whether an agent's limits leave room for the smallest usual position. Brokers' own contracts count at the open; these
/// are the common ones (bridge.md, section 4), so this warns and never refuses.
enum UsualContracts {
  /// The smallest size of a position and its step, in lots.
  static let smallestLot = FixedDecimal(units: 10_000_000_000)

  private struct Contract {
    /// Units of the base per lot.
    let size: FixedDecimal
    /// A stop's usual distance, in price units.
    let stop: FixedDecimal
    let base: CurrencyCode
    let quote: CurrencyCode

    var unit: String { base == .gold ? "oz" : base.description }
  }

  private static let currencies: [CurrencyCode] = [
    "AUD", "CAD", "CHF", "CNH", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "JPY", "MXN", "NOK", "NZD", "PLN", "SEK",
    "SGD", "TRY", "USD", "ZAR",
  ]

  /// Gold is 100 oz with a stop of 5.00; a currency pair is 100 000 with a stop of 30 pips.
  private static func contract(of symbol: Symbol) -> Contract? {
    let text = symbol.text.utf8Span.span
    guard text.count == 6 else { return nil }
    let base = CurrencyCode(text, at: 0)
    let quote = CurrencyCode(text, at: 3)
    guard currencies.contains(quote) else { return nil }
    if base == .gold { return Contract(size: 100, stop: 5, base: base, quote: quote) }
    guard currencies.contains(base) else { return nil }
    let pip = FixedDecimal(units: quote == .yen || quote == .forint ? 10_000_000_000 : 100_000_000)
    return Contract(size: 100_000, stop: pip * 30, base: base, quote: quote)
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
    let limits = Limits(agent.risk)
    // Most pairs are of one size: what was found for the last one holds for the next.
    var widest: (size: FixedDecimal, distance: FixedDecimal)?
    for symbol in agent.pairs {
      // Without a rate nothing can be said of a symbol that is quoted in another currency.
      guard let contract = contract(of: symbol), contract.quote == limits.currency else { continue }
      if widest?.size != contract.size { widest = (contract.size, limits.widestStop(contract.size)) }
      guard let distance = widest?.distance, distance < contract.stop else { continue }
      findings.append(finding(risk.mark("max_risk_per_trade"), tooTight(limits, symbol, contract, widest: distance)))
    }
    guard let targets = agent.targets, let items = document.spec?.list("targets") else { return findings }
    for (target, item) in zip(targets, items) where target.entry != nil {
      guard let contract = contract(of: target.symbol), let words = overBudget(limits, target, contract) else {
        continue
      }
      findings.append(finding(item.object?.mark("stop_loss") ?? item.mark, words))
    }
    return findings
  }

  /// What an agent's limits come to.
  private struct Limits {
    let risk: RiskSpec
    /// The money that one trade may lose: the risk budget or, if that is less, a day's loss.
    let budget: FixedDecimal
    let budgetName: String
    let currency: CurrencyCode
    let slippage: FixedDecimal
    let commission: FixedDecimal

    init(_ risk: RiskSpec) {
      self.risk = risk
      let perTrade = (risk.initialBalance.amount * risk.maxRiskPerTrade).divided(by: .hundred) ?? .zero
      let daily = risk.dailyLossLimit
      (budget, budgetName) = daily < perTrade ? (daily, "daily loss") : (perTrade, "risk budget")
      currency = CurrencyCode(risk.initialBalance.currency.utf8Span.span, at: 0)
      slippage = risk.slippage ?? .zero
      commission = risk.commissionPerLot?.amount ?? .zero
    }

    /// The widest stop of the smallest position, in price units; negative where there is no room at all.
    func widestStop(_ contractSize: FixedDecimal) -> FixedDecimal {
      let perLot = budget.divided(by: smallestLot) ?? .zero
      return ((perLot - commission).divided(by: contractSize) ?? .zero) - slippage
    }
  }

  private static func tooTight(
    _ limits: Limits, _ symbol: Symbol, _ contract: Contract, widest: FixedDecimal
  ) -> String {
    let risk = limits.risk
    let currency = risk.initialBalance.currency
    let (slippage, commission) = (limits.slippage, limits.commission)
    let loss = (contract.stop + slippage) * contract.size + commission
    let needed = (loss * smallestLot * 100).divided(by: risk.maxRiskPerTrade) ?? .zero
    let places = contract.base == .gold ? 2 : 5
    let room =
      widest.isPositive
      ? "allows a stop of at most \(widest.roundedDown(places: places).text(minimumPlaces: 2)) away"
      : "allows no stop at all"
    let cure =
      limits.budgetName == "risk budget"
      ? "the usual \(contract.stop.text(minimumPlaces: 2)) loses \(loss.money) \(currency) a lot and needs "
        + "\(needed.roundedUp(places: 2).money) \(currency) of equity"
      : "the usual \(contract.stop.text(minimumPlaces: 2)) loses \((loss * smallestLot).money) \(currency)"
    return "at \(smallestLot) lots of \(symbol) (\(contract.size) \(contract.unit) a lot) a \(limits.budgetName) of "
      + "\(limits.budget.money) \(currency) \(room) (\(costs(risk))); \(cure)"
  }

  private static func costs(_ risk: RiskSpec) -> String {
    let slippage = risk.slippage.map { "slippage \($0.text(minimumPlaces: 2))" } ?? "no slippage"
    let commission = risk.commissionPerLot.map { "commission \($0.manifestText) a lot" } ?? "no commission"
    return "with \(slippage) and \(commission)"
  }

  /// A target whose entry and stop are declared: its own numbers, not the usual ones.
  private static func overBudget(_ limits: Limits, _ target: TargetSpec, _ contract: Contract) -> String? {
    guard let entry = target.entry, let stop = target.stopLoss else { return nil }
    let risk = limits.risk
    let distance = (entry - stop).magnitude + limits.slippage
    var loss = distance * contract.size
    if contract.quote != limits.currency {
      // Quoted the other way round, the rate is the price itself; the one at the stop is what the loss is paid at.
      guard contract.base == limits.currency, let converted = loss.divided(by: stop) else { return nil }
      loss = converted
    }
    loss = loss + limits.commission
    let lots: FixedDecimal =
      switch target.size {
      case .lots(let lots): lots
      case .risk: smallestLot
      }
    let (budget, currency) = (limits.budget, limits.risk.initialBalance.currency)
    guard loss * lots > budget else { return nil }
    let most = (budget.divided(by: loss) ?? .zero).floored(to: smallestLot)
    let cure = most.isZero ? "not even \(smallestLot) lots fit" : "\(most) lots fit"
    return "\(lots) lots of \(target.symbol) lose \((loss * lots).rounded(places: 2).money) \(currency) at this stop "
      + "(\(costs(risk))), over the \(limits.budgetName) of \(budget.money) \(currency); \(cure)"
  }
}

/// Three letters in one number, to be compared at once.
private struct CurrencyCode: Equatable, ExpressibleByStringLiteral, CustomStringConvertible {
  private let letters: UInt32

  static let gold: CurrencyCode = "XAU"
  static let yen: CurrencyCode = "JPY"
  static let forint: CurrencyCode = "HUF"

  /// The three letters from a place of a text on; nobody's code where there are fewer.
  init(_ text: Span<UInt8>, at place: Int) {
    letters =
      place + 3 <= text.count
      ? UInt32(text[place]) << 16 | UInt32(text[place + 1]) << 8 | UInt32(text[place + 2]) : 0
  }

  init(stringLiteral text: String) { self.init(text.utf8Span.span, at: 0) }

  var description: String { String(decoding: [16, 8, 0].map { UInt8(letters >> $0 & 0xFF) }, as: UTF8.self) }
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
