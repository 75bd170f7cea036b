import CDispatch
import Glibc
import Reconciler

/// One thing that is wrong with the log on disk.
public struct JournalFinding: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// A line, or the link between two.
    case chain(ChainProblem.Kind)
    /// A segment's name does not state its first record.
    case wrongName
    /// A segment other than the chain's first does not begin with a snapshot.
    case noSnapshot
    /// A segment that is not the newest ends within a line.
    case unfinishedSegment
    /// Older segments are gone that the head says are kept.
    case startCut
    /// The log is shorter than the head says.
    case tailCut
    /// There are records and no head, or revisions and no log at all.
    case removed
    /// The log is another one than the head says.
    case headMismatch
    /// The head or a segment cannot be read.
    case unreadableFile
  }

  public let kind: Kind
  public let file: String
  /// The byte at which the line starts, from 0.
  public let offset: Int64
  public let sequence: Int64?
  /// One sentence: what is there and what would be right.
  public let message: String

  public var description: String { "\(file), byte \(offset): \(message)" }
}

/// What a whole log amounts to.
public struct JournalVerification: Hashable, Sendable {
  /// `nil` for an empty log.
  public var chain: String?
  public var firstSequence: Int64 = 0
  public var lastSequence: Int64 = 0
  /// The hash of the last record, to be compared with the database and with checkpoints.
  public var lastHash: String?
  /// Readable lines.
  public var records: Int64 = 0
  /// Bytes of an unfinished line at the very end: a record being written, or one that a crash cut; no damage.
  public var unfinishedBytes = 0
  /// In the order of the files; at most `JournalVerifier.maximumFindings`.
  public var findings: [JournalFinding] = []

  public var isIntact: Bool { findings.isEmpty }
}

/// Verifies every segment of a log, without a lock, so that it may run beside the controller. Reads whole files: not for
/// the cooperative pool.
public struct JournalVerifier {
  /// After so many findings the rest is not told.
  public static let maximumFindings = 1000

  private let stateDirectory: String
  private var directory: String { stateDirectory + "/journal" }
  private var walk = ChainWalk()
  private var result = JournalVerification()
  private var head: JournalHead?
  private var check: CheckpointCheck

  /// - Throws: `system` if the folder cannot be read.
  public static func verify(stateDirectory: String) throws(JournalError) -> JournalVerification {
    var check = CheckpointCheck(CheckpointSet())
    return try verify(stateDirectory: stateDirectory, checking: &check)
  }

  /// The same, and shows every record to a comparison with checkpoints.
  static func verify(
    stateDirectory: String, checking check: inout CheckpointCheck
  ) throws(JournalError) -> JournalVerification {
    check.begin(.journal)
    var verifier = JournalVerifier(stateDirectory: stateDirectory, check: check)
    defer { check = verifier.check }
    try verifier.run()
    return verifier.result
  }

  private init(stateDirectory: String, check: CheckpointCheck) {
    self.stateDirectory = stateDirectory
    self.check = check
  }

  private mutating func run() throws(JournalError) {
    // First the head, then the files: what is written meanwhile makes the log longer than the head, which is fine.
    let headPath = JournalHead.path(in: directory)
    do throws(JournalError) { head = try JournalHead.read(in: directory) } catch {
      add(.unreadableFile, headPath, 0, nil, error.description)
    }
    var segments: [Segment] = []
    if unsafe access(directory, F_OK) == 0 || !Self.hasRevisions(stateDirectory) {
      segments = try JournalOpening.segments(in: directory)
    }
    if let newest = segments.last, newest.bytes == 0 { segments.removeLast() }
    for (index, segment) in segments.enumerated() {
      try check(segment, isNewest: index == segments.count - 1)
    }
    result.chain = walk.chain
    result.lastSequence = walk.last ?? 0
    compareEnds(headPath)
  }

