// Shipper: copies the journal's durable lines to PostgreSQL, in order, on a thread of its own. It decides nothing: it says
// how far it is and why it is not further, and never makes anybody wait.

import Foundation
import Synchronization

/// The thread that ships. Start it once; it ends by `stop` or stays idle after a fork.
public final class Shipper: Sendable {
  /// Where to ship to.
  public enum Destination: Sendable {
    case server(DatabaseTarget)
    /// Started by the shipper's thread when it first connects; stopped by its owner, after the shipper.
    case embedded(EmbeddedPostgres)
  }

  struct Mailbox {
    var started = false
    /// Set by `stop`: nothing waits beyond it.
    var stopBy: ContinuousClock.Instant?
    /// One signal of the semaphore is on its way.
    var woken = false
    var outbox = Outbox()
    var pings: [@Sendable () -> Void] = []
  }

  let destination: Destination
  let source: any ShipperSource
  let callbacks: ShipperCallbacks
  let mailbox = Mutex(Mailbox())
  private let bell = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  public init(destination: Destination, source: any ShipperSource, callbacks: ShipperCallbacks) {
    self.destination = destination
    self.source = source
    self.callbacks = callbacks
  }

  /// Starts the thread; the database need not be there.
  public func start() {
    let first = mailbox.withLock { box in
      defer { box.started = true }
      return !box.started
    }
    guard first else { return }
    DatabaseThread.start("mt4-shipper") {
      // A breach is acted upon first, and copied to the database afterwards.
      Niceness.giveWay()
      ShipperLoop(self).run()
      self.ended.signal()
    }
  }

  /// New lines are durable.
  public func wake() {
    let ring = mailbox.withLock { box in
      defer { box.woken = true }
      return !box.woken
    }
    if ring { bell.signal() }
  }

  /// Hands over the agents' state; of each agent the newest is kept until it is sent, about once a second.
  public func publish(states: [AgentStateRow]) { mailbox.withLock { $0.outbox.add(states) } }

  /// Hands over the revision in force; the newest is kept until it is sent, after the agents' state.
  public func publish(revision: RevisionInForce) { mailbox.withLock { $0.outbox.add(revision) } }

  /// Hands over results by period; of each the newest is kept until it is sent.
  public func publish(performance: [PerformanceRow]) { mailbox.withLock { $0.outbox.add(performance) } }

  /// Has the thread answer at its next turn: within 5 seconds unless it is stuck. At most 16 wait.
  public func ping(_ answer: @escaping @Sendable () -> Void) {
    mailbox.withLock { if $0.pings.count < 16 { $0.pings.append(answer) } }
    wake()
  }

  /// Ships what is left and ends the thread.
  ///
  /// - Parameter seconds: after this the thread is left alone; what is not shipped is in the journal.
  /// - Returns: whether it ended in time.
  @discardableResult
  public func stop(withinSeconds seconds: Double = 10) async -> Bool {
    let runs = mailbox.withLock { box in
      box.stopBy = .now + .milliseconds(Int(seconds * 1000))
      return box.started
    }
    guard runs else { return true }
    wake()
    return await withCheckedContinuation { continuation in
      DatabaseThread.start("mt4-shipper-stop") {
        let result = self.ended.wait(timeout: .now() + .milliseconds(Int(seconds * 1000) + 500))
        if result == .success { self.ended.signal() }
        continuation.resume(returning: result == .success)
      }
    }
  }

  /// Waits for `wake` or the time; for the thread.
  func waitForBell(milliseconds: Int) {
    _ = bell.wait(timeout: .now() + .milliseconds(milliseconds))
    let pings = mailbox.withLock { box in
      box.woken = false
      defer { box.pings = [] }
      return box.pings
    }
    for answer in pings { answer() }
  }

  var stopBy: ContinuousClock.Instant? { mailbox.withLock { $0.stopBy } }
}
