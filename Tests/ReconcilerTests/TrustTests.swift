import Reconciler
import Testing

@Suite("Whether a sample can be trusted") struct TrustTests {
  /// A sample every second unless said otherwise, with consistent books unless changed.
  struct Desk {
    var trust = SnapshotTrust()
    var now = Moment(wall: utc("2026-11-18 12:00"), steady: Steady(microseconds: 0))
    var balance: FixedDecimal = 10_000
    var credit: FixedDecimal = 0
    var margin: FixedDecimal = 0
    /// By the positions: profit, swap, commission.
    var positions: [(profit: FixedDecimal, swap: FixedDecimal, commission: FixedDecimal)] = []
    /// By the account; `nil` is what the positions say.
    var equity: FixedDecimal?
    var profit: FixedDecimal?
    var timestamp: Timestamp?

    mutating func look(_ change: (inout Desk) -> Void = { _ in }) -> SnapshotTrust.Verdict {
      change(&self)
      now = now + .seconds(1)
      let list = positions.enumerated().map { index, position in
        Position(
          ticket: Ticket(Int64(index) + 1), symbol: Symbol("EURUSD"), side: .buy, lots: 1, openPrice: 1,
          profit: position.profit, swap: position.swap, commission: position.commission)
      }
      let floating = list.reduce(FixedDecimal.zero) { $0 + $1.netProfit }
      let equity = equity ?? balance + credit + floating
      var account = Account(
        currency: "USD", leverage: 100, balance: balance, credit: credit, equity: equity,
        profit: profit ?? equity - balance - credit, margin: margin, freeMargin: equity - margin)
      account.timestamp = timestamp
      return trust.judge(
        positions: Reply(list, ReadSpan(began: now, ended: now + .milliseconds(2))),
        account: Reply(account, ReadSpan(began: now + .milliseconds(3), ended: now + .milliseconds(5))))
    }
  }

  private func mismatches(_ verdict: SnapshotTrust.Verdict) -> [SnapshotTrust.Mismatch] {
    verdict.findings.map(\.mismatch)
  }

  private func allows(_ verdict: SnapshotTrust.Verdict) -> Bool {
    switch verdict {
    case .trusted: true
    case .reread: false
    case .suspicious(_, let closesAllowed): closesAllowed
    }
  }

  @Test func `Books that agree are trusted`() {
    var desk = Desk()
    #expect(desk.look().isTrusted)
    #expect(desk.look { $0.positions = [(8, dec("-0.80"), dec("-2.80"))] }.isTrusted)
    #expect(desk.look { $0.margin = 433 }.isTrusted)
    #expect(desk.look { $0.credit = 500 }.isTrusted)
  }

  @Test func `A mismatch is asked again at once, then held, and after three fresh samples closes are allowed`() {
    var desk = Desk()
    desk.margin = 400
    var verdicts: [SnapshotTrust.Verdict] = []
    for _ in 1...4 { verdicts.append(desk.look()) }
    guard case .reread(let findings) = verdicts[0] else {
      Issue.record("\(verdicts[0])")
      return
    }
    #expect(findings.map(\.mismatch) == [.emptyList])
    #expect(findings[0].message == "the terminal lists no positions, but 400.00 of margin is in use")
    #expect(findings[0].numbers == ["margin": "400"])
    #expect(verdicts[1] == .suspicious(findings, closesAllowed: false))
    #expect(verdicts[2] == .suspicious(findings, closesAllowed: true))
    #expect(verdicts[3] == .suspicious(findings, closesAllowed: true))
    #expect(desk.look { $0.margin = 0 }.isTrusted)
    #expect(desk.look { $0.margin = 400 } == .reread(findings))
  }

  @Test func `Each mismatch has to last by itself`() {
    var desk = Desk()
    desk.margin = 400
    for _ in 1...5 { _ = desk.look() }
    // Now the sum does not fit either, for once.
    let both = desk.look { $0.profit = 50 }
    #expect(mismatches(both) == [.emptyList, .equitySum])
    #expect(!allows(both))
    #expect(allows(desk.look { $0.profit = nil }))
    desk.profit = 50
    #expect([desk.look(), desk.look(), desk.look()].map(allows) == [false, false, true])
  }

