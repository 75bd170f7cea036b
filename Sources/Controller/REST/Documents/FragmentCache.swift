import Reconciler
import Synchronization

/// Each agent's part of a document as bytes, kept as long as the agent's status is the one that it was made of: most of a
/// large fleet is as it was a moment ago.
final class FragmentCache: Sendable {
  private struct Entry {
    let status: AgentStatus
    let bytes: [UInt8]
  }

  private let entries = Mutex<[AgentID: Entry]>([:])
  /// More are forgotten together: a fleet that large is read whole, and not agent by agent.
  private let most: Int

  init(most: Int = 20_000) { self.most = most }

  func bytes(of status: AgentStatus, _ document: Document<AgentStatus>) -> [UInt8] {
    let id = status.id
    if let entry = entries.withLock({ $0[id] }), entry.status.isSame(as: status) { return entry.bytes }
    let bytes = document.bytes(status)
    entries.withLock { entries in
      if entries.count >= most { entries = [:] }
      entries[id] = Entry(status: status, bytes: bytes)
    }
    return bytes
  }
}
