/// One day of an agent: from a reset to the next that counts.
public struct DayPeriod: Hashable, Sendable {
  public let start: Timestamp
  /// The start of the next period; not part of this one.
  public let end: Timestamp
  /// The local date of the reset that starts it, such as `2026-11-21`.
  public let key: String

  public init(start: Timestamp, end: Timestamp, key: String) {
    self.start = start
    self.end = end
    self.key = key
  }

  /// From the reset on, up to and not including the next one.
  public func contains(_ instant: Timestamp) -> Bool { start <= instant && instant < end }
}

/// When the days of an agent begin (risk.md, daily loss): at each local reset by the calendar, so a day has 23, 24 or 25
/// hours. A period with less than six hours of market, which is all but Friday 17:00 to Sunday 17:00 in New York, joins
/// the next one, so that a weekend's gap falls into a day that began before it.
public struct TradingCalendar: Hashable, Sendable {
  /// Less market than this, and a period joins the next.
  public static let shortestMarket = Duration.seconds(6 * 3600)

  private let resetMinute: Int
  private let zone: ZoneRules
  private let newYork: ZoneRules
  /// The period that was asked for last: nearly every look falls into the same one, and finding one takes a dozen
  /// look-ups in two zones.
  private var known: DayPeriod?

  /// `zone` is the one that the rule names; `newYork` is `America/New_York`.
  public init(rule: RiskSpec.DayRule, zone: ZoneRules, newYork: ZoneRules) {
    resetMinute = rule.resetMinute
    self.zone = zone
    self.newYork = newYork
  }

  /// Finds the period of `instant` once for all that ask for it later.
  public mutating func remember(_ instant: Timestamp) {
    if known?.contains(instant) != true { known = period(containing: instant) }
  }

  /// The day that an instant lies in: it begins at the last reset at or before it.
  public func period(containing instant: Timestamp) -> DayPeriod {
    if let known, known.contains(instant) { return known }
    var first = zone.local(instant).date.daysSinceEpoch
    while reset(first) > instant { first -= 1 }
    while reset(first + 1) <= instant { first += 1 }
    var last = first
    while isShort(first - 1), last - first < Self.longestJoin { first -= 1 }
    while isShort(last), last - first < Self.longestJoin { last += 1 }
    return DayPeriod(
      start: reset(first), end: reset(last + 1), key: CivilDate(daysSinceEpoch: first).text)
  }

  /// A weekend joins at most three resets; the bound is for rules of zones that no clock ever followed.
  private static let longestJoin = 7

  /// The reset of a local date, given in days since 1970: a time that clocks skip falls on the first valid instant, one
  /// that comes twice on the first.
  private func reset(_ day: Int) -> Timestamp {
    let microsecond = Int64(resetMinute) * 60_000_000
    return zone.instant(of: CivilTime(date: CivilDate(daysSinceEpoch: day), microsecondOfDay: microsecond))
  }

  private func isShort(_ day: Int) -> Bool { marketTime(from: reset(day), to: reset(day + 1)) < Self.shortestMarket }

  /// How much of the time between two instants lies outside of weekends.
  private func marketTime(from start: Timestamp, to end: Timestamp) -> Duration {
    let date = newYork.local(start).date
    var friday = date.daysSinceEpoch - (date.weekday + 2) % 7
    var closed = Duration.zero
    while newYorkClose(friday) < end {
      let overlap = Swift.min(end, newYorkClose(friday + 2)) - Swift.max(start, newYorkClose(friday))
      if overlap > .zero { closed += overlap }
      friday += 7
    }
    return (end - start) - closed
  }

  /// 17:00 in New York, when the market's week ends on a Friday and begins on a Sunday.
  private func newYorkClose(_ day: Int) -> Timestamp {
    newYork.instant(of: CivilTime(date: CivilDate(daysSinceEpoch: day), microsecondOfDay: 17 * 3_600_000_000))
  }
}
