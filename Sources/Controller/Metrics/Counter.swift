import Synchronization

/// Counts by label values. The values come from closed lists, so there is a bound to them.
final class Counter<Key: Hashable & Sendable>: Sendable {
  private let counts: Mutex<[Key: Int]>

  /// - Parameter known: are there from the start, at zero.
  init(_ known: [Key]) { counts = Mutex(Dictionary(known.map { ($0, 0) }, uniquingKeysWith: { first, _ in first })) }

  func add(_ key: Key) { counts.withLock { $0[key, default: 0] += 1 } }

  var current: [Key: Int] { counts.withLock { $0 } }
}
