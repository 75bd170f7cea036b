/// Pieces of canonical JSON (RFC 8785), for those who write a long text piece by piece and never hold it as a value.
public enum CanonicalText {
  /// Appends a string: in quotes, with the shortest escapes.
  public static func append(_ text: String, to out: inout [UInt8]) { append(utf8: text.utf8Span.span, to: &out) }

  /// The same of a string's UTF-8.
  public static func append(utf8 bytes: [UInt8], to out: inout [UInt8]) { append(utf8: bytes.span, to: &out) }

  /// The same of a part of a longer text.
  public static func append(utf8 bytes: Span<UInt8>, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    var from = 0
    for at in bytes.indices where needsEscape(bytes[at]) {
      // What needs no escape goes over in one piece.
      append(bytes.extracting(from..<at), to: &out)
      escape(bytes[at], to: &out)
      from = at + 1
    }
    append(bytes.extracting(from..<bytes.count), to: &out)
    out.append(UInt8(ascii: "\""))
  }

  /// Appends the shortest plain text of a decimal, without quotes.
  public static func append(_ number: FixedDecimal, to out: inout [UInt8]) {
    guard let units = UInt64(exactly: number.units.magnitude) else {
      return out.append(contentsOf: number.description.utf8)
    }
    if number.units < 0 { out.append(UInt8(ascii: "-")) }
    let one: UInt64 = 1_000_000_000_000
    append(units / one, to: &out)
    var rest = units % one
    guard rest != 0 else { return }
    out.append(UInt8(ascii: "."))
    var step = one / 10
    while rest != 0 {
      out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / step))
      rest %= step
      step /= 10
    }
  }

  /// Appends the digits of a whole number.
  public static func append(_ number: UInt64, to out: inout [UInt8]) {
    var step: UInt64 = 1
    while number / step >= 10 { step *= 10 }
    var rest = number
    while step > 0 {
      out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / step))
      rest %= step
      step /= 10
    }
  }

  private static func needsEscape(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5C }

  private static func append(_ bytes: Span<UInt8>, to out: inout [UInt8]) {
    bytes.withUnsafeBufferPointer { out.append(contentsOf: $0) }
  }

  private static func escape(_ byte: UInt8, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: out.append(UInt8(ascii: "b"))
    case 0x09: out.append(UInt8(ascii: "t"))
    case 0x0A: out.append(UInt8(ascii: "n"))
    case 0x0C: out.append(UInt8(ascii: "f"))
    case 0x0D: out.append(UInt8(ascii: "r"))
    case 0..<0x20:
      out.append(contentsOf: "u00".utf8)
      out.append(UInt8(ascii: "0") + (byte >> 4))
      out.append(byte & 15 < 10 ? UInt8(ascii: "0") + (byte & 15) : UInt8(ascii: "a") + (byte & 15) - 10)
    default: out.append(byte)
    }
  }
}
