import PaperTerminal
import Reconciler
import Testing

@Suite("What a trade does to the books")
struct BooksTradeTests {
  @Test("A chain of partial closes splits tickets, money and comments")
  func chain() throws {
    var desk = Desk()
    let first = try #require(
      desk.open("EURUSD", .buy, "0.40", sl: "1.08240", tp: "1.09000", requestID: "a.1").ticket)
    let openTime = desk.only?.openTime
    desk.quote("EURUSD", "1.08622", "1.08634")

    let partly = desk.close(first, "0.10")
    let second = try #require(partly.newTicket)
    #expect(partly.ticket == first)
    #expect(partly.lots == d("0.10"))
    let closed = try #require(desk.lastRow)
    #expect(closed.ticket == first)
    #expect(closed.comment == "to #\(second)")
    #expect(closed.profit == d("10.00"))
    #expect(closed.commission == d("-0.70"))

    let rest = try #require(desk.only)
    #expect(rest.ticket == second)
    #expect(rest.lots == d("0.30"))
    #expect(rest.comment == "from #\(first)")
    #expect(rest.openPrice == d("1.08522"))
    #expect(rest.openTime == openTime)
    #expect(rest.magic == 7001)
    #expect(rest.stopLoss == d("1.08240"))
    #expect(rest.takeProfit == d("1.09"))
    #expect(rest.commission == d("-2.10"))
    #expect(desk.books.margin == d("325.57"))

