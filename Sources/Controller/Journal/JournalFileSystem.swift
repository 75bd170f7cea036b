import CDispatch
import CoreFoundation
import Glibc

/// The calls that fail when a disk is full or broken, so that tests can make them fail.
protocol JournalFileSystem: Sendable {
  /// Writes a part of the bytes, at least one; returns how many.
  func write(_ bytes: ArraySlice<UInt8>, to file: DiskFile, at offset: Int64) throws(JournalError) -> Int
  /// Returns when the file's bytes would survive a power cut.
  func synchronize(_ file: DiskFile) throws(JournalError)
  func truncate(_ file: DiskFile, to size: Int64) throws(JournalError)
  /// Gives the file `size` bytes that are really there.
  func allocate(_ file: DiskFile, size: Int64) throws(JournalError)
  func create(_ path: String) throws(JournalError) -> DiskFile
  /// What this process may still use on the file system of `path`, in bytes.
  func freeBytes(_ path: String) throws(JournalError) -> Int64
}

extension JournalFileSystem {
  /// Writes all of the bytes, in as few calls as the system allows.
  func writeAll(_ bytes: [UInt8], to file: DiskFile, at offset: Int64) throws(JournalError) {
    var done = 0
    while done < bytes.count { done += try write(bytes[done...], to: file, at: offset + Int64(done)) }
  }
}

extension JournalError {
  /// Whether giving bytes back could help.
  var isOutOfSpace: Bool {
    guard case .system(_, _, let errno) = self else { return false }
    return errno == ENOSPC || errno == EDQUOT
  }
}

/// The real thing.
struct SystemFiles: JournalFileSystem {
  func write(_ bytes: ArraySlice<UInt8>, to file: DiskFile, at offset: Int64) throws(JournalError) -> Int {
    let (count, failure) = unsafe bytes.withUnsafeBytes { buffer in
      while true {
        let count = unsafe pwrite(file.descriptor, buffer.baseAddress, buffer.count, off_t(offset))
        if count < 0, errno == EINTR { continue }
        return (count, count < 0 ? errno : 0)
      }
    }
    guard count > 0 else { throw .system(operation: "write", path: file.path, errno: failure == 0 ? ENOSPC : failure) }
    return count
  }

  func synchronize(_ file: DiskFile) throws(JournalError) {
    guard fdatasync(file.descriptor) == 0 else { throw .system(operation: "sync", path: file.path, errno: errno) }
  }

  func truncate(_ file: DiskFile, to size: Int64) throws(JournalError) {
    guard ftruncate(file.descriptor, off_t(size)) == 0 else {
      throw .system(operation: "truncate", path: file.path, errno: errno)
    }
  }

  func allocate(_ file: DiskFile, size: Int64) throws(JournalError) {
    let status = posix_fallocate(file.descriptor, 0, off_t(size))
    guard status == 0 else { throw .system(operation: "allocate", path: file.path, errno: status) }
  }

  func create(_ path: String) throws(JournalError) -> DiskFile {
    try DiskFile(path: path, flags: O_RDWR | O_CREAT | O_EXCL)
  }

  func freeBytes(_ path: String) throws(JournalError) -> Int64 {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { throw .system(operation: "statvfs", path: path, errno: errno) }
    return Int64(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
  }
}
