import Reconciler

/// The fields of one mapping.
final class ObjectType: Sendable {
  let fields: [Field]
  /// What holds of each field that is left out.
  let defaults: [CheckedItem?]
  /// A bit for each field that must be there.
  let required: UInt64
  /// The fields in the order of their names, as the normalised form has them.
  let written: [Written]
  /// The number of a field by the hash of its name, and on from there; 0 is none.
  private let slots: [UInt8]

  /// A field of the normalised form.
  struct Written: Sendable {
    let index: Int
    /// `"name":`
    let name: [UInt8]
    /// The whole member while the field is left out; empty when it is not there then, or depends on the document.
    let byDefault: [UInt8]
  }

  init(_ fields: [Field]) {
    precondition(fields.count <= CheckedObject.maximumFields, "a mapping of the table has too many fields")
    self.fields = fields
    defaults = fields.map { $0.fallbackValue.map { CheckedItem(value: $0) } }
    required = fields.indices.reduce(0) { fields[$1].isRequired ? $0 | 1 << UInt64($1) : $0 }
    written = fields.indices.sorted { fields[$0].name.utf8.lexicographicallyPrecedes(fields[$1].name.utf8) }.map {
      var name: [UInt8] = []
      CanonicalText.append(fields[$0].name, to: &name)
      name.append(UInt8(ascii: ":"))
      var whole: [UInt8] = []
      if let value = fields[$0].fallbackValue {
        whole = name
        value.write(to: &whole)
      }
      return Written(index: $0, name: name, byDefault: whole)
    }
    var slots = [UInt8](repeating: 0, count: 128)
    for (index, field) in fields.enumerated() {
      var at = Self.slot(of: field.name.utf8)
      while slots[at] != 0 { at = (at + 1) & 127 }
      slots[at] = UInt8(index + 1)
    }
    self.slots = slots
  }

  func index(of name: String) -> Int? {
    var at = Self.slot(of: name.utf8)
    while slots[at] != 0 {
      let index = Int(slots[at]) - 1
      if fields[index].name == name { return index }
      at = (at + 1) & 127
    }
    return nil
  }

  /// The field that a key of a document names.
  func index(of key: Int, in tree: YAMLTree) -> Int? {
    let name = tree.bytes(key)
    var at = Self.slot(of: name)
    while slots[at] != 0 {
      let index = Int(slots[at]) - 1
      if fields[index].name.utf8.elementsEqual(name) { return index }
      at = (at + 1) & 127
    }
    return nil
  }

  /// Length, first and last letter tell nearly all fields of a mapping apart.
  private static func slot(of name: some BidirectionalCollection<UInt8>) -> Int {
    (name.count &* 9 &+ Int(name.first ?? 0) &* 5 &+ Int(name.last ?? 0) &* 23) & 127
  }

  /// The names for a message.
  var names: String { fields.map { "`\($0.name)`" }.joined(separator: ", ") }
}
