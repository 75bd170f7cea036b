import Reconciler
import Testing

/// A drawdown that is breached: the latch, the closes, and who may end it.
@Suite struct DrawdownBreachTests {
  static let id = AgentID("agent_1")

  static func spec(
    _ limit: RiskSpec.Limit = .percent(10), kind: RiskSpec.Drawdown.Kind = .fixed,
    _ change: (inout AgentSpec) -> Void = { _ in }
  ) -> AgentSpec {
    Fleets.atlas {
      $0.risk.maxDailyLoss = .percent(50)
      $0.risk.maxDrawdown = RiskSpec.Drawdown(limit: limit, kind: kind)
      change(&$0)
    }
  }

  static func world(_ spec: AgentSpec, interval: Duration = .seconds(1)) -> World {
    var world = World(Fleets.fleet(spec), configuration: ReconcilerConfiguration(interval: interval))
    world.terminals[id]?.add("XAUUSD", .buy, d("0.05"))
    world.run(seconds: 5)
    return world
  }

  @Test func `It is recorded with its numbers, closes all and waits for a person`() throws {
    var world = Self.world(Self.spec(), interval: .seconds(120))
    world.terminals[Self.id]?.positions[0].profit = -100
    world.run(seconds: 300)
    let breach = try #require(world.all(.breach).first)
    #expect(world.all(.breach).count == 1)
    #expect(breach.reason == .maxDrawdown)
    #expect(breach.metadata["fall"]?.decimal == 100)
    #expect(breach.metadata["limit"]?.decimal == 100)
    #expect(breach.metadata["kind"] == "static")
    #expect(world.all(.paused).map(\.reason) == [.maxDrawdown])
    #expect(world.all(.intent).map(\.reason) == [.maxDrawdown])
    #expect(world.positions().isEmpty)
    // `resume: next_day` is for the daily loss alone.
    world.run(seconds: 30 * 3600)
    #expect(world.all(.resumed).isEmpty)
  }

  @Test func `A cent less is no breach`() {
    var world = Self.world(Self.spec())
    world.terminals[Self.id]?.positions[0].profit = d("-99.99")
    world.run(seconds: 5)
    #expect(world.all(.breach).isEmpty)
  }

  @Test func `Trailing falls from the high-water mark, which survives a restart`() throws {
    let spec = Self.spec(kind: .trailing)
    var world = Self.world(spec)
    world.terminals[Self.id]?.positions[0].profit = 500
    world.run(seconds: 70)
    try world.restart(Fleets.fleet(spec))
    world.terminals[Self.id]?.positions[0].profit = d("350.01")
    world.run(seconds: 5)
    #expect(world.all(.breach).isEmpty)
    world.terminals[Self.id]?.positions[0].profit = 350
    world.run(seconds: 5)
    #expect(world.all(.breach).map(\.reason) == [.maxDrawdown])
  }

  @Test func `on_breach pause keeps what is there and disallows what is new`() {
    var world = Self.world(Self.spec { $0.risk.onBreach = .pause })
    world.terminals[Self.id]?.positions[0].profit = -100
    world.run(seconds: 5)
    #expect(world.trace.isEmpty)
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.01"))
    world.run(seconds: 5)
    #expect(world.trace == ["close #1002"])
  }

  @Test func `The latch survives restarts, and a resume is refused while it would breach again`() throws {
    let spec = Self.spec()
    var world = Self.world(spec)
    world.terminals[Self.id]?.positions[0].profit = -100
    world.run(seconds: 5)
    try world.restart(Fleets.fleet(spec))
    world.run(seconds: 5)
    #expect(world.all(.breach).count == 1)
    world.receive(.command(.resume(Self.id, reason: "reviewed"), actor: "uid 0"))
    #expect(world.all(.resumed).isEmpty)
    #expect(world.all(.operatorCommand).last?.message.contains("max_drawdown") == true)
    world.reload(Fleets.fleet(Self.spec(.percent(20)), revision: 2))
    world.run(seconds: 5)
    #expect(world.all(.resumed).isEmpty, "an edited limit resumes nobody")
    world.receive(.command(.resume(Self.id, reason: "reviewed"), actor: "uid 0"))
    #expect(world.all(.resumed).count == 1)
    world.run(seconds: 30)
    #expect(world.all(.breach).count == 1)
  }

  @Test(arguments: [50, 5]) func `With a day that is breached as well, whichever came first`(_ dailyPercent: Int) {
    var world = Self.world(
      Self.spec { $0.risk.maxDailyLoss = .percent(FixedDecimal(dailyPercent)) }, interval: .seconds(120))
    world.terminals[Self.id]?.positions[0].profit = -600
    world.run(seconds: 300)
    #expect(world.all(.breach).map(\.reason) == [.dailyLoss, .maxDrawdown])
    // The first in the order of reasons is given.
    #expect(world.all(.intent).map(\.reason) == [.dailyLoss])
    world.run(seconds: 30 * 3600)
    #expect(world.all(.resumed).isEmpty)
  }

  @Test func `A day that is breached later takes the person's resume from nobody`() {
    var world = Self.world(
      Self.spec {
        $0.risk.maxDailyLoss = .percent(15)
        $0.risk.onBreach = .pause
      }, interval: .seconds(120))
    world.terminals[Self.id]?.positions[0].profit = -100
    world.run(seconds: 300)
    world.terminals[Self.id]?.positions[0].profit = -150
    world.run(seconds: 300)
    #expect(world.all(.breach).map(\.reason) == [.maxDrawdown, .dailyLoss])
    world.terminals[Self.id]?.positions[0].profit = 0
    world.run(seconds: 30 * 3600)
    #expect(world.all(.resumed).isEmpty)
  }

  @Test func `A withdrawal is no drawdown`() {
    var world = Self.world(Self.spec())
    let now = world.now
    world.terminals[Self.id]?.deposit(-500, now)
    world.run(seconds: 30)
    #expect(world.all(.breach).isEmpty)
  }
}
