/// Lower-case hexadecimal digits, as hashes are written.
enum Hexadecimal {
  private static func digit(_ half: UInt8) -> UInt8 { half < 10 ? half + 0x30 : half + 0x57 }

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
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      default: return nil
      }
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
