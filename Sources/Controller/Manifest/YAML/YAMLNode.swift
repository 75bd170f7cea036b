// YAML: bytes in, a tree of nodes with places out, over libyaml's events. What a key means is not known here; what YAML
// offers beyond plain trees (anchors, aliases, tags, merge keys, duplicate keys) is refused here.

/// A place in a file, both from 1; the column counts Unicode scalars.
struct YAMLMark: Hashable, Comparable, Sendable {
  let line: Int32
  let column: Int32

  static let start = YAMLMark(line: 1, column: 1)
  /// No place at all.
  static let none = YAMLMark(line: 0, column: 0)

  static func < (a: Self, b: Self) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// How a scalar was written: only a plain one can be a number or a boolean.
enum ScalarStyle: Sendable {
  case plain, quoted, block
}

/// One node of a document.
struct YAMLNode: Sendable {
  enum Content: Sendable {
    case scalar(String, ScalarStyle)
    case sequence([YAMLNode])
    case mapping([YAMLEntry])
    /// Reported already (an alias, for one): nobody need say more about it.
    case refused
  }

  let content: Content
  let start: YAMLMark
  let end: YAMLMark

  /// `key:` with nothing behind it, `~` or `null`.
  var isNull: Bool {
    guard case .scalar(let text, .plain) = content else { return false }
    return text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL"
  }
}

/// A key with its value, in the order of the file.
struct YAMLEntry: Sendable {
  let key: String
  let keyMark: YAMLMark
  let value: YAMLNode
}

/// What is wrong at a place, before the file's name and line are put to it.
struct YAMLProblem: Error, Hashable, Sendable {
  let mark: YAMLMark
  let message: String
}

/// What a file came to: its documents, what was refused in them, and stretches that must never be printed.
struct YAMLFile: Sendable {
  var documents: [YAMLNode] = []
  var problems: [YAMLProblem] = []
  /// Values of keys that look like secrets.
  var secrets: [SecretSpan] = []
  /// From this line on nothing could be read, so secrets have to be guessed from the text.
  var unreadableFrom: Int32?
}

/// From `start` up to, not including, `end`.
struct SecretSpan: Hashable, Sendable {
  let start: YAMLMark
  let end: YAMLMark
}
