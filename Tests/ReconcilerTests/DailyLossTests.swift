import Reconciler
import Testing

@Suite("The daily loss: anchor and verdict") struct DailyLossTests {
  @Test(arguments: [
    ("10000", "0", "0", "10000"), ("10000", "0", "-250", "10000"), ("10000", "0", "250", "10250"),
    ("10000", "500", "0", "10500"), ("10000", "500", "-600", "10500"), ("0", "0", "0", "0"),
  ])
  func `The anchor is the larger of balance plus credit and equity`(
    _ balance: String, _ credit: String, _ floating: String, _ anchor: String
  ) {
    var world = DayWorld(balance: balance)
    world.credit = dec(credit)
    world.buy(profit: dec(floating))
    world.look()
    #expect(world.anchors.map(\.amount) == [dec(anchor)])
    #expect(world.anchors.map(\.kind) == [.firstSeen])
    #expect(world.anchors.map(\.dayKey) == ["2026-11-18"])
  }

  @Test func `A new day begins with the first sample whose replies both began at or after the reset`() {
    var world = DayWorld()
    world.look()
    let ticket = world.buy(profit: 30)
    world.now = Moment(wall: utc("2026-11-19 00:00") - .milliseconds(3), steady: world.now.steady + .seconds(43_000))
    world.look()
    #expect(world.anchors.count == 1)
    world.move(ticket, to: 40)
    world.wait(.seconds(1))
    world.look()
    #expect(world.anchors.map(\.kind) == [.firstSeen, .reset])
    #expect(world.anchors.last?.amount == 10_040)
    #expect(world.anchors.last?.dayKey == "2026-11-19")
  }

  @Test func `The wall clock going back never starts a day twice`() {
    var world = DayWorld()
    world.look()
    world.now = Moment(wall: utc("2026-11-19 00:00:01"), steady: world.now.steady + .seconds(43_000))
    world.look()
    world.now = Moment(wall: utc("2026-11-18 23:00"), steady: world.now.steady + .seconds(1))
    #expect(world.look().isTrusted)
    world.now = Moment(wall: utc("2026-11-19 00:00:30"), steady: world.now.steady + .seconds(5400))
    world.look()
    #expect(world.anchors.map(\.dayKey) == ["2026-11-18", "2026-11-19"])
  }

  @Test func `An edited reset never starts the same day twice`() {
    var world = DayWorld()
    world.look()
    world.calendar = TradingCalendar(
      rule: .init(resetMinute: 12 * 60, zone: "UTC"), zone: .utc, newYork: TestZone.newYork)
    world.wait(.seconds(60))
    world.look()
    #expect(world.anchors.count == 1)
  }

  @Test func `A sample that began no later than the last one changes nothing`() {
    var world = DayWorld()
    let first = world.sample()
    world.look(at: first)
    world.look(at: first)
    #expect(world.anchors.count == 1)
    #expect(!world.look(at: first).isTrusted)
  }

  // MARK: - Limits

  struct Case: Sendable {
    var limit: RiskSpec.Limit
    var floating: String
    var used: String
    var warning: Bool
    var held: Bool
    var breach: Bool

    init(
      _ limit: RiskSpec.Limit, _ floating: String, used: String, warning: Bool = false, held: Bool = false,
      breach: Bool = false
    ) {
      self.limit = limit
      self.floating = floating
      self.used = used
      self.warning = warning
      self.held = held
      self.breach = breach
    }
  }

  @Test(arguments: [
    Case(.percent(5), "100", used: "0"), Case(.percent(5), "-249.99", used: "49.998"),
    Case(.percent(5), "-250", used: "50", warning: true),
    Case(.percent(5), "-399.99", used: "79.998", warning: true),
    Case(.percent(5), "-400", used: "80", warning: true, held: true),
    Case(.percent(5), "-499.99", used: "99.998", warning: true, held: true),
    Case(.percent(5), "-500", used: "100", held: true, breach: true),
    Case(.percent(5), "-500.01", used: "100.002", held: true, breach: true),
    Case(.amount(Money(amount: 10, currency: "USD")), "-9.99", used: "99.9", warning: true, held: true),
    Case(.amount(Money(amount: 10, currency: "USD")), "-10", used: "100", held: true, breach: true),
  ])
  func `Half is warned of, four fifths hold opens, and touching the floor is a breach`(_ row: Case) {
    var world = DayWorld()
    world.risk.maxDailyLoss = row.limit
    let ticket = world.buy()
    world.look()
    world.move(ticket, to: dec(row.floating))
    let verdict = world.look()
    #expect(verdict.isTrusted)
    #expect(verdict.figures?.usedPercent == dec(row.used))
    #expect(verdict.figures?.isBreached == row.breach)
    #expect(world.warnings.count == (row.warning ? 1 : 0))
    #expect(verdict.opensHeld == row.held)
    #expect(world.breaches.count == (row.breach ? 1 : 0))
  }

