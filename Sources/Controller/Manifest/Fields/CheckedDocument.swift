import Reconciler

/// A document that has a kind, as far as it could be checked: its values, beside the tree that their texts are in.
final class CheckedDocument: Sendable {
  let kind: FieldTable.Kind
  let tree: YAMLTree
  /// The fields of the whole document come first.
  let entries: [CheckedEntry]

  init(kind: FieldTable.Kind, tree: YAMLTree, entries: [CheckedEntry]) {
    self.kind = kind
    self.tree = tree
    self.entries = entries
  }

  var start: YAMLMark { tree.nodes[0].start }
  var root: CheckedObject { CheckedObject(document: self, table: kind.table, first: 0) }
  var metadata: CheckedObject? { root.object("metadata") }
  var spec: CheckedObject? { root.object("spec") }
  var metadataName: String? { metadata?.text("name") }

  /// Where a node stands; `nil` for a default of the table.
  func mark(_ node: Int32) -> YAMLMark? { node < 0 ? nil : tree.nodes[Int(node)].start }

  /// The bytes of a node's text, or the first of them.
  func bytes(_ node: Int32, count: Int32? = nil) -> ArraySlice<UInt8> {
    let range = tree.nodes[Int(node)].text
    return tree.text[Int(range.from)..<Int(count.map { range.from + $0 } ?? range.to)]
  }

  func text(_ node: Int32, count: Int32? = nil) -> String { String(decoding: bytes(node, count: count), as: UTF8.self) }

  /// The currency that an amount ends with.
  func currency(_ node: Int32) -> String { String(decoding: bytes(node).suffix(3), as: UTF8.self) }

  /// Text by name.
  func map(_ node: Int32) -> [String: String] {
    guard node >= 0 else { return [:] }
    var map: [String: String] = [:]
    map.reserveCapacity(Int(tree.nodes[Int(node)].count))
    for key in tree.keys(of: Int(node)) { map[tree.text(key)] = tree.text(key + 1) }
    return map
  }
}

/// A value of a document and where it stands.
struct CheckedItem: Sendable {
  let document: CheckedDocument
  let entry: CheckedEntry

  /// `nil` for a default.
  var mark: YAMLMark? { document.mark(entry.place) }

  /// Of text that stands in the document.
  var text: String? {
    guard case .text(let count) = entry.value, entry.text >= 0 else { return nil }
    return document.text(entry.text, count: count)
  }

  /// Whether both are text of the document, and of the same bytes.
  func isSameText(as other: CheckedItem) -> Bool {
    guard case .text = entry.value, case .text = other.entry.value, entry.text >= 0, other.entry.text >= 0 else {
      return false
    }
    return document.tree.node(Int(entry.text), hasBytesOf: Int(other.entry.text))
  }

  var object: CheckedObject? {
    guard case .object(let table, let first) = entry.value else { return nil }
    return CheckedObject(document: document, table: table, first: first)
  }

  /// Of an amount.
  var currency: String? {
    switch entry.value {
    case .money, .amount: document.currency(entry.text)
    case .missing, .broken, .text, .word, .bool, .integer, .decimal, .percent, .multiple, .share, .duration, .time,
      .secret, .list, .map, .object:
      nil
    }
  }
}

/// The checked items of a list.
struct CheckedList: RandomAccessCollection, Sendable {
  let document: CheckedDocument
  let first: Int32
  let count: Int

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  subscript(index: Int) -> CheckedItem {
    CheckedItem(document: document, entry: document.entries[Int(first) + index])
  }
}
