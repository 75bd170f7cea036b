import Reconciler

/// RFC 8785 text, written straight into one buffer: what `JSONValue.canonicalBytes` says, for those who write it a hundred
/// thousand times a second.
struct CanonicalBytes {
  private(set) var bytes: [UInt8]

  init(capacity: Int) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// Text that stands in the program and is canonical as it is.
  mutating func raw(_ text: StaticString) {
    unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func raw(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

  /// A string with its quotes.
  mutating func append(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      guard unsafe utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) else { return unsafe escape(utf8) }
      unsafe bytes.append(contentsOf: utf8)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func append(_ text: String?) {
    if let text { append(text) } else { raw("null") }
  }

  mutating func append(_ number: Int64) {
    var digits = String(number)
    digits.withUTF8 { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func append(_ value: JSONValue) {
    switch value {
    case .null: raw("null")
    case .bool(let value): if value { raw("true") } else { raw("false") }
    case .number(var text): text.withUTF8 { unsafe bytes.append(contentsOf: $0) }
    case .string(let text): append(text)
    case .array(let items):
      bytes.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        append(item)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      var isFirst = true
      for (name, member) in members.sorted(by: { CanonicalOrder.isBefore($0.key, $1.key) }) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        append(name)
        bytes.append(UInt8(ascii: ":"))
        append(member)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  @unsafe private mutating func escape(_ utf8: UnsafeBufferPointer<UInt8>) {
    for k in 0..<utf8.count {
      let byte = unsafe utf8[k]
      switch byte {
      case 0x22: raw("\\\"")
      case 0x5C: raw("\\\\")
      case 0x08: raw("\\b")
      case 0x09: raw("\\t")
      case 0x0A: raw("\\n")
      case 0x0C: raw("\\f")
      case 0x0D: raw("\\r")
      case 0..<0x20:
        raw("\\u00")
        raw(Hexadecimal.text(CollectionOfOne(byte)).utf8)
      default: bytes.append(byte)
      }
    }
  }
}

/// The order of members: by the UTF-16 code units of their names.
enum CanonicalOrder {
  static func isBefore(_ a: String, _ b: String) -> Bool {
    var a = a
    var b = b
    return a.withUTF8 { a in
      b.withUTF8 { b in
        let count = min(a.count, b.count)
        var k = 0
        while k < count, unsafe a[k] == b[k] { k += 1 }
        guard k < count else { return a.count < b.count }
        let (x, y) = unsafe (a[k], b[k])
        // UTF-8 sorts as UTF-16 does, but for what UTF-16 writes as two surrogates: those come before U+E000 to U+FFFF.
        if x >= 0xEE, y >= 0xEE, (x >= 0xF0) != (y >= 0xF0) { return x >= 0xF0 }
        return x < y
      }
    }
  }
}
