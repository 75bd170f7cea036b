import CDispatch
import Glibc

/// A segment file by its first sequence.
struct Segment: Hashable, Sendable {
  let first: Int64
  /// Durable bytes.
  var bytes: Int64

  var name: String { Self.name(first: first) }

  static func name(first: Int64) -> String {
    let digits = String(first)
    return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits + ".jsonl"
  }

  /// The first sequence that a segment's name states; `nil` for another file.
  static func first(name: String) -> Int64? {
    guard name.hasSuffix(".jsonl"), name.utf8.count == 26, let first = Int64(name.dropLast(6)), first > 0,
      Self.name(first: first) == name
    else { return nil }
    return first
  }
}

/// A line as bytes, before anybody has read it.
struct RawLine: Hashable {
  /// Where it starts in its file.
  let offset: Int64
  /// Without the newline.
  let bytes: [UInt8]
  /// Whether its newline is there.
  let isTerminated: Bool

  /// Where the next line starts.
  var end: Int64 { offset + Int64(bytes.count) + (isTerminated ? 1 : 0) }
}

/// Reads a segment line by line, in chunks, never beyond `limit`.
struct SegmentReader {
  let file: DiskFile
  /// Where the readable part ends; may be raised while reading.
  var limit: Int64
  private var buffer: [UInt8] = []
  private var start = 0
  private var searched = 0
  private var bufferOffset: Int64 = 0

  private static let chunk = 1 << 18

  /// - Parameter offset: where a line starts.
  init(file: DiskFile, limit: Int64, from offset: Int64 = 0) {
    self.file = file
    self.limit = limit
    bufferOffset = offset
  }

  /// The next line; `nil` at the limit. Only the last one may lack its newline.
  mutating func next() throws(JournalError) -> RawLine? {
    while true {
      if let end = newline() {
        let line = RawLine(offset: bufferOffset + Int64(start), bytes: Array(buffer[start..<end]), isTerminated: true)
        start = end + 1
        searched = start
        return line
      }
      searched = buffer.count
      if try !fill() { return unterminated() }
    }
  }

  /// Skips whole lines; returns how many there were.
  mutating func skip(_ count: Int64) throws(JournalError) -> Int64 {
    var skipped: Int64 = 0
    while skipped < count {
      if let end = newline() {
        start = end + 1
        searched = start
        skipped += 1
        continue
      }
      searched = buffer.count
      if try !fill() { break }
    }
    return skipped
  }

  /// What stands between the last newline and the limit, once.
  private mutating func unterminated() -> RawLine? {
    guard start < buffer.count else { return nil }
    let line = RawLine(offset: bufferOffset + Int64(start), bytes: Array(buffer[start...]), isTerminated: false)
    start = buffer.count
    return line
  }

  private func newline() -> Int? {
    guard searched < buffer.count else { return nil }
    return unsafe buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let found = unsafe memchr(base + searched, 0x0A, bytes.count - searched)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  private mutating func fill() throws(JournalError) -> Bool {
    let from = bufferOffset + Int64(buffer.count)
    let count = Int(min(limit - from, Int64(max(Self.chunk, buffer.count - start))))
    guard count > 0 else { return false }
    guard buffer.count - start <= JournalLine.maximumBytes else {
      throw .damaged(
        file: file.path, offset: bufferOffset + Int64(start),
        problem: "a line is longer than \(JournalLine.maximumBytes) bytes")
    }
    let bytes = try file.read(at: from, count: count)
    guard !bytes.isEmpty else { return false }
    buffer.removeFirst(start)
    bufferOffset += Int64(start)
    searched -= start
    start = 0
    buffer.append(contentsOf: bytes)
    return true
  }
}

extension SegmentReader {
  /// The last line of a file, read from its end; `nil` for an empty file.
  static func lastLine(of file: DiskFile) throws(JournalError) -> RawLine? {
    let size = try file.size()
    var length = min(size, Int64(chunk))
    while length > 0 {
      let offset = size - length
      let bytes = try file.read(at: offset, count: Int(length))
      let isTerminated = bytes.last == 0x0A
      let body = isTerminated ? bytes.dropLast() : bytes[...]
      if let before = body.lastIndex(of: 0x0A) {
        return RawLine(
          offset: offset + Int64(before) + 1, bytes: Array(body[(before + 1)...]), isTerminated: isTerminated)
      }
      if offset == 0 { return RawLine(offset: 0, bytes: Array(body), isTerminated: isTerminated) }
      guard length <= Int64(JournalLine.maximumBytes) else { break }
      length = min(size, length * 2)
    }
    guard size > 0 else { return nil }
    throw .damaged(
      file: file.path, offset: size, problem: "the last line is longer than \(JournalLine.maximumBytes) bytes")
  }
}
