import CDispatch
import CLibPQ
import Glibc

/// A child process with nothing of ours but a folder as descriptor 3 and a log for its output.
struct ChildProcess {
  let id: pid_t

  /// The child sees the folder under this path, whatever folders above it may not be entered by its user.
  static let folderPath = "/proc/self/fd/3"

  /// Starts a program in a process group of its own, so that a Ctrl-C at our terminal does not reach it, with default
  /// signals.
  ///
  /// - Parameters:
  ///   - arguments: the program's absolute path and its arguments.
  ///   - folder: an open folder.
  ///   - log: an open file for standard output and error.
  static func start(_ arguments: [String], folder: Int32, log: Int32) throws(DatabaseError) -> ChildProcess {
    guard let program = arguments.first else { preconditionFailure("a child process has a program") }
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, log, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, log, 2)
    unsafe posix_spawn_file_actions_adddup2(&actions, folder, 3)
    // Sockets of this process that are not close-on-exec (libraries open some) would stay open in the server, and a port
    // that we closed would go on listening there.
    unsafe mt4_spawn_close_from(&actions, 4)
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    var all = sigset_t()
    var none = sigset_t()
    unsafe sigfillset(&all)
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var id: pid_t = 0
    let code = unsafe arguments.withMutableCStrings { argv in
      unsafe ["PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"].withMutableCStrings { environment in
        unsafe posix_spawn(&id, program, &actions, &attributes, argv, environment)
      }
    }
    guard code == 0 else {
      throw DatabaseError(.server, "\(program) cannot be started: \(SystemText.message(code))")
    }
    return ChildProcess(id: id)
  }

  /// Waits until it has ended.
  ///
  /// - Returns: its exit status; 128 and the signal's number when a signal ended it.
  func wait() -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0 {
      if errno != EINTR { return -1 }
    }
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }

  /// The end of it, if it has ended; does not wait.
  func ended() -> Bool {
    var info = unsafe siginfo_t()
    return unsafe waitid(P_PID, id_t(id), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == SIGCHLD
  }
}

extension [String] {
  /// An `argv` for the time of `body`.
  fileprivate func withMutableCStrings<Result>(
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("an argv ends with a null and is never empty") }
      return unsafe body(base)
    }
  }
}
