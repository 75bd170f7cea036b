import CDispatch
import CoreFoundation
import Glibc

/// What a recorder does with its disk. A test puts a slow or a full one in its place.
protocol RecordingFiles: Sendable {
  /// Makes a folder of this name, or one beside it if it is taken; returns its path.
  func makeRun(_ name: String, in directory: String) throws(RecordingError) -> String
  /// Bytes that the disk has left for this user.
  func freeBytes(_ directory: String) throws(RecordingError) -> Int64
  func append(_ bytes: [UInt8], to path: String) throws(RecordingError)
  /// Cuts a file back to so many bytes.
  func cut(_ path: String, to bytes: Int64)
  /// The recordings there, oldest first.
  func runs(in directory: String) throws(RecordingError) -> [RecordedRun]
  func remove(_ run: RecordedRun)
}

struct SystemRecordingFiles: RecordingFiles {
  func makeRun(_ name: String, in directory: String) throws(RecordingError) -> String {
    guard unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw failure("make the folder", directory) }
    for attempt in 1...100 {
      let path = "\(directory)/\(RecordedRun.prefix)\(name)" + (attempt == 1 ? "" : "-\(attempt)")
      if unsafe mkdir(path, 0o700) == 0 { return path }
      guard errno == EEXIST else { throw failure("make the folder", path) }
    }
    throw .unusable("\(directory) has a hundred recordings of the same microsecond")
  }

  func freeBytes(_ directory: String) throws(RecordingError) -> Int64 {
    var status = statvfs()
    guard unsafe statvfs(directory, &status) == 0 else { throw failure("look for room in", directory) }
    return Int64(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }

  func append(_ bytes: [UInt8], to path: String) throws(RecordingError) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw failure("open", path) }
    defer { close(file) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write", path) }
      rest = rest.dropFirst(count)
    }
  }

  func cut(_ path: String, to bytes: Int64) { _ = unsafe truncate(path, off_t(bytes)) }

  func runs(in directory: String) throws(RecordingError) -> [RecordedRun] {
    try names(in: directory).filter { $0.hasPrefix(RecordedRun.prefix) }
      .compactMap { name in try? run(at: "\(directory)/\(name)") }
  }

  /// `nil` for a folder that has no file of a recording.
  func run(at path: String) throws(RecordingError) -> RecordedRun? {
    let files = try names(in: path).filter { RecordedRun.segment(of: $0) != nil }.map { "\(path)/\($0)" }
    var bytes: Int64 = 0
    for file in files {
      var status = stat()
      if unsafe stat(file, &status) == 0 { bytes += Int64(status.st_size) }
    }
    return files.isEmpty ? nil : RecordedRun(path: path, files: files, bytes: bytes)
  }

  /// Whatever else somebody has put there stays.
  func remove(_ run: RecordedRun) {
    for file in run.files { unsafe unlink(file) }
    unsafe rmdir(run.path)
  }

  private func names(in path: String) throws(RecordingError) -> [String] {
    do throws(JournalError) { return try Disk.names(in: path) } catch { throw .unusable(error.description) }
  }

  private func failure(_ operation: String, _ path: String) -> RecordingError {
    .system(operation: operation, path: path, errno: errno)
  }
}
