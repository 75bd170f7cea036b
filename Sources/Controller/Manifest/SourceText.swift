import Synchronization

/// A file's text for the lines that errors show: secrets are hidden, and a line that is long is cut around the place. Where
/// its lines and its secrets are is found out when the first line is asked for: a set that is well has none to show.
final class SourceText: Sendable {
  /// The name that messages give.
  let shownName: String
  private let bytes: [UInt8]
  private let maximumDocuments: Int
  private let found = Mutex<Layout?>(nil)

  private struct Layout: Sendable {
    /// Where each line begins and, behind its last byte, ends.
    let lines: [Range<Int>]
    let secrets: [SecretSpan]
    let unreadableFrom: Int32?
  }

  private static let window = 120

  /// - Parameter maximumDocuments: how many of its documents were read.
  init(_ file: ManifestFile, maximumDocuments: Int) {
    let isPlain = !file.shownName.utf8.contains { $0 < 0x20 }
    shownName =
      isPlain
      ? file.shownName
      : String(String.UnicodeScalarView(file.shownName.unicodeScalars.map { $0.value < 0x20 ? "?" : $0 }))
    bytes = file.bytes
    self.maximumDocuments = maximumDocuments
  }

  private var layout: Layout {
    found.withLock { found in
      if let found { return found }
      var composer = YAMLComposer(bytes, maximumDocuments: maximumDocuments, findsSecrets: true)
      while composer.next() {}
      let layout = Layout(
        lines: Self.split(bytes), secrets: composer.secrets, unreadableFrom: composer.unreadableFrom)
      found = layout
      return layout
    }
  }

  private static func split(_ bytes: [UInt8]) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var at = start
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      guard byte == 0x0A || byte == 0x0D else { continue }
      lines.append(start..<(at - 1))
      if byte == 0x0D, at < bytes.count, bytes[at] == 0x0A { at += 1 }
      start = at
    }
    if start < bytes.count { lines.append(start..<bytes.count) }
    return lines
  }

  /// The line and, below it, a caret under the column; `nil` when there is no such line or nothing on it.
  func excerpt(at mark: YAMLMark) -> String? {
    let layout = layout
    let index = Int(mark.line) - 1
    guard layout.lines.indices.contains(index) else { return nil }
    let plain = Array(String(decoding: bytes[layout.lines[index]], as: UTF8.self).unicodeScalars)
    guard plain.contains(where: { $0 != " " && $0 != "\t" }) else { return nil }
    let hidden = hiddenColumns(of: index, text: plain, layout)
    var shown: [Unicode.Scalar] = []
    var caret = 0
    var at = 0
    while at < plain.count {
      if at <= Int(mark.column) - 1 { caret = shown.count }
      if let range = hidden.first(where: { $0.contains(at) }) {
        shown.append(contentsOf: "***".unicodeScalars)
        at = range.upperBound
      } else {
        let scalar = plain[at]
        shown.append(scalar == "\t" ? " " : scalar.value < 0x20 || scalar.value == 0x7F ? "?" : scalar)
        at += 1
      }
    }
    if Int(mark.column) - 1 >= plain.count { caret = shown.count }
    return Self.cut(shown, caret: caret)
  }

  private static func cut(_ shown: [Unicode.Scalar], caret: Int) -> String {
    var from = 0
    var to = shown.count
    if shown.count > window {
      from = max(0, min(caret - window / 2, shown.count - window))
      to = min(shown.count, from + window)
    }
    let before = from > 0 ? "…" : ""
    var line = before
    line.unicodeScalars.append(contentsOf: shown[from..<to])
    if to < shown.count { line += "…" }
    return line + "\n" + String(repeating: " ", count: before.count + caret - from) + "^"
  }

  private func hiddenColumns(of index: Int, text: [Unicode.Scalar], _ layout: Layout) -> [Range<Int>] {
    let number = Int32(index + 1)
    if let unreadableFrom = layout.unreadableFrom, number >= unreadableFrom {
      return SecretGuess.hidden(in: text, linesBefore: linesBefore(index, downTo: Int(unreadableFrom) - 1, layout))
    }
    return layout.secrets.compactMap { span in
      guard span.start.line <= number, number <= span.end.line else { return nil }
      let from = span.start.line == number ? Int(span.start.column) - 1 : text.prefix { $0 == " " }.count
      let to = span.end.line == number ? Int(span.end.column) - 1 : text.count
      let start = min(from, text.count)
      let end = min(to, text.count)
      return start < end ? start..<end : nil
    }
  }

  /// The lines before one, the nearest first.
  private func linesBefore(_ index: Int, downTo first: Int, _ layout: Layout) -> [[Unicode.Scalar]] {
    let range = max(0, first, index - 200)..<max(first, index)
    return range.reversed().map { Array(String(decoding: bytes[layout.lines[$0]], as: UTF8.self).unicodeScalars) }
  }
}

/// Where a secret may stand in a line that could not be read as YAML.
enum SecretGuess {
  /// From behind the first key that looks secret to the end of the line; the whole line if it lies below such a key.
  static func hidden(in line: [Unicode.Scalar], linesBefore: [[Unicode.Scalar]]) -> [Range<Int>] {
    let key = valueOfSecretKey(in: line) ?? line.count
    let from = min(key, userOfURL(in: line) ?? line.count)
    if from < line.count { return [from..<line.count] }
    let indent = indentation(line)
    var nearest = Int.max
    for before in linesBefore {
      let other = indentation(before)
      guard other < before.count else { continue }
      let isParent = other < min(indent, nearest) || (other == indent && line[indent] == "-" && nearest == .max)
      if let from = valueOfSecretKey(in: before), isParent || leavesQuoteOpen(before[from...]) {
        return [indent..<line.count]
      }
      nearest = min(nearest, other)
    }
    return []
  }

  private static func indentation(_ line: [Unicode.Scalar]) -> Int { line.prefix { $0 == " " }.count }

  private static func leavesQuoteOpen(_ value: ArraySlice<Unicode.Scalar>) -> Bool {
    guard let first = value.first, first == "\"" || first == "'" else { return false }
    return value.filter { $0 == first }.count % 2 == 1
  }

  /// The index behind `://` where an `@` follows: what stands between is a user and perhaps a password.
  private static func userOfURL(in line: [Unicode.Scalar]) -> Int? {
    guard let slash = line.indices.first(where: { line[$0...].starts(with: "://".unicodeScalars) }) else { return nil }
    return line[slash...].contains("@") ? slash + 3 : nil
  }

  /// The index at which the value of the first key that looks secret begins.
  private static func valueOfSecretKey(in line: [Unicode.Scalar]) -> Int? {
    var word = ""
    for (index, scalar) in line.enumerated() {
      switch scalar {
      case ":", "=":
        if SecretKeys.looksSecret(word) { return index + 1 + line[(index + 1)...].prefix { $0 == " " }.count }
        word = ""
      case "\"", "'", " ": continue
      case "{", "}", "[", "]", ",", "#": word = ""
      default: word.unicodeScalars.append(scalar)
      }
    }
    return nil
  }
}
