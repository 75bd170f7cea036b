import Reconciler

/// A small seeded generator (SplitMix64, Steele et al. 2014): the same seed gives the same world everywhere.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// One of so many times.
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}

/// Zones by the rules that hold since 2007, as far as the tests need them: the changes of the years 2024 to 2028.
enum TestZone {
  static let athens = europe("Europe/Athens", standard: 7200)
  static let london = europe("Europe/London", standard: 0)
  static let newYork = zone("America/New_York", standard: -18_000) { year in
    // The second Sunday of March at 02:00 EST, the first of November at 02:00 EDT.
    (sunday(year, 3, 2, hour: 7), sunday(year, 11, 1, hour: 6))
  }

  /// The last Sundays of March and October, at 01:00 UTC.
  private static func europe(_ name: String, standard: Int) -> ZoneRules {
    zone(name, standard: standard) { year in (sunday(year, 3, nil, hour: 1), sunday(year, 10, nil, hour: 1)) }
  }

  private static func zone(
    _ name: String, standard: Int, _ changes: (Int) -> (Timestamp, Timestamp)
  ) -> ZoneRules {
    var transitions: [ZoneRules.Transition] = []
    for year in 2024...2028 {
      let (summer, winter) = changes(year)
      transitions.append(.init(at: summer, offsetSeconds: standard + 3600))
      transitions.append(.init(at: winter, offsetSeconds: standard))
    }
    return ZoneRules(name: name, initialOffsetSeconds: standard, transitions: transitions)
  }

  /// The `nth` Sunday of a month with 31 or 30 days, or the last one, at so many hours UTC.
  private static func sunday(_ year: Int, _ month: Int, _ nth: Int?, hour: Int) -> Timestamp {
    let days = (1...31).compactMap { CivilDate(year: year, month: month, day: $0) }.filter { $0.weekday == 0 }
    let day = nth.map { days[$0 - 1] } ?? days[days.count - 1]
    return Timestamp(seconds: Int64(day.daysSinceEpoch) * 86_400 + Int64(hour) * 3600)
  }
}

/// `2026-11-21 01:33` or `2026-11-21 01:33:20`, in UTC.
func utc(_ text: String) -> Timestamp {
  let clock = text.count == 16 ? text + ":00" : text
  let full = clock.replacing(" ", with: "T") + ".000000Z"
  guard let time = Timestamp(rfc3339: full) else { preconditionFailure("not a time: \(text)") }
  return time
}

func dec(_ text: String) -> FixedDecimal {
  guard let value = FixedDecimal(text) else { preconditionFailure("not a decimal: \(text)") }
  return value
}
