import Reconciler
import Testing

/// What holds an open back, each with its number; and the size that it gets.
@Suite struct OpenRiskTests {
  static let id = AgentID("agent_1")

  /// An agent of 1 000 USD with a budget of 10, and one target: buy gold at 2640.40 with the stop 40.40 away. One unit of
  /// price is worth one USD a lot, so 0.1 lots risk 4.04.
  static func world(
    _ change: (inout AgentSpec) -> Void = { _ in }, target: (inout TargetSpec) -> Void = { _ in },
    policy: (inout FleetPolicy) -> Void = { _ in }
  ) -> World {
    World(
      Fleets.fleet(
        Fleets.atlas {
          $0.targets = [Fleets.target(target)]
          change(&$0)
        }, policy: policy))
  }

  static func held(_ world: World, _ id: String = "agent_1") -> [Hold] {
    world.status(id)?.plan.held.first?.holds ?? []
  }

  // MARK: Guards

  struct Guard: CustomTestStringConvertible, Sendable {
    var reason: Reason
    /// A number that the hold has to carry.
    var number: String
    var value: String
    var change: @Sendable (inout AgentSpec) -> Void = { _ in }
    var target: @Sendable (inout TargetSpec) -> Void = { _ in }
    var tick: @Sendable (inout Tick) -> Void = { _ in }

    var testDescription: String { "\(reason.rawValue) \(number) \(value)" }
  }

  static let guards = [
    Guard(reason: .riskBudget, number: "risk", value: "4.04", change: { $0.risk.maxRiskPerTrade = d("0.4") }),
    Guard(
      reason: .riskBudget, number: "loss_per_lot", value: "147.4",
      change: {
        $0.risk.commissionPerLot = Money(amount: 7, currency: "USD")
        $0.risk.slippage = 100
      }),
    Guard(
      reason: .dailyLossHeadroom, number: "new_risk", value: "4.04",
      change: { $0.risk.maxDailyLoss = .percent(d("0.4")) }),
    Guard(
      reason: .minMarginLevel, number: "min_margin_level", value: "50000", change: { $0.risk.minMarginLevel = 50000 }),
    Guard(reason: .minMarginLevel, number: "margin_needed", value: "1000", tick: { $0.marginRequired = 10000 }),
    Guard(reason: .maxSpread, number: "spread", value: "0.3", change: { $0.risk.maxSpread = d("0.2") }),
    Guard(
      reason: .priceCollar, number: "price", value: "2640.4", change: { $0.risk.priceCollar = 5 },
      target: { $0.entry = 2650 }),
    Guard(
      reason: .staleQuote, number: "max_quote_age_seconds", value: "60", change: { $0.risk.maxQuoteAge = .seconds(60) },
      tick: { $0.time = $0.time - .seconds(61) }),
    Guard(
      reason: .priceCollar, number: "stop_level", value: "50",
      tick: {
        $0.point = d("0.01"); $0.stopLevel = 5000
      }),
    Guard(
      reason: .priceCollar, number: "take_profit", value: "2690",
      target: {
        $0.takeProfit = 2690; $0.stopLoss = 2580
      },
      tick: {
        $0.point = d("0.01"); $0.stopLevel = 5000
      }),
    Guard(reason: .riskBelowMinLot, number: "min_lot", value: "0.5", tick: { $0.minLot = d("0.5") }),
    Guard(reason: .lotsNotTradeable, number: "max_lot", value: "0.05", tick: { $0.maxLot = d("0.05") }),
    Guard(reason: .tickValueMismatch, number: "by_contract_size", value: "100", tick: { $0.contractSize = 100 }),
    Guard(
      reason: .riskBelowMinLot, number: "needed_equity", value: "40400", target: { $0.size = .risk },
      tick: {
        $0.minLot = 10; $0.lotStep = 10
      }),
    Guard(
      reason: .lotsNotTradeable, number: "lot_size", value: "0.1", target: { $0.size = .risk },
      tick: { $0.minLot = d("0.2") }),
  ]

  @Test(arguments: guards) func `A guard holds with its number`(_ rule: Guard) {
    var world = Self.world(rule.change, target: rule.target)
    world.terminals[Self.id]?.ticks[Symbol("XAUUSD")] = rule.tick
    world.run(seconds: 30)
    #expect(world.trace.isEmpty)
    let hold = Self.held(world).first { $0.reason == rule.reason && $0.numbers[rule.number] != nil }
    #expect(hold?.numbers[rule.number]?.decimal == d(rule.value))
    #expect(world.all(.refused).count == 1, "recorded once, however often the quote is read again")
  }

