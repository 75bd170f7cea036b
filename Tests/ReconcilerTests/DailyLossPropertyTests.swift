import Reconciler
import Testing

/// Random days of trades, deposits, stops and restarts, judged beside the plainest model there is: the true books.
@Suite("The daily loss: random days") struct DailyLossPropertyTests {
  static let seeds = Array(UInt64(1)...40)

  /// What the true books say, taken at the moment of each account reply.
  struct Truth {
    /// Deposits less withdrawals, and credit, since the beginning.
    var flows = FixedDecimal.zero
    var atAccount: (capital: FixedDecimal, equity: FixedDecimal, flows: FixedDecimal) = (0, 0, 0)
    var anchor: (amount: FixedDecimal, flows: FixedDecimal) = (0, 0)
    /// The anchor that a reset in the controller's absence must get.
    var missed: (amount: FixedDecimal, flows: FixedDecimal)?
  }

  struct Day {
    var world: DayWorld
    var random: SplitMix64
    var truth = Truth()
    let seed: UInt64

    init(seed: UInt64, history: DayWorld.HistoryMode) {
      world = DayWorld(balance: "500000")
      world.historyMode = history
      random = SplitMix64(seed: seed)
      self.seed = seed
    }

    /// By the rows that were there when the account was last read.
    var trueFlows: FixedDecimal {
      world.rows.prefix(world.rowsAtAccount).reduce(.zero) { sum, row in
        switch row.kind {
        case .balance: row.comment == "Swap" ? sum : sum + row.profit
        case .credit: sum + row.profit
        case .trade, .cancelled: sum
        }
      }
    }
  }

  // MARK: - What happens

  static func money(_ random: inout SplitMix64, upTo size: Int) -> FixedDecimal {
    FixedDecimal(units: Int128(Int.random(in: -size * 100...size * 100, using: &random)) * 10_000_000_000)
  }

  static func trade(_ world: inout DayWorld, _ random: inout SplitMix64, scalps: Bool) {
    let tickets = world.open.keys.sorted()
    for ticket in tickets { world.move(ticket, to: money(&random, upTo: 130)) }
    guard let ticket = tickets.randomElement(using: &random), tickets.count > 1 else {
      let ticket = world.buy("0.50", profit: money(&random, upTo: 20))
      if scalps, random.chance(30) { world.close(ticket) }
      return
    }
    switch Int.random(in: 0..<4, using: &random) {
    case 0: world.close(ticket)
    case 1: world.closeHalf(ticket)
    case 2: if tickets.count < 6 { world.buy("0.20", profit: money(&random, upTo: 5)) }
    default: if scalps { world.deposit(money(&random, upTo: 9), comment: "Swap") }
    }
  }

  static func flow(_ world: inout DayWorld, _ random: inout SplitMix64) {
    let amount = money(&random, upTo: 3000)
    if amount.isZero { return }
    if random.chance(25) { world.deposit(amount, .credit, comment: "Bonus") } else { world.deposit(amount) }
  }

  // MARK: - The run

  @Test(arguments: seeds)
  func `With history the loss is that of the true books, whatever happens when`(_ seed: UInt64) throws {
    try run(Day(seed: seed, history: .works)) { day, happenAnywhere in
      let seed = day.random.next()
      let act: (inout DayWorld) -> Void = { world in
        var random = SplitMix64(seed: seed)
        for _ in 0...Int.random(in: 0..<3, using: &random) {
          if random.chance(25) {
            Self.flow(&world, &random)
          } else {
            Self.trade(&world, &random, scalps: true)
          }
        }
      }
      happenAnywhere(&day, act)
      if day.random.chance(20) { day.world.heartbeat() }
      if day.random.chance(15) { day.world.restart() }
    }
  }

  @Test(arguments: [DayWorld.HistoryMode.fails, .unsupported], seeds)
  func `Without history it is so as long as trades and flows keep apart`(_ mode: DayWorld.HistoryMode, _ seed: UInt64)
    throws
  {
    try run(Day(seed: seed, history: mode)) { day, happenAnywhere in
      let seed = day.random.next()
      if day.random.chance(20) {
        Self.flow(&day.world, &day.random)
      } else {
        // A position that no list has shown yet, and that is closed again, nobody could tell from a withdrawal.
        try look(&day)
        happenAnywhere(&day) { world in
          var random = SplitMix64(seed: seed)
          Self.trade(&world, &random, scalps: false)
        }
      }
      day.world.heartbeat()
      if day.random.chance(15) { day.world.restart() }
    }
  }