  @Test func `Warning and breach come once a day, and again the next`() {
    var world = DayWorld()
    var ticket = world.buy()
    world.look()
    for _ in 1...2 {
      for profit in [-300, -100, -300, -600, -100, -600] as [FixedDecimal] {
        world.move(ticket, to: profit)
        world.look()
      }
      world.close(ticket)
      world.poll()
      world.now = Moment(
        wall: world.calendar.period(containing: world.now.wall).end, steady: world.now.steady + .seconds(43_200))
      ticket = world.buy()
      world.look()
    }
    #expect(world.warnings.map(\.dayKey) == ["2026-11-18", "2026-11-19"])
    #expect(world.breaches.map(\.dayKey) == ["2026-11-18", "2026-11-19"])
  }

  @Test func `A breach says so as long as it holds, and an edited limit moves the floor at once`() {
    var world = DayWorld()
    let ticket = world.buy()
    world.look()
    world.move(ticket, to: -450)
    #expect(world.look().figures?.isBreached == false)
    world.risk.maxDailyLoss = .percent(4)
    #expect(world.look().figures?.isBreached == true)
    #expect(world.look().figures?.isBreached == true)
    world.risk.maxDailyLoss = .percent(10)
    #expect(world.look().figures?.isBreached == false)
    #expect(world.breaches.count == 1)
  }

  @Test func `Equity at or below zero counts only in three fresh readings`() {
    var world = DayWorld()
    world.risk.maxDailyLoss = .amount(Money(amount: 50_000, currency: "USD"))
    let ticket = world.buy()
    world.look()
    world.move(ticket, to: -10_000)
    #expect(!world.look().isTrusted)
    #expect(!world.look().isTrusted)
    let third = world.look()
    #expect(third.figures?.isBreached == true)
    #expect(world.breaches.count == 1)
  }

  @Test func `Readings of a terminal whose clock stands still are not fresh`() {
    var world = DayWorld()
    let ticket = world.buy()
    world.look()
    world.move(ticket, to: -10_000)
    for _ in 1...5 {
      var sample = world.sample()
      sample.account.value.timestamp = utc("2026-11-18 12:00")
      world.look(at: sample)
    }
    #expect(world.breaches.isEmpty)
  }

  // MARK: - A reset that was missed

  private func overNight(balance: String = "10000", _ meanwhile: (inout DayWorld) -> Void) -> DayWorld {
    var world = DayWorld(balance: balance)
    world.poll(history: true)
    world.heartbeat()
    world.now = Moment(wall: utc("2026-11-18 23:00"), steady: world.now.steady + .seconds(39_600))
    meanwhile(&world)
    world.now = Moment(wall: utc("2026-11-19 03:00"), steady: world.now.steady + .seconds(14_400))
    world.restart()
    return world
  }

  private func atOne(_ world: inout DayWorld) {
    world.now = Moment(wall: utc("2026-11-19 01:00"), steady: world.now.steady + .seconds(7200))
  }

  @Test func `A missed reset is rebuilt from history: the balance then, before what was closed and flowed since`() {
    var world = overNight { world in
      let early = world.buy(profit: 120)
      world.close(early)
      atOne(&world)
      let late = world.buy(profit: -300)
      world.close(late)
      world.deposit(1000)
    }
    let verdict = world.poll()
    #expect(world.anchors.last?.kind == .reconstructed)
    #expect(world.anchors.last?.fromHistory == true)
    #expect(world.anchors.last?.amount == 10_120)
    #expect(verdict.figures?.flows == 1000)
    #expect(verdict.figures?.loss == 300)
    #expect(world.flowEvents.map(\.amount) == [1000])
  }

  @Test func `The last journaled equity before the reset counts if it is higher`() {
    var world = DayWorld()
    world.buy(profit: 700)
    world.look()
    world.heartbeat()
    world.now = Moment(wall: utc("2026-11-19 03:00"), steady: world.now.steady + .seconds(54_000))
    world.restart()
    world.poll()
    #expect(world.anchors.last?.kind == .reconstructed)
    #expect(world.anchors.last?.amount == 10_700)
  }

