import Synchronization

/// The journal as the shipper reads it: one cursor that goes on, from the oldest line that is kept.
public final class JournalSource: ShipperSource {
  /// A cursor between two reads, handed from one to the next.
  private struct Place: ~Copyable, @unchecked Sendable {
    // Only ever used inside of the lock, so that no two threads have it.
    var cursor: JournalCursor?
  }

  private let journal: Journal
  private let place = Mutex(Place(cursor: nil))

  public init(_ journal: Journal) {
    self.journal = journal
  }

  public func lines(after sequence: Int64, limit: Int) throws -> [JournalLine] {
    try place.withLock { place in
      let from = max(sequence, journal.oldestSequence - 1)
      if place.cursor?.position != from { place.cursor = journal.cursor(after: from) }
      return try place.cursor?.next(limit: limit) ?? []
    }
  }
}
