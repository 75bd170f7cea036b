import Reconciler

/// What may stand in a record's line, and how anything else is made to.
///
/// - Texts have no control characters: PostgreSQL refuses NUL, and the others fake lines in a terminal.
/// - Numbers are whole and within ±(2⁵³ - 1), whose plain text is canonical in RFC 8785; others are written as strings.
/// - Nesting stays below what the parser accepts; anything deeper becomes its own text.
enum RecordText {
  /// Room for the line's own levels below `JSONParser.maximumDepth`.
  static let maximumDepth = JSONParser.maximumDepth - 4

  /// The value that is written for `value`; sets `changed` if it differs.
  static func clean(_ value: JSONValue, changed: inout Bool) -> JSONValue {
    if isClean(value, depth: 0) { return value }
    changed = true
    return cleaned(value, depth: 0)
  }

  /// Whether a whole line is as `clean` leaves the values of its members.
  static func isClean(line: JSONValue) -> Bool { isClean(line, depth: -1) }

  private static func isClean(_ value: JSONValue, depth: Int) -> Bool {
    guard depth <= maximumDepth else { return false }
    switch value {
    case .null, .bool: return true
    case .number(let text): return isCanonical(number: text)
    case .string(let text): return isClean(text)
    case .array(let items): return items.allSatisfy { isClean($0, depth: depth + 1) }
    case .object(let members):
      return members.allSatisfy { isClean($0.key) && isClean($0.value, depth: depth + 1) }
    }
  }

  private static func cleaned(_ value: JSONValue, depth: Int) -> JSONValue {
    switch value {
    case .null, .bool: return value
    case .number(let text): return isCanonical(number: text) ? value : .string(cleaned(text))
    case .string(let text): return .string(cleaned(text))
    case .array(let items):
      guard depth < maximumDepth else { return .string(cleaned(value.canonicalText)) }
      return .array(items.map { cleaned($0, depth: depth + 1) })
    case .object(let members):
      guard depth < maximumDepth else { return .string(cleaned(value.canonicalText)) }
      var out: [String: JSONValue] = [:]
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        var plain = cleaned(name)
        // Two names may become one; none of the members is lost.
        while out[plain] != nil || (plain != name && members[plain] != nil) { plain += "\u{FFFD}" }
        out[plain] = cleaned(member, depth: depth + 1)
      }
      return .object(out)
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
  }

  private static func isClean(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { unsafe TextScan.isPlain($0) || isClean($0) }
  }

  @unsafe static func isClean(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var lead: UInt8 = 0
    for k in 0..<text.count {
      let byte = unsafe text[k]
      if byte < 0x20 || byte == 0x7F || (lead == 0xC2 && byte < 0xA0) { return false }
      lead = byte
    }
    return true
  }

  private static func cleaned(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { out.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
    return String(out)
  }

  /// A whole number as RFC 8785 writes it, and exact in every reader.
  static func isCanonical(number text: String) -> Bool {
    guard let value = Int64(text), value.magnitude < 1 << 53 else { return false }
    // `Int64` also reads `+1`, `007` and `-0`.
    let first = text.utf8.first
    if value == 0 { return text.utf8.elementsEqual("0".utf8) }
    return first != UInt8(ascii: "+") && first != UInt8(ascii: "0") && !text.utf8.starts(with: "-0".utf8)
  }
}