  @Test func `The same sample judged twice is one sample`() {
    var trust = SnapshotTrust()
    let at = Moment(wall: utc("2026-11-18 12:00"), steady: Steady(microseconds: 0))
    let span = ReadSpan(began: at, ended: at)
    let account = Account(
      currency: "USD", leverage: 100, balance: 1, equity: 1, profit: 0, margin: 5, freeMargin: 0)
    let first = trust.judge(positions: Reply([], span), account: Reply(account, span))
    let second = trust.judge(positions: Reply([], span), account: Reply(account, span))
    #expect(first == second)
    #expect(mismatches(first) == [.emptyList])
  }

  @Test func `Samples of a terminal whose clock stands still do not allow closes`() {
    var desk = Desk()
    desk.margin = 400
    desk.timestamp = utc("2026-11-18 12:00")
    var last = SnapshotTrust.Verdict.trusted
    for _ in 1...6 { last = desk.look() }
    guard case .suspicious(_, closesAllowed: false) = last else {
      Issue.record("\(last)")
      return
    }
  }

  struct Sum: Sendable {
    var profit: String
    var equity: String
    var agrees: Bool
  }

  @Test(arguments: [
    // Balance 10 000, one position: 100 profit, -3 swap, -7 commission, so equity is 10 090.
    Sum(profit: "90", equity: "10090", agrees: true), Sum(profit: "100", equity: "10090", agrees: true),
    Sum(profit: "90.01", equity: "10090", agrees: true), Sum(profit: "99.99", equity: "10090", agrees: true),
    Sum(profit: "90.02", equity: "10090", agrees: false), Sum(profit: "95", equity: "10090", agrees: false),
    Sum(profit: "0", equity: "10090", agrees: false), Sum(profit: "90", equity: "10050", agrees: false),
  ])
  func `Equity is balance plus credit plus profit to the cent, with or without swap and commission`(_ row: Sum) {
    var desk = Desk()
    desk.positions = [(100, -3, -7)]
    desk.profit = dec(row.profit)
    desk.equity = dec(row.equity)
    #expect(mismatches(desk.look()) == (row.agrees ? [] : [.equitySum]))
  }

