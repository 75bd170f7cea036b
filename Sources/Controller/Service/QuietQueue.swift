import Synchronization

/// Work one after the other, on a thread of its own that gives way to the loop, to the bridge and to those who answer
/// requests: a fleet's manifests take all processors for a moment, and nobody waits for them as urgently.
final class QuietQueue: Sendable {
  private struct State {
    var work: [@Sendable () -> Void] = []
    var hasThread = false
  }

  private let name: String
  private let state = Mutex(State())
  private static let steps: Int32 = 10

  init(_ name: String) { self.name = name }

  func async(_ work: @escaping @Sendable () -> Void) {
    let isFirst = state.withLock { state in
      state.work.append(work)
      defer { state.hasThread = true }
      return !state.hasThread
    }
    guard isFirst else { return }
    Blocking.start(name) {
      Niceness.giveWay(steps: Self.steps)
      while let work = self.next() { work() }
    }
  }

  /// Once there is none, the thread ends.
  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard state.work.isEmpty else { return state.work.removeFirst() }
      state.hasThread = false
      return nil
    }
  }
}
