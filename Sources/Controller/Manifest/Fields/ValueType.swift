// Fields: the one table of everything that a manifest may say. The loader checks with it, `schema` prints it, `explain`
// reads it. A field that is not here does not exist; what a value means is the core's business.

import Reconciler

/// The closed list of what a field can hold. It owns no memory, so that it is copied without counting.
enum ValueType: Sendable {
  case text(TextRule)
  case bool
  case integer(ClosedRange<Int64>)
  /// A plain decimal within bounds.
  case decimal(Bounds)
  /// `5%`
  case percent(Bounds)
  /// `200 USD`, above 0.
  case money
  /// `5%` above 0 and at most 100, or `10 USD` above 0.
  case limit
  /// `20x`, above 0.
  case multiple
  /// `250ms`, `5s`, `1m`, `1h`.
  case duration(ClosedRange<Duration>)
  case words(Forever<WordList>)
  /// `"HH:MM"`, kept as minutes after midnight.
  case time
  /// A zone of the system's IANA database.
  case zone
  /// `http` or `https`.
  case url
  /// `{ credential: NAME }`, `{ file: PATH }` or `{ env: NAME }`.
  case secret
  case list(Forever<ValueType>, count: ClosedRange<Int>)
  /// Text by name.
  case map
  case object(Forever<ObjectType>)
  /// A limit, or a mapping that holds one and more.
  case limitOr(Forever<ObjectType>)
}

/// How the table of fields writes them.
extension ValueType {
  static func words(_ words: [String]) -> Self { .words(Forever(WordList(words))) }

  /// The words of an enumeration, in its order: a checked word is known by its number.
  static func words<Word: RawRepresentable<String> & CaseIterable>(of: Word.Type) -> Self {
    .words(Word.allCases.map(\.rawValue))
  }

  static func list(_ item: ValueType, count: ClosedRange<Int>) -> Self { .list(Forever(item), count: count) }

  static func object(_ type: ObjectType) -> Self { .object(Forever(type)) }

  static func limitOr(_ type: ObjectType) -> Self { .limitOr(Forever(type)) }
}

/// Where a decimal may lie.
struct Bounds: Sendable {
  var lower: FixedDecimal
  var lowerIsAllowed: Bool
  var upper: FixedDecimal?

  static let positive = Bounds(lower: .zero, lowerIsAllowed: false, upper: nil)
  static let zeroOrMore = Bounds(lower: .zero, lowerIsAllowed: true, upper: nil)
  /// Above 0 and at most 100.
  static let share = Bounds(lower: .zero, lowerIsAllowed: false, upper: .hundred)

  static func closed(_ lower: FixedDecimal, _ upper: FixedDecimal) -> Bounds {
    Bounds(lower: lower, lowerIsAllowed: true, upper: upper)
  }

  func contains(_ number: FixedDecimal) -> Bool {
    guard lowerIsAllowed ? number >= lower : number > lower else { return false }
    return upper.map { number <= $0 } ?? true
  }

  /// `above 0 and at most 100`; with a unit behind each number.
  func words(unit: String = "") -> String {
    let from = lowerIsAllowed ? "\(lower)\(unit)" : "above \(lower)\(unit)"
    guard let upper else { return lowerIsAllowed ? "\(from) or more" : from }
    return lowerIsAllowed ? "from \(from) to \(upper)\(unit)" : "\(from) and at most \(upper)\(unit)"
  }
}

/// The rules for text: as a pattern for editors, and in words for people.
enum TextRule: Sendable {
  /// Anything without control characters, also several lines.
  case free
  /// One line of 0 to 64 characters.
  case suffix
  /// One line that is not empty.
  case line
  /// A file's path; empty for none.
  case path
  case dnsLabel
  case agentID
  case targetName
  case symbol
  case currency

  /// An ECMA 262 pattern, as JSON Schema wants it.
  var pattern: String? {
    switch self {
    case .free: nil
    case .suffix: "^[!-~]{0,12}$"
    case .line: "^[^\\u0000-\\u001f\\u007f]{1,253}$"
    case .path: "^[^\\u0000-\\u001f\\u007f]{0,4096}$"
    case .dnsLabel: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
    case .agentID, .targetName: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"
    case .symbol: "^[A-Z0-9]{3,12}$"
    case .currency: "^[A-Z]{3}$"
    }
  }

  var expectation: String {
    switch self {
    case .free: "text"
    case .suffix: "a suffix of at most 12 characters without spaces"
    case .line: "one line of text that is not empty"
    case .path: "a path"
    case .dnsLabel: "a name of 1 to 63 lower-case letters, digits and inner `-`"
    case .agentID: "an id of 1 to 63 letters, digits, `_`, `-` and `.`, not beginning with a mark"
    case .targetName: "a name of 1 to 63 letters, digits, `_`, `-` and `.`, not beginning with a mark"
    case .symbol: "a symbol of 3 to 12 capital letters and digits such as EURUSD, without the broker's suffix"
    case .currency: "a currency of three capital letters such as USD"
    }
  }

  func accepts(_ text: String) -> Bool { accepts(text.utf8Span.span) }

  /// Whether text of these bytes, which are UTF-8, is allowed.
  func accepts(_ text: Span<UInt8>) -> Bool {
    switch self {
    case .free: return text.allSatisfy { ($0 >= 0x20 || $0 == 0x0A || $0 == 0x09) && $0 != 0x7F }
    case .suffix: return text.count <= 12 && text.allSatisfy { (0x21...0x7E).contains($0) }
    case .line: return !text.isEmpty && Self.characters(text) <= 253 && text.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    case .path: return text.count <= 4096 && text.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    case .dnsLabel:
      let inner = text.allSatisfy { Self.isLower($0) || Self.isDigit($0) || $0 == UInt8(ascii: "-") }
      return inner && (1...63).contains(text.count) && text[0] != UInt8(ascii: "-")
        && text[text.count - 1] != UInt8(ascii: "-")
    case .agentID, .targetName:
      guard (1...63).contains(text.count), Self.isAlphanumeric(text[0]) else { return false }
      return text.allSatisfy {
        Self.isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      }
    case .symbol: return (3...12).contains(text.count) && text.allSatisfy { Self.isUpper($0) || Self.isDigit($0) }
    case .currency: return text.count == 3 && text.allSatisfy(Self.isUpper)
    }
  }

  /// Unicode scalars: bytes that do not go on with another.
  private static func characters(_ text: Span<UInt8>) -> Int {
    if text.count <= 253 { return text.count }
    var count = 0
    for at in text.indices where text[at] & 0xC0 != 0x80 { count += 1 }
    return count
  }

  private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
  private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isAlphanumeric(_ byte: UInt8) -> Bool { isUpper(byte) || isLower(byte) || isDigit(byte) }
}

extension Span<UInt8> {
  @inline(__always)
  func allSatisfy(_ test: (UInt8) -> Bool) -> Bool {
    for at in indices where !test(self[at]) { return false }
    return true
  }
}
