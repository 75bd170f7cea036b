import CDispatch
import Glibc
import Reconciler

/// `STATE/checkpoints.jsonl`: append-only, a line a checkpoint, of every chain that this state directory had.
enum CheckpointFile {
  static let name = "checkpoints.jsonl"
  /// The public key beside it, for convenience: who can rewrite the journal can replace it.
  static let publicKeyName = "checkpoint-key.pub"

  static func path(_ stateDirectory: String) -> String { stateDirectory + "/" + name }

  static func publicKeyPath(_ stateDirectory: String) -> String { stateDirectory + "/" + publicKeyName }

  /// What a start finds: where the whole lines end, and the last checkpoint of each chain near the end.
  struct End: Sendable {
    var size: Int64 = 0
    /// The newest one; `nil` without any.
    var last: Checkpoint?
    /// Bytes after the last whole line.
    var tornBytes: Int64 = 0
  }

  /// Reads the end without changing anything. A last line that a crash cut is no damage.
  static func end(_ stateDirectory: String) throws(JournalError) -> End {
    let path = path(stateDirectory)
    guard unsafe access(path, F_OK) == 0 else { return End() }
    let file = try DiskFile(path: path, flags: O_RDONLY)
    let size = try file.size()
    let from = max(0, size - Int64(Checkpoint.maximumBytes) * 4)
    let bytes = try file.read(at: from, count: Int(size - from))
    guard let newline = bytes.lastIndex(of: 0x0A) else {
      // So long a line is none of ours: it stays, for `verify` to tell.
      return from == 0 ? End(tornBytes: size) : End(size: size)
    }
    let whole = bytes[...newline]
    let last = whole.split(separator: 0x0A).reversed().lazy.compactMap { Checkpoint(line: $0) }.first
    let end = from + Int64(newline) + 1
    return End(size: end, last: last, tornBytes: size - end)
  }

  /// Goes through all whole lines; `body` is given `nil` for one that is no checkpoint.
  static func each(
    _ path: String, from offset: Int64 = 0, upTo limit: Int64? = nil,
    _ body: (_ checkpoint: Checkpoint?, _ line: RawLine) throws(JournalError) -> Bool
  ) throws(JournalError) {
    let file = try DiskFile(path: path, flags: O_RDONLY)
    let end: Int64
    if let limit { end = limit } else { end = try file.size() }
    var reader = SegmentReader(file: file, limit: end, from: offset)
    while let raw = try reader.next(), raw.isTerminated {
      guard try body(Checkpoint(line: raw.bytes), raw) else { return }
    }
  }
}