  @Test func `A market that is closed holds by the terminal's word`() {
    var world = Self.world()
    world.terminals[Self.id]?.ticks[Symbol("XAUUSD")] = { $0.tradeAllowed = false }
    world.run(seconds: 10)
    #expect(Self.held(world).map(\.reason) == [.marketClosed])
  }

  @Test(arguments: [(83, false), (84, false), (85, true)])
  func `Headroom counts what is lost and what the stops may still cost`(_ limit: Int, _ opens: Bool) {
    // 20 lost, 60 to the stop of a sell, 4.04 new: 84.04.
    var world = Self.world {
      $0.risk.maxDailyLoss = .amount(Money(amount: FixedDecimal(limit), currency: "USD"))
      $0.risk.lotSize = 2
    }
    world.database = .down("not yet")
    world.run(seconds: 3)
    world.terminals[Self.id]?.add("XAUUSD", .sell, 2, at: 2640, stop: 2680, profit: -20)
    world.terminals[Self.id]?.positions[0].currentPrice = 2650
    world.run(seconds: 3)
    world.database = .up
    world.receive(.journal(world.facts))
    world.run(seconds: 10)
    #expect(world.trace == (opens ? ["buy 0.1 XAUUSD"] : []))
    guard !opens else { return }
    let hold = Self.held(world).first
    #expect(hold?.reason == .dailyLossHeadroom)
    #expect(hold?.numbers["loss"]?.decimal == 20)
    #expect(hold?.numbers["remaining_risk"]?.decimal == 60)
    #expect(
      hold?.message
        == "20.00 lost + 60.00 at risk to the stops + 4.04 new = 84.04 USD, over the day's limit \(limit).00")
  }

  // MARK: Sizes

  @Test func `A size by risk is worked out once, and kept through moves and restarts`() throws {
    let fleet = Fleets.fleet(
      Fleets.atlas {
        $0.risk.lotSize = 1
        $0.targets = [Fleets.target { $0.size = .risk }]
      })
    var world = World(fleet)
    world.run(seconds: 10)
    // 10 / 40.4 = 0.2475.
    #expect(world.trace == ["buy 0.24 XAUUSD"])
    let intent = world.all(.intent).first
    #expect(intent?.metadata["lots"]?.decimal == d("0.24"))
    #expect(intent?.metadata["spec_key"] != nil)
    #expect(intent?.metadata["numbers"]?["budget"]?.decimal == 10)
    #expect(intent?.metadata["risk"]?.decimal == d("9.696"))
    world.terminals[Self.id]?.prices[Symbol("XAUUSD")] = (2700, d("2700.3"))
    world.run(seconds: 30)
    try world.restart(fleet)
    world.run(seconds: 30)
    #expect(world.trace == ["buy 0.24 XAUUSD"])
    #expect(world.status()?.plan.targets.first?.shortfall == 0)
    #expect(world.status()?.plan.isEmpty == true)
    // What is left after a partial close is a shortfall against the frozen size.
    let now = world.now
    world.terminals[Self.id]?.close(0, d("0.04"), comment: "", now)
    world.run(seconds: 10)
    #expect(world.status()?.plan.targets.first?.shortfall == d("0.04"))
    #expect(world.trace == ["buy 0.24 XAUUSD"])
  }

  @Test func `The frozen size survives a snapshot record`() throws {
    let fleet = Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target { $0.size = .risk }] })
    var world = World(fleet)
    world.run(seconds: 10)
    let memory = try #require(world.status()?.memory)
    #expect(memory.sizes["core"]?.lots == d("0.1"))
    #expect(try AgentMemory(json: memory.json).sizes == memory.sizes)
  }

  @Test func `An open that waits for the database keeps its size while the price moves`() {
    var world = Self.world {
      $0.risk.lotSize = 1
    } target: {
      $0.size = .risk
    }
    world.shipping = false
    world.run(seconds: 2)
    world.terminals[Self.id]?.prices[Symbol("XAUUSD")] = (d("2630.10"), d("2630.40"))
    world.run(seconds: 2)
    #expect(world.all(.intent).count == 1)
    world.shipping = true
    world.receive(.journal(world.facts))
    world.run(seconds: 2)
    #expect(world.trace == ["buy 0.24 XAUUSD"])
  }

  @Test func `A size by risk is capped by lot_size, by the broker and by the margin`() {
    let caps: [(String, (inout AgentSpec) -> Void, @Sendable (inout Tick) -> Void)] = [
      ("0.05", { $0.risk.lotSize = d("0.05") }, { _ in }),
      ("0.15", { $0.risk.lotSize = 1 }, { $0.maxLot = d("0.15") }),
      ("0.09", { $0.risk.lotSize = 1 }, { $0.marginRequired = 10500 }),
      // 1000 / 200 % = 500 of margin.
      (
        "0.05",
        {
          $0.risk.lotSize = 1
          $0.risk.minMarginLevel = 200
        }, { $0.marginRequired = 9500 }
      ),
    ]
    for (lots, change, tick) in caps {
      var world = Self.world(change, target: { $0.size = .risk })
      world.terminals[Self.id]?.ticks[Symbol("XAUUSD")] = tick
      world.run(seconds: 5)
      #expect(world.trace == ["buy \(lots) XAUUSD"])
    }
  }

  @Test func `A target by risk without a stop is held, even where none is required`() {
    var world = Self.world {
      $0.risk.requireStopLoss = false
    } target: {
      $0.size = .risk
      $0.stopLoss = nil
    }
    world.run(seconds: 10)
    #expect(Self.held(world).map(\.reason) == [.missingStopLoss])
  }

  // MARK: Quotes

  @Test func `Quotes for a conversion are asked for, and used`() {
    var world = Self.world {
      $0.pairs = [Symbol("GBPJPY")]
      $0.risk.lotSize = 1
    } target: {
      $0.symbol = Symbol("GBPJPY")
      $0.size = .risk
      $0.stopLoss = d("189.6")
      $0.takeProfit = nil
    }
    world.terminals[Self.id]?.prices = [Symbol("GBPJPY"): (190, 190), Symbol("USDJPY"): (150, 150)]
    for symbol in ["GBPJPY", "USDJPY"] {
      world.terminals[Self.id]?.ticks[Symbol(symbol)] = {
        $0.tickSize = d("0.001")
        $0.tickValue = d("0.66667")
        $0.contractSize = 100_000
      }
    }
    world.run(seconds: 5)
    // 10 / (0.4 x 666.67) = 0.0375.
    #expect(world.trace == ["buy 0.03 GBPJPY"])
  }

  @Test func `A rate that the terminal does not have is a hold and not a loop`() {
    var world = Self.world {
      $0.pairs = [Symbol("GBPJPY")]
    } target: {
      $0.symbol = Symbol("GBPJPY")
      $0.stopLoss = d("189.6")
      $0.takeProfit = nil
    }
    world.terminals[Self.id]?.prices = [Symbol("GBPJPY"): (190, 190)]
    world.run(seconds: 60)
    #expect(world.trace.isEmpty)
    #expect(Self.held(world).map(\.reason) == [.conversionMissing])
    #expect(world.all(.refused).count == 1)
    #expect(world.reads < 130)
  }

  @Test func `A symbol that the terminal does not have is a hold and not a loop`() {
    var world = Self.world()
    world.terminals[Self.id]?.prices = [:]
    world.run(seconds: 150)
    #expect(Self.held(world).map(\.reason) == [.staleQuote])
    #expect(world.all(.refused).count == 1)
    #expect(world.reads < 170)
  }

  @Test func `A reduction does not wait for a quote that never comes`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[Self.id]?.prices = [:]
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.25"))
    world.run(seconds: 5)
    #expect(world.trace == ["close #1001 0.15"])
  }

  @Test func `An open of unknown outcome keeps its margin`() {
    let world = { (doubt: Bool) in
      var world = Self.world(
        { agent in
          agent.pairs.append(Symbol("EURUSD"))
          agent.targets?.append(
            Fleets.target {
              $0.name = "euro"
              $0.symbol = Symbol("EURUSD")
            })
        })
      // 0.1 lots take 988 of the 990 that are free; the other order takes 2.64.
      world.terminals[Self.id]?.ticks[Symbol("EURUSD")] = { $0.marginRequired = 9880 }
      if doubt { world.answers = [.lost] } else { world.answers = [.refused(.forCause, 134)] }
      world.run(seconds: 20)
      return world
    }
    #expect(world(false).sent.count == 2)
    let held = world(true).status()?.plan.held.first { $0.action.target == "euro" }?.holds ?? []
    #expect(held.contains { $0.reason == .minMarginLevel && $0.numbers["free_margin"]?.decimal == d("987.3596") })
  }
}
