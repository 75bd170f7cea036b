// Fields: the one table of everything that a manifest may say. The loader checks with it, `schema` prints it, `explain`
// reads it. A field that is not here does not exist; what a value means is the core's business.

import Reconciler

/// The closed list of what a field can hold.
indirect enum ValueType: Sendable {
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
  case words([String])
  /// `"HH:MM"`, kept as minutes after midnight.
  case time
  /// A zone of the system's IANA database.
  case zone
  /// `http` or `https`.
  case url
  /// `{ credential: NAME }`, `{ file: PATH }` or `{ env: NAME }`.
  case secret
  case list(ValueType, count: ClosedRange<Int>)
  /// Text by name.
  case map
  case object(ObjectType)
  /// A limit, or a mapping that holds one and more.
  case limitOr(ObjectType)
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

  func accepts(_ text: String) -> Bool {
    let bytes = text.utf8
    switch self {
    case .free: return !bytes.contains { ($0 < 0x20 && $0 != 0x0A && $0 != 0x09) || $0 == 0x7F }
    case .suffix: return bytes.count <= 12 && bytes.allSatisfy { (0x21...0x7E).contains($0) }
    case .line: return !bytes.isEmpty && text.unicodeScalars.count <= 253 && !bytes.contains { $0 < 0x20 || $0 == 0x7F }
    case .path: return bytes.count <= 4096 && !bytes.contains { $0 < 0x20 || $0 == 0x7F }
    case .dnsLabel:
      let inner = bytes.allSatisfy { Self.isLower($0) || Self.isDigit($0) || $0 == UInt8(ascii: "-") }
      return inner && (1...63).contains(bytes.count) && bytes.first != UInt8(ascii: "-")
        && bytes.last != UInt8(ascii: "-")
    case .agentID, .targetName:
      guard (1...63).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first) else { return false }
      return bytes.allSatisfy {
        Self.isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      }
    case .symbol: return (3...12).contains(bytes.count) && bytes.allSatisfy { Self.isUpper($0) || Self.isDigit($0) }
    case .currency: return bytes.count == 3 && bytes.allSatisfy(Self.isUpper)
    }
  }

  private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
  private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isAlphanumeric(_ byte: UInt8) -> Bool { isUpper(byte) || isLower(byte) || isDigit(byte) }
}
