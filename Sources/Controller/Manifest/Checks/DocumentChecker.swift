// Checks: what holds for a document by itself (by the table of fields), and for all documents of a set together. Every
// check reports and goes on; nothing here makes a value of the core unless all is right.

import Reconciler

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
  /// The values so far.
  private var entries: [CheckedEntry] = []

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
    guard let value = tree.keys(of: 0).first(where: { tree.node($0, isText: "kind") }).map({ $0 + 1 }) else {
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
    // Most mappings leave out as many fields as they have.
    entries.reserveCapacity(tree.nodes.count)
    _ = object(tree, 0, as: kind.table, at: start, named: .document)
    if kind == .agent { fillNames() }
    return CheckedDocument(kind: kind, tree: tree, entries: entries)
  }

  private static let kinds = FieldTable.Kind.allCases.map { "`\($0.rawValue)`" }.joined(separator: " or ")

  /// What is missing of `id` and `name` is `metadata.name`.
  private mutating func fillNames() {
    guard let name = place(of: "name", in: place(of: "metadata")), entries[name].isThere,
      case .object(let table, let first) = place(of: "spec").map({ entries[$0].value })
    else { return }
    for index in table.value.named {
      guard case .missing = entries[Int(first) + index].value else { continue }
      entries[Int(first) + index] = CheckedEntry(value: entries[name].value, text: entries[name].text)
    }
  }

  /// Where the value of a field is, of the whole document or of a mapping in it.
  private func place(of name: StaticString) -> Int? { kind.table.value.index(of: name) }

  private func place(of name: StaticString, in mapping: Int?) -> Int? {
    guard let mapping, case .object(let table, let first) = entries[mapping].value else { return nil }
    return table.value.index(of: name).map { Int(first) + $0 }
  }

  private mutating func object(
    _ tree: YAMLTree, _ mapping: Int, as table: Forever<ObjectType>, at place: YAMLMark, named name: Name
  ) -> Checked {
    let type = table.value
    let first = entries.count
    entries.append(contentsOf: type.defaults)
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
      let value = value(tree, node, as: type.types[index], named: type.fields[index].name, keyMark: keyMark)
      entries[first + index] = CheckedEntry(value: value, text: Int32(node), place: Int32(node))
    }
    if misspelt & ~present != 0 {
      for index in type.fields.indices where misspelt & ~present & (1 << UInt64(index)) != 0 {
        entries[first + index] = CheckedEntry(value: .broken)
      }
    }
    if type.required & ~(present | misspelt) != 0 {
      for (index, field) in type.fields.enumerated()
      where field.isRequired && (present | misspelt) & (1 << UInt64(index)) == 0 {
        report(place, "`\(field.name)` is missing in \(name.text): \(field.doc)")
      }
    }
    return .object(table, first: Int32(first))
  }

  private mutating func value(
    _ tree: YAMLTree, _ node: Int, as type: ValueType, named name: String, keyMark: YAMLMark?
  ) -> Checked {
    switch tree.nodes[node].kind {
    case .refused: return .broken
    case .plain, .quoted, .block:
      if tree.isNull(node) {
        report(
          keyMark ?? tree.nodes[node].start,
          "`\(name)` has no value; it takes \(type.expectation)\(Self.emptyForm(of: type))")
        return .broken
      }
      do throws(ValueProblem) {
        return try Self.read(tree, node, as: type)
      } catch {
        report(tree.nodes[node].start, "`\(name)` takes \(type.expectation), not \(error.message)")
        return .broken
      }
    case .sequence: return list(tree, node, as: type, named: name)
    case .mapping: return mapping(tree, node, as: type, named: name, place: keyMark ?? tree.nodes[node].start)
    }
  }

  private static func read(_ tree: YAMLTree, _ node: Int, as type: ValueType) throws(ValueProblem) -> Checked {
    try ScalarReader.read(
      tree.text.span.extracting(tree.range(node)), tree.nodes[node].kind == .plain ? .plain : .quoted, as: type)
  }

  /// Text about which nothing need be said.
  private static func isPlainText(_ tree: YAMLTree, _ node: Int) -> Bool {
    guard tree.nodes[node].isScalar, !tree.isNull(node) else { return false }
    let quoting: ScalarReader.Quoting = tree.nodes[node].kind == .plain ? .plain : .quoted
    return ScalarReader.plain(tree.text.span.extracting(tree.range(node)), quoting, as: .text(.free)) != nil
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

  private mutating func list(_ tree: YAMLTree, _ node: Int, as type: ValueType, named name: String) -> Checked {
    let place = tree.nodes[node].start
    guard case .list(let listItem, let bounds) = type else {
      report(place, "`\(name)` takes \(type.expectation), not a list")
      return .broken
    }
    let itemType = listItem.value
    let count = Int(tree.nodes[node].count)
    if !bounds.contains(count) {
      let bound =
        bounds.lowerBound == bounds.upperBound
        ? "exactly \(bounds.lowerBound)"
        : count < bounds.lowerBound ? "at least \(bounds.lowerBound)" : "at most \(bounds.upperBound)"
      report(place, "`\(name)` takes \(bound) items, not \(count)")
      return .broken
    }
    let first = entries.count
    entries.append(contentsOf: repeatElement(.missing, count: count))
    var used = first
    let end = Int(tree.nodes[node].next)
    var item = node + 1
    while item < end {
      let mark = tree.nodes[item].start
      let value: Checked
      if case .object(let object) = itemType, tree.nodes[item].kind == .mapping {
        value = self.object(tree, item, as: object, at: mark, named: .item(of: name))
      } else {
        value = self.value(tree, item, as: itemType, named: name, keyMark: tree.isNull(item) ? mark : nil)
      }
      let entry = CheckedEntry(value: value, text: Int32(item), place: Int32(item))
      if entry.isThere {
        entries[used] = entry
        used += 1
      }
      item = Int(tree.nodes[item].next)
    }
    let list = Checked.list(first: Int32(first), count: Int32(used - first))
    // A list of objects may have holes, since each is checked by itself; of a list of words no part stands for it.
    if case .object = itemType { return list }
    return used - first == count ? list : .broken
  }

  private mutating func mapping(
    _ tree: YAMLTree, _ node: Int, as type: ValueType, named name: String, place: YAMLMark
  ) -> Checked {
    switch type {
    case .object(let object), .limitOr(let object):
      return self.object(tree, node, as: object, at: place, named: .field(name))
    case .map: return map(tree, node, named: name)
    case .secret: return secret(tree, node, named: name)
    case .text, .bool, .integer, .decimal, .percent, .money, .limit, .multiple, .duration, .words, .time, .zone, .url,
      .list:
      report(tree.nodes[node].start, "`\(name)` takes \(type.expectation), not a mapping")
      return .broken
    }
  }

  private mutating func map(_ tree: YAMLTree, _ node: Int, named name: String) -> Checked {
    let end = Int(tree.nodes[node].next)
    var key = node + 1
    while key < end {
      let value = Int(tree.nodes[key].next)
      if TextRule.line.accepts(tree.text.span.extracting(tree.range(key))) {
        if !Self.isPlainText(tree, value) {
          _ = self.value(
            tree, value, as: .text(.free), named: tree.text(key).forMessage, keyMark: tree.nodes[key].start)
        }
      } else {
        report(tree.nodes[key].start, "a name in `\(name)` is \(TextRule.line.expectation)")
      }
      key = Int(tree.nodes[value].next)
    }
    return .map
  }

  private mutating func secret(_ tree: YAMLTree, _ node: Int, named name: String) -> Checked {
    let kinds = ["credential", "file", "env"]
    let keys = Array(tree.keys(of: node))
    for key in keys where !kinds.contains(tree.text(key)) {
      let near = NearestName.nearest(to: tree.text(key), among: kinds).map { "; did you mean `\($0)`?" } ?? ""
      report(
        tree.nodes[key].start, "`\(name)` takes \(ValueType.secret.expectation), not this key\(near)")
    }
    guard let key = keys.first, keys.count == 1, kinds.contains(tree.text(key)) else {
      if keys.allSatisfy({ kinds.contains(tree.text($0)) }) {
        report(tree.nodes[node].start, "`\(name)` takes exactly one of `credential`, `file` and `env`")
      }
      return .broken
    }
    let kind = tree.text(key)
    let keyMark = tree.nodes[key].start
    guard case .text = value(tree, key + 1, as: .text(.line), named: kind, keyMark: keyMark) else { return .broken }
    let (text, place) = (tree.text(key + 1), tree.nodes[key + 1].start)
    switch kind {
    case "file": return .secret(.file, Int32(key + 1))
    case "credential":
      if SecretNames.isCredential(text) { return .secret(.credential, Int32(key + 1)) }
      report(place, "`credential` takes a file's name of letters, digits, `_`, `-` and `.`, without a folder")
    default:
      if SecretNames.isVariable(text) { return .secret(.environment, Int32(key + 1)) }
      report(place, "`env` takes a variable's name of letters, digits and `_`, not beginning with a digit")
    }
    return .broken
  }

  private mutating func report(_ mark: YAMLMark, _ message: String) {
    findings.append(Finding(severity: .error, mark: mark, message: message))
  }
}
