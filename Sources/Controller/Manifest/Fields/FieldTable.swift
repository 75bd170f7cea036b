import Reconciler

/// The table of every field of every kind of document.
public enum FieldTable {
  static let apiVersion = "mt4-controller/v1alpha1"

  enum Kind: String, CaseIterable {
    case agent = "TradingAgent"
    case fleet = "FleetPolicy"

    var table: Forever<ObjectType> {
      switch self {
      case .agent: FieldTable.agent
      case .fleet: FieldTable.fleet
      }
    }

    /// The first word of a path such as `agent.spec.risk`.
    var pathWord: String {
      switch self {
      case .agent: "agent"
      case .fleet: "fleet"
      }
    }
  }

  /// One field as people read it.
  public struct Entry: Sendable, Hashable {
    /// Such as `agent.spec.risk.lot_size`.
    public let path: String
    /// A short name of the type, such as `money`.
    public let type: String
    /// What the field takes, in words.
    public let takes: String
    public let isRequired: Bool
    /// As one would write it; `nil` where there is none.
    public let defaultText: String?
    /// One sentence.
    public let doc: String
    /// The names of the fields below.
    public let fields: [String]
  }

  /// The field at a path such as `agent.spec.risk`; `agent` and `fleet` are the documents themselves. `nil` when there
  /// is no such field.
  public static func entry(at path: String) -> Entry? {
    let words = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let kind = Kind.allCases.first(where: { $0.pathWord == words.first }) else { return nil }
    var entry = Entry(
      path: kind.pathWord, type: "object", takes: "a document of kind \(kind.rawValue)", isRequired: false,
      defaultText: nil, doc: "A document of kind \(kind.rawValue).", fields: kind.table.value.fields.map(\.name))
    var object: ObjectType? = kind.table.value
    for word in words.dropFirst() {
      guard let field = object?.fields.first(where: { $0.name == word }) else { return nil }
      object = field.type.object
      entry = Self.entry(of: field, at: entry.path + "." + word)
    }
    return entry
  }

  /// The path of every field, a document's in the order of the table.
  public static let paths: [String] = Kind.allCases.flatMap { paths(below: $0.table.value, at: $0.pathWord) }

  private static func paths(below object: ObjectType, at path: String) -> [String] {
    [path]
      + object.fields.flatMap { field in
        field.type.object.map { paths(below: $0, at: "\(path).\(field.name)") } ?? ["\(path).\(field.name)"]
      }
  }

  private static func entry(of field: Field, at path: String) -> Entry {
    let text: String? =
      switch field.fallback {
      case .text(let text): text.isEmpty ? "\"\"" : text
      case .metadataName: "metadata.name"
      case .required, .none, .fields, .empty: nil
      }
    return Entry(
      path: path, type: field.type.name, takes: field.type.expectation, isRequired: field.isRequired,
      defaultText: text, doc: field.doc, fields: field.type.object?.fields.map(\.name) ?? [])
  }
}
