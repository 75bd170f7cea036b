import Reconciler

/// What the controller cannot do without.
enum WatchedPart: String, Sendable, CaseIterable {
  case loop, bridge, journal

  /// For people.
  var name: String {
    switch self {
    case .loop: "the loop"
    case .bridge: "the bridge's thread"
    case .journal: "the journal's writer"
    }
  }
}

/// Rounds of pings: the watchdog is fed at a third of its limit, and only if every part has answered since it was fed last.
struct WatchdogRound: Sendable {
  struct Beat: Sendable {
    /// Every part has answered.
    var isAlive: Bool
    var ping: [WatchedPart]
    var round: Int
  }

  private let every: Duration
  private var round = 0
  private var due: Steady
  private var unanswered: Set<WatchedPart> = []
  private var named: Set<WatchedPart> = []

  init(limit: Duration, now: Steady) {
    every = limit / 3
    due = now
  }

  /// - Returns: `nil` when nothing is due.
  mutating func step(now: Steady) -> Beat? {
    guard now >= due, unanswered.isEmpty else { return nil }
    let isAlive = round > 0
    round += 1
    due = now + every
    unanswered = Set(WatchedPart.allCases)
    named = []
    return Beat(isAlive: isAlive, ping: WatchedPart.allCases, round: round)
  }

  mutating func answered(_ part: WatchedPart, round: Int) {
    guard round == self.round else { return }
    unanswered.remove(part)
  }

  mutating func late(now: Steady) -> [WatchedPart] {
    guard now >= due else { return [] }
    let late = unanswered.subtracting(named).sorted { $0.rawValue < $1.rawValue }
    named.formUnion(late)
    return late
  }
}
