import Reconciler
import Testing

@Suite("The trading calendar") struct DayTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var zone: ZoneRules
    var reset: String
    var at: String
    var start: String
    var end: String
    var key: String

    init(_ zone: ZoneRules, _ reset: String, at: String, is start: String, to end: String, key: String) {
      self.zone = zone
      self.reset = reset
      self.at = at
      self.start = start
      self.end = end
      self.key = key
    }

    var testDescription: String { "\(zone.name) \(reset) at \(at)" }

    var calendar: TradingCalendar {
      let parts = reset.split(separator: ":").compactMap { Int($0) }
      return TradingCalendar(
        rule: .init(resetMinute: parts[0] * 60 + parts[1], zone: zone.name), zone: zone, newYork: TestZone.newYork)
    }
  }

  static let weekdays: [Row] = [
    Row(.utc, "00:00", at: "2026-11-18 12:00", is: "2026-11-18 00:00", to: "2026-11-19 00:00", key: "2026-11-18"),
    Row(.utc, "00:00", at: "2026-11-18 00:00", is: "2026-11-18 00:00", to: "2026-11-19 00:00", key: "2026-11-18"),
    Row(.utc, "00:00", at: "2026-11-17 23:59:59", is: "2026-11-17 00:00", to: "2026-11-18 00:00", key: "2026-11-17"),
    Row(
      TestZone.athens, "00:00", at: "2026-11-18 21:59", is: "2026-11-17 22:00", to: "2026-11-18 22:00",
      key: "2026-11-18"),
    Row(
      TestZone.athens, "00:00", at: "2026-07-15 21:00", is: "2026-07-15 21:00", to: "2026-07-16 21:00",
      key: "2026-07-16"),
    Row(
      TestZone.newYork, "17:00", at: "2026-11-18 21:59", is: "2026-11-17 22:00", to: "2026-11-18 22:00",
      key: "2026-11-17"),
    Row(
      TestZone.newYork, "17:00", at: "2026-07-15 21:00", is: "2026-07-15 21:00", to: "2026-07-16 21:00",
      key: "2026-07-15"),
    Row(
      TestZone.london, "23:59", at: "2026-11-18 00:00", is: "2026-11-17 23:59", to: "2026-11-18 23:59",
      key: "2026-11-17"),
  ]

  static let weekends: [Row] = [
    // Friday ends as any day does, although its market closes at 22:00 UTC.
    Row(.utc, "00:00", at: "2026-11-20 23:00", is: "2026-11-20 00:00", to: "2026-11-21 00:00", key: "2026-11-20"),
    // Saturday has no market and Sunday two hours: both join Monday, from Saturday's own start.
    Row(.utc, "00:00", at: "2026-11-21 00:00", is: "2026-11-21 00:00", to: "2026-11-24 00:00", key: "2026-11-21"),
    Row(.utc, "00:00", at: "2026-11-22 23:00", is: "2026-11-21 00:00", to: "2026-11-24 00:00", key: "2026-11-21"),
    Row(.utc, "00:00", at: "2026-11-23 23:59", is: "2026-11-21 00:00", to: "2026-11-24 00:00", key: "2026-11-21"),
    Row(.utc, "00:00", at: "2026-11-24 00:00", is: "2026-11-24 00:00", to: "2026-11-25 00:00", key: "2026-11-24"),
    // Athens: the market's week ends at its midnight, in winter and in summer alike.
    Row(
      TestZone.athens, "00:00", at: "2026-11-21 12:00", is: "2026-11-20 22:00", to: "2026-11-23 22:00",
      key: "2026-11-21"),
    Row(
      TestZone.athens, "00:00", at: "2026-07-20 12:00", is: "2026-07-17 21:00", to: "2026-07-20 21:00",
      key: "2026-07-18"),
    Row(
      TestZone.newYork, "17:00", at: "2026-11-23 12:00", is: "2026-11-20 22:00", to: "2026-11-23 22:00",
      key: "2026-11-20"),
    Row(
      TestZone.newYork, "17:00", at: "2026-11-20 21:59", is: "2026-11-19 22:00", to: "2026-11-20 22:00",
      key: "2026-11-19"),
    // 11:00 UTC: Friday's period has eleven hours and Saturday's none; Sunday's has thirteen, so it stands by itself,
    // with Saturday before it.
    Row(.utc, "11:00", at: "2026-11-20 12:00", is: "2026-11-20 11:00", to: "2026-11-21 11:00", key: "2026-11-20"),
    Row(.utc, "11:00", at: "2026-11-22 12:00", is: "2026-11-21 11:00", to: "2026-11-23 11:00", key: "2026-11-21"),
    // Exactly six hours of Friday (16:00 to 22:00 UTC) are enough; a minute less joins.
    Row(.utc, "16:00", at: "2026-11-20 17:00", is: "2026-11-20 16:00", to: "2026-11-21 16:00", key: "2026-11-20"),
    Row(.utc, "16:01", at: "2026-11-20 17:00", is: "2026-11-20 16:01", to: "2026-11-23 16:01", key: "2026-11-20"),
    // Sunday's six hours likewise: 22:00 to 04:00.
    Row(.utc, "04:00", at: "2026-11-22 05:00", is: "2026-11-21 04:00", to: "2026-11-23 04:00", key: "2026-11-21"),
    Row(.utc, "03:59", at: "2026-11-22 05:00", is: "2026-11-21 03:59", to: "2026-11-24 03:59", key: "2026-11-21"),
  ]

  static let daylightSaving: [Row] = [
    // Athens springs forward on Sunday 2026-03-29 and falls back on Sunday 2026-10-25; New York on 03-08 and 11-01.
    Row(
      TestZone.athens, "00:00", at: "2026-03-29 12:00", is: "2026-03-27 22:00", to: "2026-03-30 21:00",
      key: "2026-03-28"),
    Row(
      TestZone.athens, "00:00", at: "2026-10-25 12:00", is: "2026-10-23 21:00", to: "2026-10-26 22:00",
      key: "2026-10-24"),
    // Between the European and the American change Athens' midnight is Friday 18:00 in New York.
    Row(
      TestZone.athens, "00:00", at: "2026-03-14 12:00", is: "2026-03-13 22:00", to: "2026-03-16 22:00",
      key: "2026-03-14"),
    // 02:30 on the day it is skipped falls on 03:00, and on the day it comes twice on the first.
    Row(
      TestZone.newYork, "02:30", at: "2026-03-08 07:00", is: "2026-03-07 07:30", to: "2026-03-09 06:30",
      key: "2026-03-07"),
    Row(
      TestZone.newYork, "01:30", at: "2026-11-01 12:00", is: "2026-10-31 05:30", to: "2026-11-02 06:30",
      key: "2026-10-31"),
    Row(
      TestZone.london, "00:00", at: "2026-03-28 12:00", is: "2026-03-28 00:00", to: "2026-03-30 23:00",
      key: "2026-03-28"),
  ]

  @Test(arguments: weekdays + weekends + daylightSaving)
  func `A period begins at its reset and ends at the next that counts`(_ row: Row) {
    let period = row.calendar.period(containing: utc(row.at))
    #expect(period.start.rfc3339 == utc(row.start).rfc3339)
    #expect(period.end.rfc3339 == utc(row.end).rfc3339)
    #expect(period.key == row.key)
  }

  @Test(arguments: [23 * 3600, 24 * 3600, 25 * 3600])
  func `A zone that changes in mid-week has days of 23, 24 and 25 hours`(_ seconds: Int) {
    let change = utc("2026-11-18 10:00")
    let zone = ZoneRules(
      name: "Test/Zone", initialOffsetSeconds: 0,
      transitions: [.init(at: change, offsetSeconds: 86_400 - seconds)])
    let calendar = TradingCalendar(
      rule: .init(resetMinute: 0, zone: zone.name), zone: zone, newYork: TestZone.newYork)
    let period = calendar.period(containing: utc("2026-11-18 09:00"))
    #expect(period.end - period.start == .seconds(seconds))
  }

  @Test func `A reset that clocks skip falls on the first valid instant`() {
    let zone = ZoneRules(
      name: "Test/Zone", initialOffsetSeconds: 0,
      transitions: [.init(at: utc("2026-11-18 02:00"), offsetSeconds: 3600)])
    let calendar = TradingCalendar(
      rule: .init(resetMinute: 150, zone: zone.name), zone: zone, newYork: TestZone.newYork)
    #expect(calendar.period(containing: utc("2026-11-18 02:00")).start == utc("2026-11-18 02:00"))
    #expect(calendar.period(containing: utc("2026-11-18 01:59")).start == utc("2026-11-17 02:30"))
  }

  @Test func `A reset that comes twice falls on the first`() {
    let zone = ZoneRules(
      name: "Test/Zone", initialOffsetSeconds: 3600,
      transitions: [.init(at: utc("2026-11-18 01:00"), offsetSeconds: 0)])
    let calendar = TradingCalendar(
      rule: .init(resetMinute: 90, zone: zone.name), zone: zone, newYork: TestZone.newYork)
    #expect(calendar.period(containing: utc("2026-11-18 01:45")).start == utc("2026-11-18 00:30"))
    #expect(calendar.period(containing: utc("2026-11-18 00:30")).key == "2026-11-18")
    #expect(calendar.period(containing: utc("2026-11-18 00:29")).key == "2026-11-17")
  }

  @Test(arguments: [
    (ZoneRules.utc, 0), (.utc, 1439), (TestZone.athens, 0), (TestZone.athens, 180), (TestZone.newYork, 1020),
    (TestZone.newYork, 150), (TestZone.london, 60),
  ])
  func `Periods follow one another without a gap, for three years, with rising keys`(_ zone: ZoneRules, _ minute: Int) {
    let calendar = TradingCalendar(
      rule: .init(resetMinute: minute, zone: zone.name), zone: zone, newYork: TestZone.newYork)
    var period = calendar.period(containing: utc("2025-01-01 00:00"))
    while period.start < utc("2028-01-01 00:00") {
      #expect(calendar.period(containing: period.end - .microseconds(1)) == period)
      let next = calendar.period(containing: period.end)
      #expect(next.start == period.end)
      #expect(next.key > period.key)
      let hours = (next.end - next.start).inMicroseconds / 3_600_000_000
      #expect((23...97).contains(hours))
      period = next
    }
  }
}
