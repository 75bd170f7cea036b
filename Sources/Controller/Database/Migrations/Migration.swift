// Migrations: the schema's history, one file a step, forward only. A step that was released is never edited: a new one
// follows it. Each is constant SQL and runs in one transaction with its row in `trading.schema_migrations`.

import Foundation

/// One step of the schema.
struct Migration: Sendable {
  /// Gapless from 1.
  let version: Int
  /// A few words for `trading.schema_migrations`.
  let name: String
  let script: StaticString

  /// All steps, oldest first.
  static let all: [Migration] = [m0001, m0002, m0003, m0004]
  /// The body of the function that refuses changes, as the first step makes it.
  static var refusal: String? {
    let text = m0001.script.description
    guard let name = text.range(of: "FUNCTION trading.refuse_change()"),
      let start = text.range(of: "$$", range: name.upperBound..<text.endIndex),
      let end = text.range(of: "$$", range: start.upperBound..<text.endIndex)
    else { return nil }
    return String(text[start.upperBound..<end.lowerBound])
  }

  /// The version that this program works with.
  static var latest: Int { all.count }
}
