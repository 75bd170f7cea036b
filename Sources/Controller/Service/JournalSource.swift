import Reconciler
import Synchronization

/// The journal as the shipper reads it: a cursor that goes on where it stopped, and starts anew where it is asked to. Lines
/// whose segments were removed are skipped: the shipper asks after 0 to learn the chain.
final class JournalSource: ShipperSource {
  private struct Place {
    var cursor: JournalCursor?
    var next: Int64 = -1
  }

  private let journal: Journal
  private let place = Mutex(Place())
  private let checkpointCursor = Mutex<CheckpointCursor?>(nil)

  init(journal: Journal) { self.journal = journal }

  func lines(after sequence: Int64, limit: Int) throws -> [JournalLine] {
    try place.withLock { place throws(JournalError) in
      let from = max(sequence, journal.oldestSequence - 1)
      if place.cursor == nil || place.next != from { place.cursor = journal.cursor(after: from) }
      let lines = try place.cursor?.next(limit: limit) ?? []
      place.next = lines.last?.sequence ?? from
      return lines
    }
  }

  func checkpoints(after sequence: Int64, upTo end: Int64, limit: Int) throws -> [Checkpoint] {
    try checkpointCursor.withLock { cursor throws(JournalError) in
      let current = cursor ?? journal.checkpointCursor()
      cursor = current
      return try current.next(after: sequence, upTo: end, limit: limit)
    }
  }
}
