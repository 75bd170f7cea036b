public import Reconciler

/// The prices of one symbol: a series of bars walked forth and back for ever, or a random walk.
public struct PaperFeed: Sendable {
  enum Source: Sendable {
    case bars([PaperBar])
    case walk
  }

  public let symbol: Symbol
  /// Real seconds that a bar stands for.
  let secondsPerBar: Int64
  let ticksPerBar: Int
  private let digits: Int
  private let spread: FixedDecimal
  private let point: FixedDecimal
  private let source: Source
  private var generator: PaperGenerator
  private var bar: PaperBar
  private var barIndex = 0
  private var forward = true
  private var tick = -1
  private(set) var last: (bid: FixedDecimal, ask: FixedDecimal)?
  var shift: FixedDecimal = .zero
  var fixedSpread: FixedDecimal?
  var nextAt = Timestamp(microseconds: 0)

  /// - Parameter bars: empty gives a random walk that starts at `start`.
  public init(
    instrument: PaperInstrument, bars: [PaperBar], minutesPerBar: Int, start: FixedDecimal = .one, seed: UInt64
  ) {
    symbol = instrument.symbol
    digits = instrument.digits
    spread = instrument.price(points: instrument.spreadPoints)
    point = instrument.point
    secondsPerBar = Int64(Swift.max(minutesPerBar, 1)) * 60
    ticksPerBar = Swift.min(Swift.max(minutesPerBar, 16), 240)
    source = bars.isEmpty ? .walk : .bars(bars)
    generator = .named(instrument.symbol.text, seed: seed)
    bar = bars.first ?? PaperBar(bid: .init(open: start, high: start, low: start, close: start))
  }

  /// Goes on by one tick.
  mutating func step() {
    tick += 1
    if tick == ticksPerBar {
      tick = 0
      nextBar()
    }
    let rises = bar.bid.close >= bar.bid.open
    let bid = bar.bid.price(tick: tick, of: ticksPerBar, rises: rises)
    last = (bid, bar.ask?.price(tick: tick, of: ticksPerBar, rises: rises) ?? bid + spread)
  }

  /// The current price, on the instrument's grid and never crossed.
  func quote(at time: Timestamp) -> PaperQuote {
    let bid = ((last?.bid ?? bar.bid.open) + shift).rounded(places: digits)
    let ask = ((last?.ask ?? bar.bid.open + spread) + shift).rounded(places: digits)
    let floor = Swift.max(bid, point)
    let fixed = fixedSpread.map { (floor + $0).rounded(places: digits) }
    return PaperQuote(bid: floor, ask: Swift.max(fixed ?? ask, floor), time: time)
  }

  private mutating func nextBar() {
    switch source {
    case .bars(let bars):
      // At either end the same bar is walked once more, the other way.
      let next = barIndex + (forward ? 1 : -1)
      if bars.indices.contains(next) { barIndex = next } else { forward.toggle() }
      bar = forward ? bars[barIndex] : bars[barIndex].reversed
    case .walk: bar = randomBar(after: bar.bid.close)
    }
  }

  /// A minute whose size is about that of a quiet market: one part in eight thousand.
  private mutating func randomBar(after open: FixedDecimal) -> PaperBar {
    let size = Swift.max(Int((open.divided(by: point) ?? .zero).units / FixedDecimal.one.units / 8000), 4)
    let move = generator.below(2 * size + 1) - size
    let close = Swift.max(open + FixedDecimal(move) * point, point)
    let high = Swift.max(open, close) + FixedDecimal(generator.below(size / 2 + 1)) * point
    let low = Swift.max(Swift.min(open, close) - FixedDecimal(generator.below(size / 2 + 1)) * point, point)
    return PaperBar(bid: .init(open: open, high: high, low: low, close: close))
  }
}
