/// An instant of wall-clock time: microseconds since 1970-01-01T00:00:00Z, without leap seconds. May jump.
public struct Timestamp: Hashable, Comparable, Sendable {
  public let microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public init(seconds: Int64) { microseconds = seconds.multipliedClamped(by: 1_000_000) }

  public static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }

  public static func + (a: Self, b: Duration) -> Self {
    Self(microseconds: a.microseconds.addingClamped(b.inMicroseconds))
  }

  public static func - (a: Self, b: Duration) -> Self {
    Self(microseconds: a.microseconds.subtractingClamped(b.inMicroseconds))
  }

  public static func - (a: Self, b: Self) -> Duration {
    .microseconds(a.microseconds.subtractingClamped(b.microseconds))
  }

  /// Whole seconds since the epoch, rounded down.
  public var seconds: Int64 {
    let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

/// An instant of a clock that never jumps: microseconds since an origin that means nothing outside of this process.
public struct Steady: Hashable, Comparable, Sendable {
  public let microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }

  public static func + (a: Self, b: Duration) -> Self {
    Self(microseconds: a.microseconds.addingClamped(b.inMicroseconds))
  }

  public static func - (a: Self, b: Self) -> Duration {
    .microseconds(a.microseconds.subtractingClamped(b.microseconds))
  }
}

/// Now, by both clocks: days and records go by `wall`, waits and ages by `steady`.
public struct Moment: Hashable, Sendable {
  public let wall: Timestamp
  public let steady: Steady

  public init(wall: Timestamp, steady: Steady) {
    self.wall = wall
    self.steady = steady
  }

  public static func + (a: Self, b: Duration) -> Self { Self(wall: a.wall + b, steady: a.steady + b) }
}

extension Duration {
  /// Whole microseconds, cut at the range of Int64.
  public var inMicroseconds: Int64 {
    let parts = components
    let whole = parts.seconds.multipliedClamped(by: 1_000_000)
    return whole.addingClamped(parts.attoseconds / 1_000_000_000_000)
  }

  /// As manifests write it, by the largest unit that divides it: `250ms`, `5s`, `1m`, `1h`.
  public var manifestText: String {
    let microseconds = inMicroseconds
    for (unit, size) in [("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000)] as [(String, Int64)]
    where microseconds % size == 0 && microseconds != 0 {
      return "\(microseconds / size)\(unit)"
    }
    return microseconds == 0 ? "0s" : "\(microseconds)us"
  }
}

extension Int64 {
  func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  func subtractingClamped(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }

  func multipliedClamped(by other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
  }
}
