@testable import Reconciler

@testable import PaperTerminal

/// What one seed draws before anything happens: the fleet, the terminals' habits, and which faults there are, how strong.
struct Scenario {
  struct Agent {
    var spec: AgentSpec
    var account: PaperAccount
    var rewritesComments = false
    /// The bridge has `new_ticket` in its replies.
    var extensions = true
    var history = true
    var orders = true
  }

  var seed: UInt64
  var interval: Duration
  var start: Timestamp
  var agents: [Agent] = []
  var policy = FleetPolicy()
  /// In a thousand chances; missing is never.
  var strengths: [Fault: Int] = [:]
  /// Between two things that people or the world do.
  var meanBetweenEvents: Int
  var faultPhase: Duration
  /// Passes in which all must have come right once the last late execution is through (L1, L6).
  var passesToSettle = 20
  /// Passes of the rest that is looked at then, as far as the day goes.
  var passesAtRest = 1000
  /// When the day ends.
  var end: Duration = .seconds(86_400)
  /// The storm lasts for more than a day.
  var isLong = false
  /// Between two quotes.
  var quoteEvery: Duration
  var syncEvery: Int
  var shipEvery: Int
  /// Records in a segment.
  var segment: Int

  init(seed: UInt64, faults: Bool = true) {
    var dice = Dice(seed: seed, "scenario")
    self.seed = seed
    interval = .seconds(Int64(dice.from(5, to: 60)))
    start = dice.pick(Self.starts) + .seconds(Int64(dice.below(86_400)))
    meanBetweenEvents = dice.pick([60, 200, 600, 2000])
    faultPhase = .seconds(Int64(dice.from(50_000, to: 70_000)))
    quoteEvery = .seconds(Int64(dice.pick([7, 20, 45])))
    syncEvery = dice.pick([2, 5, 20, 120])
    shipEvery = dice.pick([10, 50, 400, 1500])
    segment = dice.pick([40, 150, 1000])
    if dice.hits(perMille: 150) { policy.maxClosesPerPass = dice.from(1, to: 2) }
    if dice.hits(perMille: 150) { policy.maxTotalExposure = FixedDecimal(dice.pick([5, 20, 60])) }
    for number in 0..<dice.pick([1, 1, 2, 2, 3, 4]) { agents.append(Self.agent(number, &dice)) }
    limitFleet()
    guard faults else { return }
    for fault in Fault.allCases where !Self.rare.contains(fault) {
      strengths[fault] = dice.pick([0, 0, 0, 5, 20, 60, 200])
    }
    drawRarities()
    crowd()
    lieAboutTheCorrelated()
    doubtUnderAWrongClock()
    for fault in Self.seldom { strengths[fault] = min(strengths[fault] ?? 0, 5) }
    // Now and then an unknown open that nothing but a person can resolve.
    if seed % 8 == 0 {
      agents[0].history = false
      strengths[.requestLost] = 300
    }
  }

  /// Classes with draws of their own, so that a day without them is what it was before there were any.
  private static let rare: Set<Fault> = [
    .closedInParts, .partialReplyLost, .declaredMeanwhile, .movedPort, .movedAccount, .correlationLimited,
    .leverageLimited, .longDay, .crowded, .declaredAgainstLie, .clockOffInDoubt,
  ]

  private mutating func drawRarities() {
    var dice = Dice(seed: seed, "rarities of the day")
    strengths[.closedInParts] = dice.pick([0, 0, 1])
    strengths[.partialReplyLost] = dice.pick([0, 0, 0, 60])
    strengths[.declaredMeanwhile] = dice.pick([0, 0, 0, 100])
    strengths[.movedPort] = dice.pick([0, 0, 0, 0, 0, 1])
    strengths[.movedAccount] = dice.pick([0, 0, 0, 0, 0, 0, 0, 1])
    // Orders that are given up, and what comes of the same target days later.
    guard dice.hits(perMille: 50) else { return }
    isLong = true
    interval = .seconds(60)
    faultPhase = .seconds(260_000)
    end = .seconds(280_000)
    meanBetweenEvents = 2000
    strengths[.requestLost] = 200
    strengths[.partialReplyLost] = 300
    strengths[.commentsRewritten] = 200
    strengths[.edited] = 60
  }

