/// The offsets of one IANA zone over the years that matter. The shell reads them from the system's database; the core
/// only looks them up.
public struct ZoneRules: Hashable, Sendable {
  /// From `at` on, local clocks are `offsetSeconds` ahead of UTC.
  public struct Transition: Hashable, Sendable {
    public let at: Timestamp
    public let offsetSeconds: Int

    public init(at: Timestamp, offsetSeconds: Int) {
      self.at = at
      self.offsetSeconds = offsetSeconds
    }
  }

  /// The IANA name, such as `Europe/Athens`.
  public let name: String
  /// The offset before the first transition.
  public let initialOffsetSeconds: Int
  /// By time, earliest first.
  public let transitions: [Transition]

  public init(name: String, initialOffsetSeconds: Int, transitions: [Transition]) {
    self.name = name
    self.initialOffsetSeconds = initialOffsetSeconds
    self.transitions = transitions.sorted { $0.at < $1.at }
  }

  public static let utc = ZoneRules(name: "UTC", initialOffsetSeconds: 0, transitions: [])

  /// Seconds that local clocks are ahead of UTC at `instant`.
  public func offsetSeconds(at instant: Timestamp) -> Int {
    let next = index(after: instant)
    return next == 0 ? initialOffsetSeconds : transitions[next - 1].offsetSeconds
  }

  /// Of the first transition later than `instant`.
  private func index(after instant: Timestamp) -> Int {
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].at <= instant { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What local clocks show at `instant`.
  public func local(_ instant: Timestamp) -> CivilTime {
    CivilTime(instant, offsetSeconds: offsetSeconds(at: instant))
  }

  /// The first instant at which local clocks show `civil` or, where they skip it, the first valid instant after it.
  public func instant(of civil: CivilTime) -> Timestamp {
    // A local time lies within 36 h of the same reading in UTC; the first candidate that reads back is the earliest.
    let near = civil.instant()
    let first = index(after: near - .seconds(129_600))
    if first == index(after: near + .seconds(129_600)) {
      return civil.instant(offsetSeconds: first == 0 ? initialOffsetSeconds : transitions[first - 1].offsetSeconds)
    }
    let offsets = offsets(from: near - .seconds(129_600), to: near + .seconds(129_600))
    let candidates = offsets.map { civil.instant(offsetSeconds: $0) }.sorted()
    if let exact = candidates.first(where: { local($0) == civil }) { return exact }
    // Skipped: the transition that jumps over it is the first instant whose local reading is later.
    let jump = transitions[index(after: near - .seconds(129_600))...].first { local($0.at) >= civil }
    return jump?.at ?? near
  }

  private func offsets(from: Timestamp, to: Timestamp) -> [Int] {
    [offsetSeconds(at: from)] + transitions[index(after: from)..<index(after: to)].map(\.offsetSeconds)
  }
}
