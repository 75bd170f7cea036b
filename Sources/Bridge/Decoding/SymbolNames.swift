import Reconciler

/// Canonical symbols here, the broker's names there.
struct SymbolNames: Hashable, Sendable {
  /// Such as `.r`; may be empty.
  let suffix: String

  /// What the terminal calls `symbol`.
  func wire(_ symbol: Symbol) -> String { symbol.text + suffix }

  /// What a terminal's name means here. A name without the suffix is another instrument, and stays visibly so.
  func canonical(_ name: String) -> Symbol {
    if suffix.isEmpty { return Symbol(name) }
    if name.hasSuffix(suffix), name.count > suffix.count { return Symbol(String(name.dropLast(suffix.count))) }
    return Symbol("\(name) (without \(suffix))")
  }

  /// The path of `GET /tick/{symbol}`, percent-encoded.
  func tickPath(_ symbol: Symbol) -> String { "/tick/" + Self.percentEncoded(wire(symbol)) }

  /// Everything but RFC 3986's unreserved characters is encoded.
  static func percentEncoded(_ text: String) -> String {
    let hex = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        out.append(byte)
      default: out += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
