import PaperTerminal
import Reconciler
import Testing

/// Random operations on books, from a seed.
struct Storm {
  var desk: Desk
  var random: PaperGenerator
  private var prices = ["EURUSD": 108_510, "USDJPY": 150_000, "XAUUSD": 264_000, "GBPJPY": 187_500]

  init(seed: UInt64) {
    random = PaperGenerator(seed: seed)
    let limit = Int(random.next() % 3) * 8
    let freeze = Int(random.next() % 2) * 10
    let night = Int(random.next() % 20) - 10
    desk = Desk(
      deposit: "5000", commission: d("3.33"),
      instrument: {
        $0.freezeLevel = freeze
        $0.swapLongPoints = FixedDecimal(night)
      },
      account: { $0.limitOrders = limit })
  }

  private mutating func pick(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

  mutating func step() {
    let names = prices.keys.sorted()
    let symbol = names[pick(names.count)]
    let places = symbol == "EURUSD" ? 5 : symbol == "XAUUSD" ? 2 : 3
    let tickets = desk.books.observedPositions().map(\.ticket) + desk.books.observedOrders().map(\.ticket)
    let ticket = tickets.isEmpty || pick(10) == 0 ? Ticket(1) : tickets[pick(tickets.count)]
    let price = prices[symbol] ?? 0
    func text(_ points: Int) -> String {
      var unit = FixedDecimal.one.units
      for _ in 0..<places { unit /= 10 }
      return FixedDecimal(units: Int128(points) * unit).description
    }
    func lots(_ hundredths: Int) -> String { FixedDecimal(units: Int128(hundredths) * 10_000_000_000).description }
    switch pick(8) {
    case 0, 1, 2:
      if pick(20) == 0 { desk.now = desk.now + .seconds(40_000) }
      let next = max(price + pick(401) - 200, 1000)
      prices[symbol] = next
      desk.quote(symbol, text(next), text(next + pick(30)))
    case 3:
      let side: Side = pick(2) == 0 ? .buy : .sell
      let away = (pick(600) - 50) * (side == .buy ? -1 : 1)
      desk.open(
        symbol, side, lots(pick(30)), sl: pick(2) == 0 ? text(price + away) : nil,
        tp: pick(2) == 0 ? text(price - away) : nil, requestID: "r\(desk.books.executions.count)")
    case 4: desk.close(ticket, pick(2) == 0 ? nil : lots(pick(15)))
    case 5: desk.modify(ticket, sl: pick(2) == 0 ? text(price - 300) : nil, tp: pick(2) == 0 ? text(price + 300) : nil)
    case 6:
      let kinds = PendingOrder.Kind.allCases
      let order = PendingOrder(
        ticket: Ticket(0), symbol: Symbol(symbol), kind: kinds[pick(kinds.count)], lots: d(lots(pick(9) + 1)),
        price: d(text(price + pick(401) - 200)))
      desk.books.place(order, at: desk.now)
    default: desk.books.operate(pick(4) == 0 ? .credit : .balance, d("\(pick(200) - 100)"), comment: "", at: desk.now)
    }
  }
}

@Suite("Whatever is done to the books")
struct BooksPropertyTests {
  @Test("Money and lots are conserved after every step", arguments: 0..<60)
  func conserved(seed: UInt64) {
    var storm = Storm(seed: seed)
    for _ in 0..<250 {
      let before = (storm.desk.books.executions.count, storm.desk.books.balance)
      storm.step()
      let books = storm.desk.books
      if books.executions.count == before.0 { #expect(books.balance == before.1, "money moved without an execution") }
      check(books, at: storm.desk.now)
    }
    #expect(storm.desk.books.executions.count > 20)
  }

  private func check(_ books: PaperBooks, at now: Timestamp) {
    let account = books.observedAccount(at: now)
    let positions = books.observedPositions()
    #expect(account.equity == positions.reduce(account.balance + account.credit) { $0 + $1.netProfit })
    #expect(account.freeMargin == account.equity - account.margin)

    let rows = books.closed.map(\.row)
    #expect(books.balance == rows.filter { $0.kind != .credit }.reduce(.zero) { $0 + $1.netProfit })
    #expect(books.credit == rows.filter { $0.kind == .credit }.reduce(.zero) { $0 + $1.netProfit })

    var lots: [Ticket: FixedDecimal] = [:]
    for execution in books.executions where execution.kind == .opened {
      lots[execution.ticket] = (lots[execution.ticket] ?? .zero) + execution.lots
    }
    for row in books.closed where row.pending == nil && row.cause != nil {
      lots[row.root] = (lots[row.root] ?? .zero) - row.row.lots
    }
    for position in books.positions { lots[position.root] = (lots[position.root] ?? .zero) - position.facts.lots }
    #expect(!lots.values.contains { !$0.isZero })

    let tickets = positions.map(\.ticket)
    #expect(tickets == tickets.sorted() && Set(tickets).count == tickets.count)
    for position in positions {
      #expect(position.comment.utf8.count <= 31)
      guard let price = position.currentPrice else { continue }
      // A stop that the price has passed would have fired.
      #expect(position.stopLoss.map { ((price - $0) * position.side.sign).isPositive } ?? true)
      #expect(position.takeProfit.map { (($0 - price) * position.side.sign).isPositive } ?? true)
    }
  }

  @Test("The same seed leaves the same trace, in this process and in any other")
  func deterministic() {
    func trace(_ seed: UInt64) -> [PaperExecution] {
      var storm = Storm(seed: seed)
      for _ in 0..<400 { storm.step() }
      return storm.desk.books.executions
    }
    #expect(trace(7) == trace(7))
    #expect(trace(7) != trace(8))
    var storm = Storm(seed: 7)
    for _ in 0..<400 { storm.step() }
    #expect(storm.desk.books.balance == d("5466.58"))
  }
}
