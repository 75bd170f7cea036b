import Dispatch
import Glibc

/// The first process of a container: whatever loses its parent becomes its child, and stays as a zombie unless somebody
/// waits for it. There the controller runs as a child, and this process passes signals on and waits for everything.
enum FirstProcess {
  /// What is passed on. SIGINT and SIGTERM drain, SIGHUP reloads.
  private static let signals = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]

  /// Returns the exit code once the child has ended; `nil` at once where this is not the first process. Blocks: nothing else
  /// runs in this process.
  static func standIn() -> Int32? {
    guard getpid() == 1 else { return nil }
    guard let child = spawn() else {
      Terminal.error("the controller cannot be started by the first process: \(String(cString: strerror(errno)))")
      return 1
    }
    let queue = DispatchQueue(label: "mt4-signals")
    let sources = signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { kill(child, number) }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    return reap(child)
  }

  private static func spawn() -> pid_t? {
    var child: pid_t = 0
    let result = posix_spawn(&child, "/proc/self/exe", nil, nil, CommandLine.unsafeArgv, environ)
    guard result == 0 else {
      errno = result
      return nil
    }
    return child
  }

  /// Waits for everything that ends, until `child` does.
  ///
  /// - Returns: its exit code; 128 and the signal's number when a signal ended it.
  private static func reap(_ child: pid_t) -> Int32 {
    while true {
      var status: Int32 = 0
      let ended = waitpid(-1, &status, 0)
      if ended == child { return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F) }
      if ended < 0, errno != EINTR { return 1 }
    }
  }
}
