/// A document of a file as it was written, flat: its nodes in the order of the file, each with the number of the node
/// behind all that is below it. No node owns memory, so that a tree is made and walked without any.
struct YAMLTree: Sendable {
  struct Node: Sendable {
    enum Kind: Sendable {
      case plain, quoted, block
      /// Its items follow.
      case sequence
      /// Its keys and values follow in turn.
      case mapping
      /// Reported already (an alias, for one): nobody need say more about it.
      case refused
    }

    let kind: Kind
    /// How many items a sequence has, or entries a mapping.
    var count: Int32 = 0
    /// Of a scalar: where its text begins in the tree's, and where it ends.
    var text: (from: Int32, to: Int32) = (0, 0)
    var start: YAMLMark
    var end: YAMLMark
    /// The number of the node behind this one and all below it.
    var next: Int32

    var isScalar: Bool {
      switch kind {
      case .plain, .quoted, .block: true
      case .sequence, .mapping, .refused: false
      }
    }

    var style: ScalarStyle {
      switch kind {
      case .plain: .plain
      case .block: .block
      case .quoted, .sequence, .mapping, .refused: .quoted
      }
    }
  }

  /// The root is the first.
  var nodes: [Node] = []
  /// The text of all scalars, one behind the other.
  var text: [UInt8] = []

  mutating func removeAll() {
    nodes.removeAll(keepingCapacity: true)
    text.removeAll(keepingCapacity: true)
  }

  /// Where a scalar's text is in the tree's.
  func range(_ number: Int) -> Range<Int> { Int(nodes[number].text.from)..<Int(nodes[number].text.to) }

  /// A scalar's text as UTF-8.
  func bytes(_ number: Int) -> ArraySlice<UInt8> { text[range(number)] }

  func text(_ number: Int) -> String { String(decoding: bytes(number), as: UTF8.self) }

  /// Whether the node is a scalar of just this text.
  func node(_ number: Int, isText other: StaticString) -> Bool {
    let range = nodes[number].text
    guard nodes[number].isScalar, Int(range.to - range.from) == other.utf8CodeUnitCount else { return false }
    return other.withUTF8Buffer { unsafe text[Int(range.from)..<Int(range.to)].elementsEqual($0) }
  }

  func node(_ number: Int, hasBytesOf other: Int) -> Bool {
    let (a, b) = (nodes[number].text, nodes[other].text)
    guard a.to - a.from == b.to - b.from else { return false }
    for offset in 0..<Int(a.to - a.from) where text[Int(a.from) + offset] != text[Int(b.from) + offset] { return false }
    return true
  }

  func isASCII(_ number: Int) -> Bool {
    var all: UInt8 = 0
    for at in range(number) { all |= text[at] }
    return all < 0x80
  }

  /// Length, first and last letter, mixed to a number below 64.
  func look(_ number: Int) -> UInt64 {
    let range = range(number)
    guard let last = range.last else { return 0 }
    return UInt64((range.count &+ Int(text[range.lowerBound]) &* 3 &+ Int(text[last]) &* 11) & 63)
  }

  /// `key:` with nothing behind it, `~` or `null`.
  func isNull(_ number: Int) -> Bool {
    guard nodes[number].kind == .plain else { return false }
    switch nodes[number].text.to - nodes[number].text.from {
    case 0: return true
    case 1: return node(number, isText: "~")
    case 4: return node(number, isText: "null") || node(number, isText: "Null") || node(number, isText: "NULL")
    default: return false
    }
  }

  /// The number of the node behind a key and its value.
  func behindEntry(_ key: Int) -> Int { Int(nodes[Int(nodes[key].next)].next) }

  /// The numbers of a sequence's items.
  func children(of number: Int) -> Numbers { Numbers(tree: self, number: number, isMapping: false) }

  /// The numbers of a mapping's keys; each value is right behind its key.
  func keys(of number: Int) -> Numbers { Numbers(tree: self, number: number, isMapping: true) }

  /// Numbers of nodes side by side.
  struct Numbers: Sequence, IteratorProtocol {
    private let tree: YAMLTree
    private let isMapping: Bool
    private let end: Int
    private var number: Int

    fileprivate init(tree: YAMLTree, number: Int, isMapping: Bool) {
      self.tree = tree
      self.isMapping = isMapping
      self.number = number + 1
      end = Int(tree.nodes[number].next)
    }

    mutating func next() -> Int? {
      guard number < end else { return nil }
      defer { number = isMapping ? tree.behindEntry(number) : Int(tree.nodes[number].next) }
      return number
    }
  }
}

extension YAMLTree {
  /// The same as nested values, for those who look here and there.
  func node(_ number: Int) -> YAMLNode {
    let node = nodes[number]
    let content: YAMLNode.Content =
      switch node.kind {
      case .plain, .quoted, .block: .scalar(text(number), node.style)
      case .refused: .refused
      case .sequence: .sequence(children(of: number).map { self.node($0) })
      case .mapping:
        .mapping(
          keys(of: number).map {
            YAMLEntry(key: text($0), keyMark: nodes[$0].start, value: self.node($0 + 1))
          })
      }
    return YAMLNode(content: content, start: node.start, end: node.end)
  }
}
