/// A reply in the plain form that nearly every one has, scanned once without building a document: one object of numbers,
/// words and strings, or one list of such objects, in ASCII without escapes.
///
/// Decoding is most of what a poll costs beyond the wire, and a document of dictionaries is most of decoding. This is the
/// fast way only: whatever is not plain (escapes, exponents, nesting, a name that comes twice, anything that is no JSON) makes
/// `init` fail, and the reply goes the long way through `JSONParser`, which knows all forms and names all errors.
struct WireText {
  /// A member of an object; offsets into `bytes`.
  struct Member {
    enum Kind { case number, string, yes, no, null }

    var name: Range<Int>
    var kind: Kind
    /// Without quotes.
    var value: Range<Int>
  }

  let bytes: [UInt8]
  /// Of all objects, one after another.
  private(set) var members: [Member] = []
  /// Of the reply itself.
  private(set) var own = 0..<0
  /// The list that the reply has, if it has one: its name, and each row's members.
  private(set) var listName: Range<Int>?
  private(set) var rows: [Range<Int>] = []
  private var at = 0

  /// `nil` for anything that is not plain.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    members.reserveCapacity(bytes.count / 16)
    skipSpace()
    var outer: [Member] = []
    guard take(UInt8(ascii: "{")), reply(into: &outer) else { return nil }
    skipSpace()
    guard at == bytes.count else { return nil }
    own = members.count..<(members.count + outer.count)
    members += outer
  }

  /// The member of that name among `range`.
  func find(_ name: String, in range: Range<Int>) -> Member? {
    let wanted = name.utf8
    let count = wanted.count
    for k in range where members[k].name.count == count {
      if equals(members[k].name, wanted) { return members[k] }
    }
    return nil
  }

  func equals(_ range: Range<Int>, _ text: String.UTF8View) -> Bool {
    var k = range.lowerBound
    for byte in text {
      if bytes[k] != byte { return false }
      k += 1
    }
    return true
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  // MARK: Scanning

  /// So many members may an object have here: each name is compared with those before it, and a terminal that sends a hundred
  /// thousand must not keep the others' replies waiting. The long way takes them.
  private static let mostMembers = 64

  private mutating func skipSpace() {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 { at += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  /// The members of the reply, of which one may be a list of objects.
  private mutating func reply(into outer: inout [Member]) -> Bool {
    while true {
      skipSpace()
      guard let name = string() else { return false }
      skipSpace()
      guard take(UInt8(ascii: ":")), !outer.contains(where: { same($0.name, name) }) else { return false }
      skipSpace()
      if take(UInt8(ascii: "[")) {
        guard listName == nil, list() else { return false }
        listName = name
      } else {
        guard let value = value() else { return false }
        guard outer.count < Self.mostMembers else { return false }
        outer.append(Member(name: name, kind: value.kind, value: value.range))
      }
      skipSpace()
      if take(UInt8(ascii: "}")) {
        return !outer.contains { member in listName.map { same($0, member.name) } ?? false }
      }
      guard take(UInt8(ascii: ",")) else { return false }
    }
  }

  private mutating func list() -> Bool {
    skipSpace()
    if take(UInt8(ascii: "]")) { return true }
    while true {
      skipSpace()
      guard take(UInt8(ascii: "{")), row() else { return false }
      skipSpace()
      if take(UInt8(ascii: "]")) { return true }
      guard take(UInt8(ascii: ",")) else { return false }
    }
  }

  private mutating func row() -> Bool {
    let first = members.count
    while true {
      skipSpace()
      guard let name = string() else { return false }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { return false }
      skipSpace()
      guard let value = value() else { return false }
      guard members.count - first < Self.mostMembers else { return false }
      for k in first..<members.count where same(members[k].name, name) { return false }
      members.append(Member(name: name, kind: value.kind, value: value.range))
      skipSpace()
      if take(UInt8(ascii: "}")) {
        rows.append(first..<members.count)
        return true
      }
      guard take(UInt8(ascii: ",")) else { return false }
    }
  }

  private func same(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
    guard a.count == b.count else { return false }
    var k = b.lowerBound
    for j in a {
      if bytes[j] != bytes[k] { return false }
      k += 1
    }
    return true
  }

  private mutating func string() -> Range<Int>? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = at
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: "\"") {
        at += 1
        return start..<(at - 1)
      }
      guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") else { return nil }
      at += 1
    }
    return nil
  }

  private mutating func value() -> (kind: Member.Kind, range: Range<Int>)? {
    guard at < bytes.count else { return nil }
    let start = at
    switch bytes[at] {
    case UInt8(ascii: "\""): return string().map { (.string, $0) }
    case UInt8(ascii: "t"): return word("true").map { (.yes, $0) }
    case UInt8(ascii: "f"): return word("false").map { (.no, $0) }
    case UInt8(ascii: "n"): return word("null").map { (.null, $0) }
    case UInt8(ascii: "-"): at += 1
    default: break
    }
    let whole = digits()
    guard whole > 0, whole == 1 || bytes[at - whole] != UInt8(ascii: "0") else { return nil }
    if take(UInt8(ascii: ".")), digits() == 0 { return nil }
    // What may follow a number; an exponent is not plain.
    guard at < bytes.count, bytes[at] != UInt8(ascii: "e"), bytes[at] != UInt8(ascii: "E") else { return nil }
    return (.number, start..<at)
  }

  private mutating func word(_ text: String) -> Range<Int>? {
    let range = at..<(at + text.utf8.count)
    guard range.upperBound <= bytes.count, equals(range, text.utf8) else { return nil }
    at = range.upperBound
    return range
  }

  private mutating func digits() -> Int {
    let start = at
    while at < bytes.count, bytes[at] >= 48, bytes[at] <= 57 { at += 1 }
    return at - start
  }
}
