// Support: hand-made books and a small wire client. Tests name the numbers that they expect; nothing here computes them.

import PaperTerminal
import Reconciler
import Testing

/// A decimal in a test; a text that is none is a mistake of the test.
func d(_ text: String) -> FixedDecimal {
  guard let value = FixedDecimal(text) else { preconditionFailure("\(text) is no decimal") }
  return value
}

/// A Wednesday at noon, UTC.
let noon = Timestamp(seconds: 1_605_700_800)

/// Books with hand-set quotes and nothing that moves.
struct Desk {
  var books: PaperBooks
  var now = noon

  init(
    currency: String = "USD", deposit: String = "10000", leverage: FixedDecimal = 100,
    symbols: [String] = ["EURUSD", "GBPUSD", "USDJPY", "XAUUSD", "GBPJPY", "EURGBP"],
    commission: FixedDecimal = 7, quotes: Bool = true,
    instrument: (inout PaperInstrument) -> Void = { _ in }, account change: (inout PaperAccount) -> Void = { _ in }
  ) {
    var account = PaperAccount(number: 22_437, name: "Test", server: "Paper", currency: currency, leverage: leverage)
    account.firstTicket = 100
    change(&account)
    let instruments = symbols.compactMap { name in
      var usual = PaperInstrument.usual(Symbol(name))
      usual?.commissionPerLot = commission
      if var made = usual {
        instrument(&made)
        usual = made
      }
      return usual
    }
    books = PaperBooks(account: account, instruments: instruments, deposit: d(deposit), openedAt: noon)
    guard quotes else { return }
    quote("EURUSD", "1.08510", "1.08522")
    quote("GBPUSD", "1.25000", "1.25020")
    quote("USDJPY", "150.000", "150.010")
    quote("XAUUSD", "2640.00", "2640.30")
    quote("GBPJPY", "187.500", "187.530")
    quote("EURGBP", "0.86800", "0.86820")
  }

  mutating func quote(_ symbol: String, _ bid: String, _ ask: String) {
    now = now + .seconds(1)
    books.receive(PaperQuote(bid: d(bid), ask: d(ask), time: now), for: Symbol(symbol))
  }

  @discardableResult
  mutating func open(
    _ symbol: String, _ side: Side, _ lots: String, sl: String? = nil, tp: String? = nil, comment: String = "k3f9x2a1",
    magic: Int32? = 7001, requestID: String? = nil
  ) -> PaperReply {
    books.execute(
      .open(
        symbol: Symbol(symbol), side: side, lots: d(lots), stopLoss: sl.map(d), takeProfit: tp.map(d),
        slippagePoints: nil),
      comment: comment, magic: magic, requestID: requestID, at: now)
  }

  @discardableResult
  mutating func close(_ ticket: Ticket?, _ lots: String? = nil) -> PaperReply {
    books.execute(.close(ticket: ticket ?? Ticket(0), lots: lots.map(d)), at: now)
  }

  @discardableResult
  mutating func modify(_ ticket: Ticket?, sl: String?, tp: String?) -> PaperReply {
    books.execute(
      .modify(ticket: ticket ?? Ticket(0), stopLoss: sl.map(d), takeProfit: tp.map(d)), at: now)
  }

  var only: Position? { books.observedPositions().count == 1 ? books.observedPositions().first : nil }
  var lastRow: HistoryRow? { books.closed.last?.row }
}
