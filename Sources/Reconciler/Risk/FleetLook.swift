/// What one agent's open is judged by of the fleet: limits and totals at this instant.
struct FleetLook: Sendable {
  var policy: FleetPolicy
  var ledger: FleetLedger
  /// The agent's own part of the ledger.
  var own: Exposure?
  /// An order of this very target that waits to be sent is in the ledger already; in the account's currency.
  var ownLiveRisk = FixedDecimal.zero
  var ownLiveGross = FixedDecimal.zero
  /// Why the totals cannot be relied on; its numbers name the agent.
  var missing: Hold?

  static let missingAgent = "missing_agent"

  /// `risk` and `gross`: of the new order, in the account's currency.
  func holds(risk: FixedDecimal, gross: FixedDecimal, symbol: Symbol, side: Side) -> [Hold] {
    if let missing { return [missing] }
    let rate = own?.rate ?? .zero
    return [
      exposure(adding: (risk - ownLiveRisk) * rate), leverage(adding: (gross - ownLiveGross) * rate),
      correlation(symbol, side),
    ].compactMap { $0 }
  }

  private func exposure(adding risk: FixedDecimal) -> Hold? {
    guard let limit = policy.maxTotalExposure else { return nil }
    let sum = ledger.openRisk + risk
    let most = (max(.zero, ledger.equity) * limit).divided(by: .hundred) ?? .zero
    guard sum > most else { return nil }
    return Hold(
      .maxTotalExposure,
      "the fleet's open risk would be \(sum.cents) \(ledger.currency), max_total_exposure is \(limit) % of "
        + "\(ledger.equity.cents), that is \(most.cents)",
      numbers([
        "open_risk": ledger.openRisk, "new_risk": risk, "max_total_exposure": limit, "max_open_risk": most,
      ]))
  }

  private func leverage(adding gross: FixedDecimal) -> Hold? {
    guard let limit = policy.maxGrossLeverage else { return nil }
    let sum = ledger.gross + gross
    let most = max(.zero, ledger.equity) * limit
    guard sum > most else { return nil }
    return Hold(
      .maxGrossLeverage,
      "the fleet's gross exposure would be \(sum.cents) \(ledger.currency), max_gross_leverage is \(limit)x of "
        + "\(ledger.equity.cents), that is \(most.cents)",
      numbers(["gross": ledger.gross, "new_gross": gross, "max_gross_leverage": limit, "max_gross": most]))
  }

  private func numbers(_ members: [String: FixedDecimal]) -> [String: JSONValue] {
    var numbers = members.mapValues { JSONValue.decimal($0) }
    numbers["fleet_equity"] = .decimal(ledger.equity)
    numbers["currency"] = .string(ledger.currency)
    return numbers
  }

  /// rho x side x side against the positions of other agents. A negative product never adds room.
  private func correlation(_ symbol: Symbol, _ side: Side) -> Hold? {
    guard let limit = policy.correlationLimit else { return nil }
    for pair in policy.correlations {
      guard let other = pair.other(than: symbol) else { continue }
      let counts = othersHolding(other)
      for (theirs, count) in [(Side.buy, counts.buy), (.sell, counts.sell)] where count > 0 {
        let product = pair.rho * side.sign * theirs.sign
        guard product > limit else { continue }
        return Hold(
          .correlationLimit,
          "\(count == 1 ? "another agent holds" : "\(count) other agents hold") \(theirs.rawValue) \(other); with "
            + "\(side.rawValue) \(symbol) the correlation is \(product), correlation_limit is \(limit)",
          [
            "other_symbol": .string(other.text), "other_side": .string(theirs.rawValue), "agents": .int(count),
            "rho": .decimal(pair.rho), "correlation": .decimal(product), "correlation_limit": .decimal(limit),
          ])
      }
    }
    return nil
  }

  private func othersHolding(_ symbol: Symbol) -> FleetLedger.Holders {
    var counts = ledger.holders[symbol] ?? FleetLedger.Holders()
    if let mine = own?.allSides[symbol] {
      counts.buy -= mine.buy ? 1 : 0
      counts.sell -= mine.sell ? 1 : 0
    }
    return counts
  }
}

extension Hold {
  /// Whether it is for want of what another agent's look would tell.
  var isForFleet: Bool { numbers[FleetLook.missingAgent] != nil }
}

extension FleetPolicy {
  /// The limits over the fleet that an open is judged by, as reasons; empty when none is declared.
  var limits: [Reason] {
    [
      maxTotalExposure == nil ? nil : .maxTotalExposure, maxGrossLeverage == nil ? nil : .maxGrossLeverage,
      correlationLimit == nil ? nil : .correlationLimit,
    ].compactMap { $0 }
  }

  var hasLimits: Bool { maxTotalExposure != nil || maxGrossLeverage != nil || correlationLimit != nil }

  /// Whether positions have to be valued for a limit.
  var valuesPositions: Bool { maxTotalExposure != nil || maxGrossLeverage != nil }
}

extension FleetPolicy.Correlation {
  func other(than symbol: Symbol) -> Symbol? {
    if first == second { return nil }
    return symbol == first ? second : symbol == second ? first : nil
  }
}
