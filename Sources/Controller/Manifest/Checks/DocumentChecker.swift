// Checks: what holds for a document by itself (by the table of fields), and for all documents of a set together. Every
// check reports and goes on; nothing here makes a value of the core unless all is right.

import Reconciler

/// A document that has a kind, as far as it could be checked.
struct CheckedDocument: Sendable {
  let kind: FieldTable.Kind
  /// The file's index in the set.
  let file: Int
  let start: YAMLMark
  let root: CheckedObject

  var metadata: CheckedObject? { root.object("metadata") }
  var spec: CheckedObject? { root.object("spec") }
  var metadataName: String? { metadata?.text("name") }
}

/// Something to tell about a place of a set.
struct Finding: Sendable {
  let severity: ManifestDiagnostic.Severity
  let file: Int
  let mark: YAMLMark
  let message: String
}

/// Checks the documents of one file against the table.
struct DocumentChecker {
  private(set) var findings: [Finding] = []
  private let file: Int

  init(file: Int) { self.file = file }

  /// `nil` when it cannot be told what kind of document it is.
  mutating func check(_ node: YAMLNode) -> CheckedDocument? {
    guard case .mapping(let entries) = node.content else {
      if case .refused = node.content { return nil }
      let what = node.isNull ? "nothing" : "no mapping"
      report(node.start, "this document holds \(what); a document has apiVersion, kind, metadata and spec")
      return nil
    }
    guard let kindEntry = entries.first(where: { $0.key == "kind" }) else {
      report(node.start, "`kind` is missing: one of \(Self.kinds)")
      return nil
    }
    guard case .scalar(let word, _) = kindEntry.value.content, let kind = FieldTable.Kind(rawValue: word) else {
      if case .scalar(let word, _) = kindEntry.value.content {
        let near = NearestName.nearest(to: word, among: FieldTable.Kind.allCases.map(\.rawValue))
        let hint = near.map { "; did you mean `\($0)`?" } ?? ""
        report(kindEntry.value.start, "`kind` takes \(Self.kinds), not `\(word.forMessage)`\(hint)")
      } else {
        report(kindEntry.value.start, "`kind` takes \(Self.kinds)")
      }
      return nil
    }
    let path = kind.pathWord
    var root = object(entries, as: kind.table, at: node.start, named: "the document", path: path)
    if kind == .agent { fillNames(&root) }
    return CheckedDocument(kind: kind, file: file, start: node.start, root: root)
  }

  private static let kinds = FieldTable.Kind.allCases.map { "`\($0.rawValue)`" }.joined(separator: " or ")

  /// What is missing of `id` and `name` is `metadata.name`.
  private func fillNames(_ root: inout CheckedObject) {
    guard let metadata = root.object("metadata"), let name = metadata.item("name"), var spec = root.object("spec"),
      let specIndex = root.type.index(of: "spec"), let specItem = root[specIndex]
    else { return }
    for (index, field) in spec.type.fields.enumerated() where spec[index] == nil && !spec.isBroken(field.name) {
      if case .metadataName = field.fallback {
        spec[index] = CheckedItem(value: name.value, mark: nil, keyMark: nil)
      }
    }
    root[specIndex] = CheckedItem(value: .object(spec), mark: specItem.mark, keyMark: specItem.keyMark)
  }

