import Reconciler

/// Reference agents for tests, each changed by a closure.
enum Fleets {
  static func atlas(_ change: (inout AgentSpec) -> Void = { _ in }) -> AgentSpec {
    var terminal = TerminalSpec(url: "http://127.0.0.1:8081")
    terminal.account = 22437
    terminal.server = "EBCFinancialGroupKY-Demo02"
    let risk = RiskSpec(
      initialBalance: Money(amount: 1000, currency: "USD"), maxRiskPerTrade: 1, maxDailyLoss: .percent(5),
      maxPositions: 2, lotSize: FixedDecimal("0.10") ?? .one)
    var agent = AgentSpec(
      id: AgentID("agent_1"), metadataName: "atlas", displayName: "Atlas", enabled: true, terminal: terminal,
      pairs: [Symbol("XAUUSD")], risk: risk)
    change(&agent)
    return agent
  }

  static func target(_ change: (inout TargetSpec) -> Void = { _ in }) -> TargetSpec {
    var target = TargetSpec(
      name: "core", symbol: Symbol("XAUUSD"), side: .buy, size: .lots(FixedDecimal("0.10") ?? .one))
    target.stopLoss = FixedDecimal(2600)
    target.takeProfit = FixedDecimal(2700)
    change(&target)
    return target
  }

  static func fleet(_ agents: AgentSpec..., revision: Int = 1, policy: (inout FleetPolicy) -> Void = { _ in }) -> Fleet
  {
    var fleetPolicy = FleetPolicy()
    policy(&fleetPolicy)
    return Fleet(
      revision: revision, fingerprint: "f\(revision)", agents: agents, policy: fleetPolicy, zones: ["UTC": .utc])
  }
}

/// A decimal written in a test; a misspelt one is zero and fails the test that it is in.
func d(_ text: String) -> FixedDecimal { FixedDecimal(text) ?? .zero }
