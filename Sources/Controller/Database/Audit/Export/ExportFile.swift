import CDispatch
import Crypto
import Glibc
import Reconciler

/// One file of an export as it is written, or as it would be: hashed and counted on the way.
final class ExportFile {
  let name: String
  private let file: DiskFile?
  private var buffer: [UInt8] = []
  private var digest = SHA256()
  private(set) var bytes: Int64 = 0
  private(set) var rows: Int64 = 0

  private static let flushBytes = 1 << 20

  /// - Parameter folder: where to write; `nil` only counts and hashes.
  init(_ name: String, in folder: String?) throws(JournalError) {
    self.name = name
    if let folder {
      file = try DiskFile(path: folder + "/" + name, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    } else {
      file = nil
    }
  }

  /// A line with its end.
  func add(row text: String) throws(JournalError) {
    rows += 1
    try add(text)
  }

  func add(_ text: String) throws(JournalError) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= Self.flushBytes { try flush() }
  }

  private func flush() throws(JournalError) {
    digest.update(data: buffer)
    if let file { try SystemFiles().writeAll(buffer, to: file, at: bytes) }
    bytes += Int64(buffer.count)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Makes it last.
  func finish() throws(JournalError) -> ExportManifest.File {
    try flush()
    if let file { try SystemFiles().synchronize(file) }
    return ExportManifest.File(name: name, sha256: Hexadecimal.text(digest.finalize()), bytes: bytes, rows: rows)
  }

  /// The same of a file that is there.
  static func measure(_ path: String, name: String) throws(JournalError) -> ExportManifest.File {
    let file = try DiskFile(path: path, flags: O_RDONLY)
    var digest = SHA256()
    var offset: Int64 = 0
    while true {
      let bytes = try file.read(at: offset, count: flushBytes)
      if bytes.isEmpty { break }
      digest.update(data: bytes)
      offset += Int64(bytes.count)
    }
    return ExportManifest.File(name: name, sha256: Hexadecimal.text(digest.finalize()), bytes: offset, rows: 0)
  }
}
