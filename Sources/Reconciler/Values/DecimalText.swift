/// Reading and printing of decimals, digit by digit, so that no binary float is ever between.
enum DecimalText {
  /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, at most fifteen digits before the point and twelve significant ones after it.
  static func plain(_ text: some Sequence<UInt8>) -> Int128? {
    switch short(text) {
    case .number(let units): return units
    case .none: return nil
    case .long: return any(text)
    }
  }

  private enum Short {
    case number(Int128)
    /// Not plain text of a number.
    case none
    /// More digits than one word holds.
    case long
  }

  /// At most eighteen digits, which nearly every number has: one pass, in one word, no memory.
  private static func short(_ text: some Sequence<UInt8>) -> Short {
    var digits: UInt64 = 0
    var count = 0
    var leading: UInt8?
    var whole: Int?
    var negative = false
    var isFirst = true
    for byte in text {
      defer { isFirst = false }
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if count == 18 { return .long }
        if leading == nil { leading = byte }
        digits = digits &* 10 &+ UInt64(byte &- 48)
        count += 1
      case UInt8(ascii: "."):
        if whole != nil || count == 0 { return .none }
        whole = count
      case UInt8(ascii: "-"):
        if !isFirst { return .none }
        negative = true
      default: return .none
      }
    }
    guard count > 0 else { return .none }
    let before = whole ?? count
    let after = count - before
    guard whole == nil || after > 0, before == 1 || leading != UInt8(ascii: "0") else { return .none }
    guard before <= 15, after <= FixedDecimal.places else { return .long }
    let units = Int128(digits) * Int128(powersOfTen[FixedDecimal.places - after])
    return .number(negative ? -units : units)
  }

  private static let powersOfTen: [UInt64] = [
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000,
  ]

  private static func any(_ text: some Sequence<UInt8>) -> Int128? {
    var digits = Scanner(text)
    let negative = digits.skip(UInt8(ascii: "-"))
    guard let first = digits.peek, isDigit(first) else { return nil }
    let whole = digits.number()
    guard whole.count <= 15, whole.count == 1 || first != UInt8(ascii: "0") else { return nil }
    var units = whole.value * FixedDecimal.one128
    if digits.skip(UInt8(ascii: ".")) {
      guard let fraction = digits.fraction(), fraction.lostDigits == 0 else { return nil }
      units += fraction.units
    }
    return digits.atEnd ? (negative ? -units : units) : nil
  }

  /// The same, with what printers of floats do: a plus sign, no digit before the point, leading zeros, an exponent,
  /// any number of places.
  static func wire(_ text: some Sequence<UInt8>) -> Int128? {
    var scan = Scanner(text)
    let negative = scan.skip(UInt8(ascii: "-"))
    if !negative { _ = scan.skip(UInt8(ascii: "+")) }
    var mantissa: [UInt8] = []
    while let digit = scan.peek, isDigit(digit), mantissa.count < 400 { mantissa.append(scan.take() - 48) }
    var point = mantissa.count
    if scan.skip(UInt8(ascii: ".")) {
      while let digit = scan.peek, isDigit(digit), mantissa.count < 800 { mantissa.append(scan.take() - 48) }
    }
    guard !mantissa.isEmpty else { return nil }
    if scan.skip(UInt8(ascii: "e")) || scan.skip(UInt8(ascii: "E")) {
      let down = scan.skip(UInt8(ascii: "-"))
      if !down { _ = scan.skip(UInt8(ascii: "+")) }
      let exponent = scan.number()
      guard exponent.count > 0, exponent.count < 5 else { return nil }
      point += down ? -Int(exponent.value) : Int(exponent.value)
    }
    guard scan.atEnd else { return nil }
    guard let units = shifted(mantissa, point: point) else { return nil }
    return negative ? -units : units
  }

  /// The digits with the point before index `point`, as units, rounded half to even; `nil` at 1e15 or more.
  private static func shifted(_ digits: [UInt8], point: Int) -> Int128? {
    let firstUsed = digits.firstIndex { $0 != 0 } ?? digits.count
    if firstUsed == digits.count { return 0 }
    guard point - firstUsed <= 15 else { return nil }
    let end = point + FixedDecimal.places
    var units: Int128 = 0
    for index in stride(from: firstUsed, to: Swift.max(end, firstUsed), by: 1) {
      units = units * 10 + Int128(index < digits.count ? digits[index] : 0)
    }
    guard end >= firstUsed, end < digits.count else { return units }
    let next = digits[end]
    let rest = digits[(end + 1)...].contains { $0 != 0 }
    return next > 5 || (next == 5 && (rest || units % 2 != 0)) ? units + 1 : units
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

  private struct Scanner {
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: some Sequence<UInt8>) { bytes = Array(text) }

    var atEnd: Bool { at == bytes.count }
    var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func take() -> UInt8 {
      defer { at += 1 }
      return bytes[at]
    }

    mutating func skip(_ byte: UInt8) -> Bool {
      guard peek == byte else { return false }
      at += 1
      return true
    }

    /// The run of digits here; its value is right for up to thirty digits.
    mutating func number() -> (value: Int128, count: Int) {
      var value: Int128 = 0
      var count = 0
      while let digit = peek, isDigit(digit) {
        if count < 30 { value = value * 10 + Int128(digit - 48) }
        count += 1
        at += 1
      }
      return (value, count)
    }

    /// The digits after a point, as units, and how many that were not zero did not fit; `nil` if there are none.
    mutating func fraction() -> (units: Int128, lostDigits: Int)? {
      var units: Int128 = 0
      var count = 0
      var lost = 0
      while let digit = peek, isDigit(digit) {
        if count < FixedDecimal.places {
          units = units * 10 + Int128(digit - 48)
        } else if digit != 48 {
          lost += 1
        }
        count += 1
        at += 1
      }
      guard count > 0 else { return nil }
      for _ in 0..<Swift.max(0, FixedDecimal.places - count) { units *= 10 }
      return (units, lost)
    }
  }
}

