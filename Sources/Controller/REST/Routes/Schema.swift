import Reconciler

/// The shape of a JSON value, as `/openapi.json` states it.
indirect enum Schema: Hashable, Sendable {
  case string
  /// RFC 3339, UTC.
  case time
  /// The place in a list where a page begins: digits.
  case cursor
  case bool
  case int
  case intBetween(Int64, Int64)
  /// A decimal; its text is exact.
  case number
  case oneOf([String])
  case nullable(Schema)
  case array(Schema)
  /// By any name.
  case map(Schema)
  /// Named once in the document's `components`.
  case named(String, [Field])
  /// Anything.
  case any

  struct Field: Hashable, Sendable {
    let name: String
    let schema: Schema
    /// Whether it may be missing.
    let isOptional: Bool
  }

  static func field(_ name: String, _ schema: Schema) -> Field { Field(name: name, schema: schema, isOptional: false) }

  static func optional(_ name: String, _ schema: Schema) -> Field {
    Field(name: name, schema: schema, isOptional: true)
  }
}
