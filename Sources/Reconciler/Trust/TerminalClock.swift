/// The terminal's own UTC clock, which goes back when a reply is an old one, and once when somebody sets it right.
struct TerminalClock: Hashable, Sendable {
  static let allowedBack = Duration.seconds(5)
  /// A clock that was set back is believed again after running straight for so long.
  static let believedAfter = Duration.seconds(60)

  private struct Reading: Hashable, Sendable {
    var terminal: Timestamp
    var steady: Steady
  }

  /// The latest time that it has shown.
  private var latest: Timestamp?
  /// Where the run below `latest` began, and its last reading.
  private var runStart: Reading?
  private var runEnd: Reading?

  /// A finding while the clock shows less than it did, by more than `allowedBack`.
  mutating func check(_ account: Reply<Account>) -> SnapshotTrust.Finding? {
    guard let time = account.value.timestamp else { return nil }
    guard let latest, latest - time > Self.allowedBack else {
      self.latest = Swift.max(time, latest ?? time)
      runStart = nil
      runEnd = nil
      return nil
    }
    let reading = Reading(terminal: time, steady: account.span.ended.steady)
    if let runStart, let runEnd, runsStraight(from: runEnd, to: reading) {
      self.runEnd = reading
      if reading.steady - runStart.steady >= Self.believedAfter {
        self.latest = time
        self.runStart = nil
        self.runEnd = nil
        return nil
      }
    } else {
      runStart = reading
      runEnd = reading
    }
    let seconds = (latest - time).inMicroseconds / 1_000_000
    return SnapshotTrust.Finding(
      mismatch: .clockBack,
      message:
        "the terminal's clock shows \(time.rfc3339), \(seconds) s before \(latest.rfc3339), which it showed earlier",
      numbers: ["timestamp": .time(time), "latest_timestamp": .time(latest), "seconds_back": .int(seconds)])
  }

  private func runsStraight(from a: Reading, to b: Reading) -> Bool {
    let drift = ((b.terminal - a.terminal) - (b.steady - a.steady)).inMicroseconds.magnitude
    return b.terminal > a.terminal && drift <= UInt64(Self.allowedBack.inMicroseconds)
  }
}
