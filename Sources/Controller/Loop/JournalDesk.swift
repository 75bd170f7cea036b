import Reconciler
import Synchronization

/// What the journal's and the shipper's threads last said, in the core's words; each change goes to the loop's mailbox.
final class JournalDesk: Sendable {
  private let facts: Mutex<JournalFacts>
  private let mailbox: Mailbox

  init(mailbox: Mailbox, hasDatabase: Bool, durable: Int64) {
    self.mailbox = mailbox
    facts = Mutex(JournalFacts(durable: durable, database: hasDatabase ? .connecting : .down("no database is given")))
  }

  var current: JournalFacts { facts.withLock { $0 } }

  func take(_ event: JournalEvent) {
    switch event {
    case .durable(let sequence): change { $0.durable = max($0.durable, sequence) }
    case .space(let state): change { $0.space = Self.space(state) }
    case .segmentFull: change(wantsSnapshot: true) { _ in }
    case .removed, .removalFailed, .checkpoint, .checkpointFailed: break
    case .failed(let error):
      change { $0.space = .exhausted }
      mailbox.post(.journalFailed(error.description))
    }
  }

  func shipped(_ sequence: Int64) { change { $0.shipped = sequence } }

  func take(_ status: ShipperStatus) {
    change { facts in
      facts.shipped = max(facts.shipped, status.shipped)
      switch status.state {
      case .connecting: facts.database = .connecting
      case .shipping, .waiting: facts.database = .up
      case .down(_, let message): facts.database = .down(message)
      case .forked(let message): facts.database = .forked(message)
      case .anotherController: facts.database = .anotherController
      case .needsInit(let message): facts.database = .down(message)
      }
    }
  }

  /// Told under the lock: of two threads that change something, the later word must be the last one in the mailbox.
  private func change(wantsSnapshot: Bool = false, _ body: (inout JournalFacts) -> Void) {
    facts.withLock { facts in
      body(&facts)
      var now = facts
      now.wantsSnapshot = wantsSnapshot
      mailbox.update(now)
    }
  }

  private static func space(_ state: SpaceState) -> JournalFacts.Space {
    switch state {
    case .ok: .ok
    case .low: .low
    case .reserve: .reserve
    case .exhausted: .exhausted
    }
  }
}
