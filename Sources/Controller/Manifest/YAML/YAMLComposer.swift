/// Makes trees of libyaml's events, a document at a time, and refuses what a manifest may not use. Goes on after what it
/// refuses, so that all of a file's problems are found at once; stops at what is no YAML at all.
struct YAMLComposer {
  /// Levels of nesting; a document's root is the first.
  static let maximumDepth = 32

  /// The document that was read last.
  private(set) var tree = YAMLTree()
  /// How many were read.
  private(set) var documents = 0
  private(set) var problems: [YAMLProblem] = []
  /// Values of keys that look like secrets.
  private(set) var secrets: [SecretSpan] = []
  /// From this line on nothing could be read, so secrets have to be guessed from the text.
  private(set) var unreadableFrom: Int32?

  private let reader: YAMLEventReader?
  private let maximumDocuments: Int
  private var secretKeys: SecretKeys?
  /// Where the document began that is being read.
  private var documentLine: Int32 = 1
  /// The end of the text that belongs to a node already.
  private var textEnd: Int32 = 0
  private var isOver = false

  /// - Parameters:
  ///   - maximumDocuments: what is left of the bound of the set.
  ///   - findsSecrets: only those who show lines of the file want to know, and it costs as much as all the rest.
  init(_ bytes: [UInt8], maximumDocuments: Int, findsSecrets: Bool) {
    self.maximumDocuments = maximumDocuments
    secretKeys = findsSecrets ? SecretKeys() : nil
    var problem = YAMLText.firstProblem(in: bytes)
    if problem == nil {
      let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
      reader = YAMLEventReader(hasMark ? Array(bytes.dropFirst(3)) : bytes)
      if reader == nil { problem = YAMLProblem(mark: .start, message: "no memory to read the file") }
    } else {
      reader = nil
    }
    if let problem { end(with: problem, unreadableFrom: 1) }
  }

  /// Reads a whole file.
  static func compose(_ bytes: [UInt8], maximumDocuments: Int) -> YAMLFile {
    var composer = YAMLComposer(bytes, maximumDocuments: maximumDocuments, findsSecrets: true)
    var documents: [YAMLNode] = []
    while composer.next() { documents.append(composer.tree.node(0)) }
    return YAMLFile(
      documents: documents, problems: composer.problems, secrets: composer.secrets,
      unreadableFrom: composer.unreadableFrom)
  }

  /// Reads the next document into `tree`; false when there is none or it cannot be read.
  mutating func next() -> Bool {
    guard !isOver, let reader else { return false }
    tree.removeAll()
    textEnd = 0
    do throws(YAMLProblem) {
      while true {
        let event = try reader.next(into: &tree.text)
        switch event.kind {
        case .streamEnd:
          isOver = true
          return false
        case .documentStart:
          documentLine = event.start.line
          guard documents < maximumDocuments else {
            throw YAMLProblem(mark: event.start, message: "a set of manifests has at most 100000 documents")
          }
          try node(try reader.next(into: &tree.text), reader, depth: 1)
          // An empty document stands where it was begun, not at whatever comes after it.
          if tree.isNull(0) { tree.nodes[0].start = event.start }
          documents += 1
          return true
        case .streamStart, .documentEnd: continue
        case .plain, .quoted, .block, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd, .alias:
          throw YAMLProblem(mark: event.start, message: "this is not YAML: something stands outside of a document")
        }
      }
    } catch {
      end(with: error, unreadableFrom: min(documentLine, error.mark.line))
      return false
    }
  }

  private mutating func end(with problem: YAMLProblem, unreadableFrom line: Int32) {
    problems.append(problem)
    unreadableFrom = line
    isOver = true
  }

  // MARK: Nodes

  private mutating func node(_ event: YAMLEvent, _ reader: YAMLEventReader, depth: Int) throws(YAMLProblem) {
    guard depth <= Self.maximumDepth else {
      throw YAMLProblem(mark: event.start, message: "nested deeper than \(Self.maximumDepth) levels")
    }
    if event.hasAnchor { refuse(event.start, "anchors (`&name`) are not allowed; write the value out") }
    if event.hasTag { refuse(event.start, "tags (`!name`) are not allowed; a value's type is fixed by its key") }
    switch event.kind {
    case .plain: append(.plain, event)
    case .quoted: append(.quoted, event)
    case .block: append(.block, event)
    case .sequenceStart: try sequence(event, reader, depth: depth)
    case .mappingStart: try mapping(event, reader, depth: depth)
    case .alias:
      refuse(event.start, "aliases (`*name`) are not allowed; write the value out")
      append(.refused, event)
    case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
      throw YAMLProblem(mark: event.start, message: "this is not YAML: a value is missing")
    }
  }

  private mutating func append(_ kind: YAMLTree.Node.Kind, _ event: YAMLEvent) {
    let end = Int32(tree.text.count)
    tree.nodes.append(
      YAMLTree.Node(
        kind: kind, text: (textEnd, end), start: event.start, end: event.end, next: Int32(tree.nodes.count + 1)))
    textEnd = end
  }