  private mutating func object(
    _ entries: [YAMLEntry], as type: ObjectType, at place: YAMLMark, named name: String, path: String
  ) -> CheckedObject {
    var checked = CheckedObject(type: type)
    var present: UInt64 = 0
    // Fields that are there under a wrong name: saying that they are missing too would be noise.
    var misspelt: UInt64 = 0
    for entry in entries {
      guard let index = type.index(of: entry.key) else {
        if let near = NearestName.nearest(to: entry.key, among: type.fields.map(\.name)) {
          misspelt |= 1 << UInt64(type.index(of: near) ?? 63)
        }
        report(entry.keyMark, UnknownKey.message(entry.key, in: type, named: name, path: path))
        continue
      }
      guard present & (1 << UInt64(index)) == 0 else { continue }
      present |= 1 << UInt64(index)
      let field = type.fields[index]
      if let value = value(entry.value, as: field.type, named: field.name, keyMark: entry.keyMark, path: path) {
        checked[index] = CheckedItem(value: value, mark: entry.value.start, keyMark: entry.keyMark)
      } else {
        checked.markBroken(index)
      }
    }
    for index in type.fields.indices where misspelt & ~present & (1 << UInt64(index)) != 0 { checked.markBroken(index) }
    for (index, field) in type.fields.enumerated()
    where field.isRequired && (present | misspelt) & (1 << UInt64(index)) == 0 {
      report(place, "`\(field.name)` is missing in \(name): \(field.doc)")
    }
    return checked
  }

  private mutating func value(
    _ node: YAMLNode, as type: ValueType, named name: String, keyMark: YAMLMark?, path: String
  ) -> Checked? {
    switch node.content {
    case .refused: return nil
    case .scalar(let text, let style):
      if node.isNull {
        let empty: String =
          switch type {
          case .list: "; write `[]` for an empty list"
          case .text(.free), .text(.suffix), .text(.path): "; write `\"\"` for an empty text"
          case .map: "; write `{}` for an empty mapping"
          case .text, .bool, .integer, .decimal, .percent, .money, .limit, .multiple, .duration, .words, .time, .zone,
            .url, .secret, .object, .limitOr:
            ""
          }
        report(keyMark ?? node.start, "`\(name)` has no value; it takes \(type.expectation)\(empty)")
        return nil
      }
      do throws(ValueProblem) {
        return try ScalarReader.read(text, style == .plain ? .plain : .quoted, as: type)
      } catch {
        report(node.start, "`\(name)` takes \(type.expectation), not \(error.message)")
        return nil
      }
    case .sequence(let nodes): return list(nodes, node, as: type, named: name, path: path)
    case .mapping(let entries):
      return mapping(entries, node, as: type, named: name, place: keyMark ?? node.start, path: path)
    }
  }

  private mutating func list(
    _ nodes: [YAMLNode], _ node: YAMLNode, as type: ValueType, named name: String, path: String
  ) -> Checked? {
    guard case .list(let itemType, let count) = type else {
      report(node.start, "`\(name)` takes \(type.expectation), not a list")
      return nil
    }
    if !count.contains(nodes.count) {
      let bound =
        count.lowerBound == count.upperBound
        ? "exactly \(count.lowerBound)"
        : nodes.count < count.lowerBound ? "at least \(count.lowerBound)" : "at most \(count.upperBound)"
      report(node.start, "`\(name)` takes \(bound) items, not \(nodes.count)")
      return nil
    }
    var items: [CheckedItem] = []
    items.reserveCapacity(nodes.count)
    var isWhole = true
    for item in nodes {
      let shown = "an item of \(name)"
      if case .object(let object) = itemType, case .mapping(let entries) = item.content {
        let fields = self.object(entries, as: object, at: item.start, named: shown, path: "\(path).\(name)")
        items.append(CheckedItem(value: .object(fields), mark: item.start, keyMark: nil))
      } else if let value = value(item, as: itemType, named: name, keyMark: item.isNull ? item.start : nil, path: path)
      {
        items.append(CheckedItem(value: value, mark: item.start, keyMark: nil))
      } else {
        isWhole = false
      }
    }
    // A list of objects may have holes, since each is checked by itself; of a list of words no part stands for it.
    if case .object = itemType { return .list(items) }
    return isWhole ? .list(items) : nil
  }

