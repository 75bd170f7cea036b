@testable import Reconciler

/// The record on a disk and in a database that are not there: appended, durable later, shipped later still.
struct VirtualJournal {
  private(set) var records: [Record] = []
  /// What is on the disk whatever happens.
  private(set) var durable: Int64 = 0
  /// What is in the database.
  private(set) var shipped: Int64 = 0
  /// What the controller knows to be in the database: less, while the answer to a commit is lost.
  private(set) var confirmed: Int64 = 0
  var database = JournalFacts.Database.up
  var space = JournalFacts.Space.ok
  /// The database takes nothing and says nothing.
  var hungUntil = Steady(microseconds: 0)
  var wantsSnapshot = false
  private var recordsInSegment = 0

  var last: Int64 { records.last?.sequence ?? 0 }

  var facts: JournalFacts {
    JournalFacts(
      durable: durable, shipped: confirmed, database: database, space: space, wantsSnapshot: wantsSnapshot)
  }

  /// Returns false for a record that leaves a gap.
  mutating func append(_ record: Record, segment: Int) -> Bool {
    let fits = record.sequence == last + 1
    records.append(record)
    recordsInSegment += 1
    if record.type == .snapshot {
      recordsInSegment = 0
      wantsSnapshot = false
    } else if recordsInSegment >= segment {
      wantsSnapshot = true
    }
    return fits
  }

  /// Whether that brought anything new.
  mutating func sync() -> Bool {
    defer { durable = last }
    return durable != last
  }

  mutating func ship(upTo most: Int64) -> Bool {
    guard database == .up else { return false }
    let before = confirmed
    commit(upTo: most)
    confirmed = shipped
    return confirmed != before
  }

  /// The database takes them, and its answer is lost.
  mutating func commit(upTo most: Int64) { shipped = max(shipped, min(durable, confirmed + most)) }

  /// A connection looks what is there.
  mutating func reconnect() { confirmed = min(shipped, durable) }

  /// The database is what it was some records ago.
  mutating func restore(losing lost: Int64) {
    shipped = max(0, shipped - lost)
    confirmed = min(confirmed, shipped)
  }

  /// What is not on the disk is lost, but for `kept` records more.
  mutating func crash(keeping kept: Int) {
    let whole = min(Int(durable) + kept, records.count)
    records.removeLast(records.count - whole)
    durable = last
    wantsSnapshot = false
    reconnect()
  }

  /// The state directory is gone; returns what a start could have folded of what is in the database.
  mutating func lose() -> [Record] {
    records.removeLast(max(0, records.count - Int(shipped)))
    let left = Array(tail)
    records = []
    (durable, shipped, confirmed) = (0, 0, 0)
    wantsSnapshot = false
    recordsInSegment = 0
    return left
  }

  /// What a start folds: the newest snapshot and what follows.
  var tail: ArraySlice<Record> {
    let first = records.lastIndex { $0.type == .snapshot } ?? 0
    return records[first...]
  }

  /// Loses a record that was durable: a planted bug.
  mutating func drop(_ sequence: Int64) { records.removeAll { $0.sequence == sequence } }
}
