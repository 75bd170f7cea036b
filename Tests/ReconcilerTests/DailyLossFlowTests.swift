import Reconciler
import Testing

@Suite("The daily loss: flows") struct DailyLossFlowTests {
  static let modes: [DayWorld.HistoryMode] = [.works, .fails, .unsupported]

  @Test(arguments: modes, [2000, -2000] as [FixedDecimal])
  func `A deposit and a withdrawal move the floor and are no profit or loss`(
    _ mode: DayWorld.HistoryMode, _ amount: FixedDecimal
  ) {
    var world = DayWorld()
    world.historyMode = mode
    world.buy(profit: -100)
    world.poll(history: true)
    world.deposit(amount)
    let verdict = world.poll()
    #expect(verdict.isTrusted)
    #expect(verdict.figures?.flows == amount)
    #expect(verdict.figures?.loss == 100)
    #expect(verdict.figures?.floor == 9500 + amount)
    #expect(world.flowEvents.map(\.inferred) == [mode != .works])
    #expect(world.machine.lifetimeFlows == amount)
    #expect(world.breaches.isEmpty)
  }

  @Test(arguments: modes, [400, -400] as [FixedDecimal])
  func `Credit given or taken is a flow`(_ mode: DayWorld.HistoryMode, _ amount: FixedDecimal) {
    var world = DayWorld()
    world.credit = 1000
    world.historyMode = mode
    world.poll(history: true)
    world.deposit(amount, .credit, comment: "Bonus")
    let verdict = world.poll()
    #expect(verdict.figures?.flows == amount)
    #expect(verdict.figures?.loss == 0)
    #expect(world.flowEvents.map(\.kind) == [.credit])
  }

  @Test func `The sample that shows a change gives no verdict and asks for another with history`() {
    var world = DayWorld()
    world.poll()
    world.deposit(-2000)
    let verdict = world.look()
    #expect(!verdict.isTrusted)
    #expect(verdict.opensHeld)
    #expect(verdict.figures == nil)
    #expect(verdict.wants == DailyLoss.Wants(rereadNow: true, historyDays: 2))
  }

  @Test(arguments: [2000, -2000] as [FixedDecimal])
  func `What comes after a look that waits for its explanation does not count against it`(_ later: FixedDecimal) {
    var world = DayWorld()
    world.poll()
    world.deposit(100)
    #expect(!world.look().isTrusted)
    world.deposit(later)
    let verdict = world.look(historyDays: 2)
    #expect(world.flowEvents.map(\.amount) == [100, later])
    #expect(verdict.figures?.flows == 100 + later)
    #expect(world.breaches.isEmpty)
    #expect(world.machine.highWater == 10_000)
  }

  @Test func `Positions that began before the account's reply ended prove nothing`() {
    var world = DayWorld()
    world.historyMode = .unsupported
    world.poll()
    world.deposit(-2000)
    let first = world.sample()
    world.look(at: first)
    var second = world.sample(historyDays: 2)
    second.positions.span = first.positions.span
    #expect(!world.look(at: second).isTrusted)
    #expect(world.flowEvents.isEmpty)
    #expect(world.look(historyDays: 2).isTrusted)
    #expect(world.flowEvents.map(\.amount) == [-2000])
  }

  @Test(arguments: modes)
  func `A stop hit between the two replies is a loss, not a withdrawal`(_ mode: DayWorld.HistoryMode) {
    var world = DayWorld()
    world.historyMode = mode
    let ticket = world.buy(profit: -600)
    world.now = Moment(wall: utc("2026-11-18 12:00"), steady: world.now.steady)
    world.move(ticket, to: 0)
    world.poll(history: true)
    world.betweenPositionsAndAccount = { world in
      world.move(ticket, to: -600)
      world.close(ticket)
    }
    let verdict = world.poll()
    #expect(world.flowEvents.isEmpty)
    #expect(verdict.figures?.loss == 600)
    #expect(world.breaches.count == 1)
  }

  @Test(arguments: modes)
  func `A position opened after one list and stopped out after the next is a loss`(_ mode: DayWorld.HistoryMode) {
    var world = DayWorld()
    world.historyMode = mode
    world.poll(history: true)
    let ticket = world.buy(profit: -200)
    world.betweenPositionsAndAccount = { $0.close(ticket) }
    #expect(world.poll().figures?.loss == 200)
    #expect(world.flowEvents.isEmpty)
  }