  /// What was begun as node `number` ends here.
  private mutating func close(_ number: Int, at mark: YAMLMark, count: Int32) {
    tree.nodes[number].end = mark
    tree.nodes[number].count = count
    tree.nodes[number].next = Int32(tree.nodes.count)
  }

  private mutating func sequence(_ start: YAMLEvent, _ reader: YAMLEventReader, depth: Int) throws(YAMLProblem) {
    let number = tree.nodes.count
    append(.sequence, start)
    var count: Int32 = 0
    while true {
      let event = try reader.next(into: &tree.text)
      if event.kind == .sequenceEnd { return close(number, at: event.end, count: count) }
      try node(event, reader, depth: depth + 1)
      count += 1
    }
  }

  private mutating func mapping(_ start: YAMLEvent, _ reader: YAMLEventReader, depth: Int) throws(YAMLProblem) {
    let number = tree.nodes.count
    append(.mapping, start)
    var count: Int32 = 0
    var seen = SeenKeys(mapping: number)
    while true {
      let event = try reader.next(into: &tree.text)
      if event.kind == .mappingEnd { return close(number, at: event.end, count: count) }
      let key = tree.nodes.count
      try node(event, reader, depth: depth + 1)
      let value = tree.nodes.count
      try node(try reader.next(into: &tree.text), reader, depth: depth + 1)
      let mark = tree.nodes[key].start
      guard tree.nodes[key].isScalar else {
        refuse(mark, "a key is plain text, not a list or a mapping")
        unreadableFrom = min(unreadableFrom ?? mark.line, mark.line)
        tree.nodes.removeLast(tree.nodes.count - key)
        continue
      }
      if tree.nodes[key].kind == .plain, tree.node(key, isText: "<<") {
        refuse(mark, "merge keys (`<<`) are not allowed; write the fields out")
        tree.nodes.removeLast(tree.nodes.count - key)
        continue
      }
      if let first = seen.insert(key, in: tree, count: count) {
        let name = tree.text(key).forMessage
        refuse(mark, "the key `\(name)` stands here a second time; the first is at line \(first.line)")
      }
      if secretKeys?.contains(tree.text(key)) ?? false || isURLWithSecret(value) { hide(value) }
      count += 1
    }
  }

  private mutating func refuse(_ mark: YAMLMark, _ message: String) {
    problems.append(YAMLProblem(mark: mark, message: message))
  }

  // MARK: Secrets

  /// A url may carry a password before its `@`, or a token behind its `?`.
  private func isURLWithSecret(_ number: Int) -> Bool {
    guard secretKeys != nil, tree.nodes[number].isScalar else { return false }
    let text = tree.text(number)
    return text.utf8.contains { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "?") } && text.contains("://")
  }

  /// Names of a reference (`credential`, `file`, `env`) may be shown; whatever else stands there may be the secret.
  private mutating func hide(_ number: Int) {
    guard secretKeys != nil else { return }
    let node = tree.nodes[number]
    switch node.kind {
    case .plain, .quoted, .block, .refused:
      if !tree.isNull(number) { secrets.append(SecretSpan(start: node.start, end: node.end)) }
    case .sequence: for child in tree.children(of: number) { hide(child) }
    case .mapping:
      for key in tree.keys(of: number)
      where !["credential", "file", "env"].contains(tree.text(key)) { hide(key + 1) }
    }
  }
}

/// The keys of one mapping: a short one is searched through, a long one through a table, so that no file is slow.
private struct SeenKeys {
  let mapping: Int
  private var table: [String: YAMLMark]?
  /// Texts of other bytes can be the same text, outside of ASCII.
  private var areASCII = true
  /// A bit for the looks of each key: nearly every key looks like none before it.
  private var looks: UInt64 = 0

  init(mapping: Int) { self.mapping = mapping }

  /// Where the key stood before, if it did. `count` entries of the mapping are whole.
  mutating func insert(_ key: Int, in tree: YAMLTree, count: Int32) -> YAMLMark? {
    areASCII = areASCII && tree.isASCII(key)
    let look: UInt64 = 1 << tree.look(key)
    defer { looks |= look }
    var before = mapping + 1
    if count < 24, areASCII {
      if looks & look == 0 { return nil }
      while before < key {
        if tree.node(before, hasBytesOf: key) { return tree.nodes[before].start }
        before = tree.behindEntry(before)
      }
      return nil
    }
    if table == nil {
      var table: [String: YAMLMark] = [:]
      while before < key {
        let name = tree.text(before)
        if table[name] == nil { table[name] = tree.nodes[before].start }
        before = tree.behindEntry(before)
      }
      self.table = table
    }
    let name = tree.text(key)
    if let first = table?[name] { return first }
    table?[name] = tree.nodes[key].start
    return nil
  }
}
