@testable import Reconciler

// What is judged over the fleet: its limits at each open, and the word that it is flat.
extension Checker {
  /// S6: limits over the fleet, by what every agent's last look showed.
  mutating func judgeFleet(_ open: LiveAction, _ id: AgentID, _ core: borrowing Reconciler) {
    guard let policy = fleet?.policy else { return }
    if !policy.limits.isEmpty { judgeYoungLooks(id) }
    if let limit = policy.correlationLimit { judgeCorrelation(open, id, policy.correlations, limit, core) }
    if let limit = policy.maxGrossLeverage { judgeGross(open, id, limit) }
  }

  /// Whoever is in use was looked at in the last five minutes, and the look was believed.
  private mutating func judgeYoungLooks(_ id: AgentID) {
    for spec in fleet?.agents ?? [] where spec.enabled && spec.id != id {
      guard let seen = agents[spec.id]?.believedAt else {
        fail("S6", "\(id) opens under limits of the fleet, and no look at \(spec.id) was believed yet")
        continue
      }
      let age = (clock - seen) / 1_000_000
      guard age > 300 else { continue }
      fail("S6", "\(id) opens under limits of the fleet, and \(spec.id) was last believed \(age) s ago")
    }
  }

  private mutating func judgeCorrelation(
    _ open: LiveAction, _ id: AgentID, _ pairs: [FleetPolicy.Correlation], _ limit: FixedDecimal,
    _ core: borrowing Reconciler
  ) {
    for spec in fleet?.agents ?? [] where spec.id != id {
      guard let other = agents[spec.id], let i = core.index[spec.id] else { continue }
      // A list that lies, and nobody can tell.
      if other.lies.last != .some(nil), core.agents[i].trustVerdict == .trusted { continue }
      for ticket in other.open.sorted() where other.believed.contains(ticket) {
        guard let origin = other.origins[ticket], origin.at <= other.taken else { continue }
        for pair in pairs {
          let isPair =
            (pair.first == origin.symbol && pair.second == open.symbol)
            || (pair.second == origin.symbol && pair.first == open.symbol)
          guard isPair, pair.rho * origin.side.sign * open.side.sign > limit else { continue }
          fail(
            "S6",
            "\(id) opens \(open.side.rawValue) \(open.symbol), and \(spec.id) holds \(origin.side.rawValue) "
              + "\(origin.symbol) #\(ticket): rho is \(pair.rho), correlation_limit is \(limit)")
        }
      }
    }
  }

  /// By the last look at each agent; a tenth more is let pass, since quotes are not of one instant.
  private mutating func judgeGross(_ open: LiveAction, _ id: AgentID, _ limit: FixedDecimal) {
    var equity = FixedDecimal.zero
    var gross = FixedDecimal.zero
    for spec in fleet?.agents ?? [] {
      guard let agent = agents[spec.id], let snapshot = agent.snapshot, let account = snapshot.account?.value,
        agent.lies.last == .some(nil), account.number != 999_999
      else { return }
      equity += account.equity
      for position in snapshot.positions?.value ?? [] { gross += Self.gross(position) }
    }
    let position = agents[id]?.snapshot?.positions?.value.first { $0.symbol == open.symbol }
    let price = position?.currentPrice ?? (open.symbol == Scenario.gold ? FixedDecimal(2500) : d("1.0"))
    gross += open.lots * Self.contract(open.symbol) * price
    if gross * FixedDecimal(10) > max(.zero, equity) * limit * FixedDecimal(11) {
      fail("S6", "\(id) opens \(open.lots) \(open.symbol): gross \(gross) over \(limit) times \(equity)")
    }
  }

  private static func gross(_ position: Position) -> FixedDecimal {
    position.lots * contract(position.symbol) * (position.currentPrice ?? position.openPrice)
  }

  private static func contract(_ symbol: Symbol) -> FixedDecimal {
    symbol == Scenario.gold ? FixedDecimal(100) : FixedDecimal(100_000)
  }

  /// S7: flat is what looks show that succeeded, that can be believed, and that are of the right account.
  mutating func judgeFlat(_ record: Record, _ core: borrowing Reconciler) {
    for i in core.agents.indices where record.agent.map({ $0 == core.agents[i].id }) ?? true {
      let id = core.agents[i].id
      guard let agent = agents[id] else { return fail("S7", "the fleet is called flat, and \(id) was never looked at") }
      guard let snapshot = agent.snapshot else {
        return fail("S7", "the fleet is called flat, and \(id) was not looked at since the start")
      }
      if agent.hasFailed { fail("S7", "\(id) is called flat, and its terminal does not answer") }
      if let pin = specs[id]?.terminal.account, let number = snapshot.account?.value.number, number != pin {
        fail("S7", "\(id) is called flat by another account")
      }
      let isDeceived = agent.lies.last != .some(nil) && core.agents[i].trustVerdict == .trusted
      guard !isDeceived else { continue }
      for ticket in agent.open.sorted() {
        guard let origin = agent.origins[ticket], origin.at < agent.taken else { continue }
        fail("S7", "\(id) is called flat, and #\(ticket) was open when it was looked at")
      }
    }
  }
}
