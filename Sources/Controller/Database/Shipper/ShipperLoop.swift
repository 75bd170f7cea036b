import Foundation
import Synchronization

/// What the shipper's thread does: connect, ship, and after an error say why once, wait, and try again.
final class ShipperLoop {
  private static let firstPause = 200
  private static let longestPause = 5_000
  /// How often a quiet session is asked whether it is there.
  private static let idleMilliseconds = 1_000

  private let shipper: Shipper
  private var status = ShipperStatus(state: .connecting, shipped: 0)
  private var pause = firstPause
  /// The server's process of the last session, to end it should the server still wait for it.
  private var previousProcess: Int32?
  private var embedded: DatabaseTarget?
  private var lastFlush = ContinuousClock.now - .seconds(60)

  init(_ shipper: Shipper) {
    self.shipper = shipper
  }

  func run() {
    shipper.callbacks.onStatus(status)
    while !isOver {
      do {
        try work()
        return
      } catch let error as JournalForked {
        say(.forked(message: error.message))
        return idle()
      } catch let error as ShipperGap {
        say(
          .down(
            reason: "journal_gap",
            message: "the database ends at record \(error.after) and the journal here begins at \(error.next): "
              + "restore a newer copy of the database"))
      } catch let error as DatabaseError {
        say(Self.state(of: error))
      } catch {
        say(.down(reason: "journal_unreadable", message: "the journal cannot be read: \(error)"))
      }
      sleep()
    }
  }

  private static func state(of error: DatabaseError) -> ShipperStatus.State {
    switch error.kind {
    case .conflict where error.code == nil: .anotherController(message: error.message)
    case .needsInit: .needsInit(message: error.message)
    case .conflict, .unreachable, .timeout, .authentication, .permission, .missing, .readOnly, .full, .data,
      .newerSchema, .invalid, .server, .other:
      .down(reason: error.kind.rawValue, message: error.description)
    }
  }

  /// One session, until it breaks or everything is shipped after a stop.
  private func work() throws {
    let session = try ShipperSession(try target(), previousProcess: previousProcess, limit: { self.shipper.stopBy })
    previousProcess = session.connection.serverProcess
    while true {
      let stopping = shipper.stopBy != nil
      let count = try ship(session, flush: stopping)
      pause = Self.firstPause
      guard count == 0 else {
        say(.shipping)
        shipper.waitForBell(milliseconds: 0)
        continue
      }
      say(.waiting)
      if stopping { return }
      shipper.waitForBell(milliseconds: Self.idleMilliseconds)
      try session.probe()
    }
  }

  private func ship(_ session: ShipperSession, flush: Bool) throws -> Int {
    var taken: Outbox?
    do {
      let count = try session.ship(
        shipper.source,
        callbacks: shipper.callbacks,
        outbox: {
          taken = takeOutbox(flush: flush)
          return taken
        })
      status.shipped = session.position ?? 0
      return count
    } catch {
      if let taken { shipper.mailbox.withLock { $0.outbox.putBack(taken) } }
      throw error
    }
  }

  /// At most once a second: a fleet's state changes with every poll.
  private func takeOutbox(flush: Bool) -> Outbox? {
    guard flush || ContinuousClock.now - lastFlush >= .seconds(1) else { return nil }
    let outbox = shipper.mailbox.withLock { box in
      defer { box.outbox = Outbox() }
      return box.outbox
    }
    guard !outbox.isEmpty else { return nil }
    lastFlush = .now
    return outbox
  }

  private func target() throws(DatabaseError) -> DatabaseTarget {
    switch shipper.destination {
    case .server(let target): return target
    case .embedded(let server):
      if let embedded { return embedded }
      let target = try server.startForService()
      embedded = target
      return target
    }
  }

  /// Tells a state that is another one than before. A lost session that shipped before says `down`, not `connecting`.
  private func say(_ state: ShipperStatus.State) {
    guard state != status.state else { return }
    status.state = state
    shipper.callbacks.onStatus(status)
  }

  /// New lines do not shorten the pause; a stop does.
  private func sleep() {
    let end = ContinuousClock.now + .milliseconds(min(pause, max(millisecondsLeft, 0)))
    let wasStopping = shipper.stopBy != nil
    while ContinuousClock.now < end, wasStopping || shipper.stopBy == nil {
      shipper.waitForBell(milliseconds: max(1, Int((end - .now).inWholeMilliseconds)))
    }
    pause = min(pause * 2, Self.longestPause)
    if case .anotherController = status.state { pause = min(pause, 1_000) }
  }

  /// After a fork: answers pings until stopped.
  private func idle() {
    while shipper.stopBy == nil { shipper.waitForBell(milliseconds: Self.idleMilliseconds) }
  }

  private var isOver: Bool { millisecondsLeft <= 0 }

  private var millisecondsLeft: Int {
    guard let stopBy = shipper.stopBy else { return .max }
    return Int((stopBy - .now).inWholeMilliseconds)
  }
}