  private mutating func limitFleet() {
    var dice = Dice(seed: seed, "limits of the fleet")
    if dice.hits(perMille: 200), agents.count > 1 {
      policy.correlationLimit = d("0.5")
      policy.correlations = [
        FleetPolicy.Correlation(first: Self.gold, second: Self.euro, rho: dice.coin() ? d("0.9") : d("-0.9"))
      ]
    }
    if dice.hits(perMille: 150) { policy.maxGrossLeverage = FixedDecimal(dice.pick([2, 8, 30])) }
  }

  /// What a fleet does not survive in numbers, or what ends nearly everything else for a while.
  private static let seldom: [Fault] = [.databaseRestored, .commitUnknown]

  /// For debug builds: some hundred passes.
  mutating func shorten() {
    faultPhase = min(interval * 150, .seconds(6000))
    meanBetweenEvents = min(meanBetweenEvents, 200)
    passesAtRest = 40
    end = faultPhase
  }

  /// A few passes in which a position is opened, an answer may be lost, and the market jumps.
  mutating func shortenForKills() {
    interval = .seconds(60)
    faultPhase = .seconds(420)
    meanBetweenEvents = 120
    agents = Array(agents.prefix(1))
    passesToSettle = 12
    passesAtRest = 10
    end = faultPhase
    for fault in [Fault.executedReplyLost, .executedLate, .requestLost] { strengths[fault] = 150 }
    let slow: [Fault] = [
      .frozen, .terminalDown, .databaseDown, .databaseHung, .databaseFull, .databaseReadOnly, .databaseRestored,
      .databaseDownAtStart, .orphaned, .emptied, .swapped, .clockForward, .clockBack, .serverOffset,
    ]
    for fault in slow { strengths[fault] = nil }
    strengths[.marketJump] = 200
  }

  /// Mondays to Fridays, both switches of daylight saving in Athens and New York, and the year's end.
  private static let starts: [Timestamp] = [
    "2026-11-18T00:00:00.000000Z", "2026-11-20T00:00:00.000000Z", "2026-10-24T00:00:00.000000Z",
    "2026-03-28T00:00:00.000000Z", "2026-03-06T00:00:00.000000Z", "2026-12-31T00:00:00.000000Z",
    "2026-07-14T00:00:00.000000Z",
  ].compactMap { Timestamp(rfc3339: $0) }

  static let gold = Symbol("XAUUSD")
  static let euro = Symbol("EURUSD")

