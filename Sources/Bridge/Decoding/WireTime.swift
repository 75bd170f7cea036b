import Reconciler

/// A time as bridges write it: ISO 8601 with or without an offset, `YYYY.MM.DD HH:MM[:SS]`, Unix seconds or milliseconds.
/// Without an offset it is the clock of the server's zone.
enum WireTime: Hashable {
  case time(Timestamp)
  /// Empty, or MT4's zero.
  case absent
  case unreadable

  static func read(_ value: JSONValue, zone: ZoneRules) -> WireTime {
    switch value {
    case .null: return .absent
    case .number(let text): return unix(text)
    case .string(let text):
      if text.isEmpty { return .absent }
      var scan = Scan(text)
      if let found = scan.civil(zone: zone) { return found }
      return unix(text)
    case .bool, .array, .object: return .unreadable
    }
  }

  /// From 1e11 on they are milliseconds: as seconds that would be the year 5138, as milliseconds it is 1973.
  private static func unix(_ text: String) -> WireTime {
    guard let number = FixedDecimal(wire: text), !number.isNegative else { return .unreadable }
    if number.isZero { return .absent }
    let milliseconds = number >= 100_000_000_000
    let microseconds = number.units / (milliseconds ? 1_000_000_000 : 1_000_000)
    // Up to the year 9999.
    guard microseconds < 253_402_300_800_000_000 else { return .unreadable }
    return .time(Timestamp(microseconds: Int64(microseconds)))
  }

  private struct Scan {
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func civil(zone: ZoneRules) -> WireTime? {
      guard let year = digits(4), let separator = take("-", "."), let month = digits(2), take(separator),
        let day = digits(2),
        let date = CivilDate(year: year, month: month, day: day), take("T", " ", "t") != nil,
        let hour = digits(2), take(":", ":") != nil, let minute = digits(2)
      else { return nil }
      var second = 0
      if take(":", ":") != nil {
        guard let found = digits(2) else { return nil }
        second = found
      }
      var micro = 0
      if take(".", ",") != nil {
        guard let found = fraction() else { return nil }
        micro = found
      }
      guard let civil = CivilTime(date: date, hour: hour, minute: minute, second: second, microsecond: micro) else {
        return nil
      }
      if at == bytes.count {
        return year == 1970 && civil.instant().seconds == 0 ? .absent : .time(zone.instant(of: civil))
      }
      guard let offset = offset(), at == bytes.count else { return nil }
      let instant = civil.instant(offsetSeconds: offset)
      return instant.microseconds == 0 ? WireTime.absent : .time(instant)
    }

    private mutating func offset() -> Int? {
      if take("Z", "z") != nil { return 0 }
      guard let sign = take("+", "-"), let hours = digits(2), hours <= 23 else { return nil }
      _ = take(":", ":")
      let minutes = at == bytes.count ? 0 : digits(2)
      guard let minutes, minutes <= 59 else { return nil }
      return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60 : 60)
    }

    private mutating func digits(_ count: Int) -> Int? {
      guard at + count <= bytes.count else { return nil }
      var number = 0
      for byte in bytes[at..<(at + count)] {
        guard (48...57).contains(byte) else { return nil }
        number = number * 10 + Int(byte - 48)
      }
      at += count
      return number
    }

    /// Digits after the point, as microseconds; further ones are dropped.
    private mutating func fraction() -> Int? {
      var micro = 0
      var count = 0
      while at < bytes.count, (48...57).contains(bytes[at]) {
        if count < 6 { micro = micro * 10 + Int(bytes[at] - 48) }
        count += 1
        at += 1
      }
      guard count > 0 else { return nil }
      for _ in 0..<max(0, 6 - count) { micro *= 10 }
      return micro
    }

    private mutating func take(_ a: Unicode.Scalar, _ b: Unicode.Scalar, _ c: Unicode.Scalar? = nil) -> UInt8? {
      guard at < bytes.count else { return nil }
      let byte = Unicode.Scalar(bytes[at])
      guard byte == a || byte == b || byte == c else { return nil }
      at += 1
      return bytes[at - 1]
    }

    private mutating func take(_ byte: UInt8) -> Bool {
      guard at < bytes.count, bytes[at] == byte else { return false }
      at += 1
      return true
    }
  }
}
