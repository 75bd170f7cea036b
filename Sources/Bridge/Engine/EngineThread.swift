import Glibc

/// Starts the engine's thread.
enum EngineThread {
  /// What the thread gets: the loop is its own from here on.
  private final class Start {
    let loop: EngineLoop
    let whenDone: @Sendable () -> Void

    init(_ loop: EngineLoop, _ whenDone: @escaping @Sendable () -> Void) {
      self.loop = loop
      self.whenDone = whenDone
    }
  }

  static func start(_ loop: sending EngineLoop, whenDone: @escaping @Sendable () -> Void) throws(BridgeError) {
    let start = unsafe Unmanaged.passRetained(Start(loop, whenDone))
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        EngineThread.run(unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue())
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      unsafe start.release()
      throw BridgeError(code: .system, message: "pthread_create failed with errno \(code)")
    }
    _ = pthread_detach(thread)
  }

  private static func run(_ start: Start) {
    // Signals are the business of other threads; SIGPIPE among them, which libcurl does not hold back with NOSIGNAL.
    var all = sigset_t()
    _ = unsafe sigfillset(&all)
    _ = unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
    start.loop.run()
    start.whenDone()
  }
}
