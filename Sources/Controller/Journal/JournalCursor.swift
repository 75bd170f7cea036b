import CDispatch
import Glibc

/// Reads durable lines in order, each once, keeping its place in the file. For one thread at a time.
public final class JournalCursor {
  /// The sequence of the line that was read last.
  public private(set) var position: Int64

  private let shared: Monitor<JournalState>
  private let directory: String
  private let chain: String
  private var walk: ChainWalk
  private var segment: Segment?
  private var reader: SegmentReader?

  /// A read returns no more than about this, in bytes, unless a single line is longer.
  private static let maximumBytes = 8 << 20

  init(shared: Monitor<JournalState>, directory: String, chain: String, after sequence: Int64) {
    self.shared = shared
    self.directory = directory
    self.chain = chain
    position = sequence
    walk = ChainWalk(chain: chain, after: sequence, hash: nil)
  }

  /// At most `limit` lines that are durable and were not read yet, verified; none if there are none now.
  ///
  /// - Throws: `gone` if the next line is no longer kept, `damaged` if a line is not what was written. Then none of this
  ///   read counts: the next one begins where this one did.
  public func next(limit: Int) throws(JournalError) -> [JournalLine] {
    let start = position
    do throws(JournalError) { return try read(limit) } catch {
      position = start
      reader = nil
      walk = ChainWalk(chain: chain, after: start, hash: nil)
      throw error
    }
  }

  private func read(_ limit: Int) throws(JournalError) -> [JournalLine] {
    var lines: [JournalLine] = []
    var bytes = 0
    let (durable, segments) = shared.read { ($0.durable, $0.segments) }
    while position < durable, lines.count < limit, bytes < Self.maximumBytes {
      try seek(in: segments)
      guard let raw = try reader?.next() else {
        throw damaged(segment?.bytes ?? 0, "record \(position + 1) is missing at the end")
      }
      let (line, problems) = walk.step(raw.bytes)
      guard let line, problems.isEmpty else {
        throw damaged(raw.offset, problems.first?.message ?? "the line cannot be read")
      }
      position = line.sequence
      bytes += raw.bytes.count
      lines.append(line)
    }
    return lines
  }

  /// Opens the segment of the next line, unless it is open, and lets it be read as far as it is durable.
  private func seek(in segments: [Segment]) throws(JournalError) {
    guard let index = segments.lastIndex(where: { $0.first <= position + 1 }) else {
      throw .gone(sequence: position + 1, oldest: segments.first?.first ?? 1)
    }
    let wanted = segments[index]
    guard wanted.first != segment?.first || reader == nil else {
      if let bytes = segment?.bytes, bytes != wanted.bytes {
        segment = wanted
        reader?.limit = wanted.bytes
      }
      return
    }
    segment = wanted
    var next = SegmentReader(
      file: try DiskFile(path: directory + "/" + wanted.name, flags: O_RDONLY), limit: wanted.bytes)
    let before = position + 1 - wanted.first
    guard try next.skip(before) == before else {
      throw damaged(wanted.bytes, "record \(position + 1) is missing at the end")
    }
    reader = next
  }

  private func damaged(_ offset: Int64, _ problem: String) -> JournalError {
    .damaged(file: directory + "/" + (segment?.name ?? ""), offset: offset, problem: problem)
  }
}
