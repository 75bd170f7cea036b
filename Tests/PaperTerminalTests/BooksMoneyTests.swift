import PaperTerminal
import Reconciler
import Testing

/// One round trip whose every figure was worked out by hand.
struct RoundTrip: CustomTestStringConvertible, Sendable {
  let name: String
  var currency = "USD"
  let symbol: String
  let side: Side
  let lots: String
  let bid: String
  let ask: String
  let openPrice: String
  let closePrice: String
  let profit: String
  let commission: String
  let margin: String

  var testDescription: String { name }
}

@Suite("Money, to the cent")
struct BooksMoneyTests {
  // Quotes at the open: EURUSD 1.08510/1.08522, GBPUSD 1.25000/1.25020, USDJPY 150.000/150.010, XAUUSD 2640.00/2640.30,
  // GBPJPY 187.500/187.530, EURGBP 0.86800/0.86820. Leverage 100, commission 7 a lot.
  static let trips = [
    // (1.08700 - 1.08522) x 40 000 = 71.20; margin 400 x 1.08522 = 434.088
    RoundTrip(
      name: "EURUSD bought", symbol: "EURUSD", side: .buy, lots: "0.40", bid: "1.08700", ask: "1.08712",
      openPrice: "1.08522", closePrice: "1.08700", profit: "71.20", commission: "-2.80", margin: "434.09"),
    // (1.08510 - 1.08712) x 40 000 = -80.80; margin 400 x 1.08510
    RoundTrip(
      name: "EURUSD sold", symbol: "EURUSD", side: .sell, lots: "0.40", bid: "1.08700", ask: "1.08712",
      openPrice: "1.08510", closePrice: "1.08712", profit: "-80.80", commission: "-2.80", margin: "434.04"),
    // (151.000 - 150.010) x 10 000 = 9900 JPY / 151.000 = 65.5629; margin 10 000 / 100
    RoundTrip(
      name: "USDJPY bought", symbol: "USDJPY", side: .buy, lots: "0.10", bid: "151.000", ask: "151.010",
      openPrice: "150.010", closePrice: "151.000", profit: "65.56", commission: "-0.70", margin: "100.00"),
    // (150.000 - 151.010) x 10 000 = -10100 JPY / 151.010 = -66.8830
    RoundTrip(
      name: "USDJPY sold", symbol: "USDJPY", side: .sell, lots: "0.10", bid: "151.000", ask: "151.010",
      openPrice: "150.000", closePrice: "151.010", profit: "-66.88", commission: "-0.70", margin: "100.00"),
    // (2650.00 - 2640.30) x 5 oz = 48.50; margin 5 x 2640.30 / 100 = 132.015, half away from zero
    RoundTrip(
      name: "gold bought", symbol: "XAUUSD", side: .buy, lots: "0.05", bid: "2650.00", ask: "2650.30",
      openPrice: "2640.30", closePrice: "2650.00", profit: "48.50", commission: "-0.35", margin: "132.02"),
    // (2640.00 - 2650.30) x 1 oz; 0.07 of commission
    RoundTrip(
      name: "gold sold", symbol: "XAUUSD", side: .sell, lots: "0.01", bid: "2650.00", ask: "2650.30",
      openPrice: "2640.00", closePrice: "2650.30", profit: "-10.30", commission: "-0.07", margin: "26.40"),
    // (188.000 - 187.530) x 20 000 = 9400 JPY / 150.000 (a buy closes at bids) = 62.6667;
    // margin 20 000 GBP / 100 x 1.25020 (bought at asks) = 250.04
    RoundTrip(
      name: "GBPJPY bought", symbol: "GBPJPY", side: .buy, lots: "0.20", bid: "188.000", ask: "188.030",
      openPrice: "187.530", closePrice: "188.000", profit: "62.67", commission: "-1.40", margin: "250.04"),
    // (187.500 - 188.030) x 20 000 = -10600 JPY / 150.010 = -70.6620; margin 200 x 1.25000
    RoundTrip(
      name: "GBPJPY sold", symbol: "GBPJPY", side: .sell, lots: "0.20", bid: "188.000", ask: "188.030",
      openPrice: "187.500", closePrice: "188.030", profit: "-70.66", commission: "-1.40", margin: "250.00"),
    // (0.87000 - 0.86820) x 30 000 = 54 GBP x 1.25000 = 67.50; margin 300 EUR x 1.08522 = 325.566
    RoundTrip(
      name: "EURGBP bought", symbol: "EURGBP", side: .buy, lots: "0.30", bid: "0.87000", ask: "0.87020",
      openPrice: "0.86820", closePrice: "0.87000", profit: "67.50", commission: "-2.10", margin: "325.57"),
    // EUR account: (1.08700 - 1.08522) x 40 000 = 71.20 USD / 1.08700 = 65.5014; margin 400 EUR
    RoundTrip(
      name: "EURUSD bought by a EUR account", currency: "EUR", symbol: "EURUSD", side: .buy, lots: "0.40",
      bid: "1.08700", ask: "1.08712", openPrice: "1.08522", closePrice: "1.08700", profit: "65.50", commission: "-2.80",
      margin: "400.00"),
    // EUR account: 9900 JPY over the dollar, / 151.000 / 1.08510 = 60.4211; margin 100 USD / 1.08522 = 92.1472
    RoundTrip(
      name: "USDJPY bought by a EUR account", currency: "EUR", symbol: "USDJPY", side: .buy, lots: "0.10",
      bid: "151.000", ask: "151.010", openPrice: "150.010", closePrice: "151.000", profit: "60.42", commission: "-0.70",
      margin: "92.15"),
  ]

