import Reconciler
import Synchronization

/// A document of one agent at a time, kept with its tag as long as the agent's status is the one that it was made of. A few
/// who look at the same agents again and again cost no more than the bytes.
final class AgentDocumentCache: Sendable {
  /// One object, for it is handed out thousands of times a second.
  private final class Entry: Sendable {
    let status: AgentStatus
    let document: TaggedDocument

    init(status: AgentStatus, document: TaggedDocument) {
      self.status = status
      self.document = document
    }
  }

  private let entries = Mutex<[AgentID: Entry]>([:])
  /// About a megabyte. More are forgotten together.
  private static let most = 1024

  func document(_ status: AgentStatus, _ document: Document<AgentStatus>) -> TaggedDocument {
    let id = status.id
    if let entry = entries.withLock({ $0[id] }), entry.status.isSame(as: status) { return entry.document }
    let made = TaggedDocument(bytes: document.bytes(status))
    entries.withLock { entries in
      if entries.count >= Self.most { entries = [:] }
      entries[id] = Entry(status: status, document: made)
    }
    return made
  }
}
