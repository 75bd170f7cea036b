import Reconciler

/// The fields of one mapping.
final class ObjectType: Sendable {
  let fields: [Field]
  let types: [ValueType]
  private let names: [[UInt8]]
  /// What holds of each field that is left out.
  let defaults: [CheckedItem?]
  /// A bit for each field that must be there.
  let required: UInt64
  /// The fields in the order of their names, as the normalised form has them.
  let written: [Written]
  let text: [UInt8]
  /// The number of a field by the hash of its name, and on from there; 0 is none.
  private let slots: [UInt8]

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
    precondition(fields.count <= CheckedObject.maximumFields, "a mapping of the table has too many fields")
    self.fields = fields
    defaults = fields.map { $0.fallbackValue.map { CheckedItem(value: $0) } }
    required = fields.indices.reduce(0) { fields[$1].isRequired ? $0 | 1 << UInt64($1) : $0 }
    var text: [UInt8] = []
    written = fields.indices.sorted { fields[$0].name.utf8.lexicographicallyPrecedes(fields[$1].name.utf8) }.map {
      let name = text.count
      text.append(UInt8(ascii: ","))
      CanonicalText.append(fields[$0].name, to: &text)
      text.append(UInt8(ascii: ":"))
      let value = text.count
      fields[$0].fallbackValue?.write(to: &text)
      return Written(index: $0, name: name, value: value, end: text.count)
    }
    self.text = text
    types = fields.map(\.type)
    names = fields.map { Array($0.name.utf8) }
    var slots = [UInt8](repeating: 0, count: 128)
    for (index, name) in names.enumerated() {
      var at = Self.slot(count: name.count, first: name.first ?? 0, last: name.last ?? 0)
      while slots[at] != 0 { at = (at + 1) & 127 }
      slots[at] = UInt8(index + 1)
    }
    self.slots = slots
  }

  func index(of name: String) -> Int? { fields.firstIndex { $0.name == name } }

  func index(of name: StaticString) -> Int? {
    let name = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    return index(count: name.count) { unsafe name[$0] }
  }

  /// The field that a key of a document names.
  func index(of key: Int, in tree: YAMLTree) -> Int? {
    let (from, to) = tree.nodes[key].text
    return index(count: Int(to - from)) { tree.text[Int(from) + $0] }
  }

  @inline(__always)
  private func index(count: Int, _ letter: (Int) -> UInt8) -> Int? {
    guard count > 0 else { return nil }
    var at = Self.slot(count: count, first: letter(0), last: letter(count - 1))
    search: while slots[at] != 0 {
      let index = Int(slots[at]) - 1
      at = (at + 1) & 127
      guard names[index].count == count else { continue }
      for place in 0..<count where names[index][place] != letter(place) { continue search }
      return index
    }
    return nil
  }

  /// Length, first and last letter tell nearly all fields of a mapping apart.
  private static func slot(count: Int, first: UInt8, last: UInt8) -> Int {
    (count &* 9 &+ Int(first) &* 5 &+ Int(last) &* 23) & 127
  }

  /// The names for a message.
  var allowedNames: String { fields.map { "`\($0.name)`" }.joined(separator: ", ") }
}
