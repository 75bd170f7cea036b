import Reconciler
import Testing

@Suite("Zones") struct ZoneTests {
  private func civil(_ text: String) throws -> CivilTime { CivilTime(utc(text)) }

  @Test(arguments: [
    ("2026-01-15 12:00", 7200), ("2026-03-29 00:59:59", 7200), ("2026-03-29 01:00", 10_800),
    ("2026-07-15 12:00", 10_800),
    ("2026-10-25 00:59:59", 10_800), ("2026-10-25 01:00", 7200), ("2023-07-01 00:00", 7200), ("2030-07-01 00:00", 7200),
  ])
  func `The offset is that of the last transition`(_ at: String, _ offset: Int) {
    #expect(TestZone.athens.offsetSeconds(at: utc(at)) == offset)
  }

  struct Row: Sendable {
    var zone: ZoneRules
    var local: String
    var instant: String

    init(_ zone: ZoneRules, _ local: String, _ instant: String) {
      self.zone = zone
      self.local = local
      self.instant = instant
    }
  }

  /// Goes to Samoa's side of the date line at the end of 2026-12-29: the 30th does not exist.
  static let dateLine = ZoneRules(
    name: "Test/Line", initialOffsetSeconds: -36_000,
    transitions: [.init(at: utc("2026-12-30 10:00"), offsetSeconds: 50_400)])
  /// Half an hour, as on Lord Howe.
  static let halfHour = ZoneRules(
    name: "Test/Half", initialOffsetSeconds: 37_800,
    transitions: [
      .init(at: utc("2026-10-03 15:30"), offsetSeconds: 39_600),
      .init(at: utc("2027-04-03 15:00"), offsetSeconds: 37_800),
    ])

  @Test(arguments: [
    Row(.utc, "2026-11-21 00:00", "2026-11-21 00:00"), Row(TestZone.athens, "2026-11-21 00:00", "2026-11-20 22:00"),
    Row(TestZone.athens, "2026-07-21 00:00", "2026-07-20 21:00"),
    Row(TestZone.newYork, "2026-11-20 17:00", "2026-11-20 22:00"),
    // Skipped: 03:00 becomes 04:00 in Athens.
    Row(TestZone.athens, "2026-03-29 02:59:59", "2026-03-29 00:59:59"),
    Row(TestZone.athens, "2026-03-29 03:00", "2026-03-29 01:00"),
    Row(TestZone.athens, "2026-03-29 03:30", "2026-03-29 01:00"),
    Row(TestZone.athens, "2026-03-29 03:59:59", "2026-03-29 01:00"),
    Row(TestZone.athens, "2026-03-29 04:00", "2026-03-29 01:00"),
    // Twice: 04:00 becomes 03:00.
    Row(TestZone.athens, "2026-10-25 03:00", "2026-10-25 00:00"),
    Row(TestZone.athens, "2026-10-25 03:30", "2026-10-25 00:30"),
    Row(TestZone.athens, "2026-10-25 03:59:59", "2026-10-25 00:59:59"),
    Row(TestZone.athens, "2026-10-25 04:00", "2026-10-25 02:00"),
    Row(TestZone.newYork, "2026-03-08 02:30", "2026-03-08 07:00"),
    Row(TestZone.newYork, "2026-11-01 01:30", "2026-11-01 05:30"),
    Row(dateLine, "2026-12-29 23:59", "2026-12-30 09:59"), Row(dateLine, "2026-12-30 00:00", "2026-12-30 10:00"),
    Row(dateLine, "2026-12-30 12:00", "2026-12-30 10:00"), Row(dateLine, "2026-12-31 00:00", "2026-12-30 10:00"),
    Row(halfHour, "2026-10-04 02:15", "2026-10-03 15:30"), Row(halfHour, "2027-04-04 01:45", "2027-04-03 14:45"),
  ])
  func `A local time is its first instant, or the first valid one after it`(_ row: Row) throws {
    let instant = row.zone.instant(of: try civil(row.local))
    #expect(instant.rfc3339 == utc(row.instant).rfc3339)
  }

  @Test(arguments: [TestZone.athens, TestZone.newYork, TestZone.london, dateLine, halfHour, .utc])
  func `Local time and back is the same instant, or the earlier of two`(_ zone: ZoneRules) {
    var at = utc("2026-01-01 00:00")
    while at < utc("2027-06-01 00:00") {
      let back = zone.instant(of: zone.local(at))
      #expect(back <= at)
      #expect(zone.local(back) == zone.local(at))
      at = at + .seconds(1733)
    }
  }

  @Test func `Transitions are put in order`() {
    let zone = ZoneRules(
      name: "Test/Zone", initialOffsetSeconds: 0,
      transitions: [
        .init(at: utc("2026-06-01 00:00"), offsetSeconds: 60), .init(at: utc("2026-01-01 00:00"), offsetSeconds: 30),
      ])
    #expect(zone.offsetSeconds(at: utc("2026-03-01 00:00")) == 30)
    #expect(zone.offsetSeconds(at: utc("2026-07-01 00:00")) == 60)
  }
}
