public import Reconciler

/// One paper terminal to be: for which agent, where, with what account, prices and troubles.
public struct PaperAgent: Sendable {
  public var id: AgentID
  public var host = "127.0.0.1"
  /// 0 takes a free one.
  public var port = 0
  public var account: PaperAccount
  /// The first deposit, in the account's currency, made thirty days before the start.
  public var deposit: FixedDecimal
  /// Canonical symbols that it offers, besides those of the sample, which give the conversion rates.
  public var symbols: [Symbol] = []
  /// The broker's, behind every symbol.
  public var suffix = ""
  public var prices = PaperPrices.sample
  /// Minutes of bars in a minute of real time.
  public var speed = 60
  public var motion = PaperMarket.Motion.moving
  public var seed: UInt64 = 1
  public var faults = PaperFaults()
  public var timing = PaperTiming()
  public var options = PaperModel.Options()
  /// A last change of each instrument: commission, levels, lots.
  public var adjust: @Sendable (inout PaperInstrument) -> Void = { _ in }

  public init(id: AgentID, account: PaperAccount, deposit: FixedDecimal) {
    self.id = id
    self.account = account
    self.deposit = deposit
  }

  static let sampleSymbols = ["EURUSD", "GBPUSD", "USDJPY", "XAUUSD"].map { Symbol($0) }

  /// The terminal as it is at `start`, with first prices.
  ///
  /// - Throws: `symbol` for one without terms or prices.
  public func model(start: Timestamp) throws(PaperError) -> PaperModel {
    var instruments: [PaperInstrument] = []
    var feeds: [PaperFeed] = []
    for canonical in Set(symbols + Self.sampleSymbols).sorted() {
      guard var instrument = PaperInstrument.usual(canonical, suffix: suffix) else {
        throw PaperError(
          .symbol, "agent \(id): no terms are known for \(canonical); paper terminals have currency pairs, gold, silver"
        )
      }
      adjust(&instrument)
      guard let feed = prices.feed(for: instrument, canonical: canonical, seed: seed) else {
        throw PaperError(
          .symbol, "agent \(id): no prices for \(canonical); put a file \(canonical)*.csv into the data folder")
      }
      instruments.append(instrument)
      feeds.append(feed)
    }
    let books = PaperBooks(
      account: account, instruments: instruments, deposit: deposit, openedAt: start - .seconds(30 * 86_400))
    var market = PaperMarket(feeds: feeds, speed: speed, start: start)
    let first = market.advance(to: start)
    market.set(motion, at: start)
    var model = PaperModel(
      books: books, market: market, faults: faults, timing: timing, options: options,
      seed: seed ^ UInt64(bitPattern: PaperFleet.number(of: id)))
    model.receive(first)
    return model
  }
}
