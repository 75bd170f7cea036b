import Reconciler
import Synchronization

/// Web tokens that were found good, by their hashes: a dashboard shows the same one several times a second, and a signature
/// costs as much as the answer. A token is forgotten when it expires; another key has another memory.
final class KnownTokens: Sendable {
  private struct Entry {
    let principal: Principal
    let since: Timestamp
  }

  private let entries = Mutex<[[UInt8]: Entry]>([:])
  private static let most = 1000

  /// Who showed the token before, unless it has expired, or the clock went back to a time before it was judged.
  func principal(_ hash: [UInt8], at now: Timestamp) -> Principal? {
    entries.withLock { entries in
      guard let entry = entries[hash] else { return nil }
      guard now >= entry.since, let expires = entry.principal.expires, now < expires else {
        entries[hash] = nil
        return nil
      }
      return entry.principal
    }
  }

  func keep(_ principal: Principal, _ hash: [UInt8], at now: Timestamp) {
    entries.withLock { entries in
      if entries.count >= Self.most { entries = [:] }
      entries[hash] = Entry(principal: principal, since: now)
    }
  }
}
