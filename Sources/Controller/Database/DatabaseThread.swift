import Foundation

/// Blocking work on a thread of its own, so that the cooperative pool never waits for libpq or a child process.
public enum DatabaseThread {
  /// Has the calling thread, and the threads and processes that it starts from now on, give way to others: where there is
  /// too little time for all, a breach is acted upon first, and copied to the database afterwards.
  static func giveWay() {
    // Of Linux' threads each has a niceness of its own.
    let own = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, min(own + 5, 19))
  }

  /// Starts a thread that ends with `body`.
  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.name = name
    // Deep enough for the JSON parser's bounded recursion.
    thread.stackSize = 4 << 20
    thread.start()
  }

  /// Runs `body` on a new thread and gives what it gave. The work bounds its own time; cancelling does not stop it.
  public static func run<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws(DatabaseError) -> Value
  ) async throws(DatabaseError) -> Value {
    let result: Result<Value, DatabaseError> = await withCheckedContinuation { continuation in
      start(name) {
        do throws(DatabaseError) {
          continuation.resume(returning: .success(try body()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try result.get()
  }
}
