// Model: one terminal without a wire. Books, market and faults together answer requests; time is an argument and chance
// comes from a seed. What speaks HTTP lives in Server.

public import Reconciler

/// One terminal: its books, its prices, and what goes wrong.
public struct PaperModel: Sendable {
  /// What this terminal's bridge has.
  public struct Options: Hashable, Sendable {
    /// `nil` admits everybody.
    public var token: PaperToken?
    /// False: `/history` answers 404, as some bridges do.
    public var history = true
    /// False: `/orders` answers 404.
    public var orders = true
    /// False: no `magic` and no `new_ticket`.
    public var extensions = true

    public init() {}
  }

  /// What was counted, for tests.
  public struct Statistics: Hashable, Sendable {
    public var requests: [PaperRequestKind: Int] = [:]
    /// Trades whose `request_id` had come before; they are executed all the same, as public bridges do.
    public var repeatedRequestIDs = 0
    public var faults: [PaperFault: Int] = [:]
    /// Counts up with each restart.
    public var session = 1
  }

  /// How many different `request_id`s are remembered.
  static let rememberedRequestIDs = 100_000

  public internal(set) var books: PaperBooks
  public internal(set) var market: PaperMarket
  public var faults: PaperFaults
  public var timing: PaperTiming
  public let options: Options
  public internal(set) var statistics = Statistics()
  var generator: PaperGenerator
  var requestIDs: Set<String> = []
  var lateTrades: [LateTrade] = []
  var busyUntil: Timestamp?
  var silentUntil: Timestamp?
  var beforeLastTrade: Lists?

  struct LateTrade: Sendable {
    let at: Timestamp
    let trade: PaperTrade
  }

  /// What `stale_list` answers.
  struct Lists: Sendable {
    var positions: [Position]
    var orders: [PendingOrder]
    var closedCount: Int
  }

  /// - Parameter seed: of the faults; the market has its own.
  public init(
    books: PaperBooks, market: PaperMarket, faults: PaperFaults = PaperFaults(), timing: PaperTiming = PaperTiming(),
    options: Options = Options(), seed: UInt64
  ) {
    self.books = books
    self.market = market
    self.faults = faults
    self.timing = timing
    self.options = options
    generator = .named("faults", seed: seed)
  }

  /// Whether anything may happen to the books by the passing of time alone.
  public var isWaiting: Bool { !books.positions.isEmpty || !books.pending.isEmpty || !lateTrades.isEmpty }

  /// Lets time pass: ticks come, stops fire, late trades are executed.
  public mutating func advance(to now: Timestamp) {
    for tick in market.advance(to: now) {
      runLateTrades(until: tick.quote.time)
      books.receive(tick.quote, for: tick.symbol)
    }
    runLateTrades(until: now)
  }

  private mutating func runLateTrades(until now: Timestamp) {
    while let next = lateTrades.first, next.at <= now {
      lateTrades.removeFirst()
      _ = execute(next.trade, at: next.at)
    }
  }

  /// Answers one request; the books change at once, the reply may have to wait.
  public mutating func handle(_ request: PaperRequest, at now: Timestamp) -> PaperResponse {
    advance(to: now)
    let kind = request.kind
    statistics.requests[kind, default: 0] += 1
    if let silentUntil, now < silentUntil { return .dropped(.dropped) }
    if let token = options.token, !token.admits(request.authorization) { return .failure(401, "unauthorized") }
    guard request.method == (kind == .trade ? "POST" : "GET") else {
      return kind == .unknown ? .failure(404, "not found") : .failure(405, "method not allowed")
    }
    return kind == .trade ? trade(request, at: now) : read(request, kind, at: now)
  }

  mutating func drawFault(for kind: PaperRequestKind) -> PaperFault? {
    guard let fault = faults.draw(for: kind, from: &generator) else { return nil }
    statistics.faults[fault, default: 0] += 1
    return fault
  }

  mutating func restart(at now: Timestamp) -> PaperResponse {
    silentUntil = now + timing.restart
    busyUntil = nil
    statistics.session += 1
    return .dropped(.restart)
  }
}
