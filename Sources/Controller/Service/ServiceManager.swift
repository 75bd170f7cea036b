import CDispatch
import CoreFoundation
import CLibSystemd
import Dispatch
import Glibc
import Logging
import Reconciler
import Synchronization

/// The way to the service manager that started this process, if one did: readiness, a status worth reading, reloads, the
/// watchdog. One thread says everything, in order; nobody else ever waits for the manager.
final class ServiceManager: Sendable {
  /// Asks a part for an answer: it calls back from its own thread, as soon as it gets to it.
  typealias Ping = @Sendable (@escaping @Sendable () -> Void) -> Void

  private struct Contents {
    var state: NotifyState
    var outbox: [String] = []
    var pings: [WatchedPart: Ping] = [:]
    var status: @Sendable () -> String = { "" }
    var isEnded = false
  }

  private let send: (@Sendable (String) -> Void)?
  private let now: @Sendable () -> Steady
  private let beat: Duration
  private let log: Logger
  private let contents: Mutex<Contents>
  private let bell = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - send: takes one message; `nil` where nobody listens, and then nothing here does anything.
  ///   - watchdog: its limit.
  init(
    watchdog: Duration?, log: Logger, now: @escaping @Sendable () -> Steady, send: (@Sendable (String) -> Void)?
  ) {
    self.send = send
    self.now = now
    self.log = log
    beat = min(.milliseconds(500), (watchdog ?? .seconds(6)) / 12)
    contents = Mutex(Contents(state: NotifyState(watchdog: watchdog, now: now())))
  }

  /// The manager that `NOTIFY_SOCKET` names, by libsystemd.
  static func systemd(
    environment: [String: String], log: Logger, now: @escaping @Sendable () -> Steady
  ) -> ServiceManager {
    guard environment["NOTIFY_SOCKET"]?.isEmpty == false else {
      return ServiceManager(watchdog: nil, log: log, now: now, send: nil)
    }
    var limit: UInt64 = 0
    let isWatched = unsafe sd_watchdog_enabled(0, &limit) > 0
    return ServiceManager(
      watchdog: isWatched ? .microseconds(Int64(clamping: limit)) : nil, log: log, now: now
    ) { message in
      let result = unsafe sd_notify(0, message)
      if result < 0 { log.warning("the service manager was not told: \(SystemText.message(-result))") }
    }
  }

  /// Begins to tell; to be called once.
  func begin() {
    guard send != nil else { return }
    Blocking.start("mt4-notify") { [self] in run() }
  }

  /// Everything is up: from here on the parts are asked, and the status is shown as it changes.
  func ready(status: @escaping @Sendable () -> String, pings: [WatchedPart: Ping]) {
    say { contents in
      contents.status = status
      contents.pings = pings
      return contents.state.ready(status: status())
    }
  }

  func reloading() {
    let clock = Self.monotonicMicroseconds
    say { $0.state.reloading(clock: clock) }
  }

  func reloaded() {
    say { contents in
      let status = contents.status()
      return contents.state.reloaded(status: status)
    }
  }

  func stopping() {
    let now = now()
    say { $0.state.stopping(now: now) }
  }

  func closing() {
    let now = now()
    say { $0.state.closing(now: now) }
  }

  /// Says what is left and ends the thread; waits for it, but not long.
  func end() {
    guard send != nil else { return }
    contents.withLock { $0.isEnded = true }
    bell.signal()
    _ = ended.wait(timeout: .now() + 2)
  }

  private func say(_ body: (inout Contents) -> [String]) {
    guard send != nil else { return }
    let isNews = contents.withLock { contents in
      let messages = body(&contents)
      contents.outbox += messages
      return !messages.isEmpty
    }
    if isNews { bell.signal() }
  }

  private func run() {
    while true {
      _ = bell.wait(timeout: .now() + .microseconds(Int(clamping: beat.inMicroseconds)))
      let now = now()
      let status = contents.withLock { $0.status }()
      let (messages, pings, round, late, isEnded) = contents.withLock { contents in
        let due = contents.state.step(now: now, status: status)
        let late = contents.state.late(now: now)
        let pings = due.ping.compactMap { part in contents.pings[part].map { (part, $0) } }
        defer { contents.outbox = [] }
        return (contents.outbox + due.messages, pings, due.round, late, contents.isEnded)
      }
      for message in messages { send?(message) }
      for (part, ping) in pings {
        ping { [weak self] in self?.contents.withLock { $0.state.answered(part, round: round) } }
      }
      for part in late {
        log.critical("\(part.name) does not answer; if that goes on, the watchdog ends this process")
      }
      if isEnded { return _ = ended.signal() }
    }
  }

  private static var monotonicMicroseconds: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}
