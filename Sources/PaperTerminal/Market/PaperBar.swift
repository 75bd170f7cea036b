public import Reconciler

/// Open, high, low and close of a time.
public struct PaperBar: Hashable, Sendable {
  public struct Prices: Hashable, Sendable {
    public var open, high, low, close: FixedDecimal

    public init(open: FixedDecimal, high: FixedDecimal, low: FixedDecimal, close: FixedDecimal) {
      self.open = open
      self.high = high
      self.low = low
      self.close = close
    }

    /// Positive, with the high highest and the low lowest.
    public var isValid: Bool {
      low.isPositive && low <= open && low <= close && high >= open && high >= close
    }

    /// Back in time: the series may be walked both ways, so that it never jumps from its end to its start.
    var reversed: Prices { Prices(open: close, high: high, low: low, close: open) }
  }

  public var bid: Prices
  /// `nil` where the data has no ask: then it is the bid and the instrument's spread.
  public var ask: Prices?

  public init(bid: Prices, ask: Prices? = nil) {
    self.bid = bid
    self.ask = ask
  }

  var reversed: PaperBar { PaperBar(bid: bid.reversed, ask: ask?.reversed) }
}

extension PaperBar.Prices {
  /// The price at tick `tick` of `count`: open, the extreme against the bar's direction, the other one, close, in
  /// straight lines.
  ///
  /// - Parameter rises: whether the bar's direction is up: then the low comes first.
  func price(tick: Int, of count: Int, rises: Bool) -> FixedDecimal {
    let corners = [open, rises ? low : high, rises ? high : low, close]
    let last = count - 1
    let places = [0, last / 3, last * 2 / 3, last]
    guard let leg = (0..<3).last(where: { places[$0] <= tick }), tick < last else { return close }
    let span = places[leg + 1] - places[leg]
    let way = (corners[leg + 1] - corners[leg]) * FixedDecimal(tick - places[leg])
    return corners[leg] + (way.divided(by: FixedDecimal(Swift.max(span, 1))) ?? .zero)
  }
}
