// Market: where prices come from. Bars of real quotes or of a seeded random walk are walked tick by tick and re-timed to
// the present. Pure: the time is an argument, and the same seed and times give the same ticks.

public import Reconciler

/// The prices of one terminal.
public struct PaperMarket: Sendable {
  /// What prices do as time passes.
  public enum Motion: Hashable, Sendable {
    /// They follow the bars.
    case moving
    /// Ticks go on coming, and say the same each time.
    case still
    /// No ticks come: quotes grow old.
    case frozen
  }

  /// One tick of one symbol.
  public struct Tick: Hashable, Sendable {
    public let symbol: Symbol
    public let quote: PaperQuote
  }

  /// More ticks of one symbol than this are not made up for: after a long sleep the market goes on from now.
  static let largestCatchUp = 20_000

  public private(set) var motion = Motion.moving
  private var feeds: [PaperFeed]
  private let speed: Int64
  private var now: Timestamp

  /// - Parameters:
  ///   - feeds: one a symbol.
  ///   - speed: minutes of bars in a minute of real time; at least 1.
  ///   - start: when the first bar begins.
  public init(feeds: [PaperFeed], speed: Int = 60, start: Timestamp) {
    self.speed = Int64(Swift.min(Swift.max(speed, 1), 100_000))
    self.feeds = feeds.sorted { $0.symbol < $1.symbol }
    now = start
    for at in self.feeds.indices { self.feeds[at].nextAt = start }
  }

  public var symbols: [Symbol] { feeds.map(\.symbol) }

  /// The ticks since the last call, in the order of their times. Time that goes back brings none.
  public mutating func advance(to now: Timestamp) -> [Tick] {
    guard now >= self.now else { return [] }
    self.now = now
    switch motion {
    case .moving: return walk(to: now)
    case .still: return feeds.indices.compactMap { feeds[$0].last == nil ? nil : tick($0, at: now) }
    case .frozen: return []
    }
  }

  private mutating func walk(to now: Timestamp) -> [Tick] {
    var ticks: [Tick] = []
    for at in feeds.indices {
      let interval = Swift.max(feeds[at].secondsPerBar * 1_000_000 / Int64(feeds[at].ticksPerBar) / speed, 1)
      let behind = (now - feeds[at].nextAt).inMicroseconds / interval
      if behind > Self.largestCatchUp { feeds[at].nextAt = now }
      while feeds[at].nextAt <= now {
        let time = feeds[at].nextAt
        feeds[at].step()
        feeds[at].nextAt = time + .microseconds(interval)
        ticks.append(tick(at, at: time))
      }
    }
    // Each feed's ticks are in order already; equal times go by symbol.
    return ticks.sorted { ($0.quote.time, $0.symbol) < ($1.quote.time, $1.symbol) }
  }

  private func tick(_ at: Int, at time: Timestamp) -> Tick {
    Tick(symbol: feeds[at].symbol, quote: feeds[at].quote(at: time))
  }

  /// Lets prices move, stand, or stop coming.
  public mutating func set(_ motion: Motion, at now: Timestamp) {
    if self.motion != .moving, motion == .moving {
      for at in feeds.indices { feeds[at].nextAt = now }
    }
    self.motion = motion
  }

  /// Moves the price from now on; the tick that this makes. `nil` for an unknown symbol, and if the price would not stay
  /// above zero.
  ///
  /// - Parameter by: in price units.
  public mutating func shift(_ symbol: Symbol, by distance: FixedDecimal, at now: Timestamp) -> Tick? {
    guard let at = feeds.firstIndex(where: { $0.symbol == symbol }) else { return nil }
    if feeds[at].last == nil { feeds[at].step() }
    guard (feeds[at].quote(at: now).bid + distance).isPositive else { return nil }
    feeds[at].shift = feeds[at].shift + distance
    return tick(at, at: now)
  }

  /// Moves the price so that the bid is `bid` now; it goes on from there.
  public mutating func set(_ symbol: Symbol, bid: FixedDecimal, at now: Timestamp) -> Tick? {
    guard let at = feeds.firstIndex(where: { $0.symbol == symbol }) else { return nil }
    if feeds[at].last == nil { feeds[at].step() }
    return shift(symbol, by: bid - feeds[at].quote(at: now).bid, at: now)
  }

  /// Fixes the spread, in price units of zero or more; `nil` gives it back to the data.
  public mutating func setSpread(_ symbol: Symbol, to spread: FixedDecimal?, at now: Timestamp) -> Tick? {
    guard let at = feeds.firstIndex(where: { $0.symbol == symbol }) else { return nil }
    if feeds[at].last == nil { feeds[at].step() }
    feeds[at].fixedSpread = spread.map { Swift.max($0, .zero) }
    return tick(at, at: now)
  }
}
