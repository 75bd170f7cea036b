import Foundation
import Reconciler

/// Work that blocks, on a thread of its own: nothing ever blocks the cooperative pool.
public enum Blocking {
  /// Runs `body` on a new thread and gives what it gave.
  public static func run<Value: Sendable, Failure: Error>(
    _ name: String, _ body: @escaping @Sendable () throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
      start(name) {
        do throws(Failure) {
          continuation.resume(returning: .success(try body()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try result.get()
  }

  /// The same for work that cannot fail.
  public static func value<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () -> Value
  ) async -> Value {
    await withCheckedContinuation { continuation in
      start(name) { continuation.resume(returning: body()) }
    }
  }

  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.name = name
    // Deep enough for the parser's bounded recursion and a fleet's worth of values on the way.
    thread.stackSize = 4 << 20
    thread.start()
  }

  /// Rests the current thread, which is one of our own.
  static func pause(_ duration: Duration) {
    Thread.sleep(forTimeInterval: TimeInterval(duration.inMicroseconds) / 1_000_000)
  }
}
