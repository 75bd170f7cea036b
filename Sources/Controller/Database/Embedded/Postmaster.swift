import CDispatch
import CoreFoundation
import Foundation

/// A server that is running on a cluster already: an orphan of a controller that was killed, or another program's.
struct Postmaster: Hashable, Sendable {
  let id: pid_t

  /// The server that `postmaster.pid` names, if that process lives and its working folder is the cluster.
  static func running(on data: String) -> Postmaster? {
    guard let text = try? String(contentsOfFile: "\(data)/postmaster.pid", encoding: .utf8),
      let line = text.split(separator: "\n").first, let id = pid_t(line.trimmingCharacters(in: .whitespaces)), id > 1,
      works(id, in: data)
    else { return nil }
    return Postmaster(id: id)
  }

  private static func works(_ id: pid_t, in data: String) -> Bool {
    var here = stat()
    var there = stat()
    return unsafe stat(data, &here) == 0 && stat("/proc/\(id)/cwd", &there) == 0 && here.st_ino == there.st_ino
      && here.st_dev == there.st_dev
  }

  /// A pid file whose process is now another program makes the server refuse to start. It is removed only when no
  /// process works in the cluster: the file is also the server's guard against two of them.
  static func removeStalePIDFile(in data: String) {
    let path = "\(data)/postmaster.pid"
    guard let text = try? String(contentsOfFile: path, encoding: .utf8), running(on: data) == nil,
      let line = text.split(separator: "\n").first, let id = pid_t(line.trimmingCharacters(in: .whitespaces)),
      kill(id, 0) == 0 || errno == EPERM
    else { return }
    let processes = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    guard !processes.contains(where: { works($0, in: data) }) else { return }
    unsafe unlink(path)
  }

  /// Stops it: fast, then at once, then by force, each with a third of the time.
  ///
  /// - Returns: whether it has ended.
  func stop(data: String, within seconds: Double) -> Bool {
    for signal in [SIGINT, SIGQUIT, SIGKILL] {
      guard kill(id, signal) == 0 else { return true }
      let end = ContinuousClock.now + .seconds(seconds / 3)
      while ContinuousClock.now < end {
        guard Self.works(id, in: data) else { return true }
        usleep(20_000)
      }
    }
    return !Self.works(id, in: data)
  }
}
