import PaperTerminal
import Reconciler
import Testing

@Suite("Where prices come from")
struct MarketTests {
  private static func agent(seed: UInt64 = 1, symbols: [String] = []) -> PaperAgent {
    var agent = PaperAgent(
      id: AgentID("a"), account: PaperAccount(number: 1, name: "", server: "", currency: "USD"), deposit: 1000)
    agent.seed = seed
    agent.symbols = symbols.map { Symbol($0) }
    return agent
  }

  private static func quotes(_ agent: PaperAgent, minutes: Int64 = 30) throws -> [PaperQuote] {
    var model = try agent.model(start: noon)
    var quotes: [PaperQuote] = []
    for second in 0..<(minutes * 60) {
      model.advance(to: noon + .seconds(second))
      quotes += ["EURUSD", "GBPJPY", "GBPUSD", "USDJPY", "XAUUSD"].compactMap { model.books.quote(Symbol($0)) }
    }
    return quotes
  }

  @Test("The built-in sample begins with the prices of its files")
  func sample() throws {
    let model = try Self.agent().model(start: noon)
    #expect(model.books.quote(Symbol("XAUUSD"))?.bid == d("1291.68"))
    #expect(model.books.quote(Symbol("EURUSD"))?.bid == d("1.38727"))
    #expect(model.books.quote(Symbol("GBPUSD"))?.bid == d("1.27918"))
    #expect(model.books.quote(Symbol("USDJPY"))?.bid == d("107.513"))
    #expect(model.books.quote(Symbol("USDJPY"))?.ask == d("107.525"))
    #expect(model.books.quote(Symbol("USDJPY"))?.time == noon)
  }

  @Test("Half an hour at sixty times: prices move, never cross, never jump, and keep the present time")
  func walk() throws {
    let quotes = try Self.quotes(Self.agent(symbols: ["GBPJPY"]))
    #expect(quotes.allSatisfy { $0.bid.isPositive && $0.bid <= $0.ask })
    #expect(quotes.last.map { noon + .seconds(1799) - $0.time < .seconds(2) } == true)
    let euro = stride(from: 0, to: quotes.count, by: 5).map { quotes[$0].bid }
    #expect(Set(euro).count > 100)
    // Ten minutes of sample at this speed: it has turned around twice, without a gap.
    #expect(zip(euro, euro.dropFirst()).allSatisfy { ($0 - $1).magnitude < d("0.00200") })
  }

  @Test("At its end a series is walked back")
  func turn() throws {
    let instrument = try #require(PaperInstrument.usual(Symbol("EURUSD")))
    let bars = (1...3).map { price in
      PaperBar(
        bid: .init(
          open: FixedDecimal(price), high: FixedDecimal(price + 1), low: FixedDecimal(price),
          close: FixedDecimal(price + 1)))
    }
    var market = PaperMarket(
      feeds: [PaperFeed(instrument: instrument, bars: bars, minutesPerBar: 1, seed: 0)], speed: 60, start: noon)
    let ticks = market.advance(to: noon + .milliseconds(11_990))
    // A bar is a second of sixteen ticks: up from 1 to 4, down to 1, and up again.
    #expect(ticks.count == 12 * 16)
    let closes = stride(from: 15, to: ticks.count, by: 16).map { ticks[$0].quote.bid }
    #expect(closes == [2, 3, 4, 3, 2, 1, 2, 3, 4, 3, 2, 1])
  }

  @Test("The same seed and times give the same prices; another seed another walk")
  func seeds() throws {
    let first = try Self.quotes(Self.agent(seed: 3, symbols: ["GBPJPY"]), minutes: 5)
    let same = try Self.quotes(Self.agent(seed: 3, symbols: ["GBPJPY"]), minutes: 5)
    let other = try Self.quotes(Self.agent(seed: 4, symbols: ["GBPJPY"]), minutes: 5)
    #expect(same == first)
    #expect(other != first)
  }

  @Test("How often it is looked at changes nothing")
  func sampling() throws {
    var often = try Self.agent().model(start: noon)
    var once = often
    for tenth in 0..<6000 as Range<Int64> { often.advance(to: noon + .milliseconds(tenth * 100)) }
    once.advance(to: noon + .milliseconds(599_900))
    for symbol in ["EURUSD", "XAUUSD"] {
      #expect(often.books.quote(Symbol(symbol)) == once.books.quote(Symbol(symbol)))
    }
  }

