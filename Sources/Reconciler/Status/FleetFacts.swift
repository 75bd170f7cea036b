/// What holds for the whole fleet and shows in every agent's conditions: how the record is kept. One object is shared by all
/// agents until something in it changes.
final class FleetFacts: Sendable {
  let database: JournalFacts.Database
  let space: JournalFacts.Space
  let degraded: Bool
  let journalState: String

  init() {
    database = .connecting
    space = .ok
    degraded = false
    journalState = ""
  }

  init(_ core: borrowing Reconciler) {
    database = core.journal.database
    space = core.journal.space
    degraded = core.degraded
    journalState = core.journalState
  }

  /// Whether nothing in it has changed since.
  func isOf(_ core: borrowing Reconciler) -> Bool {
    space == core.journal.space && degraded == core.degraded && database == core.journal.database
      && !journalState.isEmpty
  }

  /// Every record reaches the database.
  var isShipping: Bool { database == .up && space == .ok && !degraded }
}
