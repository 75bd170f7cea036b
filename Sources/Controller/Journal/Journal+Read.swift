import CDispatch
import Glibc
public import Reconciler

extension Journal {
  /// Reads the newest segment of a state directory without taking its lock and without changing anything, also while a
  /// controller writes to it: the newest snapshot and what follows, up to the last whole line.
  ///
  /// - Throws: `damaged` if a line is not what was written; `refused` with what `body` threw.
  public static func read(stateDirectory: String, _ body: (Record) throws -> Void) throws(JournalError) {
    let directory = stateDirectory + "/journal"
    guard let newest = try JournalOpening.segments(in: directory).last else { return }
    let tail = try SegmentTail(directory: directory, segment: newest)
    let path = directory + "/" + newest.name
    var reader = SegmentReader(file: try DiskFile(path: path, flags: O_RDONLY), limit: tail.end)
    var walk: ChainWalk?
    while let raw = try reader.next() {
      var current: ChainWalk
      if let walk { current = walk } else { current = try start(raw.bytes, path, newest) }
      let (line, problems) = current.step(raw.bytes)
      walk = current
      if let problem = problems.first {
        throw .damaged(file: path, offset: raw.offset, problem: problem.message)
      }
      guard let record = line?.record else {
        throw .damaged(
          file: path, offset: raw.offset, problem: "a record has a type or reason that this version does not know")
      }
      do { try body(record) } catch { throw .refused(sequence: record.sequence, problem: "\(error)") }
    }
  }

  private static func start(_ bytes: [UInt8], _ path: String, _ segment: Segment) throws(JournalError) -> ChainWalk {
    let first: JournalLine
    do throws(JournalError) {
      first = try JournalLine.parse(String(decoding: bytes, as: UTF8.self))
    } catch {
      throw .damaged(file: path, offset: 0, problem: error.description)
    }
    return ChainWalk(chain: first.chain, after: segment.first - 1, hash: nil)
  }
}
