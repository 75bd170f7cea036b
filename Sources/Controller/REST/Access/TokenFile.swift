internal import Crypto
import Reconciler

/// A file of static tokens: on each line the SHA-256 of a token in hex, a role, and whatever helps people to remember whose
/// it is. `#` begins a comment.
///
///     # who        sha-256 of the token                                                role
///     3b0c…        viewer   # the wall display
struct TokenFile: Sendable {
  private struct Entry: Sendable {
    let hash: [UInt8]
    let role: Access
  }

  private let entries: [Entry]

  static let maximumTokens = 1000

  var count: Int { entries.count }

  /// - Throws: the file, the line, and what would be right.
  init(_ bytes: [UInt8], path: String) throws(AccessKeyError) {
    func problem(_ line: Int, _ text: String) -> AccessKeyError {
      AccessKeyError(description: "\(path):\(line): \(text)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw problem(1, "it is not UTF-8 text") }
    var entries: [Entry] = []
    var lines: [[UInt8]: Int] = [:]
    // A carriage return and a line feed are one character, and a line end like the feed alone.
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let content = raw.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
      let words = content.split(whereSeparator: \.isWhitespace)
      guard let first = words.first else { continue }
      let line = index + 1
      guard let hash = Hexadecimal.hash(first.lowercased()) else {
        throw problem(line, "the first word must be the SHA-256 of a token, 64 hex digits (never the token itself)")
      }
      guard words.count >= 2, let role = Access.roles.first(where: { $0.rawValue == words[1] }) else {
        throw problem(line, "the second word must be the role: viewer or auditor")
      }
      guard words.count == 2 else { throw problem(line, "there is more than hash and role; begin a comment with #") }
      if let earlier = lines.updateValue(line, forKey: hash) {
        throw problem(line, "the same token stands in line \(earlier) already")
      }
      entries.append(Entry(hash: hash, role: role))
      guard entries.count <= Self.maximumTokens else { throw problem(line, "there are more than 1000 tokens") }
    }
    guard !entries.isEmpty else { throw problem(1, "it holds no token, so nobody could read anything") }
    self.entries = entries
  }

  /// Takes the same time for every token, whether and where it is in the file.
  func principal(of token: String) -> Principal? {
    let hash = Array(SHA256.hash(data: Array(token.utf8)))
    var found: Access?
    for entry in entries {
      var difference: UInt8 = 0
      for (a, b) in zip(entry.hash, hash) { difference |= a ^ b }
      if difference == 0 { found = entry.role }
    }
    return found.map { Principal(access: $0, key: "token \(Hexadecimal.text(hash.prefix(8)))") }
  }
}
