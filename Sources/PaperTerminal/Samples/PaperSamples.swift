// Samples: some hours of real quotes, built into the program so that it finds them wherever it is installed. The numbers
// are written by script/paper-samples.

import Reconciler

/// Bars in points, as text: `open,high,low,close,spread` with a space between two bars. The open counts from the close
/// before it, high, low and close from the bar's own open; a spread of 0 means that the data has no ask.
struct PaperSample {
  let digits: Int
  let minutesPerBar: Int
  let text: String

  /// The bars; a broken one would be a mistake of the script and ends the series.
  var bars: [PaperBar] {
    let point = PaperInstrument.powerOfTen(-digits)
    var bars: [PaperBar] = []
    var before = 0
    for item in text.split(whereSeparator: \.isWhitespace) {
      let numbers = item.split(separator: ",").compactMap { Int($0) }
      guard numbers.count == 5 else { return bars }
      let open = before + numbers[0]
      before = open + numbers[3]
      let bid = PaperBar.Prices(
        open: FixedDecimal(open) * point, high: FixedDecimal(open + numbers[1]) * point,
        low: FixedDecimal(open + numbers[2]) * point, close: FixedDecimal(before) * point)
      let spread = FixedDecimal(numbers[4]) * point
      let ask = PaperBar.Prices(
        open: bid.open + spread, high: bid.high + spread, low: bid.low + spread, close: bid.close + spread)
      bars.append(PaperBar(bid: bid, ask: spread.isZero ? nil : ask))
    }
    return bars
  }
}

enum PaperSamples {
  static let files: [Symbol: PaperBarFile] = [
    Symbol("EURUSD"): file(eurusd), Symbol("GBPUSD"): file(gbpusd), Symbol("USDJPY"): file(usdjpy),
    Symbol("XAUUSD"): file(xauusd),
  ]

  private static func file(_ sample: PaperSample) -> PaperBarFile {
    PaperBarFile(bars: sample.bars, minutesPerBar: sample.minutesPerBar)
  }
}
