import Dispatch

/// Holds a thread until the test opens it, or for half a minute.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  func open() { semaphore.signal() }

  func wait() {
    if semaphore.wait(timeout: .now() + 30) == .success { semaphore.signal() }
  }
}
