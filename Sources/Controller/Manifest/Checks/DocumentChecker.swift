// Checks: what holds for a document by itself (by the table of fields), and for all documents of a set together. Every
// check reports and goes on; nothing here makes a value of the core unless all is right.

import Reconciler

/// A document that has a kind, as far as it could be checked.
struct CheckedDocument: Sendable {
  let kind: FieldTable.Kind
  let start: YAMLMark
  let root: CheckedObject

  var metadata: CheckedObject? { root.object("metadata") }
  var spec: CheckedObject? { root.object("spec") }
  var metadataName: String? { metadata?.text("name") }
}

/// Something to tell about a place of a file.
struct Finding: Sendable {
  let severity: ManifestDiagnostic.Severity
  let mark: YAMLMark
  let message: String
}

/// Checks documents against the table.
struct DocumentChecker {
  private(set) var findings: [Finding] = []
  private var kind = FieldTable.Kind.agent

  /// What a message calls a mapping.
  private enum Name {
    case document
    case field(String)
    case item(of: String)

    var text: String {
      switch self {
      case .document: "the document"
      case .field(let name): "`\(name)`"
      case .item(let list): "an item of \(list)"
      }
    }
  }

  /// `nil` when it cannot be told what kind of document it is.
  mutating func check(_ tree: YAMLTree) -> CheckedDocument? {
    let start = tree.nodes[0].start
    guard tree.nodes[0].kind == .mapping else {
      if tree.nodes[0].kind == .refused { return nil }
      let what = tree.isNull(0) ? "nothing" : "no mapping"
      report(start, "this document holds \(what); a document has apiVersion, kind, metadata and spec")
      return nil
    }
    guard let value = tree.entries(of: 0).first(where: { tree.node($0.key, isText: "kind") })?.value else {
      report(start, "`kind` is missing: one of \(Self.kinds)")
      return nil
    }
    guard tree.nodes[value].isScalar else {
      report(tree.nodes[value].start, "`kind` takes \(Self.kinds)")
      return nil
    }
    let word = tree.text(value)
    guard let kind = FieldTable.Kind(rawValue: word) else {
      let near = NearestName.nearest(to: word, among: FieldTable.Kind.allCases.map(\.rawValue))
      let hint = near.map { "; did you mean `\($0)`?" } ?? ""
      report(tree.nodes[value].start, "`kind` takes \(Self.kinds), not `\(word.forMessage)`\(hint)")
      return nil
    }
    self.kind = kind
    var root = object(tree, 0, as: kind.table, at: start, named: .document)
    if kind == .agent { fillNames(&root) }
    return CheckedDocument(kind: kind, start: start, root: root)
  }

  private static let kinds = FieldTable.Kind.allCases.map { "`\($0.rawValue)`" }.joined(separator: " or ")

  /// What is missing of `id` and `name` is `metadata.name`.
  private func fillNames(_ root: inout CheckedObject) {
    guard let name = root.object("metadata")?.item("name")?.value else { return }
    root.change("spec") { spec in
      for (index, field) in spec.type.fields.enumerated() {
        guard case .metadataName = field.fallback, spec[index] == nil, !spec.isBroken(index) else { continue }
        spec.set(index, CheckedItem(value: name))
      }
    }
  }

  private mutating func object(
    _ tree: YAMLTree, _ mapping: Int, as type: ObjectType, at place: YAMLMark, named name: Name
  ) -> CheckedObject {
    var checked = CheckedObject(type: type, capacity: Int(tree.nodes[mapping].count))
    var present: UInt64 = 0
    // Fields that are there under a wrong name: saying that they are missing too would be noise.
    var misspelt: UInt64 = 0
    let end = Int(tree.nodes[mapping].next)
    var key = mapping + 1
    while key < end {
      let node = Int(tree.nodes[key].next)
      let keyMark = tree.nodes[key].start
      defer { key = Int(tree.nodes[node].next) }
      guard let index = type.index(of: key, in: tree) else {
        let text = tree.text(key)
        if let near = NearestName.nearest(to: text, among: type.fields.map(\.name)) {
          misspelt |= 1 << UInt64(type.index(of: near) ?? 63)
        }
        report(keyMark, UnknownKey.message(text, in: type, named: name.text, of: kind))
        continue
      }
      guard present & (1 << UInt64(index)) == 0 else { continue }
      present |= 1 << UInt64(index)
      if let value = value(tree, node, as: type.types[index], named: type.fields[index].name, keyMark: keyMark) {
        checked.set(index, CheckedItem(value: value, mark: tree.nodes[node].start, keyMark: keyMark))
      } else {
        checked.markBroken(index)
      }
    }
    if misspelt & ~present != 0 {
      for index in type.fields.indices where misspelt & ~present & (1 << UInt64(index)) != 0 {
        checked.markBroken(index)
      }
    }
    if type.required & ~(present | misspelt) != 0 {
      for (index, field) in type.fields.enumerated()
      where field.isRequired && (present | misspelt) & (1 << UInt64(index)) == 0 {
        report(place, "`\(field.name)` is missing in \(name.text): \(field.doc)")
      }
    }
    return checked
  }

  private mutating func value(
    _ tree: YAMLTree, _ node: Int, as type: ValueType, named name: String, keyMark: YAMLMark?
  ) -> Checked? {
    switch tree.nodes[node].kind {
    case .refused: return nil
    case .plain, .quoted, .block:
      if tree.isNull(node) {
        report(
          keyMark ?? tree.nodes[node].start,
          "`\(name)` has no value; it takes \(type.expectation)\(Self.emptyForm(of: type))")
        return nil
      }
      do throws(ValueProblem) {
        return try ScalarReader.read(tree.text(node), tree.nodes[node].kind == .plain ? .plain : .quoted, as: type)
      } catch {
        report(tree.nodes[node].start, "`\(name)` takes \(type.expectation), not \(error.message)")
        return nil
      }
    case .sequence: return list(tree, node, as: type, named: name)
    case .mapping: return mapping(tree, node, as: type, named: name, place: keyMark ?? tree.nodes[node].start)
    }
  }

