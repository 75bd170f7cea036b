/// Checks of a file's bytes before libyaml sees them.
enum YAMLText {
  /// The first byte that is no UTF-8, or the first character that has no business in a manifest: control characters,
  /// and the line breaks that only some editors show (`U+0085`, `U+2028`, `U+2029`).
  static func firstProblem(in bytes: [UInt8]) -> YAMLProblem? {
    // Nearly every file is plain ASCII, which needs no place to be counted.
    isPlain(bytes) ? nil : thoroughly(bytes)
  }

  private static func isPlain(_ bytes: [UInt8]) -> Bool {
    var odd: UInt8 = 0
    for byte in bytes {
      let isHigh: UInt8 = byte > 0x7E ? 1 : 0
      let isLow: UInt8 = byte < 0x20 ? 1 : 0
      let isTab: UInt8 = byte == 0x09 ? 1 : 0
      let isLine: UInt8 = byte == 0x0A ? 1 : 0
      let isReturn: UInt8 = byte == 0x0D ? 1 : 0
      odd |= isHigh | (isLow & ~(isTab | isLine | isReturn))
    }
    return odd == 0
  }

  private static func thoroughly(_ bytes: [UInt8]) -> YAMLProblem? {
    var place = Place()
    var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while at < bytes.count {
      let byte = bytes[at]
      if byte < 0x80 {
        if byte < 0x20 || byte == 0x7F, byte != 0x0A, byte != 0x0D, byte != 0x09 {
          return YAMLProblem(mark: place.mark, message: "a control character (\(code(UInt32(byte)))) is not allowed")
        }
        let next: UInt8 = at + 1 < bytes.count ? bytes[at + 1] : 0
        place.pass(byte, next: next)
        at += 1
        continue
      }
      guard let (scalar, length) = decode(bytes, at) else {
        return YAMLProblem(mark: place.mark, message: "this is not UTF-8")
      }
      if (0x80..<0xA0).contains(scalar) || [0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF].contains(scalar) {
        return YAMLProblem(mark: place.mark, message: "the character \(code(scalar)) is not allowed")
      }
      place.column += 1
      at += length
    }
    return nil
  }

  private static func code(_ scalar: UInt32) -> String {
    let hex = String(scalar, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
  }

  private struct Place {
    var line: Int32 = 1
    var column: Int32 = 1
    var mark: YAMLMark { YAMLMark(line: line, column: column) }

    /// CR, LF and CR LF each end a line.
    mutating func pass(_ byte: UInt8, next: UInt8) {
      if byte == 0x0A || (byte == 0x0D && next != 0x0A) {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
  }

  /// The scalar at `at` and its length in bytes; `nil` unless it is well-formed (no overlong form, no surrogate).
  private static func decode(_ bytes: [UInt8], _ at: Int) -> (scalar: UInt32, length: Int)? {
    let first = bytes[at]
    let length: Int
    var scalar: UInt32
    switch first {
    case 0xC2...0xDF: (length, scalar) = (2, UInt32(first & 0x1F))
    case 0xE0...0xEF: (length, scalar) = (3, UInt32(first & 0x0F))
    case 0xF0...0xF4: (length, scalar) = (4, UInt32(first & 0x07))
    default: return nil
    }
    guard at + length <= bytes.count else { return nil }
    for byte in bytes[(at + 1)..<(at + length)] {
      guard byte & 0xC0 == 0x80 else { return nil }
      scalar = scalar << 6 | UInt32(byte & 0x3F)
    }
    let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    guard scalar >= smallest, Unicode.Scalar(scalar) != nil else { return nil }
    return (scalar, length)
  }
}

extension String {
  /// Text of a file as a message may hold it: one line, no control characters, not long.
  var forMessage: String {
    var out = ""
    for (index, scalar) in unicodeScalars.enumerated() {
      if index == 60 { return out + "…" }
      out.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? "?" : scalar)
    }
    return out
  }
}
