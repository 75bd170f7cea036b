import Reconciler
import Synchronization

/// The journal as the shipper reads it: a cursor that goes on where it stopped, and starts anew where it is asked to.
final class JournalSource: ShipperSource {
  private struct Place {
    var cursor: JournalCursor?
    var next: Int64 = -1
  }

  private let journal: Journal
  private let place = Mutex(Place())

  init(journal: Journal) { self.journal = journal }

  func lines(after sequence: Int64, limit: Int) throws -> [JournalLine] {
    try place.withLock { place throws(JournalError) in
      if place.cursor == nil || place.next != sequence { place.cursor = journal.cursor(after: sequence) }
      let lines = try place.cursor?.next(limit: limit) ?? []
      place.next = lines.last?.sequence ?? sequence
      return lines
    }
  }
}