  @Test func `A withdrawal between the last record and the reset does not make the old equity count`() {
    var world = overNight { world in world.deposit(-6000, comment: "Withdrawal") }
    let verdict = world.poll()
    #expect(world.anchors.last?.amount == 4000)
    #expect(verdict.figures?.isBreached == false)
    #expect(world.machine.lifetimeFlows == -6000)
    #expect(world.machine.flows == 0)
  }

  @Test(arguments: [DayWorld.HistoryMode.fails, .unsupported])
  func `Without a usable history a missed reset takes the first good sample as it is`(_ mode: DayWorld.HistoryMode) {
    var world = overNight { world in
      atOne(&world)
      let late = world.buy(profit: -300)
      world.close(late)
    }
    world.historyMode = mode
    let verdict = world.poll()
    #expect(verdict.isTrusted)
    #expect(world.anchors.last?.kind == .reconstructed)
    #expect(world.anchors.last?.fromHistory == false)
    #expect(world.anchors.last?.amount == 9700)
  }

  @Test func `Until a missed anchor is rebuilt there is no verdict and nothing opens`() {
    var world = overNight { _ in }
    let verdict = world.look()
    #expect(!verdict.isTrusted)
    #expect(verdict.opensHeld)
    #expect(verdict.wants.rereadNow)
    #expect((verdict.wants.historyDays ?? 0) >= 2)
  }

  @Test(arguments: [500, -500] as [FixedDecimal])
  func `A row that comes between the account and the history is not taken off the rebuilt anchor`(
    _ amount: FixedDecimal
  ) {
    var world = overNight { _ in }
    world.look()
    world.betweenAccountAndHistory = { $0.deposit(amount) }
    world.look(historyDays: 2)
    let verdict = world.poll()
    #expect(world.anchors.last?.amount == 10_000)
    #expect(verdict.figures?.flows == amount)
    #expect(verdict.figures?.loss == 0)
  }

  // MARK: - The journal

  @Test func `The state comes back from JSON as it was`() throws {
    var world = DayWorld()
    world.historyMode = .fails
    let ticket = world.buy("0.10", profit: -20)
    world.poll()
    world.deposit(700)
    world.poll()
    world.close(ticket)
    world.poll()
    let json = try JSONParser.parse(world.machine.json.canonicalText)
    let back = try #require(DailyLoss(json: json))
    #expect(back.json == world.machine.json)
    #expect(back.flows == 700)
    #expect(back.anchor == world.machine.anchor)
  }

  @Test func `Any record of a verdict holds the whole state`() throws {
    var world = DayWorld()
    world.poll(history: true)
    world.deposit(300)
    world.deposit(50, .credit, comment: "Bonus")
    world.poll()
    #expect(world.flowEvents.count == 2)
    for record in world.records.suffix(2) {
      var machine = DailyLoss()
      let isRead = machine.fold(try JSONParser.parse(record.canonicalText))
      #expect(isRead)
      #expect(machine.flows == 350)
    }
  }

  @Test func `A row goes into one record only`() {
    var world = DayWorld()
    world.poll(history: true)
    let first = world.buy(profit: 5)
    world.close(first)
    world.poll(history: true)
    func rows(_ record: JSONValue) -> Int? { record[DailyLoss.stateKey]?["new_rows"]?.array?.count }
    #expect(rows(world.machine.heartbeat()) == 1)
    #expect(rows(world.machine.heartbeat()) == 0)
    world.deposit(100)
    world.poll()
    #expect(world.records.last.flatMap(rows) == 1)
    world.poll()
    #expect(rows(world.machine.heartbeat()) == 0)
  }

  @Test(arguments: ["{}", "{\"day_state\":{}}", "{\"day_state\":{\"flows\":\"1\"}}", "[]", "null"])
  func `A record without a readable state changes nothing`(_ text: String) throws {
    var world = DayWorld()
    world.poll()
    let before = world.machine
    let isRead = world.machine.fold(try JSONParser.parse(text))
    #expect(!isRead)
    #expect(world.machine == before)
    #expect(DailyLoss(json: try JSONParser.parse(text)) == nil)
  }

  @Test func `A breach and a warning are not given again after a restart`() {
    var world = DayWorld()
    let ticket = world.buy()
    world.poll()
    world.move(ticket, to: -300)
    world.poll()
    world.restart()
    world.poll()
    world.move(ticket, to: -600)
    world.poll()
    world.restart()
    #expect(world.poll().figures?.isBreached == true)
    #expect(world.warnings.count == 1)
    #expect(world.breaches.count == 1)
  }
}
