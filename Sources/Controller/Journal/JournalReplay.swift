import CDispatch
import Glibc
import Reconciler

/// Reads the newest segment, as `open` found it, record by record, and verifies its chain.
struct JournalReplay {
  let opening: JournalOpening

  func run(_ body: (Record) throws -> Void) throws(JournalError) {
    guard let segment = opening.segments.last else { return }
    let path = opening.directory + "/" + segment.name
    var reader = SegmentReader(file: try DiskFile(path: path, flags: O_RDONLY), limit: segment.bytes)
    var walk = ChainWalk(chain: opening.chain, after: segment.first - 1, hash: opening.hashBeforeNewest)
    while let raw = try reader.next() {
      let (line, problems) = walk.step(raw.bytes)
      if let problem = problems.first {
        throw .damaged(file: path, offset: raw.offset, problem: problem.message)
      }
      guard let line, let record = line.record else {
        throw .damaged(
          file: path, offset: raw.offset,
          problem: "record \(walk.last ?? 0) has a type or reason that this version does not know")
      }
      if let problem = problem(line, record, segment) {
        throw .damaged(file: path, offset: raw.offset, problem: problem)
      }
      do { try body(record) } catch { throw .refused(sequence: record.sequence, problem: "\(error)") }
    }
    guard walk.last == opening.recovery.lastSequence else {
      throw .damaged(
        file: path, offset: segment.bytes,
        problem: "the log ends with record \(walk.last ?? 0), but must end with \(opening.recovery.lastSequence)")
    }
  }

  private func problem(_ line: JournalLine, _ record: Record, _ segment: Segment) -> String? {
    if record.sequence == segment.first, record.sequence > 1, record.type != .snapshot {
      return "a segment must begin with a snapshot, not with \(record.type.rawValue)"
    }
    if opening.head.sequence == line.sequence, opening.head.hash != line.hash {
      return "the hash of record \(line.sequence) is not the one that head states: the log was rewritten"
    }
    if let checkpoint = opening.checkpoints.last, checkpoint.chain == line.chain,
      checkpoint.sequence == line.sequence, checkpoint.hash != line.hash
    {
      return "the hash of record \(line.sequence) is not the one of the checkpoint on it: the log was rewritten"
    }
    return nil
  }
}
