import Synchronization

/// How many streams may be open at a time; each holds its slot as long as it lives.
final class StreamSlots: Sendable {
  private let open = Mutex(0)
  let limit: Int

  init(limit: Int) { self.limit = limit }

  var count: Int { open.withLock { $0 } }

  /// Waits until none is open, but not long.
  func emptied(within limit: Duration) async {
    let end = ContinuousClock.now + limit
    while count > 0, ContinuousClock.now < end, !Task.isCancelled {
      // A cancelled sleep ends the loop.
      try? await Task.sleep(for: .milliseconds(5))
    }
  }

  /// `nil` when all are taken.
  func take() -> Slot? {
    let isFree = open.withLock { open in
      guard open < limit else { return false }
      open += 1
      return true
    }
    return isFree ? Slot(self) : nil
  }

  final class Slot: Sendable {
    private let slots: StreamSlots

    fileprivate init(_ slots: StreamSlots) { self.slots = slots }

    deinit { slots.open.withLock { $0 -= 1 } }
  }
}
