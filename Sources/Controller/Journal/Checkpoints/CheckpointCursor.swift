import CDispatch
import Glibc

/// Reads the durable checkpoints of one chain in order, keeping its place in the file. For one thread at a time.
public final class CheckpointCursor {
  private let path: String
  private let chain: String
  private let shared: Monitor<JournalState>
  /// Where the next line starts, and the checkpoint before it.
  private var offset: Int64 = 0
  private var last: Int64 = 0

  init(path: String, chain: String, shared: Monitor<JournalState>) {
    self.path = path
    self.chain = chain
    self.shared = shared
  }

  /// At most `limit` checkpoints on records after `sequence` and up to `end`.
  public func next(after sequence: Int64, upTo end: Int64, limit: Int) throws(JournalError) -> [Checkpoint] {
    let size = shared.read { $0.checkpointBytes }
    if last != sequence { (offset, last) = (0, sequence) }
    guard offset < size else { return [] }
    var found: [Checkpoint] = []
    try CheckpointFile.each(path, from: offset, upTo: size) { (checkpoint, line) throws(JournalError) in
      let isOurs = checkpoint.map { $0.chain == chain && $0.sequence > last } ?? false
      if isOurs, let checkpoint {
        guard checkpoint.sequence <= end, found.count < limit else { return false }
        found.append(checkpoint)
        last = checkpoint.sequence
      }
      offset = line.end
      return true
    }
    return found
  }
}
