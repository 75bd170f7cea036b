import CDispatch
import CoreFoundation
import Glibc

/// Where a recorded journal is: a state directory, its `journal` folder, one segment, or an exported JSON Lines file. Reads
/// without a lock, so that it may run beside the controller. Blocks: not for the cooperative pool.
public struct ReplaySource: Sendable {
  /// The files, in the order of their records.
  public let files: [String]

  /// - Throws: `directory` if nothing there is a journal.
  public init(path: String) throws(JournalError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw .directory(path: path, problem: SystemText.message(errno)) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      files = [path]
      return
    }
    let inner = path + "/journal"
    let folder = unsafe access(inner, F_OK) == 0 ? inner : path
    let segments = try JournalOpening.segments(in: folder)
    guard !segments.isEmpty else {
      throw .directory(path: path, problem: "there is no journal in it: no segment such as \(Segment.name(first: 1))")
    }
    files = segments.map { folder + "/" + $0.name }
  }

  /// Goes through all lines, as their bytes stand there. `body` returns whether to go on.
  ///
  /// - Returns: bytes of an unfinished line at the very end, which is being written or was cut off by a crash.
  @discardableResult
  public func each(_ body: (_ file: String, _ line: [UInt8]) throws -> Bool) throws -> Int {
    for (number, path) in files.enumerated() {
      let file = try DiskFile(path: path, flags: O_RDONLY)
      var reader = SegmentReader(file: file, limit: try file.size())
      while let raw = try reader.next() {
        // Other tools end a file without a newline; what is no record then says so itself.
        let isLast = number == files.count - 1 && !raw.isTerminated
        if isLast, raw.bytes.last != UInt8(ascii: "}") { return raw.bytes.count }
        if try !body(path, raw.bytes) { return 0 }
      }
    }
    return 0
  }
}