  private typealias Happen = (inout Day, @escaping (inout DayWorld) -> Void) -> Void

  private func run(_ start: Day, step: (inout Day, Happen) throws -> Void) throws {
    var day = start
    try look(&day)
    for _ in 0..<60 {
      try step(&day) { day, act in
        switch Int.random(in: 0..<4, using: &day.random) {
        case 0, 1: act(&day.world)
        case 2: day.world.betweenPositionsAndAccount = act
        default:
          if day.world.historyMode == .works { day.world.betweenAccountAndHistory = act } else { act(&day.world) }
        }
      }
      try look(&day, history: day.random.chance(30))
      try pass(&day)
    }
    try #require(day.world.anchors.count >= 2)
    try #require(Set(day.world.anchors.map(\.dayKey)).count == day.world.anchors.count)
  }

  /// Time goes on. The first look at a day is on time, or the controller was away over the reset.
  private func pass(_ day: inout Day) throws {
    let end = day.world.calendar.period(containing: day.world.now.wall).end
    day.world.wait(.seconds(Int.random(in: 60...5000, using: &day.random)))
    guard day.world.now.wall >= end else { return }
    if day.world.historyMode == .works, day.random.chance(40) {
      try beAway(&day, over: end)
    } else {
      day.world.now = Moment(wall: end + .seconds(5), steady: day.world.now.steady)
      try look(&day)
    }
  }

  private func beAway(_ day: inout Day, over reset: Timestamp) throws {
    day.world.now = Moment(wall: reset - .seconds(2000), steady: day.world.now.steady)
    day.world.heartbeat()
    day.world.restart()
    let known = day.world.machine.lifetimeFlows
    let last = try #require(day.world.machine.lastEquity)
    act(&day, times: 3)
    let rowsAtReset = day.world.rows.count
    let capital = day.world.balance + day.world.credit
    day.world.now = Moment(wall: reset + .seconds(4000), steady: day.world.now.steady)
    act(&day, times: 3)
    day.world.wait(.seconds(600))
    day.world.rowsAtAccount = rowsAtReset
    let flows = day.trueFlows
    day.truth.missed = (max(capital, last.amount + flows - known), flows)
    try look(&day)
    #expect(day.truth.missed == nil, "seed \(day.seed)")
    #expect(day.world.anchors.last?.fromHistory == true)
  }

  private func act(_ day: inout Day, times: Int) {
    for _ in 0..<times {
      if day.random.chance(40) {
        Self.flow(&day.world, &day.random)
      } else {
        Self.trade(&day.world, &day.random, scalps: true)
      }
    }
  }

  /// Polls until the machine has no question left, and compares.
  private func look(_ day: inout Day, history: Bool = false) throws {
    var verdict: DailyLoss.Verdict
    var days: Int? = history ? 2 : nil
    var reads = 0
    repeat {
      let sample = day.world.sample(historyDays: days)
      let account = sample.account.value
      day.truth.atAccount = (account.balance + account.credit, account.equity, day.trueFlows)
      verdict = day.world.look(at: sample)
      try check(verdict, &day)
      days = verdict.wants.historyDays
      reads += 1
    } while verdict.wants.rereadNow && reads < 20
    try #require(verdict.isTrusted, "seed \(day.seed)")
    try #require(day.world.machine.flows == day.truth.atAccount.flows - day.truth.anchor.flows, "seed \(day.seed)")
    if let figures = verdict.figures, figures.equity == day.truth.atAccount.equity {
      let start = day.truth.anchor.amount + day.truth.atAccount.flows - day.truth.anchor.flows
      let loss = max(.zero, start - figures.equity)
      try #require(figures.loss == loss, "seed \(day.seed)")
      try #require(figures.isBreached == (loss >= 500), "seed \(day.seed)")
    }
    try #require(day.world.machine.lifetimeFlows == day.truth.atAccount.flows, "seed \(day.seed)")
  }

  private func check(_ verdict: DailyLoss.Verdict, _ day: inout Day) throws {
    for case .anchor(let anchor) in verdict.events {
      day.truth.anchor =
        day.truth.missed ?? (max(day.truth.atAccount.capital, day.truth.atAccount.equity), day.truth.atAccount.flows)
      day.truth.missed = nil
      try #require(anchor.amount == day.truth.anchor.amount, "seed \(day.seed)")
    }
    for case .breach(let figures) in verdict.events {
      try #require(figures.anchor + figures.flows - figures.equity >= 500, "seed \(day.seed)")
    }
  }
}
