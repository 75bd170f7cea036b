/// A calendar date of the proleptic Gregorian calendar, without a zone.
public struct CivilDate: Hashable, Comparable, Sendable {
  public let year: Int
  public let month: Int
  public let day: Int

  /// `nil` unless the date exists and the year is 1 to 9999.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.days(inMonth: month, of: year)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date so many days after 1970-01-01. Algorithm: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
  /// `civil_from_days`.
  public init(daysSinceEpoch: Int) {
    let z = daysSinceEpoch + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shifted + 2) / 5 + 1
    month = shifted < 10 ? shifted + 3 : shifted - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01; the inverse of `init(daysSinceEpoch:)` (`days_from_civil`, same source).
  public var daysSinceEpoch: Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// 0 is Sunday, 6 is Saturday.
  public var weekday: Int { ((daysSinceEpoch + 4) % 7 + 7) % 7 }

  /// `2026-11-21`.
  public var text: String {
    guard (0...9999).contains(year) else { return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
    return String(unsafeUninitializedCapacity: 10) { out in
      out[4] = UInt8(ascii: "-")
      out[7] = UInt8(ascii: "-")
      Digits.put(year, 4, out, at: 0)
      Digits.put(month, 2, out, at: 5)
      Digits.put(day, 2, out, at: 8)
      return 10
    }
  }

  public static func < (a: Self, b: Self) -> Bool {
    (a.year, a.month, a.day) < (b.year, b.month, b.day)
  }

  static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// A wall-clock reading without a zone: a date and microseconds since its midnight.
public struct CivilTime: Hashable, Comparable, Sendable {
  public let date: CivilDate
  public let microsecondOfDay: Int64

  public init(date: CivilDate, microsecondOfDay: Int64) {
    self.date = date
    self.microsecondOfDay = microsecondOfDay
  }

  /// `nil` unless it is a time of a day that exists; second 60 is refused.
  public init?(date: CivilDate, hour: Int, minute: Int, second: Int, microsecond: Int = 0) {
    guard (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
      (0...999_999).contains(microsecond)
    else { return nil }
    self.date = date
    microsecondOfDay = Int64((hour * 60 + minute) * 60 + second) * 1_000_000 + Int64(microsecond)
  }

  /// What a clock that is `offsetSeconds` ahead of UTC shows at `instant`.
  public init(_ instant: Timestamp, offsetSeconds: Int = 0) {
    let local = instant.microseconds.addingClamped(Int64(offsetSeconds) * 1_000_000)
    let day: Int64 = 86_400_000_000
    let (quotient, remainder) = local.quotientAndRemainder(dividingBy: day)
    date = CivilDate(daysSinceEpoch: Int(remainder < 0 ? quotient - 1 : quotient))
    microsecondOfDay = remainder < 0 ? remainder + day : remainder
  }

  /// The instant at which a clock `offsetSeconds` ahead of UTC shows this.
  public func instant(offsetSeconds: Int = 0) -> Timestamp {
    let midnight = Int64(date.daysSinceEpoch).multipliedClamped(by: 86_400_000_000)
    return Timestamp(
      microseconds: midnight.addingClamped(microsecondOfDay - Int64(offsetSeconds) * 1_000_000))
  }

  public static func < (a: Self, b: Self) -> Bool {
    (a.date, a.microsecondOfDay) < (b.date, b.microsecondOfDay)
  }
}

extension Timestamp {
  /// RFC 3339 in UTC with six digits: `2026-11-21T01:33:00.000000Z`, the form of every record.
  public var rfc3339: String {
    let civil = CivilTime(self)
    let date = civil.date.text
    let seconds = Int(civil.microsecondOfDay / 1_000_000)
    let count = date.utf8.count + 17
    return String(unsafeUninitializedCapacity: count) { out in
      _ = out[..<date.utf8.count].update(fromContentsOf: date.utf8)
      var at = date.utf8.count
      func put(_ mark: UInt8, _ number: Int, _ digits: Int) {
        out[at] = mark
        Digits.put(number, digits, out, at: at + 1)
        at += digits + 1
      }
      put(UInt8(ascii: "T"), seconds / 3600, 2)
      put(UInt8(ascii: ":"), seconds / 60 % 60, 2)
      put(UInt8(ascii: ":"), seconds % 60, 2)
      put(UInt8(ascii: "."), Int(civil.microsecondOfDay % 1_000_000), 6)
      out[at] = UInt8(ascii: "Z")
      return count
    }
  }

  /// Reads exactly what `rfc3339` prints.
  public init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 27, bytes[26] == UInt8(ascii: "Z"), bytes[10] == UInt8(ascii: "T") else { return nil }
    for (index, mark) in [(4, "-"), (7, "-"), (13, ":"), (16, ":"), (19, ".")] as [(Int, Unicode.Scalar)]
    where bytes[index] != UInt8(ascii: mark) {
      return nil
    }
    func number(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in bytes[range] {
        guard DecimalText.isDigit(byte) else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19), let micro = number(20..<26),
      let date = CivilDate(year: year, month: month, day: day),
      let civil = CivilTime(date: date, hour: hour, minute: minute, second: second, microsecond: micro)
    else { return nil }
    self = civil.instant()
  }
}

func padded(_ number: Int, _ width: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: Swift.max(0, width - text.count)) + text
}

enum Digits {
  /// So many digits of a number that is not negative, from `at` on.
  static func put(_ number: some BinaryInteger, _ count: Int, _ out: UnsafeMutableBufferPointer<UInt8>, at: Int) {
    var number = number
    for k in stride(from: at + count - 1, through: at, by: -1) {
      let (rest, digit) = number.quotientAndRemainder(dividingBy: 10)
      out[k] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
      number = rest
    }
  }
}
