import CDispatch
import CoreFoundation
import Glibc

/// The end of the newest segment: its last whole line, and what a crash left after it.
struct SegmentTail {
  private let path: String
  private let directory: String
  private let file: DiskFile
  /// `nil`: the segment has no whole line.
  let last: JournalLine?
  /// Where the whole lines end.
  let end: Int64
  private let torn: [UInt8]

  /// Reads the segment without changing it.
  init(directory: String, segment: Segment) throws(JournalError) {
    self.directory = directory
    path = directory + "/" + segment.name
    file = try DiskFile(path: path, flags: O_RDWR)
    var reader = SegmentReader(file: file, limit: segment.bytes)
    var lines: Int64 = 0
    var line: RawLine?
    var before: RawLine?
    while let next = try reader.next() {
      before = line
      line = next
      lines += 1
    }
    guard let line else {
      (last, end, torn) = (nil, 0, [])
      return
    }
    // Only the very last line may be unfinished: its newline is missing, or its pages did not all reach the disk.
    if line.isTerminated, let parsed = try? Self.parse(line, path) {
      (last, end, torn) = (try Self.check(parsed, line, segment, lines, path), line.end, [])
    } else {
      let parsed: JournalLine? = if let before { try Self.parse(before, path) } else { nil }
      if let parsed, let before { _ = try Self.check(parsed, before, segment, lines - 1, path) }
      (last, end, torn) = (parsed, line.offset, line.bytes + (line.isTerminated ? [0x0A] : []))
    }
  }

  /// Cuts off what is unfinished, after keeping a copy; removes a segment without a whole line.
  func cut(files: any JournalFileSystem) throws(JournalError) -> JournalRecovery.TornTail? {
    guard last == nil || !torn.isEmpty else { return nil }
    let kept = torn.isEmpty ? nil : keep(files)
    if last == nil {
      try Disk.remove(path)
    } else {
      try files.truncate(file, to: end)
      try files.synchronize(file)
    }
    try Disk.synchronizeDirectory(directory)
    return torn.isEmpty ? nil : JournalRecovery.TornTail(file: path, offset: end, bytes: torn.count, keptIn: kept)
  }

  /// A full disk is a likely cause of the crash: without room the bytes, which were never durable, go.
  private func keep(_ files: any JournalFileSystem) -> String? {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    let side = "\(directory)/torn-\(now.tv_sec).\(now.tv_nsec)"
    do throws(JournalError) {
      let copy = try files.create(side)
      try files.writeAll(torn, to: copy, at: 0)
      try files.synchronize(copy)
      return side
    } catch {
      try? Disk.remove(side)
      return nil
    }
  }

  private static func parse(_ line: RawLine, _ path: String) throws(JournalError) -> JournalLine {
    guard let text = String(validating: line.bytes, as: UTF8.self) else {
      throw .damaged(file: path, offset: line.offset, problem: "the line is not UTF-8")
    }
    do throws(JournalError) { return try JournalLine.parse(text) } catch {
      throw .damaged(file: path, offset: line.offset, problem: error.description)
    }
  }

  private static func check(
    _ parsed: JournalLine, _ line: RawLine, _ segment: Segment, _ lines: Int64, _ path: String
  ) throws(JournalError) -> JournalLine {
    guard parsed.sequence == segment.first + lines - 1 else {
      throw .damaged(
        file: path, offset: line.offset,
        problem: "line \(lines) of this segment must be record \(segment.first + lines - 1), not \(parsed.sequence)")
    }
    guard parsed.verifyHash() else {
      throw .damaged(
        file: path, offset: line.offset,
        problem: "record \(parsed.sequence) was edited: its hash is not that of its text")
    }
    return parsed
  }

  /// The last line of a segment that is not the newest: it must be whole.
  static func end(of segment: Segment, in directory: String) throws(JournalError) -> JournalLine {
    let path = directory + "/" + segment.name
    guard let line = try SegmentReader.lastLine(of: DiskFile(path: path, flags: O_RDONLY)) else {
      throw .damaged(file: path, offset: 0, problem: "the segment is empty, but a newer one follows")
    }
    guard line.isTerminated else {
      throw .damaged(
        file: path, offset: line.end, problem: "the segment ends within a line, but a newer one follows")
    }
    let parsed = try parse(line, path)
    guard parsed.verifyHash() else {
      throw .damaged(
        file: path, offset: line.offset,
        problem: "record \(parsed.sequence) was edited: its hash is not that of its text")
    }
    return parsed
  }
}
