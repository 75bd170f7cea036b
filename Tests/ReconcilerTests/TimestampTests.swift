import Reconciler
import Testing

@Suite("Instants and dates") struct TimestampTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z"), (1, "1970-01-01T00:00:00.000001Z"), (-1, "1969-12-31T23:59:59.999999Z"),
      (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"), (1_795_224_780_123_456, "2026-11-21T01:33:00.123456Z"),
      (4_102_444_799_999_999, "2099-12-31T23:59:59.999999Z"), (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ] as [(Int64, String)])
  func `An instant prints as RFC 3339 with six digits and reads back`(_ microseconds: Int64, _ text: String) {
    #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
    #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
  }

  @Test(arguments: [
    "", "2026-11-21", "2026-11-21T01:33:00Z", "2026-11-21T01:33:00.000Z", "2026-11-21 01:33:00.000000Z",
    "2026-11-21T01:33:00.000000+", "2026-13-21T01:33:00.000000Z", "2026-02-29T01:33:00.000000Z",
    "2026-11-31T01:33:00.000000Z", "2026-11-21T24:00:00.000000Z", "2026-11-21T01:60:00.000000Z",
    "2026-11-21T01:33:60.000000Z", "2026-11-21T01:33:0 .000000Z", "0000-11-21T01:33:00.000000Z",
    "2026-11-21t01:33:00.000000z", "-026-11-21T01:33:00.000000Z", "2026-11-21T01:33:00.000000ZZ", "２０２６-11-21T01",
  ])
  func `Only that form is read`(_ text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func `Every day of eight hundred years comes after the one before`() throws {
    var year = 1700
    var month = 1
    var day = 1
    var number = try #require(CivilDate(year: 1700, month: 1, day: 1)).daysSinceEpoch
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    while year < 2500 {
      let date = CivilDate(daysSinceEpoch: number)
      try #require((date.year, date.month, date.day) == (year, month, day))
      try #require(date.daysSinceEpoch == number)
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      day += 1
      if day > lengths[month - 1] + (month == 2 && isLeap ? 1 : 0) {
        day = 1
        month += 1
      }
      if month > 12 {
        month = 1
        year += 1
      }
      number += 1
    }
  }

  @Test(arguments: [
    ("2026-11-20", 5), ("2026-11-21", 6), ("2026-11-22", 0), ("1970-01-01", 4), ("1969-12-31", 3), ("2000-02-29", 2),
    ("1900-01-01", 1),
  ])
  func `Weekdays are those of the calendar on the wall`(_ text: String, _ weekday: Int) throws {
    let parts = text.split(separator: "-").compactMap { Int($0) }
    let date = try #require(CivilDate(year: parts[0], month: parts[1], day: parts[2]))
    #expect(date.weekday == weekday)
    #expect(date.text == text)
  }

  @Test(arguments: [
    (2026, 2, 29), (2100, 2, 29), (2026, 4, 31), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 1, 32), (0, 1, 1),
    (10_000, 1, 1), (-1, 1, 1),
  ])
  func `A date that does not exist is nil`(_ year: Int, _ month: Int, _ day: Int) {
    #expect(CivilDate(year: year, month: month, day: day) == nil)
  }

  @Test func `Instants at the ends of the range saturate`() {
    let last = Timestamp(microseconds: .max)
    let first = Timestamp(microseconds: .min)
    #expect(last + .seconds(1) == last)
    #expect(first - .seconds(1) == first)
    #expect(Timestamp(seconds: .max) == last)
    #expect(last - first > .seconds(1))
    #expect(first - last < .zero)
    #expect(first - first == .zero)
    #expect(last + .seconds(Int64.max) == last)
    #expect(!last.rfc3339.isEmpty)
    #expect(!first.rfc3339.isEmpty)
  }

  @Test(
    arguments: [(0, 0), (999_999, 0), (1_000_000, 1), (-1, -1), (-1_000_000, -1), (-1_000_001, -2)] as [(Int64, Int64)])
  func `Whole seconds are rounded down`(_ microseconds: Int64, _ seconds: Int64) {
    #expect(Timestamp(microseconds: microseconds).seconds == seconds)
  }

  @Test(arguments: [
    (Duration.milliseconds(250), "250ms"), (.seconds(5), "5s"), (.seconds(60), "1m"), (.seconds(90), "90s"),
    (.seconds(3600), "1h"), (.zero, "0s"), (.microseconds(7), "7us"), (.seconds(-60), "-1m"),
  ])
  func `A duration prints by the largest unit that divides it`(_ duration: Duration, _ text: String) {
    #expect(duration.manifestText == text)
  }
}
