import Reconciler

/// A terminal's true books, a clock, and the day's machine that looks at them: what the tests of the daily loss move.
struct DayWorld {
  struct Open {
    var lots: FixedDecimal
    var profit: FixedDecimal
  }

  enum HistoryMode { case works, fails, unsupported }

  var now = Moment(wall: utc("2026-11-18 12:00"), steady: Steady(microseconds: 0))
  var balance: FixedDecimal
  var credit = FixedDecimal.zero
  var open: [Int64: Open] = [:]
  var rows: [HistoryRow] = []
  var historyMode = HistoryMode.works
  var nextTicket: Int64 = 100
  /// How many rows there were when the account was last read.
  var rowsAtAccount = 0
  /// What happens in the terminal between the replies of one read, once.
  var betweenPositionsAndAccount: ((inout DayWorld) -> Void)?
  var betweenAccountAndHistory: ((inout DayWorld) -> Void)?

  var machine = DailyLoss()
  var risk = RiskSpec(
    initialBalance: Money(amount: 10_000, currency: "USD"), maxRiskPerTrade: 1, maxDailyLoss: .percent(5),
    maxPositions: 9, lotSize: 1)
  var calendar = TradingCalendar(
    rule: .init(resetMinute: 0, zone: "UTC"), zone: .utc, newYork: TestZone.newYork)
  var events: [DailyLoss.Event] = []
  /// Metadata of every record since the last whole state, as the journal would hold it.
  var records: [JSONValue] = []
  var firstState: JSONValue

  init(balance: String = "10000") {
    self.balance = dec(balance)
    firstState = DailyLoss().json
  }

  // MARK: - The terminal

  var equity: FixedDecimal { open.values.reduce(balance + credit) { $0 + $1.profit } }

  @discardableResult
  mutating func buy(_ lots: String = "1", profit: FixedDecimal = .zero) -> Int64 {
    defer { nextTicket += 1 }
    open[nextTicket] = Open(lots: dec(lots), profit: profit)
    return nextTicket
  }

  mutating func close(_ ticket: Int64) {
    guard let position = open.removeValue(forKey: ticket) else { return }
    balance += position.profit
    addRow(ticket, .trade(.buy), position.profit)
  }

  /// Closes half, as MT4 does: the remainder gets a new ticket.
  mutating func closeHalf(_ ticket: Int64) {
    guard let position = open.removeValue(forKey: ticket) else { return }
    let half = Open(
      lots: (position.lots * dec("0.5")).rounded(places: 2), profit: (position.profit * dec("0.5")).rounded(places: 2))
    balance += position.profit - half.profit
    addRow(ticket, .trade(.buy), position.profit - half.profit)
    open[nextTicket] = half
    nextTicket += 1
  }

  mutating func deposit(_ amount: FixedDecimal, _ kind: HistoryRow.Kind = .balance, comment: String = "Deposit") {
    if kind == .credit { credit += amount } else { balance += amount }
    addRow(nextTicket, kind, amount, comment: comment)
    nextTicket += 1
  }

  mutating func move(_ ticket: Int64, to profit: FixedDecimal) { open[ticket]?.profit = profit }

  private mutating func addRow(_ ticket: Int64, _ kind: HistoryRow.Kind, _ profit: FixedDecimal, comment: String = "") {
    rows.append(
      HistoryRow(
        ticket: Ticket(ticket), kind: kind, symbol: Symbol(""), lots: 1, profit: profit, comment: comment,
        closeTime: Timestamp(seconds: now.wall.seconds)))
  }

  // MARK: - Reading

  mutating func wait(_ duration: Duration) { now = now + duration }

  private mutating func reply<Value>(_ value: (DayWorld) -> Value) -> Reply<Value> {
    let began = now
    let value = value(self)
    now = now + .milliseconds(5)
    let ended = now
    now = now + .milliseconds(1)
    return Reply(value, ReadSpan(began: began, ended: ended))
  }

  mutating func sample(historyDays: Int? = nil) -> DailyLoss.Sample {
    let positions = reply { world in
      world.open.keys.sorted().map { ticket in
        let open = world.open[ticket] ?? Open(lots: 0, profit: 0)
        return Position(
          ticket: Ticket(ticket), symbol: Symbol("EURUSD"), side: .buy, lots: open.lots, openPrice: 1,
          profit: open.profit)
      }
    }
    if let happen = betweenPositionsAndAccount {
      betweenPositionsAndAccount = nil
      happen(&self)
    }
    let account = reply { world in
      Account(
        currency: "USD", leverage: 100, balance: world.balance, credit: world.credit, equity: world.equity,
        profit: world.equity - world.balance - world.credit, margin: 0, freeMargin: world.equity)
    }
    rowsAtAccount = rows.count
    if let happen = betweenAccountAndHistory {
      betweenAccountAndHistory = nil
      happen(&self)
    }
    var sample = DailyLoss.Sample(account: account, positions: positions, historyDays: historyDays)
    if let historyDays {
      switch historyMode {
      case .works:
        let since = now.wall - .seconds(86_400 * Int64(historyDays))
        sample.history = .read(reply { world in world.rows.filter { ($0.closeTime ?? since) >= since } })
      case .fails: sample.history = .failed(ReadFailure(code: .timeout, message: "late", endpoint: "/history"))
      case .unsupported: sample.history = .unsupported
      }
    }
    return sample
  }

  /// One read, judged; the records of its events go to `records`.
  @discardableResult
  mutating func look(historyDays: Int? = nil) -> DailyLoss.Verdict { look(at: sample(historyDays: historyDays)) }

  @discardableResult
  mutating func look(at sample: DailyLoss.Sample) -> DailyLoss.Verdict {
    let verdict = machine.observe(sample, risk: risk, calendar: calendar, now: now)
    events += verdict.events
    records += verdict.events.map { machine.metadata(of: $0) }
    return verdict
  }

  /// One poll as the planner makes it: reads again, with history, as long as the verdict asks for it.
  @discardableResult
  mutating func poll(history: Bool = false) -> DailyLoss.Verdict {
    var verdict = look(historyDays: history ? 2 : nil)
    var reads = 1
    while verdict.wants.rereadNow, reads < 20 {
      verdict = look(historyDays: verdict.wants.historyDays)
      reads += 1
    }
    wait(.seconds(1))
    return verdict
  }

  // MARK: - Restarts

  mutating func heartbeat() { records.append(machine.heartbeat()) }

  /// Ends the process: what is not in a record is lost. The new machine comes from the journal alone.
  mutating func restart() {
    var next = DailyLoss(json: firstState) ?? DailyLoss()
    for record in records { next.fold(record) }
    machine = next
    firstState = machine.json
    records = []
  }

  // MARK: - What tests ask for

  var flowEvents: [DailyLoss.Flow] {
    events.compactMap { if case .flow(let flow) = $0 { flow } else { nil } }
  }

  var breaches: [DailyLoss.Figures] {
    events.compactMap { if case .breach(let figures) = $0 { figures } else { nil } }
  }

  var warnings: [DailyLoss.Figures] {
    events.compactMap { if case .warning(let figures) = $0 { figures } else { nil } }
  }

  var anchors: [DailyLoss.Anchor] {
    events.compactMap { if case .anchor(let anchor) = $0 { anchor } else { nil } }
  }
}