extension FixedDecimal: CustomStringConvertible {
  /// The shortest plain text: no exponent, no needless zeros; `init(_:)` reads it back to the same number.
  public var description: String { text(minimumPlaces: 0) }

  /// Money for people: at least two places.
  public var money: String { text(minimumPlaces: 2) }

  /// The plain text with at least `minimumPlaces` (0 to 12) after the point.
  public func text(minimumPlaces: Int) -> String {
    let (whole, rest) = units.magnitude.quotientAndRemainder(dividingBy: Self.one128.magnitude)
    var fraction = UInt64(rest)
    var places = Self.places
    while places > minimumPlaces, fraction % 10 == 0 {
      fraction /= 10
      places -= 1
    }
    guard let whole = UInt64(exactly: whole) else { return wideText(whole, fraction, places) }
    var digits = 1
    var power = whole
    while power >= 10 {
      power /= 10
      digits += 1
    }
    let sign = units < 0 ? 1 : 0
    let count = sign + digits + (places > 0 ? places + 1 : 0)
    return String(unsafeUninitializedCapacity: count) { out in
      Digits.put(whole, digits, out, at: sign)
      if places > 0 {
        out[sign + digits] = UInt8(ascii: ".")
        Digits.put(fraction, places, out, at: sign + digits + 1)
      }
      if sign > 0 { out[0] = UInt8(ascii: "-") }
      return count
    }
  }

  /// Of numbers that are larger than any money.
  private func wideText(_ whole: UInt128, _ fraction: UInt64, _ places: Int) -> String {
    let text = (units < 0 ? "-" : "") + String(whole)
    if places == 0 { return text }
    let digits = String(fraction)
    return text + "." + String(repeating: "0", count: places - digits.utf8.count) + digits
  }
}
