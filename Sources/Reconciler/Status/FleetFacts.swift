/// What holds for the whole fleet and shows in every agent's conditions. One object is shared by all agents until
/// something in it changes.
final class FleetFacts: Sendable {
  let revision: Int
  let manifestErrors: [String]
  let pin: RevisionPin?
  let database: JournalFacts.Database
  let space: JournalFacts.Space
  let degraded: Bool
  let journalState: String

  init() {
    revision = 0
    manifestErrors = []
    pin = nil
    database = .connecting
    space = .ok
    degraded = false
    journalState = ""
  }

  init(_ core: borrowing Reconciler) {
    revision = core.revision
    manifestErrors = core.manifestErrors
    pin = core.pin
    database = core.journal.database
    space = core.journal.space
    degraded = core.degraded
    journalState = core.journalState
  }

  /// Whether nothing in it has changed since.
  func isOf(_ core: borrowing Reconciler) -> Bool {
    revision == core.revision && space == core.journal.space && degraded == core.degraded
      && database == core.journal.database && manifestErrors == core.manifestErrors && pin == core.pin
      && !journalState.isEmpty
  }

  /// Every record reaches the database.
  var isShipping: Bool { database == .up && space == .ok && !degraded }
}
