// Import: the old gateway's registry of agents (`agents.yml`) in, manifests out. It reads with tolerance, says whatever it
// guesses or leaves out, and never writes a secret, a number that stands for none, or over a file that is there. What it
// writes has been checked by the loader before.

import Reconciler

/// A mapping of the registry, in which a value is looked for under several names.
struct RegistryNode {
  let entries: [YAMLEntry]

  /// `nil` unless it is a mapping.
  init?(_ node: YAMLNode) {
    guard case .mapping(let entries) = node.content else { return nil }
    self.entries = entries
  }

  /// One value and where it stands.
  struct Found {
    let name: String
    let value: YAMLNode
    let mark: YAMLMark

    /// The scalar's text; `nil` for nothing, and for lists and mappings.
    var text: String? {
      guard case .scalar(let text, _) = value.content, !value.isNull else { return nil }
      return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The items of a list, or of a text with commas.
    var list: [String] {
      switch value.content {
      case .sequence(let items):
        items.compactMap { if case .scalar(let text, _) = $0.content { text } else { nil } }
      case .scalar(let text, _): text.split { $0 == "," || $0 == " " || $0 == ";" }.map(String.init)
      case .mapping(let entries): entries.map(\.key)
      case .refused: []
      }
    }

    var node: RegistryNode? { RegistryNode(value) }
  }

  /// The first of these names, as it stands or with other marks and case between its words.
  func find(_ names: [String]) -> Found? {
    for name in names {
      if let entry = entries.first(where: { Self.plain($0.key) == Self.plain(name) }) {
        return Found(name: entry.key, value: entry.value, mark: entry.keyMark)
      }
    }
    return nil
  }

  /// The same, here or in one of the mappings of these names below.
  func find(_ names: [String], below groups: [String]) -> Found? {
    if let found = find(names), found.text != nil || found.node == nil { return found }
    for group in groups {
      if let found = find([group])?.node?.find(names), found.text != nil || found.node == nil { return found }
    }
    return nil
  }

  static func plain(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }
}
