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
  /// The fallback as a checked value; `nil` where there is none or where it depends on the document.
  let fallbackValue: Checked?

  init(_ name: String, _ type: ValueType, _ fallback: Fallback, _ doc: String) {
    self.name = name
    self.type = type
    self.fallback = fallback
    self.doc = doc
    fallbackValue = Self.value(of: fallback, for: type, named: name)
  }

  var isRequired: Bool { if case .required = fallback { true } else { false } }

  private static func value(of fallback: Fallback, for type: ValueType, named name: String) -> Checked? {
    switch fallback {
    case .required, .none, .metadataName: return nil
    case .text(let text):
      do {
        return try ScalarReader.read(text, .plainOrQuoted, as: type)
      } catch {
        preconditionFailure("the default of \(name) in the table of fields is not valid: \(error.message)")
      }
    case .fields:
      guard let object = type.object else { preconditionFailure("\(name) has no fields to take defaults from") }
      return .object(CheckedObject(type: object))
    case .empty:
      if case .map = type { return .map([:]) }
      return .list([])
    }
  }
}
