// Migrations: the schema's history, one file a step, forward only. A step that was released is never edited: a new one
// follows it. Each is constant SQL and runs in one transaction with its row in `trading.schema_migrations`.

/// One step of the schema.
struct Migration: Sendable {
  /// Gapless from 1.
  let version: Int
  /// A few words for `trading.schema_migrations`.
  let name: String
  let script: StaticString

  /// All steps, oldest first.
  static let all: [Migration] = [m0001, m0002, m0003]
  /// The version that this program works with.
  static var latest: Int { all.count }
}
