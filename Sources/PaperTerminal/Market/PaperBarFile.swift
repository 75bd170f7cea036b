import Reconciler

/// A series of bars from text, in one of two forms that the header tells apart:
/// `time,open,high,low,close[,tick_volume]` and `time,bid_open,bid_high,bid_low,bid_close,ask_open,…,ask_close`.
public struct PaperBarFile: Sendable {
  public let bars: [PaperBar]
  /// The smallest distance between two bars.
  public let minutesPerBar: Int

  /// - Parameter name: the file's name, for the messages.
  public init(parsing text: String, name: String) throws(PaperError) {
    // `\r\n` is one character, and a newline.
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let header = Self.fields(lines.first ?? "")
    let hasAsk: Bool
    switch header.prefix(9) {
    case ["time", "bid_open", "bid_high", "bid_low", "bid_close", "ask_open", "ask_high", "ask_low", "ask_close"]:
      hasAsk = true
    case _ where header.prefix(5) == ["time", "open", "high", "low", "close"]: hasAsk = false
    default:
      throw PaperError(
        .data,
        "\(name):1: expected the header time,open,high,low,close or time,bid_open,bid_high,bid_low,bid_close,ask_open,…"
      )
    }
    var bars: [PaperBar] = []
    var previous: Timestamp?
    var smallest = Int.max
    for (offset, line) in lines.enumerated().dropFirst() where !line.allSatisfy(\.isWhitespace) {
      let place = "\(name):\(offset + 1)"
      let fields = Self.fields(line)
      guard fields.count >= (hasAsk ? 9 : 5) else {
        throw PaperError(.data, "\(place): \(fields.count) fields, expected \(hasAsk ? 9 : 5) or more")
      }
      guard let time = Self.time(fields[0]) else {
        throw PaperError(.data, "\(place): \"\(fields[0])\" is no time like 2020-03-02T04:00:00")
      }
      if let previous {
        guard time > previous else { throw PaperError(.data, "\(place): the time is not after the one before it") }
        smallest = Swift.min(smallest, Int((time - previous).inMicroseconds / 60_000_000))
      }
      previous = time
      let bid = try Self.prices(fields[1...4], place)
      bars.append(PaperBar(bid: bid, ask: hasAsk ? try Self.prices(fields[5...8], place) : nil))
    }
    guard !bars.isEmpty else { throw PaperError(.data, "\(name): no bars") }
    self.bars = bars
    minutesPerBar = smallest == .max ? 1 : Swift.max(smallest, 1)
  }

  init(bars: [PaperBar], minutesPerBar: Int) {
    self.bars = bars
    self.minutesPerBar = minutesPerBar
  }

  private static func fields(_ line: Substring) -> [Substring] {
    line.filter { $0 != " " }[...].split(separator: ",", omittingEmptySubsequences: false)
  }

  private static func prices(_ fields: ArraySlice<Substring>, _ place: String) throws(PaperError) -> PaperBar.Prices {
    var numbers: [FixedDecimal] = []
    for field in fields {
      guard let number = FixedDecimal(field) else { throw PaperError(.data, "\(place): \"\(field)\" is no price") }
      numbers.append(number)
    }
    let prices = PaperBar.Prices(open: numbers[0], high: numbers[1], low: numbers[2], close: numbers[3])
    guard prices.isValid else {
      throw PaperError(.data, "\(place): prices must be above 0, the high the highest and the low the lowest")
    }
    return prices
  }

  private static func time(_ text: Substring) -> Timestamp? {
    let plain = text.last == "Z" ? text.dropLast() : text
    return plain.utf8.count == 19 ? Timestamp(rfc3339: plain + ".000000Z") : nil
  }
}