  private static func agent(_ number: Int, _ dice: inout Dice) -> Agent {
    var terminal = TerminalSpec(url: "http://127.0.0.1:\(8081 + number)")
    let login = Int64(770_001 + number)
    terminal.account = dice.hits(perMille: 700) ? login : nil
    terminal.server = dice.coin() ? "Paper-Demo" : nil
    terminal.magic = dice.coin() ? Int32(310_000 + number) : nil
    terminal.quarantine = .seconds(Int64(dice.pick([1, 20, 60, 60, 300])))
    terminal.onUnknown = dice.hits(perMille: 200) ? .hold : .retry
    terminal.stopsOnOpen = dice.hits(perMille: 200) ? .after : .withOrder
    terminal.maxOrdersPerMinute = dice.hits(perMille: 100) ? 1 : 30
    let balance = FixedDecimal(dice.pick([1000, 3000, 10_000, 40_000]))
    var risk = RiskSpec(
      initialBalance: Money(amount: balance, currency: "USD"),
      maxRiskPerTrade: FixedDecimal(dice.pick([2, 10, 50, 100])),
      maxDailyLoss: .percent(FixedDecimal(dice.from(2, to: 30))), maxPositions: dice.from(1, to: 3),
      lotSize: d(dice.pick(["0.10", "0.20", "0.05"])))
    risk.day = RiskSpec.DayRule(
      resetMinute: dice.pick([0, 0, 150, 1020]), zone: dice.pick(["UTC", "Europe/Athens", "America/New_York"]))
    risk.onBreach = dice.hits(perMille: 250) ? .pause : .closeAndPause
    risk.resume = dice.hits(perMille: 300) ? .manual : .nextDay
    risk.requireStopLoss = !dice.hits(perMille: 200)
    if dice.hits(perMille: 150) {
      risk.maxDrawdown = RiskSpec.Drawdown(
        limit: .percent(FixedDecimal(dice.from(3, to: 25))), kind: dice.pick([.fixed, .trailing]))
    }
    if dice.hits(perMille: 200) { risk.maxSpread = d("0.50") }
    if dice.hits(perMille: 200) { risk.maxQuoteAge = .seconds(60) }
    var spec = AgentSpec(
      id: AgentID("agent_\(number)"), metadataName: "agent-\(number)", displayName: "Agent \(number)", enabled: true,
      terminal: terminal, pairs: dice.hits(perMille: 600) ? [gold, euro] : [gold], risk: risk)
    spec.mode = dice.hits(perMille: 60) ? .observe : dice.hits(perMille: 60) ? .closeOnly : .enforce
    spec.positions = dice.hits(perMille: 400) ? .exact : .guarded
    var targets: [TargetSpec] = []
    for k in 0..<dice.from(0, to: risk.maxPositions) { targets.append(target(named: "t\(k)", in: spec, &dice)) }
    spec.targets = targets.isEmpty && spec.positions == .guarded && dice.coin() ? nil : targets
    var account = PaperAccount(number: login, name: "Agent \(number)", server: "Paper-Demo", currency: "USD")
    account.refusesStopsOnOpen = terminal.stopsOnOpen == .after
    account.firstTicket = 48_000_001 + Int64(number) * 1_000_000
    account.hours = dice.hits(perMille: 500) ? .week(Zones.newYork) : .always
    account.commentLimit = 31
    var agent = Agent(spec: spec, account: account)
    agent.extensions = dice.coin()
    agent.history = !dice.hits(perMille: 120)
    agent.orders = !dice.hits(perMille: 120)
    return agent
  }

  /// A target that fits its agent's limits and the market of the simulation.
  static func target(named name: String, in spec: AgentSpec, _ dice: inout Dice) -> TargetSpec {
    let symbol = dice.pick(spec.pairs)
    let side: Side = dice.coin() ? .buy : .sell
    let steps = Int(clamping: spec.risk.lotSize.units / d("0.01").units)
    var target = TargetSpec(
      name: name, symbol: symbol, side: side, size: .lots(d("0.01") * FixedDecimal(dice.from(1, to: steps))))
    let unit = symbol == gold ? FixedDecimal(1) : d("0.0010")
    let middle = symbol == gold ? FixedDecimal(2640) : d("1.0850")
    let stop = middle - side.sign * unit * FixedDecimal(dice.from(3, to: 60))
    if spec.risk.requireStopLoss || dice.coin() { target.stopLoss = stop }
    if dice.coin() { target.takeProfit = middle + side.sign * unit * FixedDecimal(dice.from(3, to: 60)) }
    if dice.hits(perMille: 120), target.stopLoss != nil { target.size = .risk }
    target.reopen = dice.pick([.never, .never, .nextDay, .always])
    return target
  }

  func fleet(revision: Int, agents: [AgentSpec], policy: FleetPolicy) -> Fleet {
    Fleet(
      revision: revision, fingerprint: "f\(revision)", agents: agents, policy: policy, zones: Zones.all)
  }
}
