@testable import Reconciler
import Testing

/// The worked figures of the contract, and what a size is made from.
@Suite struct SizingTests {
  /// A terminal's word on one symbol, as text.
  struct Instrument: CustomTestStringConvertible {
    var symbol: String
    var bid: String
    var ask: String
    var tickSize: String
    var tickValue: String
    var contract: String

    var testDescription: String { symbol }

    var tick: Tick {
      var tick = Tick(symbol: Symbol(symbol), bid: d(bid), ask: d(ask), time: Timestamp(seconds: 0))
      tick.tickSize = d(tickSize)
      tick.tickValue = d(tickValue)
      tick.contractSize = d(contract)
      tick.minLot = d("0.01")
      tick.lotStep = d("0.01")
      tick.maxLot = 100
      return tick
    }
  }

  static let euro = Instrument(
    symbol: "EURUSD", bid: "1.1", ask: "1.1", tickSize: "0.00001", tickValue: "1", contract: "100000")
  static let yen = Instrument(
    symbol: "USDJPY", bid: "150", ask: "150", tickSize: "0.001", tickValue: "0.66667", contract: "100000")
  static let gold = Instrument(
    symbol: "XAUUSD", bid: "2640", ask: "2640", tickSize: "0.01", tickValue: "1", contract: "100")
  static let poundYen = Instrument(
    symbol: "GBPJPY", bid: "190", ask: "190", tickSize: "0.001", tickValue: "0.66667", contract: "100000")

  static let began = Moment(wall: Timestamp(seconds: 0), steady: Steady(microseconds: 0))

  static func quotes(_ instruments: [Instrument], failing: [String] = []) -> QuoteBook {
    let span = ReadSpan(began: began, ended: began)
    return QuoteBook(
      ticks: Dictionary(uniqueKeysWithValues: instruments.map { (Symbol($0.symbol), Reply($0.tick, span)) }),
      failures: Dictionary(
        uniqueKeysWithValues: failing.map {
          (Symbol($0), TickFailure(message: "404", unsupported: true, at: began.steady))
        }),
      now: began.steady, maximumAge: .seconds(60))
  }

  static func value(
    _ instrument: Instrument, stop: String? = nil, account: String = "USD", with others: [Instrument] = []
  ) throws -> UnitValue {
    let found = UnitValue.find(
      Symbol(instrument.symbol), stop: stop.map { d($0) }, account: account, quotes: quotes([instrument] + others))
    guard case .known(let value) = found else { throw NotFound(text: "\(found)") }
    return value
  }

  struct NotFound: Error { var text: String }

  static func trade(
    equity: String, percent: String, entry: String, stop: String, unitValue: FixedDecimal, slippage: String? = nil,
    commission: String? = "7", balance: String? = nil, flows: FixedDecimal = 0
  ) -> TradeRisk {
    var risk = RiskSpec(
      initialBalance: Money(amount: d(balance ?? equity), currency: "USD"), maxRiskPerTrade: d(percent),
      maxDailyLoss: .percent(5), maxPositions: 1, lotSize: 1)
    risk.slippage = slippage.map { d($0) }
    risk.commissionPerLot = commission.map { Money(amount: d($0), currency: "USD") }
    return TradeRisk(
      risk: risk, side: d(entry) > d(stop) ? .buy : .sell, entry: d(entry), stop: d(stop), unitValue: unitValue,
      equity: d(equity), netFlows: flows)
  }

  // MARK: The tables