  @Test func `The sum's message has the numbers`() {
    var desk = Desk()
    desk.positions = [(100, -3, -7)]
    desk.profit = 50
    #expect(
      desk.look().findings.map(\.message) == [
        "equity 10090.00 is not balance + credit + profit, which is 10050.00, or 10040.00 with swap and commission"
      ])
  }

  @Test func `A ticket listed twice is a contradiction`() {
    var trust = SnapshotTrust()
    let at = Moment(wall: utc("2026-11-18 12:00"), steady: Steady(microseconds: 0))
    let span = ReadSpan(began: at, ended: at)
    let position = Position(ticket: Ticket(7), symbol: Symbol("EURUSD"), side: .buy, lots: 1, openPrice: 1)
    let account = Account(
      currency: "USD", leverage: 100, balance: 1, equity: 1, profit: 0, margin: 5, freeMargin: 0)
    let verdict = trust.judge(positions: Reply([position, position], span), account: Reply(account, span))
    #expect(mismatches(verdict) == [.duplicateTicket])
  }

  // MARK: - Account and positions apart

  @Test(arguments: [(100, true), (101, false), (-100, true), (-101, false)])
  func `Account and positions may be apart by one per cent of equity`(_ apart: Int, _ agrees: Bool) {
    var desk = Desk()
    desk.positions = [(-FixedDecimal(apart), 0, 0)]
    desk.equity = 10_000
    desk.profit = 0
    #expect(mismatches(desk.look()) == (agrees ? [] : [.floatingProfit]))
  }

  @Test(arguments: [300, -300])
  func `A market that runs by three per cent a second is asked again once and then trusted`(_ speed: Int) {
    var desk = Desk()
    var verdicts: [SnapshotTrust.Verdict] = []
    for step in 1...8 {
      // The account is read half a second after the positions.
      desk.positions = [(FixedDecimal(step * speed), 0, 0)]
      desk.equity = 10_000 + FixedDecimal(step * speed + speed / 2)
      verdicts.append(desk.look())
    }
    #expect(mismatches(verdicts[0]) == [.floatingProfit])
    #expect(verdicts.dropFirst() == Array(repeating: .trusted, count: 7)[...])
  }

  @Test func `A list that stands still while the account moves is stale`() {
    var desk = Desk()
    desk.positions = [(0, 0, 0)]
    var last = SnapshotTrust.Verdict.trusted
    for step in 1...5 { last = desk.look { $0.equity = 10_000 - FixedDecimal(step * 150) } }
    #expect(mismatches(last) == [.floatingProfit])
    guard case .suspicious(_, closesAllowed: true) = last else {
      Issue.record("\(last)")
      return
    }
  }

  @Test func `A list that stands still is stale too where the account swings about it`() {
    var desk = Desk()
    desk.positions = [(0, 0, 0)]
    _ = desk.look { $0.equity = 10_150 }
    for step in 1...5 {
      let verdict = desk.look { $0.equity = step % 2 == 0 ? 10_150 : 9_850 }
      #expect(mismatches(verdict) == [.floatingProfit])
    }
  }

  @Test func `An account that stands still while the positions move is stale`() {
    var desk = Desk()
    desk.equity = 10_000
    var last = SnapshotTrust.Verdict.trusted
    for step in 1...5 { last = desk.look { $0.positions = [(FixedDecimal(step * -150), 0, 0)] } }
    #expect(mismatches(last) == [.floatingProfit])
  }

  // MARK: - The terminal's clock

  @Test(arguments: [(0, true), (-5, true), (-6, false), (3600, true), (-3600, false)])
  func `The terminal's clock may go back by five seconds`(_ seconds: Int64, _ agrees: Bool) {
    var desk = Desk()
    desk.timestamp = utc("2026-11-18 12:00")
    #expect(desk.look().isTrusted)
    let verdict = desk.look { $0.timestamp = utc("2026-11-18 12:00") + .seconds(seconds) }
    #expect(mismatches(verdict) == (agrees ? [] : [.clockBack]))
  }

  @Test func `One old reply is asked again, and the next one is trusted`() {
    var desk = Desk()
    desk.timestamp = utc("2026-11-18 12:00")
    #expect(desk.look().isTrusted)
    let verdict = desk.look { $0.timestamp = utc("2026-11-18 11:58") }
    #expect(
      verdict.findings.map(\.message) == [
        "the terminal's clock shows 2026-11-18T11:58:00.000000Z, 120 s before 2026-11-18T12:00:00.000000Z, which it "
          + "showed earlier"
      ])
    #expect(desk.look { $0.timestamp = utc("2026-11-18 12:00:02") }.isTrusted)
  }

  @Test func `A clock that was set back is believed after it ran straight for a minute`() {
    var desk = Desk()
    desk.timestamp = utc("2026-11-18 12:00")
    #expect(desk.look().isTrusted)
    var trustedAt: Int?
    for second in 1...70 where trustedAt == nil {
      let verdict = desk.look { $0.timestamp = utc("2026-11-18 11:00") + .seconds(Int64(second)) }
      if verdict.isTrusted { trustedAt = second }
    }
    #expect(trustedAt == 61)
    #expect(desk.look { $0.timestamp = utc("2026-11-18 11:01:02") }.isTrusted)
  }

  @Test func `Old replies that repeat are never believed`() {
    var desk = Desk()
    desk.timestamp = utc("2026-11-18 12:00")
    #expect(desk.look().isTrusted)
    for _ in 1...200 {
      #expect(!desk.look { $0.timestamp = utc("2026-11-18 11:00") }.isTrusted)
    }
  }

  @Test func `A terminal without a clock is judged by the rest`() {
    var desk = Desk()
    for _ in 1...5 { #expect(desk.look().isTrusted) }
  }

  /// A market as wild as may be, read at different instants, with openings and closings in between.
  @Test(arguments: Array(UInt64(1)...50))
  func `No honest terminal stays suspicious`(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var desk = Desk()
    var streak = 0
    var price: FixedDecimal = 0
    for _ in 0..<400 {
      price += FixedDecimal(Int.random(in: -150...150, using: &random))
      desk.positions = [(price, 0, 0)]
      let later = price + FixedDecimal(Int.random(in: -150...150, using: &random))
      desk.equity = 10_000 + later
      desk.profit = later
      streak = desk.look().isTrusted ? 0 : streak + 1
      #expect(streak < 6)
      price = later
    }
  }
}