  /// How to write the emptiness that a missing value may have meant.
  private static func emptyForm(of type: ValueType) -> String {
    switch type {
    case .list: "; write `[]` for an empty list"
    case .text(.free), .text(.suffix), .text(.path): "; write `\"\"` for an empty text"
    case .map: "; write `{}` for an empty mapping"
    case .text, .bool, .integer, .decimal, .percent, .money, .limit, .multiple, .duration, .words, .time, .zone, .url,
      .secret, .object, .limitOr:
      ""
    }
  }

  private mutating func list(_ tree: YAMLTree, _ node: Int, as type: ValueType, named name: String) -> Checked? {
    let place = tree.nodes[node].start
    guard case .list(let itemType, let bounds) = type else {
      report(place, "`\(name)` takes \(type.expectation), not a list")
      return nil
    }
    let count = Int(tree.nodes[node].count)
    if !bounds.contains(count) {
      let bound =
        bounds.lowerBound == bounds.upperBound
        ? "exactly \(bounds.lowerBound)"
        : count < bounds.lowerBound ? "at least \(bounds.lowerBound)" : "at most \(bounds.upperBound)"
      report(place, "`\(name)` takes \(bound) items, not \(count)")
      return nil
    }
    var items: [CheckedItem] = []
    items.reserveCapacity(count)
    let end = Int(tree.nodes[node].next)
    var item = node + 1
    while item < end {
      let mark = tree.nodes[item].start
      if case .object(let object) = itemType, tree.nodes[item].kind == .mapping {
        let fields = self.object(tree, item, as: object, at: mark, named: .item(of: name))
        items.append(CheckedItem(value: .object(fields), mark: mark))
      } else if let value = value(tree, item, as: itemType, named: name, keyMark: tree.isNull(item) ? mark : nil) {
        items.append(CheckedItem(value: value, mark: mark))
      }
      item = Int(tree.nodes[item].next)
    }
    // A list of objects may have holes, since each is checked by itself; of a list of words no part stands for it.
    if case .object = itemType { return .list(items) }
    return items.count == count ? .list(items) : nil
  }

  private mutating func mapping(
    _ tree: YAMLTree, _ node: Int, as type: ValueType, named name: String, place: YAMLMark
  ) -> Checked? {
    switch type {
    case .object(let object), .limitOr(let object):
      return .object(self.object(tree, node, as: object, at: place, named: .field(name)))
    case .map: return map(tree, node, named: name)
    case .secret: return secret(tree, node, named: name)
    case .text, .bool, .integer, .decimal, .percent, .money, .limit, .multiple, .duration, .words, .time, .zone, .url,
      .list:
      report(tree.nodes[node].start, "`\(name)` takes \(type.expectation), not a mapping")
      return nil
    }
  }

  private mutating func map(_ tree: YAMLTree, _ node: Int, named name: String) -> Checked? {
    var map: [String: String] = [:]
    map.reserveCapacity(Int(tree.nodes[node].count))
    let end = Int(tree.nodes[node].next)
    var key = node + 1
    while key < end {
      let value = Int(tree.nodes[key].next)
      let text = tree.text(key)
      if !TextRule.line.accepts(text) {
        report(tree.nodes[key].start, "a name in `\(name)` is \(TextRule.line.expectation)")
      } else if case .text(let value) = self.value(
        tree, value, as: .text(.free), named: text.forMessage, keyMark: tree.nodes[key].start)
      {
        map[text] = value
      }
      key = Int(tree.nodes[value].next)
    }
    return .map(map)
  }

  private mutating func secret(_ tree: YAMLTree, _ node: Int, named name: String) -> Checked? {
    let kinds = ["credential", "file", "env"]
    let entries = Array(tree.entries(of: node))
    for entry in entries where !kinds.contains(tree.text(entry.key)) {
      let near =
        NearestName.nearest(to: tree.text(entry.key), among: kinds).map { "; did you mean `\($0)`?" } ?? ""
      report(
        tree.nodes[entry.key].start, "`\(name)` takes \(ValueType.secret.expectation), not this key\(near)")
    }
    guard let entry = entries.first, entries.count == 1, kinds.contains(tree.text(entry.key)) else {
      if entries.allSatisfy({ kinds.contains(tree.text($0.key)) }) {
        report(tree.nodes[node].start, "`\(name)` takes exactly one of `credential`, `file` and `env`")
      }
      return nil
    }
    let key = tree.text(entry.key)
    guard
      case .text(let text) = value(
        tree, entry.value, as: .text(.line), named: key, keyMark: tree.nodes[entry.key].start)
    else { return nil }
    let place = tree.nodes[entry.value].start
    switch key {
    case "file": return .secret(.file(text))
    case "credential":
      if SecretNames.isCredential(text) { return .secret(.credential(text)) }
      report(place, "`credential` takes a file's name of letters, digits, `_`, `-` and `.`, without a folder")
    default:
      if SecretNames.isVariable(text) { return .secret(.environment(text)) }
      report(place, "`env` takes a variable's name of letters, digits and `_`, not beginning with a digit")
    }
    return nil
  }

  private mutating func report(_ mark: YAMLMark, _ message: String) {
    findings.append(Finding(severity: .error, mark: mark, message: message))
  }
}
