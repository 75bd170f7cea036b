/// What the readers of YAML 1.1 and 1.2 make of plain text: the same file must mean the same to all of them, so text that
/// one of them takes for something else has to be quoted.
enum PlainScalar {
  enum Trap: String {
    case number = "a number"
    case boolean = "a boolean"
    case null = "nothing"
  }

  /// Whether text of these bytes is plainly none of that; where it is not so plain, `trap` tells.
  static func isNoTrap(_ text: Span<UInt8>) -> Bool {
    guard let first = text.isEmpty ? nil : text[0] else { return false }
    switch first {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
      // No word of a trap is longer than five letters.
      return text.count > 5 || !isFirstOfTrap(first)
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      // Letters that stand in no number, whatever its base.
      for at in text.indices where isForeignToNumbers(text[at]) { return true }
      return false
    default: return false
    }
  }

  private static func isForeignToNumbers(_ byte: UInt8) -> Bool {
    switch byte | 0x20 {
    case UInt8(ascii: "g"), UInt8(ascii: "h"), UInt8(ascii: "j")...UInt8(ascii: "m"),
      UInt8(ascii: "p")...UInt8(ascii: "w"), UInt8(ascii: "y"), UInt8(ascii: "z"):
      true
    default: false
    }
  }

  private static func isFirstOfTrap(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "y"), UInt8(ascii: "n"), UInt8(ascii: "o"),
      UInt8(ascii: "T"), UInt8(ascii: "F"), UInt8(ascii: "Y"), UInt8(ascii: "N"), UInt8(ascii: "O"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }

  static func trap(_ text: String) -> Trap? {
    let bytes = text.utf8
    guard let first = bytes.first else { return .null }
    if TextRule.isDigit(first) || first == UInt8(ascii: "-") || first == UInt8(ascii: "+") || first == UInt8(ascii: ".")
    {
      return isNumber(text) ? .number : nil
    }
    guard bytes.count <= 5 else { return nil }
    // No word below begins with another letter, also not in the scripts that have letters whose small form is ASCII.
    if first < 0x80, !isFirstOfTrap(first) { return nil }
    switch text.lowercased() {
    case "true", "false", "yes", "no", "on", "off", "y", "n": return .boolean
    case "null", "~": return .null
    default: return nil
    }
  }

  /// Decimal, octal, hexadecimal, binary, base sixty, with an exponent, `.inf` or `.nan`.
  private static func isNumber(_ text: String) -> Bool {
    var rest = text.utf8[...]
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    if rest.first == UInt8(ascii: "."), rest.count == 4 {
      let word = text.lowercased()
      if word.hasSuffix(".inf") || word.hasSuffix(".nan") { return true }
    }
    if rest.count > 2, rest.first == 0x30, let letter = rest.dropFirst().first, [0x78, 0x6F, 0x62].contains(letter) {
      return rest.dropFirst(2).allSatisfy { TextRule.isDigit($0) || (0x41...0x46).contains($0 & 0xDF) || $0 == 0x5F }
    }
    var digits = 0
    var afterExponent = false
    for byte in rest {
      switch byte {
      case 0x30...0x39: digits += 1
      case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"): if digits == 0 && byte != 0x2E { return false }
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        if digits == 0 || afterExponent { return false }
        afterExponent = true
      case UInt8(ascii: "+"), UInt8(ascii: "-"): if !afterExponent { return false }
      default: return false
      }
    }
    return digits > 0
  }
}
