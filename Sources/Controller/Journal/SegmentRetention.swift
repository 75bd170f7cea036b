import CDispatch
import Glibc
import Reconciler

/// Which segments may go: the oldest ones that are wholly in the database, older than the retention, and behind a snapshot.
struct SegmentRetention {
  let directory: String
  let state: JournalState

  /// - Parameter limit: everything in a segment must have been made before this.
  func removable(olderThan limit: Timestamp) throws(JournalError) -> [Segment] {
    var found: [Segment] = []
    for (index, segment) in state.segments.dropLast().enumerated() {
      guard state.last(ofSegment: index) <= state.confirmedShipped,
        let next = try firstRecord(of: state.segments[index + 1]), next.type == .snapshot, next.createdAt < limit
      else { break }
      found.append(segment)
    }
    return found
  }

  /// It was made after everything in the segment before it.
  private func firstRecord(of segment: Segment) throws(JournalError) -> Record? {
    guard segment.bytes > 0 else { return nil }
    let file = try DiskFile(path: directory + "/" + segment.name, flags: O_RDONLY)
    var reader = SegmentReader(file: file, limit: segment.bytes)
    guard let line = try reader.next(), let text = String(validating: line.bytes, as: UTF8.self) else { return nil }
    return try JournalLine.parse(text).record
  }
}
