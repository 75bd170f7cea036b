import Reconciler

/// What the routes are made of.
struct RESTParts: Sendable {
  let board: StatusBoard
  let feed: RecordFeed
  let history: RecordHistory
  let streams = StreamSlots(limit: 200)
  /// Reads durable lines of the journal after a sequence; blocks.
  var journal: (@Sendable (_ after: Int64, _ limit: Int) throws(JournalError) -> [JournalLine])?
  var revisions: RevisionReader?
  /// What `/metrics` answers.
  var metrics: (@Sendable () async -> [UInt8])?
}

/// Every path that is served.
enum RESTTable {
  static func routes(_ parts: RESTParts) -> [RESTRoute] {
    open(parts) + agents(parts) + history(parts) + revisions(parts) + events(parts) + metrics(parts) + dashboard
  }
}
