import Reconciler

/// One field: its name, what it holds, and a sentence for people.
struct Field: Sendable {
  enum Fallback: Sendable {
    /// Missing is an error.
    case required
    /// Missing means that there is none.
    case none
    /// Missing means this text, read as if it stood in the file.
    case text(String)
    /// Missing means `metadata.name`.
    case metadataName
    /// Missing means a mapping of its fields' defaults.
    case fields
    /// Missing means an empty list or mapping.
    case empty
  }

  let name: String
  let type: ValueType
  let fallback: Fallback
  /// One sentence: meaning, unit, what its absence means.
  let doc: String
  /// The fallback as a checked value; missing where there is none or where it depends on the document.
  let fallbackValue: Checked
  /// The same in the normalised form.
  let fallbackJSON: [UInt8]

  init(_ name: String, _ type: ValueType, _ fallback: Fallback, _ doc: String) {
    self.name = name
    self.type = type
    self.fallback = fallback
    self.doc = doc
    (fallbackValue, fallbackJSON) = Self.value(of: fallback, for: type, named: name)
  }

  var isRequired: Bool { if case .required = fallback { true } else { false } }

  /// What holds of a text that is left out.
  var fallbackText: String? { if case .text(let text) = fallback { text } else { nil } }

  private static func value(
    of fallback: Fallback, for type: ValueType, named name: String
  ) -> (Checked, [UInt8]) {
    switch fallback {
    case .required, .none, .metadataName: return (.missing, [])
    case .text(let text):
      do {
        let value = try ScalarReader.read(text, .plainOrQuoted, as: type)
        var json: [UInt8] = []
        value.write(text.utf8Span.span, to: &json)
        return (value, json)
      } catch {
        preconditionFailure("the default of \(name) in the table of fields is not valid: \(error.message)")
      }
    case .fields:
      guard case .object(let table) = type else { preconditionFailure("\(name) has no fields to take defaults from") }
      return (.object(table, first: -1), Array(table.value.defaultsJSON))
    case .empty:
      if case .map = type { return (.map, Array("{}".utf8)) }
      return (.list(first: 0, count: 0), Array("[]".utf8))
    }
  }
}
