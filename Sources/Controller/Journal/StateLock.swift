import CDispatch
import Glibc

/// The lock on a state directory, held as long as this value lives.
final class StateLock: Sendable {
  private let file: DiskFile

  /// Takes `STATE/lock` or says who has it.
  init(stateDirectory: String) throws(JournalError) {
    let path = stateDirectory + "/lock"
    file = try DiskFile(path: path, flags: O_RDWR | O_CREAT)
    guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else { throw .system(operation: "lock", path: path, errno: errno) }
      let text = String(decoding: try file.read(at: 0, count: 32), as: UTF8.self)
      throw .locked(path: stateDirectory, pid: text.split(separator: "\n").first.flatMap { Int32($0) })
    }
    // A full disk must not keep the controller from starting: the pid is for people only.
    let files = SystemFiles()
    try? files.truncate(file, to: 0)
    try? files.writeAll(Array("\(getpid())\n".utf8), to: file, at: 0)
  }

  /// Lets the next controller in.
  func release() { _ = flock(file.descriptor, LOCK_UN) }
}
