import PaperTerminal
import Reconciler
import Testing

@Suite("What a tick does to the books")
struct BooksMarketTests {
  // Bought at 1.08522 or sold at 1.08510, 0.10 lots.
  @Test(
    "Stops fill between two reads: a stop-loss at the price that came, a take-profit at its own",
    arguments: [
      (Side.buy, "1.08400", "1.09000", "1.08401", nil, ""), (.buy, "1.08400", "1.09000", "1.08390", "-13.20", "[sl]"),
      (.buy, "1.08400", "1.09000", "1.08400", "-12.20", "[sl]"),
      (.buy, "1.08400", "1.09000", "1.09050", "47.80", "[tp]"),
      (.sell, "1.08600", "1.08000", "1.08587", nil, ""), (.sell, "1.08600", "1.08000", "1.08590", "-9.20", "[sl]"),
      (.sell, "1.08600", "1.08000", "1.07900", "51.00", "[tp]"),
    ] as [(Side, String, String, String, String?, String)])
  func stops(side: Side, sl: String, tp: String, bid: String, profit: String?, note: String) {
    var desk = Desk()
    desk.open("EURUSD", side, "0.10", sl: sl, tp: tp)
    desk.quote("EURUSD", bid, (d(bid) + d("0.00012")).description)
    guard let profit else { return #expect(desk.only != nil) }
    #expect(desk.books.positions.isEmpty)
    #expect(desk.lastRow?.profit == d(profit))
    #expect(desk.lastRow?.comment == "k3f9x2a1\(note)")
    #expect(desk.lastRow?.closeTime == desk.now)
  }

  @Test("The note of a stop survives a comment that is full")
  func fullComment() {
    var desk = Desk()
    desk.open("EURUSD", .buy, "0.10", sl: "1.08400", comment: String(repeating: "x", count: 31))
    desk.quote("EURUSD", "1.08300", "1.08312")
    #expect(desk.lastRow?.comment == String(repeating: "x", count: 27) + "[sl]")
  }

  @Test(
    "A pending order opens when its price comes, limits at their own price, under its own ticket",
    arguments: [
      (PendingOrder.Kind.buyLimit, "1.08000", "1.07950", "1.08000"), (.sellLimit, "1.09000", "1.09040", "1.09000"),
      (.buyStop, "1.09000", "1.09010", "1.09022"), (.sellStop, "1.08000", "1.07990", "1.07990"),
    ])
  func trigger(kind: PendingOrder.Kind, price: String, bid: String, fill: String) {
    var desk = Desk()
    var order = PendingOrder(
      ticket: Ticket(0), symbol: Symbol("EURUSD"), kind: kind, lots: d("0.10"), price: d(price), comment: "mine")
    order.magic = 9
    let placed = desk.books.place(order, at: desk.now)
    #expect(placed.code == .done)
    #expect(desk.books.observedOrders().map(\.kind) == [kind])
    let later = desk.open("GBPUSD", .buy, "0.01").ticket
    desk.quote("EURUSD", bid, (d(bid) + d("0.00012")).description)
    #expect(desk.books.pending.isEmpty)
    #expect(desk.books.observedPositions().map(\.ticket) == [placed.ticket, later])
    let opened = desk.books.observedPositions().first
    #expect(opened?.openPrice == d(fill))
    #expect(opened?.side == kind.side)
    #expect(opened?.comment == "mine")
    #expect(opened?.magic == 9)
  }

  @Test("A pending order is deleted by close, or by its time")
  func cancel() {
    var desk = Desk()
    var order = PendingOrder(
      ticket: Ticket(0), symbol: Symbol("EURUSD"), kind: .buyLimit, lots: d("0.10"), price: d("1.08000"))
    let first = desk.books.place(order, at: desk.now).ticket
    order.expiration = desk.now + .seconds(60)
    desk.books.place(order, at: desk.now)
    #expect(desk.close(first).code == .done)
    #expect(desk.lastRow?.kind == .cancelled)
    desk.now = desk.now + .seconds(60)
    desk.quote("EURUSD", "1.08510", "1.08522")
    #expect(desk.books.pending.isEmpty)
    #expect(desk.lastRow?.comment == "expiration")
    #expect(desk.books.balance == d("10000"))
  }

  @Test("A pending order on the wrong side is refused with 130")
  func wrongSide() {
    var desk = Desk()
    let order = PendingOrder(
      ticket: Ticket(0), symbol: Symbol("EURUSD"), kind: .buyLimit, lots: d("0.10"), price: d("1.09000"))
    #expect(desk.books.place(order, at: desk.now).code == .invalidStops)
  }

  @Test("At the stop-out level the largest loss is closed first, and no more than needed")
  func stopOut() {
    // Margin 1085.22 + 542.61; at 1.07700 the losses are 822 and 411, equity 1800 - 10.50 - 1233 = 556.50: 34.19 %.
    var desk = Desk(deposit: "1800")
    let large = desk.open("EURUSD", .buy, "1.00").ticket
    desk.open("EURUSD", .buy, "0.50")
    desk.quote("EURUSD", "1.07700", "1.07712")
    #expect(desk.lastRow?.ticket == large)
    #expect(desk.lastRow?.comment == "so: 34.19%/556.50/1627.83")
    #expect(desk.books.positions.count == 1)
    #expect(desk.books.closed.last?.cause == .stopOut)
  }

  // Noon of a Wednesday; the server is three hours ahead, so that its day ends at 21:00 UTC.
  @Test(
    "A night costs its swap, a Wednesday's three times; a weekend's are free",
    arguments: [
      (Side.buy, 8 * 3600, "0"), (.buy, 9 * 3600, "-6.30"), (.buy, 33 * 3600, "-8.40"), (.buy, 129 * 3600, "-12.60"),
      (.sell, 9 * 3600, "1.05"),
    ] as [(Side, Int64, String)])
  func swap(side: Side, seconds: Int64, swap: String) throws {
    var desk = Desk(instrument: {
      $0.swapLongPoints = d("-5.25")
      $0.swapShortPoints = d("0.875")
    })
    let ticket = desk.open("EURUSD", side, "0.40").ticket
    desk.now = noon + .seconds(seconds)
    desk.quote("EURUSD", "1.08510", "1.08522")
    #expect(desk.only?.swap == d(swap))
    // A quarter of the lots takes a quarter of the swap with it: 1.575 and 0.2625 are rounded by half a cent.
    let quarter = ["0": "0", "-6.30": "-1.58", "-8.40": "-2.10", "-12.60": "-3.15", "1.05": "0.26"]
    desk.close(ticket, "0.10")
    let row = try #require(desk.lastRow)
    #expect(row.swap == d(quarter[swap] ?? "99"))
    #expect(desk.only?.swap == d(swap) - row.swap)
    #expect(desk.books.balance == 10_000 + row.profit + row.commission + row.swap)
  }

  @Test("A crossed, zero or unknown quote changes nothing")
  func badQuotes() {
    var desk = Desk()
    desk.quote("EURUSD", "1.09000", "1.08000")
    desk.quote("EURUSD", "0", "1.08000")
    desk.quote("US30", "1", "1")
    #expect(desk.books.quote(Symbol("EURUSD"))?.bid == d("1.08510"))
  }
}