  private mutating func check(_ segment: Segment, isNewest: Bool) throws(JournalError) {
    let path = directory + "/" + segment.name
    guard var reader = try reader(path, segment) else { return }
    var isFirstLine = true
    while let raw = try reader.next() {
      if !raw.isTerminated {
        if isNewest {
          result.unfinishedBytes = raw.bytes.count
        } else {
          add(.unfinishedSegment, path, raw.offset, nil, "the segment ends within a line, but a newer one follows")
        }
        break
      }
      let (line, problems) = walk.step(raw.bytes)
      for problem in problems { add(.chain(problem.kind), path, raw.offset, problem.sequence, problem.message) }
      if let line {
        note(line, path, raw.offset)
        if isFirstLine { checkFirst(line, of: segment, path) }
      }
      isFirstLine = false
    }
  }

  /// `nil` for an old segment that was removed, as it may be, since the folder was read.
  private func reader(_ path: String, _ segment: Segment) throws(JournalError) -> SegmentReader? {
    do throws(JournalError) {
      return SegmentReader(file: try DiskFile(path: path, flags: O_RDONLY), limit: segment.bytes)
    } catch {
      guard case .system(_, _, ENOENT) = error, result.records == 0 else { throw error }
      return nil
    }
  }

  private mutating func note(_ line: JournalLine, _ path: String, _ offset: Int64) {
    if result.records == 0 { result.firstSequence = line.sequence }
    result.records += 1
    result.lastHash = line.hash
    check.see(line, in: .journal)
    if let head, head.sequence == line.sequence, head.hash != line.hash {
      add(
        .headMismatch, path, offset, line.sequence,
        "the hash of record \(line.sequence) is not the one that head states: the log was rewritten")
    }
  }

  private mutating func checkFirst(_ line: JournalLine, of segment: Segment, _ path: String) {
    if line.sequence != segment.first {
      add(
        .wrongName, path, 0, line.sequence,
        "the segment begins with record \(line.sequence), but its name says \(segment.first)")
    }
    if line.sequence > 1, let record = line.record, record.type != .snapshot {
      add(
        .noSnapshot, path, 0, line.sequence,
        "a segment must begin with a snapshot, not with \(record.type.rawValue)")
    }
  }

  private mutating func compareEnds(_ path: String) {
    guard let head else { return noteRemoval(path) }
    if result.lastSequence < head.sequence {
      add(
        .tailCut, path, 0, head.sequence,
        "the journal's tail was cut: head says \(head.sequence), the log ends with \(result.lastSequence)")
    }
    // Read again: old segments may have been removed meanwhile.
    let first = (try? JournalHead.read(in: directory))?.first ?? head.first
    if result.records > 0, result.firstSequence > first {
      add(
        .startCut, path, 0, first,
        "the log begins with record \(result.firstSequence), but head says that it is kept from \(first) on")
    }
    if let chain = result.chain, chain != head.chain {
      add(.headMismatch, path, 0, nil, "head is of chain \(head.chain), the log of \(chain)")
    }
  }

  /// A head is written before the first record, and the log before the first revision.
  private mutating func noteRemoval(_ path: String) {
    guard !result.findings.contains(where: { $0.kind == .unreadableFile }) else { return }
    if result.records > 0 {
      // A log may have begun since the head was looked for.
      guard unsafe access(path, F_OK) != 0 else { return }
      add(
        .removed, path, 0, nil,
        "there are \(result.records) records and no head, which says how far the log went: whether the tail was cut "
          + "cannot be told")
    } else if Self.hasRevisions(stateDirectory) {
      add(.removed, path, 0, nil, "the state directory has revisions of manifests, but its journal is gone")
    }
  }

  /// Whether there is a journal, or should be one.
  public static func isUsed(stateDirectory: String) -> Bool {
    unsafe access(stateDirectory + "/journal", F_OK) == 0 || hasRevisions(stateDirectory)
  }

  /// Whether a controller has worked with this state directory.
  static func hasRevisions(_ stateDirectory: String) -> Bool {
    (try? Disk.names(in: stateDirectory + "/revisions"))?.contains { $0.hasSuffix(".json") } ?? false
  }

  private mutating func add(
    _ kind: JournalFinding.Kind, _ file: String, _ offset: Int64, _ sequence: Int64?, _ message: String
  ) {
    guard result.findings.count < Self.maximumFindings else { return }
    result.findings.append(
      JournalFinding(kind: kind, file: file, offset: offset, sequence: sequence, message: message))
  }
}
