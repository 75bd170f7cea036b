import Dispatch
import Foundation
import Synchronization

/// Work on all processors at once. Its threads are started for it and are as nice as the one that asks, which those of a
/// shared pool are not: a reload gives way to the loop, and a start to nobody.
final class ReadingThreads: Sendable {
  private let count: Int
  private let body: @Sendable (Int) -> Void
  private let next = Atomic(0)
  private let ended = DispatchSemaphore(value: 0)

  private init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    self.count = count
    self.body = body
  }

  /// Calls `body` with each number below `count`, and returns when all calls have ended.
  static func perform(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let work = ReadingThreads(count, body)
    let helpers = max(0, min(count, ProcessInfo.processInfo.activeProcessorCount) - 1)
    for _ in 0..<helpers {
      Blocking.start("mt4-manifests") {
        work.takeTurns()
        work.ended.signal()
      }
    }
    work.takeTurns()
    for _ in 0..<helpers { work.ended.wait() }
  }

  private func takeTurns() {
    while true {
      let number = next.add(1, ordering: .relaxed).oldValue
      guard number < count else { return }
      body(number)
    }
  }
}
