import CDispatch
import Glibc

/// Files that are there whole after a power cut, or not at all.
enum DurableFile {
  static func makeFolder(_ path: String, in parent: String) throws(RevisionError) {
    if FileReader.isFolder(path) { return }
    guard unsafe mkdir(path, 0o700) == 0 else { throw failure("make", path) }
    try synchronize(folder: parent)
  }

  /// Writes a new file: under another name first, synchronised, then linked to its own. Never replaces one.
  static func create(_ path: String, in folder: String, bytes: [UInt8]) throws(RevisionError) {
    let draft = try draft(in: folder, bytes: bytes)
    defer { unsafe unlink(draft) }
    guard unsafe link(draft, path) == 0 else { throw failure("create", path) }
    try synchronize(folder: folder)
  }

  /// Writes a file in the place of the one that may be there: one or the other is there at every moment.
  static func replace(_ path: String, in folder: String, bytes: [UInt8]) throws(RevisionError) {
    let draft = try draft(in: folder, bytes: bytes)
    guard unsafe rename(draft, path) == 0 else {
      let error = failure("replace", path)
      unsafe unlink(draft)
      throw error
    }
    try synchronize(folder: folder)
  }

  /// Removes a file; none is well, too.
  static func remove(_ path: String, in folder: String) throws(RevisionError) {
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    try synchronize(folder: folder)
  }

  private static func draft(in folder: String, bytes: [UInt8]) throws(RevisionError) -> String {
    let draft = "\(folder)/.draft"
    unsafe unlink(draft)
    let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("create", draft) }
    do throws(RevisionError) {
      try write(bytes, to: file, path: draft)
    } catch {
      close(file)
      unsafe unlink(draft)
      throw error
    }
    guard close(file) == 0 else {
      let error = failure("close", draft)
      unsafe unlink(draft)
      throw error
    }
    return draft
  }

  private static func write(_ bytes: [UInt8], to file: Int32, path: String) throws(RevisionError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("write", path)
      }
      rest = rest.dropFirst(count)
    }
    guard fsync(file) == 0 else { throw failure("synchronise", path) }
  }

  private static func synchronize(folder: String) throws(RevisionError) {
    let file = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw failure("open", folder) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw failure("synchronise", folder) }
  }

  private static func failure(_ operation: String, _ path: String) -> RevisionError {
    .system(operation: operation, path: path, problem: SystemText.message(errno))
  }
}
