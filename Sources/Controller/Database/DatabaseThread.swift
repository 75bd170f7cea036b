import Foundation

/// Blocking work on a thread of its own, so that the cooperative pool never waits for libpq or a child process.
public enum DatabaseThread {
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
