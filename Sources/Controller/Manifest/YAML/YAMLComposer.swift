/// Makes trees of libyaml's events and refuses what a manifest may not use. Goes on after what it refuses, so that all
/// of a file's problems are found at once; stops at what is no YAML at all.
struct YAMLComposer {
  /// Levels of nesting; a document's root is the first.
  static let maximumDepth = 32

  private let reader: YAMLEventReader
  private var file = YAMLFile()
  private var secretKeys = SecretKeys()

  private init(_ reader: YAMLEventReader) { self.reader = reader }

  /// Reads a whole file. `maximumDocuments` is what is left of the bound of the set.
  static func compose(_ bytes: [UInt8], maximumDocuments: Int) -> YAMLFile {
    if let problem = YAMLText.firstProblem(in: bytes) {
      return YAMLFile(problems: [problem], unreadableFrom: 1)
    }
    let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    guard let reader = YAMLEventReader(hasMark ? Array(bytes.dropFirst(3)) : bytes) else {
      return YAMLFile(problems: [YAMLProblem(mark: .start, message: "no memory to read the file")], unreadableFrom: 1)
    }
    var composer = YAMLComposer(reader)
    return composer.run(maximumDocuments: maximumDocuments)
  }

  private mutating func run(maximumDocuments: Int) -> YAMLFile {
    var documentLine: Int32 = 1
    do throws(YAMLProblem) {
      while true {
        let event = try reader.next()
        switch event.kind {
        case .streamEnd: return file
        case .documentStart:
          documentLine = event.start.line
          guard file.documents.count < maximumDocuments else {
            throw YAMLProblem(mark: event.start, message: "a set of manifests has at most 100000 documents")
          }
          let first = try reader.next()
          let root = try node(first, depth: 1)
          // An empty document stands where it was begun, not at whatever comes after it.
          let place = root.isNull ? event.start : root.start
          file.documents.append(YAMLNode(content: root.content, start: place, end: root.end))
        case .streamStart, .documentEnd: continue
        case .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd, .alias:
          throw YAMLProblem(mark: event.start, message: "this is not YAML: something stands outside of a document")
        }
      }
    } catch {
      file.problems.append(error)
      file.unreadableFrom = min(documentLine, error.mark.line)
      return file
    }
  }

  private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLProblem) -> YAMLNode {
    guard depth <= Self.maximumDepth else {
      throw YAMLProblem(mark: event.start, message: "nested deeper than \(Self.maximumDepth) levels")
    }
    if event.hasAnchor { refuse(event.start, "anchors (`&name`) are not allowed; write the value out") }
    if event.hasTag { refuse(event.start, "tags (`!name`) are not allowed; a value's type is fixed by its key") }
    switch event.kind {
    case .scalar(let text, let style):
      return YAMLNode(content: .scalar(text, style), start: event.start, end: event.end)
    case .sequenceStart: return try sequence(from: event.start, depth: depth)
    case .mappingStart: return try mapping(from: event.start, depth: depth)
    case .alias:
      refuse(event.start, "aliases (`*name`) are not allowed; write the value out")
      return YAMLNode(content: .refused, start: event.start, end: event.end)
    case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
      throw YAMLProblem(mark: event.start, message: "this is not YAML: a value is missing")
    }
  }

  private mutating func sequence(from start: YAMLMark, depth: Int) throws(YAMLProblem) -> YAMLNode {
    var items: [YAMLNode] = []
    while true {
      let event = try reader.next()
      if case .sequenceEnd = event.kind {
        return YAMLNode(content: .sequence(items), start: start, end: event.end)
      }
      items.append(try node(event, depth: depth + 1))
    }
  }

  private mutating func mapping(from start: YAMLMark, depth: Int) throws(YAMLProblem) -> YAMLNode {
    var entries: [YAMLEntry] = []
    var seen = SeenKeys()
    while true {
      let event = try reader.next()
      if case .mappingEnd = event.kind {
        return YAMLNode(content: .mapping(entries), start: start, end: event.end)
      }
      let key = try node(event, depth: depth + 1)
      let value = try node(try reader.next(), depth: depth + 1)
      guard case .scalar(let name, let style) = key.content else {
        refuse(key.start, "a key is plain text, not a list or a mapping")
        file.unreadableFrom = min(file.unreadableFrom ?? key.start.line, key.start.line)
        continue
      }
      if name == "<<", style == .plain {
        refuse(key.start, "merge keys (`<<`) are not allowed; write the fields out")
        continue
      }
      if let first = seen.insert(name, at: key.start, among: entries) {
        refuse(key.start, "the key `\(name.forMessage)` stands here a second time; the first is at line \(first.line)")
      }
      if secretKeys.contains(name) || Self.isURLWithSecret(value) { hide(value) }
      entries.append(YAMLEntry(key: name, keyMark: key.start, value: value))
    }
  }

  private mutating func refuse(_ mark: YAMLMark, _ message: String) {
    file.problems.append(YAMLProblem(mark: mark, message: message))
  }

  /// A url may carry a password before its `@`, or a token behind its `?`.
  private static func isURLWithSecret(_ node: YAMLNode) -> Bool {
    guard case .scalar(let text, _) = node.content else { return false }
    return text.utf8.contains { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "?") } && text.contains("://")
  }

  /// Names of a reference (`credential`, `file`, `env`) may be shown; whatever else stands there may be the secret.
  private mutating func hide(_ node: YAMLNode) {
    switch node.content {
    case .scalar, .refused:
      if !node.isNull { file.secrets.append(SecretSpan(start: node.start, end: node.end)) }
    case .sequence(let items): for item in items { hide(item) }
    case .mapping(let entries):
      for entry in entries where !["credential", "file", "env"].contains(entry.key) { hide(entry.value) }
    }
  }
}

/// The keys of one mapping: a short one is searched through, a long one through a table, so that no file is slow.
private struct SeenKeys {
  private var table: [String: YAMLMark]?

  /// Where the key stood before, if it did.
  mutating func insert(_ name: String, at mark: YAMLMark, among entries: [YAMLEntry]) -> YAMLMark? {
    guard entries.count >= 24 else { return entries.first { $0.key == name }?.keyMark }
    if table == nil {
      table = Dictionary(entries.map { ($0.key, $0.keyMark) }, uniquingKeysWith: { first, _ in first })
    }
    if let first = table?[name] { return first }
    table?[name] = mark
    return nil
  }
}
