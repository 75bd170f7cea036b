import Reconciler
import Testing

@Suite("The drawdown") struct DrawdownTests {
  private func world(_ limit: RiskSpec.Limit, _ kind: RiskSpec.Drawdown.Kind) -> DayWorld {
    var world = DayWorld()
    world.risk.maxDailyLoss = .percent(100)
    world.risk.maxDrawdown = RiskSpec.Drawdown(limit: limit, kind: kind)
    return world
  }

  @Test func `Trailing is measured from the high-water mark`() {
    var world = world(.percent(20), .trailing)
    let ticket = world.buy()
    world.poll()
    world.move(ticket, to: 2500)
    #expect(world.poll().drawdown?.reference == 12_500)
    world.move(ticket, to: 1)
    let near = world.poll().drawdown
    #expect(near?.fall == 2499)
    #expect(near?.percent == dec("19.992"))
    #expect(near?.isBreached == false)
    world.move(ticket, to: 0)
    #expect(world.poll().drawdown?.isBreached == true)
    #expect(world.machine.highWater == 12_500)
  }

  @Test func `Static is measured from the initial balance`() {
    var world = world(.percent(20), .fixed)
    let ticket = world.buy(profit: 5000)
    #expect(world.poll().drawdown?.fall == 0)
    world.move(ticket, to: -1999)
    #expect(world.poll().drawdown?.isBreached == false)
    world.move(ticket, to: -2000)
    let verdict = world.poll()
    #expect(verdict.drawdown?.reference == 10_000)
    #expect(verdict.drawdown?.isBreached == true)
  }

  @Test func `A limit may be an amount`() {
    var world = world(.amount(Money(amount: 300, currency: "USD")), .trailing)
    let ticket = world.buy()
    world.poll()
    world.move(ticket, to: dec("-299.99"))
    #expect(world.poll().drawdown?.isBreached == false)
    world.move(ticket, to: -300)
    #expect(world.poll().drawdown?.isBreached == true)
  }

  @Test(arguments: [5000, -5000] as [FixedDecimal], DailyLossFlowTests.modes)
  func `Flows neither raise the mark nor fall from it`(_ amount: FixedDecimal, _ mode: DayWorld.HistoryMode) {
    var world = world(.percent(20), .trailing)
    world.historyMode = mode
    world.poll(history: true)
    world.deposit(amount)
    let verdict = world.poll()
    #expect(verdict.drawdown?.fall == 0)
    #expect(world.machine.highWater == 10_000)
  }

  @Test(arguments: [5000, -5000] as [FixedDecimal])
  func `Neither do flows around the reset`(_ amount: FixedDecimal) {
    var world = world(.percent(20), .trailing)
    world.poll(history: true)
    world.now = Moment(wall: utc("2026-11-18 23:59:59"), steady: world.now.steady + .seconds(43_000))
    world.deposit(amount)
    world.wait(.seconds(2))
    #expect(world.look().drawdown == nil)
    #expect(world.poll(history: true).drawdown?.fall == 0)
    #expect(world.machine.highWater == 10_000)
  }

  @Test func `The mark outlives days and restarts`() {
    var world = world(.percent(20), .trailing)
    let ticket = world.buy(profit: 800)
    world.poll()
    world.heartbeat()
    world.move(ticket, to: 0)
    world.restart()
    world.now = Moment(wall: utc("2026-11-19 00:00:01"), steady: world.now.steady + .seconds(43_000))
    #expect(world.poll().drawdown?.fall == 800)
  }

  @Test func `Without a limit there is none`() {
    var world = DayWorld()
    #expect(world.poll().drawdown == nil)
    #expect(world.machine.highWater == 10_000)
  }
}
