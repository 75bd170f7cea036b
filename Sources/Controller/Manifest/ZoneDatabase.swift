public import Reconciler

import Foundation
import Synchronization

/// The rules of named zones, from the system's IANA database.
public enum ZoneDatabase {
  /// The years of rules around now: from the last one to so many ahead.
  static let yearsAhead = 10

  private static let known = Mutex<[String: Bool]>([:])

  /// Whether there is a zone of that name. Abbreviations (`EST`) and offsets (`GMT+5`) are no names: they know no
  /// daylight saving, so nobody means them.
  public static func isKnown(_ name: String) -> Bool {
    guard name.utf8.count <= 64 else { return false }
    if let answer = known.withLock({ $0[name] }) { return answer }
    let answer = lookUp(name) != nil
    known.withLock { if $0.count < 4096 { $0[name] = answer } }
    return answer
  }

  /// The offsets of a zone from the year before `now` to ten years after it; `nil` for an unknown zone.
  public static func rules(named name: String, around now: Timestamp) -> ZoneRules? {
    guard let zone = lookUp(name) else { return nil }
    let year = CivilTime(now).date.year
    guard let first = CivilDate(year: max(year - 1, 1), month: 1, day: 1),
      let last = CivilDate(year: min(year + yearsAhead + 1, 9999), month: 1, day: 1)
    else { return nil }
    var at = Date(timeIntervalSince1970: Double(first.daysSinceEpoch) * 86_400)
    let end = Date(timeIntervalSince1970: Double(last.daysSinceEpoch) * 86_400)
    let initial = zone.secondsFromGMT(for: at)
    var transitions: [ZoneRules.Transition] = []
    var offset = initial
    while let next = zone.nextDaylightSavingTimeTransition(after: at), next > at, next < end {
      let seconds = zone.secondsFromGMT(for: next)
      if seconds != offset {
        let instant = Timestamp(seconds: Int64(next.timeIntervalSince1970.rounded()))
        transitions.append(ZoneRules.Transition(at: instant, offsetSeconds: seconds))
      }
      (offset, at) = (seconds, next)
    }
    return ZoneRules(name: name, initialOffsetSeconds: initial, transitions: transitions)
  }

  private static func lookUp(_ name: String) -> TimeZone? {
    let isUniversal = name == "UTC" || name == "GMT"
    guard isUniversal || name.contains("/"), !name.contains("..") else { return nil }
    guard let zone = TimeZone(identifier: name), isUniversal || zone.identifier == name else { return nil }
    return zone
  }
}
