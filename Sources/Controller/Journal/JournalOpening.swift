import CDispatch
import Glibc

/// What is on disk at start, after the unfinished end was cut off: the writer goes on from here.
struct JournalOpening: Sendable {
  let stateDirectory: String
  let directory: String
  let lock: StateLock
  let chain: String
  /// Oldest first; bytes are those of whole lines.
  let segments: [Segment]
  let head: JournalHead
  /// A disk that was full has no head yet: then the writer writes it before the first record.
  let isHeadWritten: Bool
  let lastHash: String
  /// The hash before the first record of the newest segment; `nil` if that record is no longer kept.
  let hashBeforeNewest: String?
  let recovery: JournalRecovery
  let checkpoints: CheckpointFile.End

  /// Takes the lock. Reads the newest segment and the last line of each other one.
  init(stateDirectory: String, options: JournalOptions) throws(JournalError) {
    try Disk.makeDirectory(stateDirectory)
    lock = try StateLock(stateDirectory: stateDirectory)
    self.stateDirectory = stateDirectory
    directory = stateDirectory + "/journal"
    try Disk.makeDirectory(directory)
    try Disk.synchronizeDirectory(stateDirectory)
    let stated = try JournalHead.read(in: directory)

    var found = try Self.segments(in: directory)
    let tail: SegmentTail? =
      if let newest = found.last { try SegmentTail(directory: directory, segment: newest) } else { nil }
    var ends: [JournalLine] = []
    for segment in found.dropLast() { ends.append(try SegmentTail.end(of: segment, in: directory)) }
    try Self.checkBorders(found, ends, directory)
    if let last = tail?.last {
      ends.append(last)
      found[found.count - 1].bytes = tail?.end ?? 0
    } else if !found.isEmpty {
      found.removeLast()
    }
    try Self.compare(stated, ends.last, directory, found.last)
    checkpoints = try CheckpointFile.end(stateDirectory)
    try Self.compare(checkpoints.last, ends.last, stateDirectory)
    // From here on the log is as it should be, but for its unfinished end.
    let torn = try tail?.cut(files: options.files)

    segments = found
    chain = ends.last?.chain ?? stated?.chain ?? Self.newChain()
    head = stated ?? JournalHead(chain: chain, first: 1, sequence: 0, hash: JournalLine.firstPrevHash, shipped: 0)
    isHeadWritten = stated != nil ? true : try head.isBegun(in: directory, by: options.files)
    lastHash = ends.last?.hash ?? JournalLine.firstPrevHash
    let isFirst = (found.last?.first ?? 1) == 1
    hashBeforeNewest = isFirst ? JournalLine.firstPrevHash : ends.dropLast().last?.hash
    recovery = JournalRecovery(
      isNew: ends.isEmpty,
      isLost: ends.isEmpty && stated == nil
        && (checkpoints.last != nil || JournalVerifier.hasRevisions(stateDirectory)),
      lastSequence: ends.last?.sequence ?? 0, torn: torn)
  }

  /// The segments in a journal's folder, by name; other files there are not segments.
  static func segments(in directory: String) throws(JournalError) -> [Segment] {
    var found: [Segment] = []
    for name in try Disk.names(in: directory) {
      guard let first = Segment.first(name: name) else { continue }
      let size = try DiskFile(path: directory + "/" + name, flags: O_RDONLY).size()
      found.append(Segment(first: first, bytes: size))
    }
    return found
  }

  private static func checkBorders(
    _ segments: [Segment], _ ends: [JournalLine], _ directory: String
  ) throws(JournalError) {
    for (end, next) in zip(ends, segments.dropFirst()) where end.sequence != next.first - 1 {
      throw .damaged(
        file: directory + "/" + next.name, offset: 0,
        problem: "the segment before it ends with record \(end.sequence), but must end with \(next.first - 1)")
    }
    for (end, segment) in zip(ends, segments) where end.chain != ends.last?.chain {
      throw .damaged(
        file: directory + "/" + segment.name, offset: 0,
        problem: "it is of chain \(end.chain), not \(ends.last?.chain ?? "")")
    }
  }

  /// Records that were synced cannot vanish by themselves.
  private static func compare(
    _ head: JournalHead?, _ last: JournalLine?, _ directory: String, _ newest: Segment?
  ) throws(JournalError) {
    guard let head else {
      guard let last else { return }
      throw .headMissing(path: JournalHead.path(in: directory), last: last.sequence)
    }
    // A head of nothing is that of a start that ended before its first record.
    if last == nil, head.sequence == 0 { return }
    guard let last, last.sequence >= head.sequence else {
      throw .tailCut(head: head.sequence, last: last?.sequence ?? 0)
    }
    let file = directory + "/" + (newest?.name ?? "")
    guard last.chain == head.chain else {
      throw .damaged(file: file, offset: 0, problem: "it is of chain \(last.chain), but head says \(head.chain)")
    }
    guard last.sequence > head.sequence || last.hash == head.hash else {
      throw .damaged(
        file: file, offset: 0, problem: "the hash of record \(last.sequence) is not the one that head states")
    }
  }

  /// A checkpoint was made of what was durable.
  private static func compare(
    _ checkpoint: Checkpoint?, _ last: JournalLine?, _ stateDirectory: String
  ) throws(JournalError) {
    guard let checkpoint, let last, checkpoint.chain == last.chain else { return }
    guard checkpoint.sequence <= last.sequence else {
      throw .checkpointBeyond(
        path: CheckpointFile.path(stateDirectory), sequence: checkpoint.sequence, last: last.sequence)
    }
  }

  /// 16 characters of base32: 80 random bits.
  private static func newChain() -> String {
    let digits = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
    var random = SystemRandomNumberGenerator()
    return String(decoding: (0..<16).map { _ in digits[Int.random(in: 0..<32, using: &random)] }, as: UTF8.self)
  }
}