  @Test("Still: the same price with fresh times. Frozen: no ticks. A shift stays")
  func motion() throws {
    var model = try Self.agent().model(start: noon)
    let euro = Symbol("EURUSD")
    model.setMotion(.still, at: noon)
    model.advance(to: noon + .seconds(60))
    #expect(model.books.quote(euro) == PaperQuote(bid: d("1.38727"), ask: d("1.38730"), time: noon + .seconds(60)))
    let shifted = model.shift(euro, by: d("-0.00100"), at: noon + .seconds(60))
    let set = model.setPrice(Symbol("XAUUSD"), bid: d("2000"), at: noon + .seconds(60))
    #expect(shifted && set)
    model.setMotion(.frozen, at: noon + .seconds(60))
    model.advance(to: noon + .seconds(120))
    #expect(model.books.quote(euro)?.bid == d("1.38627"))
    #expect(model.books.quote(euro)?.time == noon + .seconds(60))
    model.setMotion(.moving, at: noon + .seconds(120))
    model.advance(to: noon + .seconds(121))
    #expect(model.books.quote(Symbol("XAUUSD")).map { ($0.bid - d("2000")).magnitude < 2 } == true)
    let belowZero = model.shift(euro, by: -5, at: noon + .seconds(121))
    let unknown = model.shift(Symbol("US30"), by: 1, at: noon + .seconds(121))
    #expect(!belowZero && !unknown)
  }

  @Test(
    "A file that is wrong is refused with its line",
    arguments: [
      (
        "time,open\n",
        "F:1: expected the header time,open,high,low,close or time,bid_open,bid_high,bid_low,bid_close,ask_open,…"
      ),
      ("time,open,high,low,close\n", "F: no bars"),
      ("time,open,high,low,close\n2020-03-02T00:00:00,1,2\n", "F:2: 3 fields, expected 5 or more"),
      ("time,open,high,low,close\n2020-03-02,1,2,1,2\n", "F:2: \"2020-03-02\" is no time like 2020-03-02T04:00:00"),
      ("time,open,high,low,close\n2020-03-02T00:00:00,1,2,1,1e3\n", "F:2: \"1e3\" is no price"),
      (
        "time,open,high,low,close\n2020-03-02T00:00:00,1,2,1,2\n2020-03-02T00:00:00,1,2,1,2\n",
        "F:3: the time is not after the one before it"
      ),
      (
        "time,open,high,low,close\n2020-03-02T00:00:00,3,2,1,2\n",
        "F:2: prices must be above 0, the high the highest and the low the lowest"
      ),
    ])
  func badFile(text: String, message: String) {
    #expect(throws: PaperError(.data, message)) { try PaperBarFile(parsing: text, name: "F") }
  }

  @Test("Both forms of bars are read, and their length is told")
  func goodFiles() throws {
    let plain = try PaperBarFile(
      parsing:
        "time,open,high,low,close,tick_volume\r\n2020-03-02T00:00:00,1.1,1.3,1,1.2,9\r\n2020-03-02T04:00:00,1,1,1,1,9\r\n",
      name: "F")
    #expect(plain.minutesPerBar == 240)
    #expect(plain.bars.first == PaperBar(bid: .init(open: d("1.1"), high: d("1.3"), low: 1, close: d("1.2"))))
    let both = try PaperBarFile(
      parsing: """
        time,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close
        2014-05-01T00:00:00Z,1,1,1,1,2,2,2,2
        2014-05-01T00:01:00Z,1,1,1,1,2,2,2,2
        """, name: "F")
    #expect(both.minutesPerBar == 1)
    #expect(both.bars.first?.ask?.open == 2)
  }

  @Test("A symbol without terms, and one without prices, is an error that says so")
  func unknown() {
    #expect(throws: PaperError.self) { try Self.agent(symbols: ["US30"]).model(start: noon) }
    #expect(throws: PaperError(.symbol, "agent a: no prices for NZDCHF; put a file NZDCHF*.csv into the data folder")) {
      try Self.agent(symbols: ["NZDCHF"]).model(start: noon)
    }
  }
}
