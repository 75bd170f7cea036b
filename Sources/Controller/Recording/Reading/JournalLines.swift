import CDispatch
import Glibc
import Reconciler

/// The journal's lines from a segment on, verified, with a look ahead: a process's records end where the next one starts.
struct JournalLines {
  private let files: [String]
  private var index = 0
  private var reader: SegmentReader?
  private var walk = ChainWalk()
  private var ahead: [JournalLine] = []

  /// - Parameter first: the first record of the segment to begin with.
  /// - Throws: `unusable` when that segment is not kept any more.
  init(state: String, from first: Int64) throws(RecordingError) {
    let all: [String]
    do throws(JournalError) { all = try ReplaySource(path: state).files } catch {
      throw .unusable(error.description)
    }
    let name = Segment.name(first: max(1, first))
    guard let start = all.firstIndex(where: { $0.hasSuffix("/" + name) }) else {
      throw .unusable(
        "the journal has no \(name) any more, with which the recorded process began: it is older than --journal-retention, "
          + "or another journal's")
    }
    files = Array(all[start...])
  }

  /// The line at the front; `nil` at the journal's end.
  mutating func peek(_ k: Int = 0) throws(RecordingError) -> JournalLine? {
    while ahead.count <= k {
      guard let line = try read() else { return nil }
      ahead.append(line)
    }
    return ahead[k]
  }

  mutating func next() throws(RecordingError) -> JournalLine? {
    guard let line = try peek() else { return nil }
    ahead.removeFirst()
    return line
  }

  /// The next line that the same process has made, whose first record is `first`.
  mutating func next(of first: Int64) throws(RecordingError) -> JournalLine? {
    guard let line = try peek() else { return nil }
    if line.sequence > first, line.record?.type == .snapshot {
      // The next process began with it; the line after it may be that of one more that came no further.
      let after = try peek(1)?.record?.type
      if after == .controllerStarted || after == .snapshot { return nil }
    }
    return try next()
  }

  private mutating func read() throws(RecordingError) -> JournalLine? {
    do throws(JournalError) {
      while true {
        if reader == nil {
          guard index < files.count else { return nil }
          let file = try DiskFile(path: files[index], flags: O_RDONLY)
          reader = SegmentReader(file: file, limit: try file.size())
          index += 1
        }
        if let raw = try reader?.next(), raw.isTerminated { return try verified(raw) }
        reader = nil
      }
    } catch {
      throw .unusable(error.description)
    }
  }

  private mutating func verified(_ raw: RawLine) throws(JournalError) -> JournalLine {
    let (line, problems) = walk.step(raw.bytes)
    guard let line, problems.isEmpty else {
      throw .damaged(
        file: files[index - 1], offset: raw.offset, problem: problems.first?.message ?? "the line cannot be read")
    }
    return line
  }
}
