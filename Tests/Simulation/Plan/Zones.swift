@testable import Reconciler

/// The zones that simulated agents name, with the transitions of the simulated year written out.
enum Zones {
  static let athens = zone(
    "Europe/Athens", 7200,
    [("2026-03-29T01:00:00.000000Z", 10_800), ("2026-10-25T01:00:00.000000Z", 7200)])
  static let newYork = zone(
    "America/New_York", -18_000,
    [("2026-03-08T07:00:00.000000Z", -14_400), ("2026-11-01T06:00:00.000000Z", -18_000)])

  static let all: [String: ZoneRules] = ["UTC": .utc, "Europe/Athens": athens, "America/New_York": newYork]

  private static func zone(_ name: String, _ initial: Int, _ changes: [(String, Int)]) -> ZoneRules {
    ZoneRules(
      name: name, initialOffsetSeconds: initial,
      transitions: changes.compactMap { text, offset in
        Timestamp(rfc3339: text).map { ZoneRules.Transition(at: $0, offsetSeconds: offset) }
      })
  }
}
