/// Why a text is not JSON, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The byte at which it stopped making sense, from 0.
  public let offset: Int
  public let message: String

  public var description: String { "byte \(offset): \(message)" }
}

/// A strict RFC 8259 parser over bytes: one document, valid UTF-8, no duplicate names, a bounded depth.
///
/// It does not accept `NaN`, comments, trailing commas or a lone surrogate. A terminal that sends these has sent a
/// failed read.
public struct JSONParser {
  /// Nesting beyond this is refused, so that a reply of brackets cannot exhaust the stack.
  public static let maximumDepth = 64

  private let bytes: [UInt8]
  private var at = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads one document, strictly by RFC 8259.
  ///
  /// - Throws: `JSONError` with the offset of the first byte that does not fit.
  public static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes)
    parser.skipSpace()
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.at == bytes.count else { throw parser.error("something follows the document") }
    return value
  }

  /// Reads one document out of its text.
  public static func parse(_ text: String) throws(JSONError) -> JSONValue { try parse(Array(text.utf8)) }

  private func error(_ message: String) -> JSONError { JSONError(offset: at, message: message) }

  private mutating func skipSpace() {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      default: return
      }
    }
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= Self.maximumDepth else { throw error("deeper than \(Self.maximumDepth) levels") }
    guard at < bytes.count else { throw error("the document ends early") }
    switch bytes[at] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for byte in text.utf8 {
      guard at < bytes.count, bytes[at] == byte else { throw error("expected a value") }
      at += 1
    }
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    at += 1
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    // Most objects of a terminal have about as many.
    members.reserveCapacity(12)
    while true {
      skipSpace()
      guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw error("expected a member's name") }
      let name = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw error("expected a colon") }
      skipSpace()
      let member = try value(depth: depth + 1)
      guard members.updateValue(member, forKey: name) == nil else { throw error("the name \(name) comes twice") }
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw error("expected a comma or a closing brace") }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    at += 1
    var items: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(items) }
    while true {
      skipSpace()
      items.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(items) }
      guard take(UInt8(ascii: ",")) else { throw error("expected a comma or a closing bracket") }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  private mutating func number() throws(JSONError) -> String {
    let start = at
    _ = take(UInt8(ascii: "-"))
    let whole = digits()
    guard whole > 0, whole == 1 || bytes[at - whole] != UInt8(ascii: "0") else { throw error("expected a value") }
    if take(UInt8(ascii: ".")) {
      guard digits() > 0 else { throw error("a number ends with its point") }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
      guard digits() > 0 else { throw error("a number ends with its exponent") }
    }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  private mutating func digits() -> Int {
    let start = at
    while at < bytes.count, DecimalText.isDigit(bytes[at]) { at += 1 }
    return at - start
  }

  private mutating func string() throws(JSONError) -> String {
    at += 1
    // Only a string with escapes is copied before it is decoded.
    var out: [UInt8] = []
    var start = at
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        let last = bytes[start..<at]
        let text = out.isEmpty ? String(validating: last, as: UTF8.self) : String(validating: out + last, as: UTF8.self)
        guard let text else { throw error("a string is not UTF-8") }
        at += 1
        return text
      case UInt8(ascii: "\\"):
        out.append(contentsOf: bytes[start..<at])
        try escape(into: &out)
        start = at
      case 0..<0x20: throw error("a control character stands in a string")
      default: at += 1
      }
    }
    throw error("a string has no end")
  }

  private mutating func escape(into out: inout [UInt8]) throws(JSONError) {
    guard at + 1 < bytes.count else { throw error("a string has no end") }
    let letter = bytes[at + 1]
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(letter)
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0C)
    case UInt8(ascii: "n"): out.append(0x0A)
    case UInt8(ascii: "r"): out.append(0x0D)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "u"):
      at += 2
      return try unicodeEscape(into: &out)
    default: throw error("an unknown escape")
    }
    at += 2
  }

  private mutating func unicodeEscape(into out: inout [UInt8]) throws(JSONError) {
    var code = try hex()
    if (0xD800..<0xDC00).contains(code) {
      guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw error("half of a surrogate pair") }
      let low = try hex()
      guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair") }
    out.append(contentsOf: Character(scalar).utf8)
  }

  private mutating func hex() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard at < bytes.count, let digit = Self.hexDigit(bytes[at]) else {
        throw error("an escape needs four hexadecimal digits")
      }
      code = code << 4 | digit
      at += 1
    }
    return code
  }

  private static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