    let third = try #require(desk.close(second, "0.29").newTicket)
    #expect(desk.only?.comment == "from #\(second)")
    #expect(desk.books.positions.first?.root == first)
    desk.close(third)
    // 40 000 x 0.00100 = 40.00 less 2.80, however it was cut
    #expect(desk.books.balance == d("10037.20"))
    #expect(desk.books.positions.isEmpty)
    #expect(desk.close(third).code == .unknownTicket)
    #expect(
      desk.books.executions.map(\.kind) == [.balance, .opened, .partlyClosed, .partlyClosed, .closed])
    #expect(desk.books.executions[1].requestID == "a.1")
  }

  @Test("Commission that does not divide is not lost")
  func oddCommission() {
    var desk = Desk(commission: d("3.33"))
    let ticket = desk.open("EURUSD", .buy, "0.07").ticket
    let second = desk.close(ticket, "0.03").newTicket
    desk.close(second)
    // 3.33 x 0.07 = 0.2331: 0.10 for the first part (0.23 x 3 / 7 = 0.0986), the rest 0.13
    #expect(desk.books.closed.dropFirst().map(\.row.commission) == [d("-0.10"), d("-0.13")])
  }

  @Test(
    "Lots out of bounds or off the step are refused with 131",
    arguments: ["0.001", "0.00", "100.01", "0.015", "-0.10"])
  func lots(_ lots: String) {
    var desk = Desk(deposit: "10000000")
    #expect(desk.open("EURUSD", .buy, lots).code == .invalidLots)
    #expect(desk.books.positions.isEmpty)
  }

  @Test(
    "A close of more than there is, or that leaves a crumb, is refused with 131", arguments: ["0.50", "0.395", "0.00"])
  func closeLots(_ lots: String) {
    var desk = Desk()
    let ticket = desk.open("EURUSD", .buy, "0.40").ticket
    #expect(desk.close(ticket, lots).code == .invalidLots)
    #expect(desk.only?.lots == d("0.40"))
  }

  // The bid is 1.08510, the ask 1.08522; the stop level is 20 points.
  @Test(
    "Stops on the wrong side, too near, or off the grid are refused with 130",
    arguments: [
      (Side.buy, "1.08491", nil), (.buy, "1.08600", nil), (.buy, nil, "1.08529"), (.buy, "1.084905", nil),
      (.sell, "1.08541", nil), (.sell, "1.08400", nil), (.sell, nil, "1.08503"), (.buy, "-1.0", nil),
    ] as [(Side, String?, String?)])
  func stops(side: Side, sl: String?, tp: String?) {
    var desk = Desk(instrument: { $0.stopLevel = 20 })
    #expect(desk.open("EURUSD", side, "0.10", sl: sl, tp: tp).code == .invalidStops)
    let ticket = desk.open("EURUSD", side, "0.10").ticket
    #expect(desk.modify(ticket, sl: sl, tp: tp).code == .invalidStops)
  }

  @Test("Stops exactly at the stop level are taken")
  func stopsAtLevel() {
    var desk = Desk(instrument: { $0.stopLevel = 20 })
    #expect(desk.open("EURUSD", .buy, "0.10", sl: "1.08490", tp: "1.08530").code == .done)
    #expect(desk.open("EURUSD", .sell, "0.10", sl: "1.08542", tp: "1.08502").code == .done)
  }

  @Test("A modify sets both levels, an omitted one is removed, and the same again is error 1")
  func modify() {
    var desk = Desk()
    let ticket = desk.open("EURUSD", .buy, "0.10", sl: "1.08000", tp: "1.09000").ticket
    #expect(desk.modify(ticket, sl: "1.08000", tp: "1.09000").code == .noResult)
    #expect(desk.modify(ticket, sl: "1.08100", tp: nil).code == .done)
    #expect(desk.only?.stopLoss == d("1.08100"))
    #expect(desk.only?.takeProfit == nil)
    #expect(desk.modify(Ticket(4), sl: nil, tp: nil).code == .unknownTicket)
  }

  @Test("Inside the freeze level neither a modify nor a close goes through: 145")
  func freeze() {
    var desk = Desk(instrument: { $0.freezeLevel = 30 })
    let ticket = desk.open("EURUSD", .buy, "0.10", sl: "1.08480").ticket
    #expect(desk.modify(ticket, sl: "1.08400", tp: nil).code == .tooClose)
    #expect(desk.close(ticket).code == .tooClose)
    desk.quote("EURUSD", "1.08511", "1.08523")
    #expect(desk.close(ticket).code == .done)
  }

  @Test("The order limit counts pending orders too: 148")
  func limit() {
    var desk = Desk(account: { $0.limitOrders = 2 })
    #expect(desk.open("EURUSD", .buy, "0.01").code == .done)
    let pending = PendingOrder(
      ticket: Ticket(0), symbol: Symbol("EURUSD"), kind: .buyLimit, lots: d("0.01"), price: d("1.08000"))
    #expect(desk.books.place(pending, at: desk.now).code == .done)
    #expect(desk.open("EURUSD", .buy, "0.01").code == .tooManyOrders)
    #expect(desk.books.place(pending, at: desk.now).code == .tooManyOrders)
  }

  @Test("Money that does not carry margin and commission: 134")
  func money() {
    // One lot needs 1085.22 and 7.00 of commission, and is 12.00 down at once only after it is open.
    var short = Desk(deposit: "1092.21")
    #expect(short.open("EURUSD", .buy, "1.00").code == .notEnoughMoney)
    var enough = Desk(deposit: "1092.22")
    #expect(enough.open("EURUSD", .buy, "1.00").code == .done)
  }

  @Test("An unknown symbol is 4106, trading switched off 133, no quote 136")
  func refusals() {
    var desk = Desk()
    #expect(desk.open("US30", .buy, "0.10").code == .unknownSymbol)
    var off = Desk(account: { $0.tradeAllowed = false })
    #expect(off.open("EURUSD", .buy, "0.10").code == .tradeDisabled)
    var blind = Desk(quotes: false)
    #expect(blind.open("EURUSD", .buy, "0.10").code == .offQuotes)
  }

  @Test("Accounts may forbid hedging (149), demand FIFO (150), refuse stops on open (130)")
  func rules() {
    var single = Desk(account: { $0.allowsHedging = false })
    single.open("EURUSD", .buy, "0.10")
    #expect(single.open("EURUSD", .sell, "0.10").code == .hedgingForbidden)
    #expect(single.open("EURUSD", .buy, "0.10").code == .done)
    var fifo = Desk(account: { $0.demandsFIFO = true })
    let first = fifo.open("EURUSD", .buy, "0.10").ticket
    let second = fifo.open("EURUSD", .buy, "0.10").ticket
    #expect(fifo.close(second).code == .againstFIFO)
    #expect(fifo.close(first).code == .done)
    #expect(fifo.close(second).code == .done)
    var market = Desk(account: { $0.refusesStopsOnOpen = true })
    #expect(market.open("EURUSD", .buy, "0.10", sl: "1.08000").code == .invalidStops)
    #expect(market.open("EURUSD", .buy, "0.10").code == .done)
  }

  @Test("A comment is cut at 31 bytes, between characters")
  func comment() {
    var desk = Desk()
    desk.open("EURUSD", .buy, "0.01", comment: String(repeating: "x", count: 40))
    #expect(desk.only?.comment == String(repeating: "x", count: 31))
    var odd = Desk()
    odd.open("EURUSD", .buy, "0.01", comment: String(repeating: "é", count: 20))
    #expect(odd.only?.comment == String(repeating: "é", count: 15))
  }

  @Test("On a weekend trades answer 132, ticks are not taken, and the server's clock stands still")
  func weekend() {
    let newYork = ZoneRules(name: "America/New_York", initialOffsetSeconds: -18_000, transitions: [])
    var desk = Desk(account: { $0.hours = .week(newYork) })
    let frozen = desk.books.serverTime
    let ticket = desk.open("EURUSD", .buy, "0.10").ticket
    desk.now = noon + .seconds(3 * 86_400)  // Saturday
    desk.quote("EURUSD", "1.00000", "1.00012")
    #expect(desk.books.quote(Symbol("EURUSD"))?.bid == d("1.08510"))
    #expect(desk.books.serverTime == frozen)
    #expect(desk.close(ticket).code == .marketClosed)
    #expect(desk.books.observedTick(Symbol("EURUSD"), at: desk.now)?.tradeAllowed == false)
    desk.now = noon + .seconds(4 * 86_400 + 10 * 3600)  // Sunday 22:00 UTC, 17:00 in New York
    #expect(desk.close(ticket).code == .done)
  }

  @Test("History shows a window, and no more than the terminal's own tab")
  func history() {
    var desk = Desk()
    desk.now = noon + .seconds(5 * 86_400)
    desk.books.operate(.balance, 1, comment: "", at: desk.now)
    #expect(desk.books.observedHistory(days: 4, at: desk.now).count == 1)
    #expect(desk.books.observedHistory(days: 5, at: desk.now).count == 2)
    var short = Desk(account: { $0.historyDays = 1 })
    short.now = noon + .seconds(5 * 86_400)
    #expect(short.books.observedHistory(days: 30, at: short.now).isEmpty)
  }
}
