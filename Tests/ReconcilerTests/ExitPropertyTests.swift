import Reconciler
import Testing

/// No gate holds an exit: whatever the limits, the quotes, the journal and the fleet say, what is disallowed goes.
@Suite struct ExitPropertyTests {
  static let id = AgentID("agent_1")
  static let symbols = ["XAUUSD", "EURUSD", "GBPJPY", "US30"]

  /// An agent in which every gate that holds opens may be shut.
  static func agent(_ random: inout SplitMix64) -> AgentSpec {
    Fleets.atlas {
      $0.pairs = [Symbol("XAUUSD"), Symbol("GBPJPY")]
      $0.enabled = Int.random(in: 0..<4, using: &random) > 0
      $0.mode = Bool.random(using: &random) ? .enforce : .closeOnly
      $0.positions = Bool.random(using: &random) ? .guarded : .exact
      $0.targets = [
        Fleets.target { $0.size = .risk },
        Fleets.target {
          $0.name = "other"
          $0.symbol = Symbol("GBPJPY")
        },
      ]
      $0.terminal.maxOrdersPerMinute = Int.random(in: 0...1, using: &random)
      $0.risk.maxPositions = Int.random(in: 1...3, using: &random)
      $0.risk.lotSize = d("0.05")
      $0.risk.maxRiskPerTrade = d("0.01")
      $0.risk.maxDailyLoss = .percent(FixedDecimal(Int.random(in: 1...60, using: &random)))
      $0.risk.onBreach = Bool.random(using: &random) ? .closeAndPause : .pause
      if Bool.random(using: &random) {
        $0.risk.maxDrawdown = RiskSpec.Drawdown(limit: .percent(1), kind: .trailing)
      }
      $0.risk.requireStopLoss = Bool.random(using: &random)
      $0.risk.minMarginLevel = 100_000
      $0.risk.maxSpread = d("0.00001")
      $0.risk.priceCollar = d("0.00001")
      $0.risk.maxQuoteAge = .milliseconds(1)
    }
  }

  static func world(_ random: inout SplitMix64) -> World {
    var neighbour = Fleets.atlas()
    neighbour.id = AgentID("agent_2")
    neighbour.terminal.url = "http://127.0.0.1:8082"
    neighbour.terminal.account = 2
    let stop = Int.random(in: 0..<8, using: &random) == 0
    let fleet = Fleets.fleet(agent(&random), neighbour) {
      $0.emergencyStop = stop
      $0.maxTotalExposure = d("0.001")
      $0.maxGrossLeverage = d("0.001")
      $0.correlationLimit = 0
      $0.correlations = [FleetPolicy.Correlation(first: Symbol("XAUUSD"), second: Symbol("EURUSD"), rho: 1)]
      $0.maxClosesPerPass = 1000
    }
    var world = World(fleet)
    world.terminals[AgentID("agent_2")]?.number = 2
    if Bool.random(using: &random) {
      world.terminals[AgentID("agent_2")]?.failure = ReadFailure(
        code: .unreachable, message: "refused", endpoint: "/positions")
    }
    if Bool.random(using: &random) { world.terminals[id]?.prices = [:] }
    if Bool.random(using: &random) {
      world.terminals[id]?.ticks[Symbol("XAUUSD")] = {
        $0.tickValue = 0
        $0.tradeAllowed = false
      }
    }
    if Bool.random(using: &random) {
      world.database = .down("refused")
      world.shipping = false
    }
    if Bool.random(using: &random) { world.answers = [.lost] }
    return world
  }

  static func disturb(_ world: inout World, _ random: inout SplitMix64) {
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      let symbol = symbols[Int.random(in: 0..<symbols.count, using: &random)]
      let lots = FixedDecimal(Int.random(in: 1...12, using: &random)) * d("0.01")
      let bare = Bool.random(using: &random)
      let profit = FixedDecimal(Int.random(in: -150...20, using: &random))
      world.terminals[id]?.add(
        symbol, Bool.random(using: &random) ? .buy : .sell, lots, stop: bare ? nil : 2600, profit: profit)
    }
    world.terminals[id]?.orders.append(
      PendingOrder(
        ticket: Ticket(Int64(90_000 + world.records.count)), symbol: Symbol("EURUSD"), kind: .buyLimit, lots: d("0.01"),
        price: 1))
    if Int.random(in: 0..<4, using: &random) == 0 {
      world.receive(.command(.pause(id, reason: "test"), actor: "uid 0"))
    }
  }

  @Test(arguments: 1...40) func `From a random state every exit goes through`(_ seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    var world = Self.world(&random)
    for _ in 0..<4 {
      world.run(seconds: 3)
      Self.disturb(&world, &random)
      for _ in 0..<8 {
        world.run(seconds: 1)
        let held = try #require(world.status()?.plan.held)
        let exits = held.filter { $0.action.kind != .open && $0.holds.first?.reason != .unknownOutcome }
        #expect(exits.isEmpty, "\(exits.map { "\($0.action.message): \($0.holds)" })")
      }
    }
    // The contradiction of a lost answer, or a change that is not explained yet, may take a few looks.
    world.run(seconds: 75)
    let spec = try #require(world.status()?.spec)
    for position in world.positions() {
      #expect(spec.pairs.contains(position.symbol))
      #expect(position.lots <= spec.risk.lotSize)
      #expect(spec.enabled)
      #expect(position.stopLoss != nil || !spec.risk.requireStopLoss)
    }
    #expect(world.positions().count <= spec.risk.maxPositions)
    #expect(world.terminals[Self.id]?.orders.isEmpty == true)
    if world.status()?.memory.breachPause?.closesAll == true { #expect(world.positions().isEmpty) }
  }
}
