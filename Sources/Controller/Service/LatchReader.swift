import Logging
import Reconciler
import Synchronization

/// Reads what the database remembers, for a start with an empty state directory: at once if it is there, else as soon as
/// it is. Until then the core opens nothing and nothing is published, which would overwrite them.
final class LatchReader: Sendable {
  private enum Phase {
    case waiting
    case read
    case stopped
  }

  private let chain: String
  private let target: @Sendable () -> DatabaseTarget?
  private let mailbox: Mailbox
  private let log: Logger
  private let isUp: @Sendable () -> Bool
  private let phase = Mutex(Phase.waiting)
  private static let betweenLooks: Duration = .milliseconds(50)
  private static let afterFailure: Duration = .seconds(1)

  /// - Parameters:
  ///   - chain: the one that begins here.
  ///   - target: where the database is now; `nil` while it cannot be asked.
  init(
    chain: String, target: @escaping @Sendable () -> DatabaseTarget?, mailbox: Mailbox, log: Logger,
    isUp: @escaping @Sendable () -> Bool
  ) {
    self.chain = chain
    self.target = target
    self.mailbox = mailbox
    self.log = log
    self.isUp = isUp
  }

  var isWaiting: Bool { phase.withLock { $0 == .waiting } }

  /// What the database has, if it answers now. Blocks.
  func atOnce() -> EarlierMemories {
    guard isUp(), let memories = read() else { return EarlierMemories() }
    phase.withLock { $0 = .read }
    return memories
  }

  /// Goes on trying on a thread of its own, unless it is done.
  func start() {
    guard isWaiting else { return }
    log.warning("the state directory is new and the agents' states are not read yet; nothing is opened until they are")
    Blocking.start("mt4-latches") { [self] in
      while isWaiting {
        guard isUp() else {
          Blocking.pause(Self.betweenLooks)
          continue
        }
        guard let memories = read() else {
          Blocking.pause(Self.afterFailure)
          continue
        }
        let isWanted = phase.withLock { phase in
          defer { if phase == .waiting { phase = .read } }
          return phase == .waiting
        }
        if isWanted { mailbox.post(.event(.memories(memories))) }
      }
    }
  }

  func stop() { phase.withLock { $0 = .stopped } }

  private func read() -> EarlierMemories? {
    guard let target = target() else { return nil }
    do throws(DatabaseError) {
      let memories = try DatabaseReader.loadEarlierMemories(target, beside: chain)
      if !memories.agents.isEmpty {
        log.info("the state directory is new; \(memories.agents.count) agents' states are taken from the database")
      }
      return memories
    } catch {
      log.warning("the agents' states cannot be read from the database: \(error)")
      return nil
    }
  }
}
