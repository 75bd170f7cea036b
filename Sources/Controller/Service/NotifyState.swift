import Reconciler

/// What the service manager is told, and when: a value that sends nothing itself. Phases go on in this order only:
/// starting, running, draining, closing.
struct NotifyState: Sendable {
  enum Phase: Int, Comparable, Sendable {
    case starting, running, draining, closing

    static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
  }

  private(set) var phase = Phase.starting
  private var status = ""
  private var reloads = 0
  private var nextExtension: Steady
  private var extendsUntil: Steady
  private var watchdog: WatchdogRound?

  /// Between two requests for more time, and how much each asks for: several may be lost.
  static let extendEvery: Duration = .seconds(5)
  private static let extension_: Duration = .seconds(30)
  /// No start and no stop is helped along for longer than this.
  static let longestStart: Duration = .seconds(900)
  static let longestStop: Duration = .seconds(180)

  /// - Parameter watchdog: the service manager's `WatchdogSec`; `nil` without one.
  init(watchdog limit: Duration?, now: Steady) {
    nextExtension = now + Self.extendEvery
    extendsUntil = now + Self.longestStart
    watchdog = limit.map { WatchdogRound(limit: $0, now: now) }
  }

  /// Everything is up.
  mutating func ready(status: String) -> [String] {
    guard phase == .starting else { return [] }
    phase = .running
    self.status = status
    return ["READY=1\nSTATUS=\(Self.line(status))"]
  }

  /// A reload begins; several may be under way, and are told as one.
  ///
  /// - Parameter clock: the monotonic clock in microseconds, by which a manager knows that this answers its own request.
  mutating func reloading(clock: Int64) -> [String] {
    guard phase == .running else { return [] }
    reloads += 1
    return reloads == 1 ? ["RELOADING=1\nMONOTONIC_USEC=\(clock)\nSTATUS=Reading the manifests again"] : []
  }

  /// A reload has ended, well or not.
  mutating func reloaded(status: String) -> [String] {
    guard reloads > 0 else { return [] }
    reloads -= 1
    guard reloads == 0, phase == .running else { return [] }
    self.status = status
    return ["READY=1\nSTATUS=\(Self.line(status))"]
  }

  /// The drain begins.
  mutating func stopping(now: Steady) -> [String] {
    guard phase < .draining else { return [] }
    phase = .draining
    extendsUntil = now + Self.longestStop
    nextExtension = now + Self.extendEvery
    return ["STOPPING=1\nSTATUS=Stopping: what is on its way is ended, nothing new is begun"]
  }

  /// The loop has ended; the rest is closed. From here on there is nobody to ask for an answer.
  mutating func closing(now: Steady) -> [String] {
    let first = stopping(now: now)
    phase = .closing
    watchdog = nil
    return first
  }

  /// What is due now.
  ///
  /// - Returns: messages, and the parts that are to be pinged with the number of the round.
  mutating func step(now: Steady, status new: String) -> (messages: [String], ping: [WatchedPart], round: Int) {
    var messages: [String] = []
    if phase == .running, reloads == 0, new != status {
      status = new
      messages.append("STATUS=\(Self.line(new))")
    }
    if phase != .running, now >= nextExtension, now < extendsUntil {
      nextExtension = now + Self.extendEvery
      messages.append("EXTEND_TIMEOUT_USEC=\(Self.extension_.inMicroseconds)")
    }
    guard phase == .running || phase == .draining, let beat = watchdog?.step(now: now) else {
      return (messages, [], 0)
    }
    if beat.isAlive { messages.append("WATCHDOG=1") }
    return (messages, beat.ping, beat.round)
  }

  mutating func answered(_ part: WatchedPart, round: Int) { watchdog?.answered(part, round: round) }

  /// Parts that have not answered for a whole round, each named once a round.
  mutating func late(now: Steady) -> [WatchedPart] {
    phase == .running || phase == .draining ? watchdog?.late(now: now) ?? [] : []
  }

  /// One line, as the protocol wants it: what comes after a line end would be an assignment of its own. By scalars, since a
  /// carriage return and a line feed are one character.
  static func line(_ text: String) -> String {
    text.unicodeScalars.map { $0.value < 0x20 ? " " : String($0) }.joined()
  }
}
