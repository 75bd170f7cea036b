import Bridge
import Reconciler
import Synchronization

/// So many requests a second of one client, and a burst of twice as many: the generic cell rate algorithm, one number a
/// client.
final class RateLimiter: Sendable {
  /// By client: when the next request would be due if they came evenly.
  private let due: Mutex<[String: Int64]> = Mutex([:])
  /// In microseconds.
  private let interval: Int64
  private let burst: Int64

  static let maximumClients = 10_000

  /// - Parameter perSecond: 0 is no limit.
  init(perSecond: Int) {
    interval = perSecond > 0 ? 1_000_000 / Int64(perSecond) : 0
    burst = interval * Int64(perSecond) * 2
  }

  /// - Returns: `nil` to let it pass, else how many seconds to wait, rounded up.
  func admit(_ client: String, at now: Steady = SystemClock.now().steady) -> Int64? {
    guard interval > 0 else { return nil }
    return due.withLock { due in
      let next = max(due[client] ?? 0, now.microseconds)
      let ahead = next - now.microseconds
      if ahead > burst { return (ahead - burst) / 1_000_000 + 1 }
      due[client] = next + interval
      if due.count > Self.maximumClients { due = due.filter { $0.value > now.microseconds } }
      // All of them busy at once is an attack; forgetting them costs nobody anything.
      if due.count > Self.maximumClients { due = [:] }
      return nil
    }
  }
}
