extension JSONValue {
  /// RFC 8785 (JSON Canonicalization Scheme): no white space, members sorted by the UTF-16 code units of their names,
  /// the shortest escapes. Records hold whole numbers only, whose plain text is canonical already; decimals are strings.
  public var canonicalText: String {
    var out: [UInt8] = []
    write(to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// The bytes of `canonicalText`.
  public var canonicalBytes: [UInt8] {
    var out: [UInt8] = []
    write(to: &out)
    return out
  }

  private func write(to out: inout [UInt8]) {
    switch self {
    case .null: out.append(contentsOf: "null".utf8)
    case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let text): out.append(contentsOf: text.utf8)
    case .string(let text): Self.write(text, to: &out)
    case .array(let items):
      out.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        item.write(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (index, name) in members.keys.sorted(by: Self.utf16Order).enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        Self.write(name, to: &out)
        out.append(UInt8(ascii: ":"))
        (members[name] ?? .null).write(to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  /// The order of names in canonical text. For ASCII, which nearly every name is, the order of bytes is the same and much cheaper to find.
  public static func utf16Order(_ a: String, _ b: String) -> Bool {
    if a.utf8.allSatisfy({ $0 < 0x80 }), b.utf8.allSatisfy({ $0 < 0x80 }) {
      return a.utf8.lexicographicallyPrecedes(b.utf8)
    }
    return a.utf16.lexicographicallyPrecedes(b.utf16)
  }

  private static func write(_ text: String, to out: inout [UInt8]) { CanonicalText.append(text, to: &out) }
}
