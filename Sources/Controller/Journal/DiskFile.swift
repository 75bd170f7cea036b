import CDispatch
import CoreFoundation
import Glibc

/// An open file, closed when nobody holds it any more.
final class DiskFile: Sendable {
  let path: String
  let descriptor: Int32

  /// - Parameter mode: permissions of a file that `flags` create.
  init(path: String, flags: Int32, mode: mode_t = 0o600) throws(JournalError) {
    var descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
    while descriptor < 0, errno == EINTR { descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, mode) }
    guard descriptor >= 0 else { throw .system(operation: "open", path: path, errno: errno) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { Glibc.close(descriptor) }

  func size() throws(JournalError) -> Int64 {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .system(operation: "stat", path: path, errno: errno) }
    return Int64(status.st_size)
  }

  /// At most `count` bytes from `offset`; fewer at the end.
  func read(at offset: Int64, count: Int) throws(JournalError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while filled < count {
        let got = unsafe pread(
          descriptor, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, off_t(offset) + filled)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        filled += got
      }
    }
    guard failure == 0 else { throw .system(operation: "read", path: path, errno: failure) }
    return bytes
  }
}

/// What is done to folders and names.
enum Disk {
  static func makeDirectory(_ path: String) throws(JournalError) {
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .directory(path: path, problem: "it cannot be made: \(SystemText.message(errno))")
    }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      throw .directory(path: path, problem: SystemText.message(errno))
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .directory(path: path, problem: "it is not a directory") }
    guard unsafe access(path, R_OK | W_OK | X_OK) == 0 else {
      throw .directory(path: path, problem: "the controller's user may not write there: \(SystemText.message(errno))")
    }
  }

  /// The names in a folder, sorted, without `.` and `..`.
  static func names(in path: String) throws(JournalError) -> [String] {
    guard let folder = unsafe opendir(path) else { throw .system(operation: "list", path: path, errno: errno) }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  static func remove(_ path: String) throws(JournalError) {
    guard unsafe unlink(path) == 0 || errno == ENOENT else {
      throw .system(operation: "remove", path: path, errno: errno)
    }
  }

  /// Makes what was created, renamed or removed in a folder last.
  static func synchronizeDirectory(_ path: String) throws(JournalError) {
    let folder = try DiskFile(path: path, flags: O_RDONLY | O_DIRECTORY)
    guard fsync(folder.descriptor) == 0 else { throw .system(operation: "sync", path: path, errno: errno) }
  }

  /// The whole of a small file; `nil` if there is none.
  static func contents(_ path: String, atMost limit: Int) throws(JournalError) -> [UInt8]? {
    guard unsafe access(path, F_OK) == 0 else { return nil }
    return try DiskFile(path: path, flags: O_RDONLY).read(at: 0, count: limit)
  }
}
