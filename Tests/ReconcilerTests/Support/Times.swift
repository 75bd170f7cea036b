import Reconciler
import Synchronization

/// So many times yes, and no from then on: for a fault that happens once.
final class Times: Sendable {
  private let left: Mutex<Int>

  init(_ times: Int) { left = Mutex(times) }

  func take() -> Bool {
    left.withLock { left in
      left -= 1
      return left >= 0
    }
  }
}

extension World {
  /// Partial closes of the youngest position by hand, one after another.
  mutating func closeByHand(_ parts: [String]) {
    let now = now
    for lots in parts {
      let last = positions().count - 1
      terminals[AgentID("agent_1")]?.close(last, d(lots), comment: "", now)
    }
  }
}
