import Reconciler

@testable import Controller

extension RandomEvents {
  mutating func facts() -> RevisionFacts {
    RevisionFacts(
      isNew: coin(), actor: text(), gitCommit: maybe { $0.text() }, annotations: json(),
      pin: maybe {
        RevisionPin(
          rollbackOf: $0.below(9), actor: $0.text(), note: $0.text(),
          since: Timestamp(seconds: Int64($0.below(1 << 31))))
      }, releasedRollbackOf: maybe { $0.below(9) })
  }

  mutating func fleet() -> Fleet {
    var ids = ["agent_1", "agent_2", "a-3"].shuffled(by: below(6))
    ids.removeLast(below(3))
    let agents = ids.map { spec(AgentID($0)) }
    let zones = some(2) { random in
      let name = random.pick(["UTC", "Europe/Athens", "America/New_York"])
      let transitions = random.some(3) {
        ZoneRules.Transition(at: $0.time(), offsetSeconds: $0.below(90_000) - 45_000)
      }
      return (name, ZoneRules(name: name, initialOffsetSeconds: random.below(3600), transitions: transitions))
    }
    var fleet = Fleet(
      revision: below(99), fingerprint: text(), agents: agents, policy: policy(),
      zones: Dictionary(zones, uniquingKeysWith: { a, _ in a }),
      places: Dictionary(some(4) { (AgentID($0.text()), $0.places()) }, uniquingKeysWith: { a, _ in a }))
    fleet.emergencyStopPlace = maybe { SourcePlace(file: $0.text(), line: $0.below(99)) }
    fleet.credentialVersions = Dictionary(
      agents.map { ($0.id, pick(["hunter2-fingerprint", "another"])) }, uniquingKeysWith: { a, _ in a })
    return fleet
  }

  mutating func places() -> AgentPlaces {
    AgentPlaces(
      file: text(), line: below(99),
      targets: some(3) { AgentPlaces.Target(name: $0.text(), line: Int32($0.below(99))) },
      fields: DecidingField.allCases.map { _ in Int32(below(9)) })
  }

  mutating func policy() -> FleetPolicy {
    var policy = FleetPolicy()
    policy.metadataName = text()
    policy.currency = maybe { $0.text() }
    policy.emergencyStop = coin()
    policy.maxTotalExposure = maybe { $0.decimal() }
    policy.maxGrossLeverage = maybe { $0.decimal() }
    policy.correlationLimit = maybe { $0.decimal() }
    policy.correlations = some(2) {
      FleetPolicy.Correlation(first: $0.symbol(), second: $0.symbol(), rho: $0.decimal())
    }
    policy.maxClosesPerPass = below(99)
    return policy
  }

  mutating func spec(_ id: AgentID) -> AgentSpec {
    var spec = AgentSpec(
      id: id, metadataName: text(), displayName: text(), enabled: coin(), terminal: terminal(),
      pairs: some(3) { $0.symbol() }, risk: risk())
    spec.labels = Dictionary(some(2) { ($0.text(), $0.text()) }, uniquingKeysWith: { a, _ in a })
    spec.annotations = Dictionary(some(2) { ($0.text(), $0.text()) }, uniquingKeysWith: { a, _ in a })
    spec.details = text()
    spec.mode = pick(AgentSpec.Mode.allCases)
    spec.strategy = maybe { random in AgentSpec.Strategy(type: random.text(), timeframe: random.maybe { $0.text() }) }
    spec.positions = pick(AgentSpec.PositionsPolicy.allCases)
    spec.targets = maybe { random in random.some(2) { $0.target() } }
    return spec
  }

  mutating func target() -> TargetSpec {
    var target = TargetSpec(name: text(), symbol: symbol(), side: side(), size: coin() ? .risk : .lots(decimal()))
    target.entry = maybe { $0.decimal() }
    target.stopLoss = maybe { $0.decimal() }
    target.takeProfit = maybe { $0.decimal() }
    target.reopen = pick(TargetSpec.Reopen.allCases)
    return target
  }

  mutating func terminal() -> TerminalSpec {
    var terminal = TerminalSpec(url: text())
    terminal.account = maybe { $0.whole() }
    terminal.server = maybe { $0.text() }
    terminal.currency = maybe { $0.text() }
    terminal.token = maybe { $0.pick([.credential("c"), .file("/f"), .environment("E")]) }
    terminal.authorization = pick(TerminalSpec.Authorization.allCases)
    terminal.magic = maybe { $0.pick([0, .max, .min]) }
    terminal.symbolSuffix = text()
    terminal.serverZone = text()
    terminal.caFile = maybe { $0.text() }
    terminal.timeout = duration()
    terminal.postTimeout = duration()
    terminal.connections = below(3)
    terminal.stopsOnOpen = pick(TerminalSpec.StopsOnOpen.allCases)
    terminal.quarantine = duration()
    terminal.onUnknown = pick(TerminalSpec.OnUnknown.allCases)
    terminal.maxOrdersPerMinute = below(99)
    return terminal
  }

  mutating func risk() -> RiskSpec {
    var risk = RiskSpec(
      initialBalance: money(), maxRiskPerTrade: decimal(), maxDailyLoss: limit(), maxPositions: below(9),
      lotSize: decimal())
    risk.maxDrawdown = maybe { RiskSpec.Drawdown(limit: $0.limit(), kind: $0.pick(RiskSpec.Drawdown.Kind.allCases)) }
    risk.day = RiskSpec.DayRule(resetMinute: below(1440), zone: text())
    risk.onBreach = pick(RiskSpec.OnBreach.allCases)
    risk.resume = pick(RiskSpec.Resume.allCases)
    risk.requireStopLoss = coin()
    risk.maxSpread = maybe { $0.decimal() }
    risk.priceCollar = maybe { $0.decimal() }
    risk.minMarginLevel = maybe { $0.decimal() }
    risk.maxQuoteAge = maybe { $0.duration() }
    risk.slippage = maybe { $0.decimal() }
    risk.commissionPerLot = maybe { $0.money() }
    return risk
  }

  mutating func limit() -> RiskSpec.Limit { coin() ? .percent(decimal()) : .amount(money()) }
}

extension Array {
  /// One of its orders, by number.
  fileprivate func shuffled(by number: Int) -> [Element] {
    guard count > 1 else { return self }
    var rest = self
    let first = rest.remove(at: number % count)
    return [first] + rest.shuffled(by: number / count)
  }
}
