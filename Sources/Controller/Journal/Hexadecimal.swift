/// Lower-case hexadecimal digits, as hashes are written.
enum Hexadecimal {
  static func digit(_ half: UInt8) -> UInt8 { half < 10 ? half + 0x30 : half + 0x57 }

  /// What a lower-case digit means; `nil` for anything else.
  static func value(of digit: UInt8) -> UInt8? {
    let value = half(digit)
    return value < 16 ? value : nil
  }

  /// The same without a branch, which half of all digits would be guessed wrong at; from 16 on for anything else.
  static func half(_ digit: UInt8) -> UInt8 {
    let (number, letter) = (digit &- 0x30, digit &- 0x61)
    return number < 10 ? number : letter < 6 ? letter &+ 10 : 0xFF
  }

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(64)
    for byte in bytes {
      out.append(digit(byte >> 4))
      out.append(digit(byte & 15))
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The bytes that lower-case digits mean; `nil` for anything else.
  static func bytes(_ text: String) -> [UInt8]? {
    guard text.utf8.count.isMultiple(of: 2) else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(32)
    var high: UInt8?
    for byte in text.utf8 {
      guard let digit = value(of: byte) else { return nil }
      if let first = high {
        out.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return out
  }

  /// The 32 bytes of a SHA-256.
  static func hash(_ text: String) -> [UInt8]? { text.utf8.count == 64 ? bytes(text) : nil }
}