  private mutating func mapping(
    _ entries: [YAMLEntry], _ node: YAMLNode, as type: ValueType, named name: String, place: YAMLMark, path: String
  ) -> Checked? {
    switch type {
    case .object(let object), .limitOr(let object):
      return .object(self.object(entries, as: object, at: place, named: "`\(name)`", path: "\(path).\(name)"))
    case .map: return map(entries, named: name)
    case .secret: return secret(entries, at: node.start, named: name)
    case .text, .bool, .integer, .decimal, .percent, .money, .limit, .multiple, .duration, .words, .time, .zone, .url,
      .list:
      report(node.start, "`\(name)` takes \(type.expectation), not a mapping")
      return nil
    }
  }

  private mutating func map(_ entries: [YAMLEntry], named name: String) -> Checked? {
    var map: [String: String] = [:]
    for entry in entries {
      if !TextRule.line.accepts(entry.key) {
        report(entry.keyMark, "a name in `\(name)` is \(TextRule.line.expectation)")
      } else if case .text(let text) = value(
        entry.value, as: .text(.free), named: entry.key.forMessage, keyMark: entry.keyMark, path: name)
      {
        map[entry.key] = text
      }
    }
    return .map(map)
  }

  private mutating func secret(_ entries: [YAMLEntry], at mark: YAMLMark, named name: String) -> Checked? {
    let kinds = ["credential", "file", "env"]
    for entry in entries where !kinds.contains(entry.key) {
      let near = NearestName.nearest(to: entry.key, among: kinds).map { "; did you mean `\($0)`?" } ?? ""
      report(entry.keyMark, "`\(name)` takes \(ValueType.secret.expectation), not this key\(near)")
    }
    guard let entry = entries.first, entries.count == 1, kinds.contains(entry.key) else {
      if entries.allSatisfy({ kinds.contains($0.key) }) {
        report(mark, "`\(name)` takes exactly one of `credential`, `file` and `env`")
      }
      return nil
    }
    guard
      case .text(let text) = value(
        entry.value, as: .text(.line), named: entry.key, keyMark: entry.keyMark, path: name)
    else { return nil }
    switch entry.key {
    case "file": return .secret(.file(text))
    case "credential":
      if SecretNames.isCredential(text) { return .secret(.credential(text)) }
      report(
        entry.value.start, "`credential` takes a file's name of letters, digits, `_`, `-` and `.`, without a folder")
    default:
      if SecretNames.isVariable(text) { return .secret(.environment(text)) }
      report(entry.value.start, "`env` takes a variable's name of letters, digits and `_`, not beginning with a digit")
    }
    return nil
  }

  private mutating func report(_ mark: YAMLMark, _ message: String) {
    findings.append(Finding(severity: .error, file: file, mark: mark, message: message))
  }
}

/// Which names a secret reference may carry: none leads out of the folder of credentials.
enum SecretNames {
  static func isCredential(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count) && text != "." && text != ".."
      && text.utf8.allSatisfy { isWord($0) || $0 == 0x2D || $0 == 0x2E }
  }

  static func isVariable(_ text: String) -> Bool {
    guard (1...255).contains(text.utf8.count), let first = text.utf8.first else { return false }
    return !TextRule.isDigit(first) && text.utf8.allSatisfy(isWord)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    TextRule.isDigit(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x5F
  }
}

/// What to say of a key that the table does not have.
enum UnknownKey {
  static func message(_ key: String, in type: ObjectType, named name: String, path: String) -> String {
    let head = "unknown key `\(key.forMessage)` in \(name)"
    if let near = NearestName.nearest(to: key, among: type.fields.map(\.name)) {
      return "\(head); did you mean `\(near)`?"
    }
    let kind = path.prefix { $0 != "." }
    let places = FieldTable.paths.filter { $0.hasPrefix(kind + ".") && $0.hasSuffix("." + key) }
    if let place = places.first, places.count == 1 {
      let home = place.split(separator: ".").dropFirst().dropLast().joined(separator: ".")
      return "\(head); it belongs in `\(home)`"
    }
    return "\(head); allowed are \(type.names)"
  }
}