  @Test("A round trip leaves the cents that were worked out by hand", arguments: trips)
  func roundTrip(_ trip: RoundTrip) throws {
    var desk = Desk(currency: trip.currency)
    let opened = desk.open(trip.symbol, trip.side, trip.lots)
    #expect(opened.code == .done)
    #expect(opened.price == d(trip.openPrice))
    #expect(desk.books.margin == d(trip.margin))
    desk.quote(trip.symbol, trip.bid, trip.ask)
    let position = try #require(desk.only)
    #expect(position.profit == d(trip.profit))
    #expect(position.commission == d(trip.commission))
    #expect(position.currentPrice == d(trip.closePrice))
    let net = d(trip.profit) + d(trip.commission)
    #expect(desk.books.equity == d("10000") + net)
    #expect(desk.books.balance == d("10000"))

    #expect(desk.close(opened.ticket).price == d(trip.closePrice))
    #expect(desk.books.balance == d("10000") + net)
    #expect(desk.books.equity == desk.books.balance)
    #expect(desk.books.margin.isZero)
    let row = try #require(desk.lastRow)
    #expect(row.profit == d(trip.profit))
    #expect(row.commission == d(trip.commission))
    #expect(row.comment == "k3f9x2a1")
  }

  @Test("The account of the contract's example adds up")
  func example() {
    var desk = Desk(quotes: false)
    desk.quote("EURUSD", "1.08478", "1.08490")
    desk.open("EURUSD", .buy, "0.40")
    desk.quote("EURUSD", "1.08510", "1.08522")
    let account = desk.books.observedAccount(at: desk.now)
    #expect(account.margin == d("433.96"))
    // 8.00 - 2.80; the example has a swap of -0.80 besides
    #expect(account.profit == d("5.20"))
    #expect(account.equity == d("10005.20"))
    #expect(account.freeMargin == d("9571.24"))
    // 10005.20 / 433.96 x 100 = 2305.5581
    #expect(account.marginLevel == d("2305.56"))
  }

  @Test("Hedged positions both count for margin")
  func hedged() {
    var desk = Desk()
    desk.open("EURUSD", .buy, "0.40")
    desk.open("EURUSD", .sell, "0.40")
    #expect(desk.books.margin == d("868.13"))
  }

  @Test(
    "A tick says what the contract's table says",
    arguments: [("EURUSD", "1", "1085.22"), ("USDJPY", "0.66667", "1000"), ("XAUUSD", "1", "2640.3")])
  func tickValue(symbol: String, value: String, margin: String) throws {
    let desk = Desk()
    let tick = try #require(desk.books.observedTick(Symbol(symbol), at: desk.now))
    #expect(tick.tickValue == d(value))
    #expect(tick.marginRequired == d(margin))
  }

  @Test("A price without its conversion rate opens nothing")
  func noRate() {
    var desk = Desk(symbols: ["GBPJPY"])
    #expect(desk.open("GBPJPY", .buy, "0.10").code == .notEnoughMoney)
  }

  @Test("Credit counts for equity and not for balance; every flow is a row")
  func flows() throws {
    var desk = Desk()
    desk.books.operate(.credit, d("500"), comment: "Bonus", at: desk.now)
    desk.books.operate(.balance, d("-250.555"), comment: "Withdrawal", at: desk.now)
    #expect(desk.books.balance == d("9749.44"))
    #expect(desk.books.credit == d("500"))
    #expect(desk.books.equity == d("10249.44"))
    let rows = desk.books.observedHistory(days: 1, at: desk.now)
    #expect(rows.map(\.kind) == [.balance, .credit, .balance])
    #expect(rows.map(\.profit) == [d("10000"), d("500"), d("-250.56")])
  }
}