  @Test(arguments: modes)
  func `A partial close, which renumbers its ticket, is result`(_ mode: DayWorld.HistoryMode) {
    var world = DayWorld()
    world.historyMode = mode
    let ticket = world.buy("1", profit: 80)
    world.poll(history: true)
    world.closeHalf(ticket)
    let verdict = world.poll()
    #expect(world.flowEvents.isEmpty)
    #expect(verdict.figures?.loss == 0)
    #expect(verdict.figures?.flows == 0)
  }

  @Test func `With history a deposit and a stop at the same time are told apart`() {
    var world = DayWorld()
    let ticket = world.buy(profit: -450)
    world.poll(history: true)
    world.deposit(1000)
    world.close(ticket)
    let verdict = world.poll()
    #expect(verdict.figures?.flows == 1000)
    #expect(verdict.figures?.loss == 450)
    #expect(world.flowEvents.map(\.inferred) == [false])
  }

  @Test func `A deposit as large as a loss at the same moment is still seen`() {
    var world = DayWorld()
    let ticket = world.buy(profit: -450)
    world.poll(history: true)
    world.deposit(450)
    world.close(ticket)
    world.poll(history: true)
    let verdict = world.poll(history: true)
    #expect(verdict.figures?.flows == 450)
    #expect(verdict.figures?.loss == 450)
  }

  @Test func `A trade between two looks is result when history shows it`() {
    var world = DayWorld()
    world.buy()
    world.poll(history: true)
    let scalp = world.buy(profit: -120)
    world.close(scalp)
    let verdict = world.poll()
    #expect(world.flowEvents.isEmpty)
    #expect(verdict.figures?.loss == 120)
  }

  @Test func `An inferred flow that its row confirms later counts once`() {
    var world = DayWorld()
    world.historyMode = .fails
    world.poll(history: true)
    world.deposit(2000)
    world.poll()
    world.historyMode = .works
    for _ in 1...3 { world.poll(history: true) }
    #expect(world.flowEvents.map(\.amount) == [2000])
    #expect(world.machine.flows == 2000)
    world.restart()
    for _ in 1...3 { world.poll(history: true) }
    #expect(world.machine.flows == 2000)
    #expect(world.flowEvents.count == 1)
  }

  @Test func `An inferred flow that was a trade is taken back when history says so`() {
    var world = DayWorld()
    world.historyMode = .fails
    world.buy()
    world.poll(history: true)
    let scalp = world.buy(profit: -120)
    world.close(scalp)
    world.poll()
    #expect(world.machine.flows == -120)
    world.historyMode = .works
    let verdict = world.poll(history: true)
    #expect(world.flowEvents.map(\.amount) == [-120, 120])
    #expect(world.flowEvents.last?.reversal == true)
    #expect(verdict.figures?.loss == 120)
  }

  @Test func `What was taken for result becomes a flow when history says so`() {
    var world = DayWorld()
    world.historyMode = .fails
    let ticket = world.buy(profit: -50)
    world.poll(history: true)
    world.deposit(1000)
    world.close(ticket)
    world.poll()
    #expect(world.machine.flows == 0)
    world.historyMode = .works
    let verdict = world.poll(history: true)
    #expect(verdict.figures?.flows == 1000)
    #expect(verdict.figures?.loss == 50)
  }

  @Test func `Rows from before the agent was seen never count`() {
    var world = DayWorld()
    world.deposit(5000)
    let ticket = world.buy(profit: -77)
    world.close(ticket)
    world.wait(.seconds(600))
    world.look()
    world.poll(history: true)
    world.deposit(100)
    let verdict = world.poll()
    #expect(verdict.figures?.flows == 100)
    #expect(world.flowEvents.count == 1)
    #expect(verdict.figures?.loss == 0)
  }

  @Test(arguments: [false, true])
  func `Nor do they where the host's clock has gone back, and listed positions explain the first change`(
    _ isHalf: Bool
  ) {
    var world = DayWorld()
    world.deposit(700)
    world.deposit(-30)
    let tickets = [world.buy(profit: -20), world.buy(profit: -8)]
    world.now = Moment(wall: world.now.wall - .seconds(7200), steady: world.now.steady)
    world.look(historyDays: 2)
    for ticket in tickets { if isHalf { world.closeHalf(ticket) } else { world.close(ticket) } }
    let verdict = world.poll(history: true)
    #expect(world.flowEvents.isEmpty)
    #expect(verdict.figures?.flows == 0)
    #expect(verdict.figures?.loss == 28)
  }

  @Test func `Old rows without a time do not disturb what comes after them`() {
    var world = DayWorld()
    world.deposit(5000)
    world.deposit(700)
    let old = world.buy(profit: -77)
    world.close(old)
    for index in world.rows.indices { world.rows[index].closeTime = nil }
    let ticket = world.buy(profit: -40)
    for _ in 1...3 { world.poll(history: true) }
    world.deposit(100)
    world.close(ticket)
    let verdict = world.poll()
    #expect(verdict.figures?.flows == 100)
    #expect(verdict.figures?.loss == 40)
  }

