import Logging
import Reconciler

/// Reads the end of the journal into memory after a start, on a thread of its own: a start does not wait for it.
struct HistorySeed: Sendable {
  let journal: Journal
  let history: RecordHistory
  let log: Logger

  /// No more records than this are read, from the end.
  static let records: Int64 = 50_000

  func start() {
    let last = journal.durableSequence
    history.begin(after: last)
    guard last > 0 else { return }
    Blocking.start("mt4-history") { read(upTo: last) }
  }

  private func read(upTo last: Int64) {
    let first = max(journal.oldestSequence - 1, last - Self.records)
    let cursor = journal.cursor(after: first)
    var records: [Record] = []
    do throws(JournalError) {
      while cursor.position < last {
        let lines = try cursor.next(limit: 500)
        if lines.isEmpty { break }
        for line in lines {
          guard let record = line.record, line.sequence <= last, record.type != .snapshot else { continue }
          records.append(record)
        }
      }
      history.seed(records, after: first)
    } catch {
      log.warning("actions before this start are not shown over REST: \(error)")
    }
  }
}
