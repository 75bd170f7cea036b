import Foundation
import Glibc

/// The first process of a container: whatever loses its parent becomes its child, and stays as a zombie unless somebody
/// waits for it. There the controller runs as a child, and this process passes signals on and waits for everything.
enum FirstProcess {
  /// Returns the exit code once the child has ended; `nil` at once where this is not the first process.
  static func standIn() -> Int32? {
    guard getpid() == 1 else { return nil }
    var all = sigset_t()
    sigfillset(&all)
    // Blocked before there is a child, so that none is missed; the child begins with none blocked.
    sigprocmask(SIG_BLOCK, &all, nil)
    guard let child = spawn() else {
      Terminal.error(
        "the controller cannot be started as a child of the first process: \(String(cString: strerror(errno)))")
      return 1
    }
    while true {
      var number: Int32 = 0
      guard sigwait(&all, &number) == 0 else { continue }
      if number != SIGCHLD {
        kill(child, number)
        continue
      }
      if let code = reap(child) { return code }
    }
  }

  private static func spawn() -> pid_t? {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var child: pid_t = 0
    let result = posix_spawn(&child, "/proc/self/exe", nil, &attributes, CommandLine.unsafeArgv, environ)
    guard result == 0 else {
      errno = result
      return nil
    }
    return child
  }

  /// Waits for everything that has ended.
  ///
  /// - Returns: the exit code of `child`, if it is among them; 128 and the signal's number when a signal ended it.
  private static func reap(_ child: pid_t) -> Int32? {
    var code: Int32?
    while true {
      var status: Int32 = 0
      let ended = waitpid(-1, &status, WNOHANG)
      guard ended > 0 else { return code }
      if ended == child { code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F) }
    }
  }
}
