import CDispatch
import Glibc
import Reconciler

/// The lines of one recording, one after another through its files.
struct RunReader {
  let head: RecordingHead
  /// The line that was read last.
  private(set) var place: (file: String, number: Int)
  /// Bytes of a last line without its end: what a crash cut off, or what is being written.
  private(set) var unfinishedBytes = 0
  /// Its last word; `nil` when it has none, as after a kill.
  private(set) var end: RecordingEnd?

  private let files: [String]
  private var next = 0
  private var reader: SegmentReader?
  private var lines: LineReader

  init(_ run: RecordedRun) throws(RecordingError) {
    files = run.files
    guard let first = files.first else { throw .unusable("\(run.path) has no file of a recording") }
    place = (first, 0)
    var reader = try Self.open(first)
    guard let raw = try Self.next(&reader), raw.isTerminated else {
      throw .unusable("\(first) has not even its first line")
    }
    do throws(RecordingError) {
      let (head, segment) = try LineReader.begin(raw.bytes)
      guard segment == 1 else {
        throw .malformed(path: "segment", problem: "the recording's first file is missing: this is number \(segment)")
      }
      self.head = head
      lines = LineReader(head)
    } catch {
      throw Self.placed(error, (first, 1))
    }
    self.reader = reader
    place.number = 1
    next = 1
  }

  /// The next event; `nil` at the end.
  mutating func event() throws(RecordingError) -> RecordedEvent? {
    while let raw = try line() {
      place.number += 1
      do throws(RecordingError) {
        switch try lines.read(raw.bytes) {
        case .event(let event):
          guard end == nil else { throw .malformed(path: "", problem: "it follows the recording's end") }
          return event
        case .begin(let head, let segment):
          guard place.number == 1, segment == next, head == self.head else {
            throw .malformed(path: "", problem: "it begins file \(segment) of another recording, or out of turn")
          }
        case .end(let end): self.end = end
        }
      } catch {
        throw Self.placed(error, place)
      }
    }
    return nil
  }

  private mutating func line() throws(RecordingError) -> RawLine? {
    while true {
      if var current = reader {
        let raw = try Self.next(&current)
        reader = current
        if let raw, raw.isTerminated { return raw }
        if let raw {
          guard next == files.count else {
            throw .line(file: place.file, number: place.number + 1, problem: "it is cut off, but another file follows")
          }
          unfinishedBytes = raw.bytes.count
        }
        reader = nil
      }
      guard next < files.count else { return nil }
      place = (files[next], 0)
      next += 1
      guard RecordedRun.segment(of: String(place.file.split(separator: "/").last ?? "")) == next else {
        throw .unusable("file \(next) of the recording is missing before \(place.file)")
      }
      reader = try Self.open(place.file)
    }
  }

  private static func open(_ path: String) throws(RecordingError) -> SegmentReader {
    do throws(JournalError) {
      let file = try DiskFile(path: path, flags: O_RDONLY)
      return SegmentReader(file: file, limit: try file.size())
    } catch {
      throw .unusable(error.description)
    }
  }

  private static func next(_ reader: inout SegmentReader) throws(RecordingError) -> RawLine? {
    do throws(JournalError) { return try reader.next() } catch { throw .unusable(error.description) }
  }

  private static func placed(_ error: RecordingError, _ place: (file: String, number: Int)) -> RecordingError {
    guard case .malformed = error else { return error }
    return .line(file: place.file, number: place.number, problem: error.description)
  }
}
