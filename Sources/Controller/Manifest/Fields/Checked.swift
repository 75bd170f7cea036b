import Reconciler

/// A value that has passed the table of fields. It owns no memory: what is text stays in the document's tree until somebody
/// asks for it, so that values are made, moved and left without counting or allocating anything.
enum Checked: Sendable {
  /// Left out, and nothing holds instead.
  case missing
  /// Wrong, which has been reported.
  case broken
  /// Text, a symbol, a zone, a url: so many bytes of what stands there.
  case text(Int32)
  /// Of the field's words the one of this number.
  case word(UInt8)
  case bool(Bool)
  case integer(Int64)
  case decimal(FixedDecimal)
  /// As written: `5%` is 5.
  case percent(FixedDecimal)
  case multiple(FixedDecimal)
  /// The amount; its currency ends the text.
  case money(FixedDecimal)
  /// A limit that is a percentage.
  case share(FixedDecimal)
  /// A limit that is an amount; its currency ends the text.
  case amount(FixedDecimal)
  case duration(Duration)
  /// Minutes after midnight.
  case time(Int)
  /// The node of its name.
  case secret(SecretKind, Int32)
  /// Its items stand one behind the other, the first at this place of the document's values.
  case list(first: Int32, count: Int32)
  /// Text by name, in the tree.
  case map
  /// Its fields stand in the table's order, the first at this place; a negative one: all are defaults.
  case object(Forever<ObjectType>, first: Int32)

  enum SecretKind: Sendable {
    case credential, file, environment
  }
}

/// A checked value with its place.
struct CheckedEntry: Sendable {
  var value: Checked
  /// The node whose text it is; negative for a default of the table.
  var text: Int32 = -1
  /// The node that it stands at; negative for a default.
  var place: Int32 = -1

  static let missing = CheckedEntry(value: .missing)

  /// Whether it is there or holds anyway.
  var isThere: Bool {
    switch value {
    case .missing, .broken: false
    case .text, .word, .bool, .integer, .decimal, .percent, .multiple, .money, .share, .amount, .duration, .time,
      .secret,
      .list, .map, .object:
      true
    }
  }
}