  @Test func `Atlas is refused, with the equity or the stop that would do`() throws {
    let value = try Self.value(Self.gold)
    let trade = Self.trade(
      equity: "200", percent: "1", entry: "2640", stop: "2635", unitValue: value.perLot, slippage: "0.30")
    #expect(trade.budget == 2)
    #expect(trade.lossPerLot == 537)
    #expect(trade.affordable(step: d("0.0001")) == d("0.0037"))
    #expect(trade.affordable(step: d("0.01")) == 0)
    let hold = trade.belowLeast(d("0.01"))
    #expect(hold.reason == .riskBelowMinLot)
    #expect(hold.numbers["needed_equity"] == .decimal(537))
    #expect(hold.numbers["widest_stop"] == .decimal(d("1.63")))
    #expect(
      hold.message
        == "the broker's least, 0.01 lots, would risk 5.37 USD, the budget is 2.00; it needs 537.00 USD of equity and "
        + "initial balance, or a stop at most 1.63 away")
  }

  @Test func `Orion gets 0.02 lots at a risk of 6.34`() throws {
    let value = try Self.value(Self.euro)
    let trade = Self.trade(
      equity: "500", percent: "1.5", entry: "1.10000", stop: "1.09700", unitValue: value.perLot, slippage: "0.0001")
    #expect(trade.budget == d("7.5"))
    #expect(trade.lossPerLot == 317)
    #expect(trade.affordable(step: d("0.01")) == d("0.02"))
    #expect(d("0.02") * trade.lossPerLot == d("6.34"))
  }

  @Test func `Nova gets 0.07 lots by the rate at the stop, which is the worse one`() throws {
    let value = try Self.value(Self.yen, stop: "149.60")
    let trade = Self.trade(
      equity: "1000", percent: "2", entry: "150.00", stop: "149.60", unitValue: value.perLot, slippage: "0.01")
    #expect(trade.budget == 20)
    #expect(trade.lossPerLot.cents == "281.06")
    #expect(trade.affordable(step: d("0.01")) == d("0.07"))
    #expect((d("0.07") * trade.lossPerLot).cents == "19.67")
  }

  @Test(
    arguments: [
      (euro, "1.1", "1.0975", [], "0.40"), (yen, "150", "149.71", [], "0.51"), (gold, "2640", "2635", [], "0.20"),
      (poundYen, "190", "189.6", [yen], "0.37"),
    ] as [(Instrument, String, String, [Instrument], String)])
  func `A risk of 100 USD`(
    _ instrument: Instrument, _ entry: String, _ stop: String, _ others: [Instrument], _ lots: String
  ) throws {
    let value = try Self.value(instrument, stop: stop, with: others)
    #expect(value.doubt == nil)
    let trade = Self.trade(
      equity: "10000", percent: "1", entry: entry, stop: stop, unitValue: value.perLot, commission: nil)
    #expect(trade.affordable(step: d("0.01")) == d(lots))
  }

  @Test func `An account in euros converts by EURUSD, both ways`() throws {
    // One pip of EURUSD is 10 USD a lot, that is 9.09 EUR.
    var pair = Self.euro
    pair.tickValue = "0.90909"
    let own = try Self.value(pair, stop: "1.09", account: "EUR")
    #expect(own.doubt == nil)
    #expect(own.perLot.rounded(places: 2) == d("91743.12"), "100 000 / 1.09 at the stop")
    var gold = Self.gold
    gold.tickValue = "0.90909"
    let metal = try Self.value(gold, account: "EUR", with: [Self.euro])
    #expect(metal.perLot.rounded(places: 3) == d("90.909"))
  }

  // MARK: The cross-check

  @Test(arguments: [("1", false), ("1.01", false), ("1.0101", true), ("0.99", false), ("0.9899", true), ("0", true)])
  func `A tick value that differs by over one percent sizes nothing`(_ tickValue: String, _ doubted: Bool) throws {
    var pair = Self.euro
    pair.tickValue = tickValue
    let value = try Self.value(pair)
    #expect((value.doubt?.reason == .tickValueMismatch) == doubted)
    #expect(value.perLot == max(d(tickValue), 1) * 100_000, "the worse of the two")
  }

  @Test func `A missing rate is asked for, and is a hold once it is refused`() {
    let account = "USD"
    let symbol = Symbol("GBPJPY")
    let first = UnitValue.find(symbol, account: account, quotes: Self.quotes([]))
    guard case .wanted(let symbols) = first else {
      Issue.record("wanted")
      return
    }
    #expect(Set(symbols.map(\.text)) == ["GBPJPY", "USDJPY"], "both in one look")
    let second = UnitValue.find(
      symbol, account: account, quotes: Self.quotes([Self.poundYen], failing: ["USDJPY"]))
    guard case .missing(let hold) = second else {
      Issue.record("missing")
      return
    }
    #expect(hold.reason == .conversionMissing)
  }

  @Test func `Where a cross is not listed the dollar is the way`() {
    let krone = Instrument(
      symbol: "USDNOK", bid: "10", ask: "10", tickSize: "0.00001", tickValue: "0.1", contract: "100000")
    let quotes = Self.quotes([Self.euro, krone], failing: ["EURNOK"])
    guard case .known(let rate) = quotes.rate(from: "NOK", to: "EUR") else {
      Issue.record("known")
      return
    }
    #expect(rate.rounded(places: 6) == d("0.090909"))
  }

  @Test(arguments: [
    ("EUR", "USD", "EURUSD"), ("JPY", "USD", "USDJPY"), ("USD", "GBP", "GBPUSD"), ("JPY", "CHF", "CHFJPY"),
    ("EUR", "GBP", "EURGBP"), ("CAD", "AUD", "AUDCAD"), ("SEK", "USD", "USDSEK"),
  ])
  func `Pairs are named as brokers name them`(_ a: String, _ b: String, _ symbol: String) {
    #expect(Currencies.pair(a, b).symbol.text == symbol)
  }

  @Test func `An index is sized by the terminal's word alone`() throws {
    let index = Instrument(
      symbol: "US30", bid: "40000", ask: "40000", tickSize: "0.1", tickValue: "0.1", contract: "1")
    let value = try Self.value(index)
    #expect(value.perLot == 1)
    #expect(value.doubt == nil)
  }

  // MARK: The budget

  @Test func `Gains do not raise the budget, losses and withdrawals lower it, deposits raise it`() {
    func budget(_ equity: String, _ flows: FixedDecimal) -> FixedDecimal {
      Self.trade(
        equity: equity, percent: "1", entry: "2", stop: "1", unitValue: 1, balance: "1000", flows: flows
      ).budget
    }
    #expect(budget("1500", 0) == 10)
    #expect(budget("900", 0) == 9)
    #expect(budget("1500", 500) == 15)
    #expect(budget("700", -300) == 7)
    #expect(budget("1500", -300) == 7)
    #expect(budget("-5", 0) == 0)
  }

  @Test func `The lots never cost more than the budget, for any numbers`() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<2000 {
      let loss = FixedDecimal(units: Int128(Int64.random(in: 1...900_000_000_000_000, using: &random)))
      let equity = FixedDecimal(units: Int128(Int64.random(in: 1...900_000_000_000_000_000, using: &random)))
      let trade = Self.trade(
        equity: equity.description, percent: "3", entry: "2", stop: "1", unitValue: loss, commission: nil)
      let lots = trade.affordable(step: d("0.01"))
      #expect(lots * trade.lossPerLot <= trade.budget)
      #expect((lots + d("0.02")) * trade.lossPerLot > trade.budget)
    }
  }
}