  @Test func `A row that is ahead of the account counts once the account has it`() {
    var world = DayWorld()
    world.poll(history: true)
    world.betweenAccountAndHistory = { $0.deposit(-900) }
    #expect(world.look(historyDays: 2).figures?.flows == 0)
    let verdict = world.look()
    #expect(verdict.isTrusted)
    #expect(verdict.figures?.flows == -900)
    #expect(verdict.figures?.loss == 0)
    #expect(world.flowEvents.count == 1)
  }

  @Test(arguments: [
    ("Ex Dividend US500", true), ("ex-dividend", true), ("ExDividend", true), ("Adjustment", true),
    ("ADJUSTMENT: order #5", true), ("Rollover 0.40 EURUSD", true), ("swap", true), ("[Swap] XAUUSD", true),
    ("Commission #48112233", true), ("Commissions", true), ("Deposit", false), ("Deposit, no commission", false),
    ("Swapnil Rao", false), ("Example", false), ("", false), ("Withdrawal", false),
  ])
  func `A balance row whose comment begins as a cost of trading is result`(_ comment: String, _ isResult: Bool) {
    var world = DayWorld()
    world.poll(history: true)
    world.deposit(-30, comment: comment)
    let verdict = world.poll()
    #expect(verdict.figures?.flows == (isResult ? 0 : -30))
    #expect(verdict.figures?.loss == (isResult ? 30 : 0))
    #expect(world.flowEvents.count == (isResult ? 0 : 1))
  }

  @Test(arguments: modes)
  func `A flow counts once, whenever the process ends`(_ mode: DayWorld.HistoryMode) {
    for step in 0..<6 {
      var world = DayWorld()
      world.historyMode = mode
      world.buy()
      world.poll(history: true)
      world.heartbeat()
      if step == 0 { world.restart() }
      world.deposit(2000)
      if step == 1 { world.restart() }
      world.look()
      if step == 2 { world.restart() }
      world.look(historyDays: 2)
      if step == 3 { world.restart() }
      world.poll()
      if step == 4 { world.restart() }
      world.poll(history: true)
      if step == 5 { world.restart() }
      let verdict = world.poll(history: true)
      #expect(verdict.figures?.flows == 2000, "ended at step \(step)")
      #expect(verdict.figures?.loss == 0, "ended at step \(step)")
    }
  }

  @Test func `Two deposits of the same amount and second, without tickets, are two`() {
    var world = DayWorld()
    world.poll(history: true)
    world.balance += 200
    for _ in 1...2 {
      world.rows.append(
        HistoryRow(
          ticket: Ticket(0), kind: .balance, symbol: Symbol(""), lots: 0, profit: 100, comment: "Deposit",
          closeTime: world.now.wall))
    }
    world.poll()
    #expect(world.flowEvents.map(\.amount) == [100, 100])
  }

  @Test func `A deposit around the reset is in the anchor and in the capital, not in the day's flows`() {
    var world = DayWorld()
    world.poll(history: true)
    world.now = Moment(wall: utc("2026-11-18 23:59:59"), steady: world.now.steady + .seconds(43_000))
    world.deposit(3000)
    world.wait(.seconds(2))
    let verdict = world.poll()
    #expect(world.anchors.last?.amount == 13_000)
    #expect(verdict.figures?.flows == 0)
    world.poll(history: true)
    #expect(world.machine.flows == 0)
    #expect(world.machine.lifetimeFlows == 3000)
  }

  @Test func `With positions that cannot be trusted nothing is inferred`() {
    var world = DayWorld()
    world.historyMode = .unsupported
    let ticket = world.buy()
    world.poll()
    let stale = world.sample().positions.value
    world.move(ticket, to: -600)
    world.close(ticket)
    for _ in 1...3 {
      var sample = world.sample(historyDays: 2)
      sample.positions.value = stale
      sample.positionsTrusted = false
      world.look(at: sample)
    }
    #expect(world.flowEvents.isEmpty)
    #expect(world.breaches.count == 1)
  }

  @Test func `An account that changes with every look still gets a verdict`() {
    var world = DayWorld()
    let tickets = (0..<12).map { _ in world.buy(profit: -60) }
    world.historyMode = .fails
    world.look()
    for ticket in tickets {
      world.close(ticket)
      world.look(historyDays: 2)
    }
    #expect(world.breaches.count == 1)
  }
}
