// Engine: one thread that drives libcurl's multi interface for all terminals over epoll. `EngineLoop` and everything that it
// holds belong to that thread; others reach it through the `Mailbox` only. No C type and no pointer leaves this folder.

import Dispatch
public import Reconciler
import Synchronization

/// The thread that does the requests of all terminals.
///
/// It starts with `init` and ends with `stop(within:)`, or soon after the last reference is gone.
public final class BridgeEngine: Sendable {
  let mailbox: Mailbox
  private let shared: EngineShared
  private let ended = DispatchGroup()

  /// - Parameter now: the clock that spans are measured with.
  /// - Throws: `BridgeError` with code `system` when the system refuses a thread or a descriptor.
  public init(now: @escaping MomentSource = { SystemClock.now() }) throws(BridgeError) {
    mailbox = try Mailbox()
    shared = EngineShared(now: now)
    let loop = try EngineLoop(mailbox: mailbox, shared: shared)
    ended.enter()
    do throws(BridgeError) {
      try EngineThread.start(loop, whenDone: { [ended] in ended.leave() })
    } catch {
      ended.leave()
      throw error
    }
  }

  deinit { mailbox.post(.stop, always: true) }

  /// Calls `done` from the engine's thread after its present turn: proof that the thread is alive. After a stop, or with a
  /// full queue, it is never called.
  public func ping(_ done: @escaping @Sendable () -> Void) { mailbox.post(.ping(done)) }

  /// When the thread last began a turn. It does so at least once a second.
  public var lastTurn: Steady { shared.lastTurn }

  /// How often each endpoint answered in which way, since the start.
  public func counters() -> [BridgeCounter] { shared.counters.all() }

  /// Ends everything that is outstanding (see `Terminal.close`) and then the thread. Blocks the caller, so it must be called
  /// neither from a completion nor on the cooperative pool.
  ///
  /// - Returns: whether the thread ended in time. Every completion was called by then.
  @discardableResult
  public func stop(within limit: Duration) -> Bool {
    mailbox.post(.stop, always: true)
    let deadline = DispatchTime.now() + .microseconds(Int(limit.inMicroseconds))
    return ended.wait(timeout: deadline) == .success
  }
}

/// What the engine's thread shares with others.
final class EngineShared: Sendable {
  let now: MomentSource
  let counters = BridgeCounters()
  private let turn: Atomic<Int64>

  init(now: @escaping MomentSource) {
    self.now = now
    turn = Atomic(now().steady.microseconds)
  }

  var lastTurn: Steady { Steady(microseconds: turn.load(ordering: .relaxed)) }

  func beginTurn() { turn.store(now().steady.microseconds, ordering: .relaxed) }
}
