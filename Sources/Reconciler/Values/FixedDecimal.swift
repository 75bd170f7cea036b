// Values: exact numbers, times, zones and JSON as plain values. Nothing here knows what an agent is,
// and nothing here touches a clock, a file or Foundation.

/// An exact decimal with twelve places after the point: money, prices, lots, ratios.
///
/// Range: about ±8.5e25. Addition, subtraction and comparison are exact. A product or quotient is rounded half
/// to even at the twelfth place. A result outside the range saturates at the limit instead of trapping, so that an
/// absurd number from a terminal makes every cap refuse and never stops the program.
public struct FixedDecimal: Hashable, Sendable {
  /// The number times 10^12.
  public let units: Int128

  /// Places kept after the point.
  public static let places = 12
  // Computed, so that they are constants where they are used; a stored one is looked at through a lock.
  static var one128: Int128 { 1_000_000_000_000 }
  private static var limit: Int128 { Int128.max >> 1 }

  /// So many billionths of a thousandth; cut at `min` and `max`, so that sums of two never overflow.
  public init(units: Int128) { self.units = Swift.min(Swift.max(units, -Self.limit), Self.limit) }

  public init(_ whole: Int) { units = Int128(whole) * Self.one128 }

  /// Plain decimal text: an optional `-`, digits without a needless leading zero, optionally a point and digits.
  ///
  /// `nil` for anything else (`010`, `1e3`, `.5`, `1_000`, `+1`), for more than twelve places that are not zero, and
  /// for more than fifteen digits before the point. This is the form that manifests and journals are written in.
  public init?(_ text: some StringProtocol) {
    guard let parsed = DecimalText.plain(text.utf8) else { return nil }
    units = parsed
  }

  /// The same of a text's UTF-8, for those who read a long text where it lies.
  public init?(utf8 text: Span<UInt8>) {
    guard let parsed = text.withUnsafeBufferPointer({ DecimalText.plain($0) }) else { return nil }
    units = parsed
  }

  /// A number as a terminal may print it: also `+1`, `.5`, `010`, `1e-05` and more than twelve places, which are
  /// rounded half to even. `nil` when it is no number (`NaN`, `inf`), or is 1e15 or more.
  public init?(wire text: some StringProtocol) {
    guard let parsed = DecimalText.wire(text.utf8) else { return nil }
    units = parsed
  }

  public static var zero: FixedDecimal { FixedDecimal(units: 0) }
  public static var one: FixedDecimal { FixedDecimal(1) }
  public static var hundred: FixedDecimal { FixedDecimal(100) }
  public static var max: FixedDecimal { FixedDecimal(units: limit) }
  public static var min: FixedDecimal { FixedDecimal(units: -limit) }

  public var isZero: Bool { units == 0 }
  public var isNegative: Bool { units < 0 }
  public var isPositive: Bool { units > 0 }
  public var magnitude: FixedDecimal { units < 0 ? -self : self }
}

extension FixedDecimal: Comparable {
  public static func < (a: Self, b: Self) -> Bool { a.units < b.units }
}

extension FixedDecimal: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int) { self.init(value) }
}

extension FixedDecimal: AdditiveArithmetic {
  public static func + (a: Self, b: Self) -> Self { Self(units: a.units + b.units) }

  public static func - (a: Self, b: Self) -> Self { Self(units: a.units - b.units) }

  public static prefix func - (a: Self) -> Self { Self(units: -a.units) }
}

extension FixedDecimal {
  public static func * (a: Self, b: Self) -> Self {
    let (product, overflow) = a.units.multipliedReportingOverflow(by: b.units)
    if !overflow { return Self(units: divided(product, by: one128)) }
    return wideProduct(a, b)
  }

  /// The quotient, rounded half to even at the twelfth place; `nil` for a division by zero.
  public func divided(by other: Self) -> Self? {
    if other.units == 0 { return nil }
    let (scaled, overflow) = units.multipliedReportingOverflow(by: Self.one128)
    if !overflow { return Self(units: Self.divided(scaled, by: other.units)) }
    return wideQuotient(by: other)
  }

  /// The largest multiple of `step` that is not above this number, for numbers of zero or more. A `step` of zero or
  /// less leaves the number as it is.
  public func floored(to step: Self) -> Self {
    guard step.units > 0 else { return self }
    let remainder = units % step.units
    return Self(units: units - (remainder < 0 ? remainder + step.units : remainder))
  }

  /// Whether this number is a whole multiple of `step`.
  public func isMultiple(of step: Self) -> Bool { step.units > 0 && units % step.units == 0 }

  /// Rounded half to even at `places` (0 to 12) after the point.
  public func rounded(places: Int) -> Self {
    guard places < Self.places else { return self }
    var factor: Int128 = 1
    for _ in 0..<(Self.places - Swift.max(places, 0)) { factor *= 10 }
    return Self(units: Self.divided(units, by: factor) * factor)
  }

  /// Half to even division of integers; `divisor` is not zero.
  static func divided(_ dividend: Int128, by divisor: Int128) -> Int128 {
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    if remainder == 0 { return quotient }
    let part = remainder.magnitude
    let rest = divisor.magnitude - part
    guard part > rest || (part == rest && quotient & 1 != 0) else { return quotient }
    return (dividend < 0) == (divisor < 0) ? quotient + 1 : quotient - 1
  }

  private static func wideProduct(_ a: Self, _ b: Self) -> Self {
    let negative = (a.units < 0) != (b.units < 0)
    let wide = a.units.magnitude.multipliedFullWidth(by: b.units.magnitude)
    guard wide.high < one128.magnitude else { return negative ? .min : .max }
    return signed(one128.magnitude.dividingFullWidth(wide), divisor: one128.magnitude, negative: negative)
  }

  private func wideQuotient(by other: Self) -> Self {
    let negative = (units < 0) != (other.units < 0)
    let wide = units.magnitude.multipliedFullWidth(by: Self.one128.magnitude)
    let divisor = other.units.magnitude
    guard wide.high < divisor else { return negative ? .min : .max }
    return Self.signed(divisor.dividingFullWidth(wide), divisor: divisor, negative: negative)
  }

  private static func signed(
    _ result: (quotient: UInt128, remainder: UInt128), divisor: UInt128, negative: Bool
  ) -> Self {
    let half = divisor - result.remainder
    let up = result.remainder > half || (result.remainder == half && result.quotient % 2 != 0)
    let size = result.quotient + (up ? 1 : 0)
    guard size <= max.units.magnitude else { return negative ? .min : .max }
    return Self(units: negative ? -Int128(size) : Int128(size))
  }
}
