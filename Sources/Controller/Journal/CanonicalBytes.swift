import Reconciler

/// RFC 8785 text, written straight into one buffer: what `JSONValue.canonicalBytes` says, for those who write it a hundred
/// thousand times a second.
struct CanonicalBytes {
  private(set) var bytes: [UInt8]
  /// Whether all texts and numbers so far are as `RecordText.clean` leaves them.
  private(set) var isClean = true

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
      if unsafe TextScan.isPlain(utf8) { unsafe bytes.append(contentsOf: utf8) } else { unsafe escape(utf8) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func append(_ text: String?) {
    if let text { append(text) } else { raw("null") }
  }

  mutating func append(_ number: Int64) {
    if number.magnitude >= 1 << 53 { isClean = false }
    var digits = String(number)
    digits.withUTF8 { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func append(_ value: JSONValue) { append(value, depth: 0) }

  private mutating func append(_ value: JSONValue, depth: Int) {
    if depth > RecordText.maximumDepth { isClean = false }
    switch value {
    case .null: raw("null")
    case .bool(let value): if value { raw("true") } else { raw("false") }
    case .number(var text):
      if !RecordText.isCanonical(number: text) { isClean = false }
      text.withUTF8 { unsafe bytes.append(contentsOf: $0) }
    case .string(let text): append(text)
    case .array(let items):
      bytes.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        append(item, depth: depth + 1)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      var isFirst = true
      for place in CanonicalOrder.places(of: members) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        append(members.keys[place])
        bytes.append(UInt8(ascii: ":"))
        append(members.values[place], depth: depth + 1)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  @unsafe private mutating func escape(_ utf8: UnsafeBufferPointer<UInt8>) {
    if unsafe !RecordText.isClean(utf8) { isClean = false }
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

extension CanonicalBytes {
  /// The digits of a hash, without quotes.
  mutating func append(_ hash: ChainHash) {
    unsafe withUnsafeBytes(of: hash.digits) { unsafe bytes.append(contentsOf: $0) }
  }

  /// Writes the digits of a hash over what stands from `place` on.
  mutating func put(_ hash: ChainHash, at place: Int) {
    unsafe bytes.withUnsafeMutableBytes { bytes in
      unsafe withUnsafeBytes(of: hash.digits) { digits in
        unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[place..<(place + digits.count)]).copyMemory(from: digits)
      }
    }
  }

  /// Takes back what was appended after there were `count` bytes.
  mutating func shorten(to count: Int) {
    bytes.removeLast(bytes.count - count)
    isClean = true
  }

  /// Forgets all, and keeps the room.
  mutating func removeAll() { shorten(to: 0) }
}

/// The order of members: by the UTF-16 code units of their names.
enum CanonicalOrder {
  /// Where the members stand, in their order: nothing of them is copied.
  static func places(of members: [String: JSONValue]) -> [Dictionary<String, JSONValue>.Index] {
    var places = Array(members.indices)
    // Most objects have few members; for these nothing is quicker than to put each where it belongs.
    guard places.count <= 16 else { return places.sorted { isBefore(members.keys[$0], members.keys[$1]) } }
    for k in places.indices.dropFirst() {
      let (place, name) = (places[k], members.keys[places[k]])
      var at = k
      while at > 0, isBefore(name, members.keys[places[at - 1]]) {
        places[at] = places[at - 1]
        at -= 1
      }
      places[at] = place
    }
    return places
  }

  static func isBefore(_ a: String, _ b: String) -> Bool {
    var a = a
    var b = b
    return a.withUTF8 { a in b.withUTF8 { b in unsafe isBefore(a, b) } }
  }

  @unsafe private static func isBefore(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
    let count = min(a.count, b.count)
    var k = 0
    while k < count, unsafe a[k] == b[k] { k += 1 }
    guard k < count else { return a.count < b.count }
    return unsafe isBefore(a[k], b[k])
  }

  /// By the first bytes in which two names differ. UTF-8 sorts as UTF-16 does, but for what UTF-16 writes as two surrogates:
  /// those come before U+E000 to U+FFFF.
  static func isBefore(_ a: UInt8, _ b: UInt8) -> Bool {
    if a >= 0xEE, b >= 0xEE, (a >= 0xF0) != (b >= 0xF0) { return a >= 0xF0 }
    return a < b
  }
}
