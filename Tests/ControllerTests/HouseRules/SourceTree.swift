import Foundation
import Glibc

/// The repository's own files, as the house rules read them.
struct SourceTree {
  let root: String
  /// Swift files below `Sources`, by path from the root.
  let sources: [SourceFile]
  /// Swift files below `Tests` and `Benchmarks`.
  let tests: [SourceFile]

  static let shared = Result { try SourceTree() }

  init() throws {
    let here = URL(fileURLWithPath: #filePath)
    root = (0..<4).reduce(here) { url, _ in url.deletingLastPathComponent() }.path
    sources = try Self.swiftFiles(root, "Sources")
    tests = try Self.swiftFiles(root, "Tests") + Self.swiftFiles(root, "Benchmarks")
  }

  private static func swiftFiles(_ root: String, _ folder: String) throws -> [SourceFile] {
    try files(below: root + "/" + folder).filter { $0.hasSuffix(".swift") }
      .map {
        try SourceFile(
          path: "\(folder)/\($0)", text: String(contentsOfFile: "\(root)/\(folder)/\($0)", encoding: .utf8))
      }
  }

  /// Every file that is kept, with its bytes; not what a build or git makes.
  func everything(_ body: (_ path: String, _ bytes: Data) throws -> Void) throws {
    for path in try Self.files(below: root) {
      let first = path.split(separator: "/").first ?? ""
      guard !first.hasPrefix(".build"), first != ".git", first != ".swiftpm" else { continue }
      guard !path.contains("/.build") else { continue }
      try body(path, Data(contentsOf: URL(fileURLWithPath: root + "/" + path)))
    }
  }

  private static func files(below folder: String) throws -> [String] {
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    guard let walk = FileManager.default.enumerator(atPath: folder) else { return [] }
    var found: [String] = []
    for case let path as String in walk {
      if path.hasPrefix(".build") || path == ".git" {
        walk.skipDescendants()
        continue
      }
      if walk.fileAttributes?[.type] as? FileAttributeType == .typeRegular { found.append(path) }
    }
    return found.sorted()
  }
}

/// One Swift file: its lines as they are, and as code alone.
struct SourceFile {
  let path: String
  let lines: [String]
  /// The same lines, with comments and the contents of strings blanked out.
  let code: [String]

  var folder: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
  /// The name of its target: the second part of the path.
  var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    code = CodeOnly.lines(of: text)
  }

  /// Lines of code that a pattern is found in, from 1. Only lines that hold one of the words are looked at, since patterns
  /// are slow in a debug build.
  func find(_ pattern: some RegexComponent, near words: [String]) -> [(line: Int, text: String)] {
    code.enumerated().filter { _, line in Words.any(words, in: line) && line.contains(pattern) }
      .map { ($0.offset + 1, lines[$0.offset]) }
  }
}

/// A fast search for plain words.
enum Words {
  static func any(_ words: [String], in line: String) -> Bool {
    words.contains { strstr(line, $0) != nil }
  }

  /// Whether a word is there that no letter, digit, or dot of a value's member goes before.
  static func whole(_ word: String, in line: String) -> Bool {
    var rest = line[...]
    while let found = rest.range(of: word) {
      let before = found.lowerBound == line.startIndex ? " " : line[line.index(before: found.lowerBound)]
      let after = found.upperBound == line.endIndex ? " " : line[found.upperBound]
      let begins = word.hasPrefix(".") || !(before.isLetter || before.isNumber || before == "_" || before == ".")
      let ends = word.hasSuffix("(") || word.hasPrefix(".") || !(after.isLetter || after.isNumber || after == "_")
      if begins, ends || word.hasSuffix(" ") { return true }
      rest = line[found.upperBound...]
    }
    return false
  }
}

/// Blanks comments and strings. Knows nested comments, multi-line and raw strings; regex literals stay.
enum CodeOnly {
  static func lines(of text: String) -> [String] {
    var scanner = Scanner(bytes: Array(text.utf8))
    return scanner.run().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private struct Scanner {
    let bytes: [UInt8]
    var out: [UInt8] = []
    var at = 0

    mutating func run() -> [UInt8] {
      out.reserveCapacity(bytes.count)
      while at < bytes.count {
        let byte = bytes[at]
        let next = at + 1 < bytes.count ? bytes[at + 1] : 0
        if byte == UInt8(ascii: "/"), next == UInt8(ascii: "/") {
          while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { hide() }
        } else if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
          comment()
        } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#"), let hashes = stringOpening() {
          string(hashes)
        } else {
          out.append(byte)
          at += 1
        }
      }
      return out
    }

    func starts(_ text: String) -> Bool { text.utf8.first == bytes[at] && bytes[at...].starts(with: text.utf8) }

    /// The number of `#` before a quotation mark here; `nil` if no string begins.
    func stringOpening() -> Int? {
      var end = at
      while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
      return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end - at : nil
    }

    mutating func hide() {
      out.append(bytes[at] == UInt8(ascii: "\n") ? bytes[at] : UInt8(ascii: " "))
      at += 1
    }

    mutating func comment() {
      var depth = 0
      repeat {
        if starts("/*") {
          depth += 1
          hide()
        } else if starts("*/") {
          depth -= 1
          hide()
        }
        hide()
      } while at < bytes.count && depth > 0
    }

    mutating func string(_ hashes: Int) {
      let pad = String(repeating: "#", count: hashes)
      let quotes = bytes[(at + hashes)...].starts(with: "\"\"\"".utf8) ? "\"\"\"" : "\""
      let escape = "\\" + pad
      for _ in 0..<(hashes + quotes.utf8.count) { hide() }
      var depth = 0
      while at < bytes.count {
        if depth == 0, starts(quotes + pad) {
          for _ in 0..<(quotes.utf8.count + hashes) { hide() }
          // The string's place stays visible as one.
          out[out.count - 1] = UInt8(ascii: "\"")
          return
        }
        if starts(escape + "(") {
          depth += 1
          for _ in 0..<(escape.utf8.count + 1) { hide() }
        } else if depth == 0, starts(escape) {
          for _ in 0..<escape.utf8.count where at < bytes.count { hide() }
          if at < bytes.count { hide() }
        } else if depth > 0, let inner = stringOpening() {
          string(inner)
        } else {
          if depth > 0, bytes[at] == UInt8(ascii: "(") { depth += 1 }
          if depth > 0, bytes[at] == UInt8(ascii: ")") { depth -= 1 }
          hide()
        }
      }
    }
  }
}
