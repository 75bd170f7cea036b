import Reconciler

/// The same from a text's bytes, where they lie: nearly every value of every manifest is well and plainly written, and is read
/// without making a string of it. Whatever is not goes the long way, which also finds the words for what is wrong.
extension ScalarReader {
  static func read(_ text: Span<UInt8>, _ quoting: Quoting, as type: ValueType) throws(ValueProblem) -> Checked {
    if let value = plain(text, quoting, as: type) { return value }
    return try read(String(text), quoting, as: type)
  }

  /// `nil`: look more closely. Never a value that the long way would refuse, or another one.
  static func plain(_ text: Span<UInt8>, _ quoting: Quoting, as type: ValueType) -> Checked? {
    switch type {
    case .bool: return quoting == .quoted ? nil : bool(text)
    case .integer(let range):
      guard quoting != .quoted, let number = digits(text, upTo: text.count, most: 18), range.contains(number) else {
        return nil
      }
      return .integer(number)
    case .decimal(let bounds):
      guard quoting != .quoted, let number = FixedDecimal(utf8: text), bounds.contains(number) else { return nil }
      return .decimal(number)
    case .time: return quoting == .plain ? nil : time(text)
    // What these read ends with a mark or a letter that makes it nothing else to any reader of YAML.
    case .percent(let bounds): return percent(text, bounds).map { .percent($0) }
    case .money: return money(text).map { .money($0) }
    case .limit, .limitOr: return percent(text, .share).map { .share($0) } ?? money(text).map { .amount($0) }
    case .duration(let range): return duration(text, range)
    case .text(let rule):
      guard isFree(text, quoting), rule.accepts(text) else { return nil }
      return .text(Int32(text.count))
    case .words(let words):
      guard isFree(text, quoting), let index = words.value.index(of: text) else { return nil }
      return .word(UInt8(index))
    case .url:
      guard isFree(text, quoting), TerminalURL.isPlain(text) else { return nil }
      return .text(Int32(text.count))
    case .multiple, .zone, .secret, .list, .map, .object: return nil
    }
  }

  /// Whether it is text to every reader of YAML.
  private static func isFree(_ text: Span<UInt8>, _ quoting: Quoting) -> Bool {
    quoting != .plain || PlainScalar.isNoTrap(text)
  }

  private static func bool(_ text: Span<UInt8>) -> Checked? {
    switch text.count {
    case 4: holds(text, "true") ? .bool(true) : nil
    case 5: holds(text, "false") ? .bool(false) : nil
    default: nil
    }
  }

  /// Of texts of the same length.
  private static func holds(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
    for at in text.indices where unsafe word.utf8Start[at] != text[at] { return false }
    return true
  }

  /// A whole number without a needless 0; `nil` for anything else, and for one of more digits than `most`.
  private static func digits(_ text: Span<UInt8>, upTo end: Int, most: Int) -> Int64? {
    guard (1...most).contains(end), end == 1 || text[0] != UInt8(ascii: "0") else { return nil }
    var number: Int64 = 0
    for at in 0..<end {
      guard TextRule.isDigit(text[at]) else { return nil }
      number = number * 10 + Int64(text[at] - 48)
    }
    return number
  }

  private static func percent(_ text: Span<UInt8>, _ bounds: Bounds) -> FixedDecimal? {
    let last = text.count - 1
    guard last > 0, text[last] == UInt8(ascii: "%"), let number = FixedDecimal(utf8: text.extracting(0..<last)),
      bounds.contains(number)
    else { return nil }
    return number
  }

  /// `10 USD`: what is behind the space has three letters.
  private static func money(_ text: Span<UInt8>) -> FixedDecimal? {
    let space = text.count - 4
    guard space > 0, text[space] == UInt8(ascii: " "),
      TextRule.currency.accepts(text.extracting((space + 1)..<text.count)),
      let number = FixedDecimal(utf8: text.extracting(0..<space)), number.isPositive
    else { return nil }
    return number
  }

  private static func duration(_ text: Span<UInt8>, _ range: ClosedRange<Duration>) -> Checked? {
    guard text.count > 1 else { return nil }
    let unit: (milliseconds: Int64, letters: Int)? =
      switch text[text.count - 1] {
      case UInt8(ascii: "s"): text[text.count - 2] == UInt8(ascii: "m") ? (1, 2) : (1_000, 1)
      case UInt8(ascii: "m"): (60_000, 1)
      case UInt8(ascii: "h"): (3_600_000, 1)
      default: nil
      }
    guard let unit, let count = digits(text, upTo: text.count - unit.letters, most: 9) else { return nil }
    let duration = Duration.milliseconds(count * unit.milliseconds)
    return range.contains(duration) ? .duration(duration) : nil
  }

  private static func time(_ text: Span<UInt8>) -> Checked? {
    guard text.count == 5, text[2] == UInt8(ascii: ":"), TextRule.isDigit(text[0]), TextRule.isDigit(text[1]),
      TextRule.isDigit(text[3]), TextRule.isDigit(text[4])
    else { return nil }
    let hours = Int(text[0] - 48) * 10 + Int(text[1] - 48)
    let minutes = Int(text[3] - 48) * 10 + Int(text[4] - 48)
    return hours < 24 && minutes < 60 ? .time(hours * 60 + minutes) : nil
  }
}

extension String {
  /// Of bytes that are UTF-8.
  init(_ text: Span<UInt8>) {
    self = unsafe text.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
