import Glibc
import Reconciler

/// The fields of one mapping. Its lists are never counted either, so that a look at it costs nothing but the look.
struct ObjectType: Sendable {
  let fields: ForeverList<Field>
  let types: ForeverList<ValueType>
  /// The names, one behind the other.
  private let names: ForeverList<UInt8>
  /// Where each begins; behind them, where the last one ends.
  private let nameStarts: ForeverList<Int>
  /// What holds of each field that is left out.
  let defaults: ForeverList<CheckedEntry>
  /// The fields that are `metadata.name` where they are left out.
  let named: ForeverList<Int>
  /// A bit for each field that must be there.
  let required: UInt64
  /// The fields in the order of their names, as the normalised form has them.
  let written: ForeverList<Written>
  let text: ForeverList<UInt8>
  /// The normalised form of a mapping that leaves everything out.
  let defaultsJSON: ForeverList<UInt8>
  /// The number of a field by the hash of its name, and on from there; 0 is none.
  private let slots: ForeverList<UInt8>

  /// A field of the normalised form, by where its text is in `text`: `,"name":` up to `value`, and behind it, up to `end`,
  /// what holds while the field is left out. Nothing does where that depends on the document.
  struct Written: Sendable {
    let index: Int
    let name: Int
    let value: Int
    let end: Int

    var hasDefault: Bool { value < end }
  }

  init(_ fields: [Field]) {
    precondition(fields.count <= 63, "a mapping of the table has too many fields")
    self.fields = ForeverList(fields)
    types = ForeverList(fields.map(\.type))
    defaults = ForeverList(fields.map { CheckedEntry(value: $0.fallbackValue) })
    named = ForeverList(
      fields.indices.filter { if case .metadataName = fields[$0].fallback { true } else { false } })
    required = fields.indices.reduce(0) { fields[$1].isRequired ? $0 | 1 << UInt64($1) : $0 }
    var text: [UInt8] = []
    let written = fields.indices.sorted { fields[$0].name.utf8.lexicographicallyPrecedes(fields[$1].name.utf8) }.map {
      let name = text.count
      text.append(UInt8(ascii: ","))
      CanonicalText.append(fields[$0].name, to: &text)
      text.append(UInt8(ascii: ":"))
      let value = text.count
      text.append(contentsOf: fields[$0].fallbackJSON)
      return Written(index: $0, name: name, value: value, end: text.count)
    }
    self.written = ForeverList(written)
    self.text = ForeverList(text)
    let held = written.filter(\.hasDefault).flatMap { text[$0.name..<$0.end] }
    defaultsJSON = ForeverList(Array("{".utf8) + held.dropFirst() + Array("}".utf8))
    names = ForeverList(fields.flatMap { Array($0.name.utf8) })
    nameStarts = ForeverList(fields.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.name.utf8.count) })
    var slots = [UInt8](repeating: 0, count: 128)
    for (index, field) in fields.enumerated() {
      let name = field.name.utf8
      var at = Self.slot(count: name.count, first: name.first ?? 0, last: name.last ?? 0)
      while slots[at] != 0 { at = (at + 1) & 127 }
      slots[at] = UInt8(index + 1)
    }
    self.slots = ForeverList(slots)
  }

  func index(of name: String) -> Int? { fields.firstIndex { $0.name == name } }

  func index(of name: StaticString) -> Int? {
    unsafe index(of: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  /// The field that a key of a document names.
  func index(of key: Int, in tree: YAMLTree) -> Int? {
    unsafe tree.text.span.extracting(tree.range(key)).withUnsafeBufferPointer { unsafe index(of: $0) }
  }

  @inline(__always)
  private func index(of name: UnsafeBufferPointer<UInt8>) -> Int? {
    let count = name.count
    guard count > 0, let start = name.baseAddress else { return nil }
    var at = unsafe Self.slot(count: count, first: name[0], last: name[count - 1])
    while slots[at] != 0 {
      let index = Int(slots[at]) - 1
      at = (at + 1) & 127
      let place = nameStarts[index]
      guard nameStarts[index + 1] - place == count else { continue }
      let isSame = unsafe names.withUnsafeBufferPointer {
        unsafe $0.baseAddress.map { unsafe memcmp($0 + place, start, count) == 0 } ?? false
      }
      if isSame { return index }
    }
    return nil
  }

  /// Length, first and last letter tell nearly all fields of a mapping apart.
  private static func slot(count: Int, first: UInt8, last: UInt8) -> Int {
    (count &+ Int(first) &* 3 &+ Int(last) &* 11) & 127
  }

  /// The names for a message.
  var allowedNames: String { fields.map { "`\($0.name)`" }.joined(separator: ", ") }
}
