import Reconciler
import Testing

@Suite("Exact decimals") struct FixedDecimalTests {
  @Test(arguments: [
    ("0", "0"), ("-0", "0"), ("1", "1"), ("-1", "-1"), ("0.5", "0.5"), ("-0.000000000001", "-0.000000000001"),
    ("1.0851", "1.0851"), ("1.50", "1.5"), ("10000.00", "10000"), ("999999999999999", "999999999999999"),
    ("-999999999999999.999999999999", "-999999999999999.999999999999"), ("0.0000000000010", "0.000000000001"),
    ("1.0000000000000000000000000000000000", "1"),
  ])
  func `Plain text is read exactly and printed at its shortest`(_ text: String, _ printed: String) throws {
    let value = try #require(FixedDecimal(text))
    #expect(value.description == printed)
    #expect(FixedDecimal(printed) == value)
    #expect(FixedDecimal(wire: text) == value)
  }

  @Test(arguments: [
    "", "-", ".", "+1", ".5", "5.", "01", "010", "00", "-01", "1e3", "1E3", "0x10", "1_000", "1,5", " 1", "1 ", "1.2.3",
    "--1", "NaN", "nan", "inf", "-inf", "Infinity", "١", "1000000000000000", "0.0000000000001", "1:30",
    "12345678901234567890", "１",
  ])
  func `Anything else is refused as plain text`(_ text: String) {
    #expect(FixedDecimal(text) == nil)
  }

  @Test(arguments: [
    ("+1", "1"), (".5", "0.5"), ("-.5", "-0.5"), ("5.", "5"), ("010", "10"), ("00.10", "0.1"), ("1e3", "1000"),
    ("1E+3", "1000"), ("1e-05", "0.00001"), ("-1.5e2", "-150"), ("1.08510000000000003", "1.0851"),
    ("0.1000000000000000055511151231257827", "0.1"), ("1e-13", "0"), ("5e-13", "0"), ("1.5e-12", "0.000000000002"),
    ("2.5e-12", "0.000000000002"), ("6e-13", "0.000000000001"), ("5.0000001e-13", "0.000000000001"), ("0e9999", "0"),
    ("0e-9999", "0"), ("1e14", "100000000000000"), ("999999999999999.9999999999999", "1000000000000000"),
    ("0.00000000000000000000000000001e29", "1"), ("-0.0", "0"), ("123456789012345e-15", "0.123456789012"),
  ])
  func `A terminal's number is read as printers of floats write them`(_ text: String, _ printed: String) {
    #expect(FixedDecimal(wire: text)?.description == printed)
  }

  @Test(arguments: [
    "", "+", "-", ".", "e5", "1e", "1e+", "1e1.5", "NaN", "nan(ind)", "-1.#IND", "1.#INF", "inf", "Infinity", "1e15",
    "1e99",
    "1000000000000000", "1e10000", "1 000", "1,000.00", "0x1p3", "--1", "+-1", "１２",
  ])
  func `What is no number of sane size is refused from a terminal too`(_ text: String) {
    #expect(FixedDecimal(wire: text) == nil)
  }

  @Test func `Digits without end are read or refused, never a crash`() {
    let many = String(repeating: "9", count: 100_000)
    #expect(FixedDecimal(many) == nil)
    #expect(FixedDecimal(wire: many) == nil)
    #expect(FixedDecimal("0." + many) == nil)
    #expect(FixedDecimal(wire: "1e" + many) == nil)
    #expect(FixedDecimal("1." + String(repeating: "0", count: 100_000)) == 1)
  }

  @Test(arguments: [
    ("1.5", "1.50"), ("1", "1.00"), ("-0.005", "-0.005"), ("1234.5678", "1234.5678"), ("0", "0.00"),
  ])
  func `Money has at least two places`(_ text: String, _ money: String) {
    #expect(dec(text).money == money)
  }

  // MARK: - Arithmetic

  @Test func `A tenth and two tenths are three tenths`() {
    #expect(dec("0.1") + dec("0.2") == dec("0.3"))
    #expect(dec("10000") - dec("0.01") == dec("9999.99"))
    #expect(-dec("5") == -5)
    #expect(dec("-5").magnitude == 5)
  }

  @Test(arguments: [
    ("2", "3", "6"), ("-2", "3", "-6"), ("0.000001", "0.000001", "0.000000000001"), ("0.0000001", "0.000001", "0"),
    ("0.0000005", "0.000001", "0"), ("0.0000015", "0.000001", "0.000000000002"),
    ("-0.0000015", "0.000001", "-0.000000000002"), ("0.0000025", "0.000001", "0.000000000002"),
    ("999999999999999", "9999999999", "9999999998999990000000001"), ("107.42", "0.01", "1.0742"),
  ])
  func `A product is rounded half to even at the twelfth place`(_ a: String, _ b: String, _ product: String) {
    #expect((dec(a) * dec(b)).description == product)
    #expect((dec(b) * dec(a)).description == product)
  }

  @Test(arguments: [
    ("1", "3", "0.333333333333"), ("2", "3", "0.666666666667"), ("-2", "3", "-0.666666666667"), ("1", "8", "0.125"),
    ("0.000000000001", "2", "0"), ("0.000000000003", "2", "0.000000000002"),
    ("-0.000000000003", "2", "-0.000000000002"),
    ("0.000000000005", "-2", "-0.000000000002"), ("999999999999999", "0.000001", "999999999999999000000"),
    ("0", "7", "0"), ("7", "0.000000000001", "7000000000000"),
  ])
  func `A quotient is rounded half to even at the twelfth place`(_ a: String, _ b: String, _ quotient: String) {
    #expect(dec(a).divided(by: dec(b))?.description == quotient)
  }

  @Test func `A division by zero is nil`() {
    #expect(dec("1").divided(by: .zero) == nil)
    #expect(FixedDecimal.zero.divided(by: .zero) == nil)
  }

  @Test func `What is out of range saturates and never traps`() {
    let big = FixedDecimal.max
    #expect(big + big == .max)
    #expect(-big - big == .min)
    #expect(big * big == .max)
    #expect(big * .min == .min)
    #expect(FixedDecimal.min * .min == .max)
    #expect(big.divided(by: dec("0.000000000001")) == .max)
    #expect(FixedDecimal.min.divided(by: dec("0.000000000001")) == .min)
    #expect(-FixedDecimal.min == .max)
    #expect(-FixedDecimal(units: .min) == .max)
    #expect(FixedDecimal(units: .min) - FixedDecimal(units: .min) <= .max)
    #expect(FixedDecimal(units: .min).magnitude == .max)
    #expect(FixedDecimal(units: .max) * FixedDecimal(units: .max) == .max)
    #expect(FixedDecimal(units: .min) * FixedDecimal(units: .max) == .min)
    #expect(FixedDecimal(units: .min) * 1 >= FixedDecimal(units: .min))
    #expect(!FixedDecimal(units: .min).description.isEmpty)
    #expect(FixedDecimal(Int.max) * 1 == FixedDecimal(Int.max))
    #expect(FixedDecimal(units: .min).rounded(places: 0) <= 0)
    #expect(FixedDecimal(units: .max).rounded(places: 2) >= 0)
    #expect(FixedDecimal(units: .min).divided(by: FixedDecimal(units: -1)) == .max)
    #expect(FixedDecimal(units: .min).divided(by: -1) != nil)
    #expect(FixedDecimal(units: .min).floored(to: 1) <= 0)
    #expect(!FixedDecimal(units: .min).isMultiple(of: dec("0.01")))
  }

  @Test(arguments: [
    ("0.0149", "0.01", "0.01"), ("0.02", "0.01", "0.02"), ("0.009", "0.01", "0"), ("1.23", "0.1", "1.2"),
    ("5", "0", "5"), ("5", "-1", "5"), ("0.3", "0.1", "0.3"), ("-0.001", "0.01", "-0.01"),
  ])
  func `Lots are floored to the step`(_ lots: String, _ step: String, _ floored: String) {
    #expect(dec(lots).floored(to: dec(step)) == dec(floored))
  }

  @Test(arguments: [
    ("0.02", "0.01", true), ("0.025", "0.01", false), ("0", "0.01", true), ("-0.02", "0.01", true), ("1", "0", false),
    ("1", "-1", false),
  ])
  func `Lots on the step are seen`(_ lots: String, _ step: String, _ isOn: Bool) {
    #expect(dec(lots).isMultiple(of: dec(step)) == isOn)
  }

  @Test(arguments: [
    ("1.005", 2, "1"), ("1.015", 2, "1.02"), ("1.025", 2, "1.02"), ("-1.015", 2, "-1.02"), ("1.0050001", 2, "1.01"),
    ("2.5", 0, "2"), ("3.5", 0, "4"), ("1.23456", 12, "1.23456"), ("1.23456", 20, "1.23456"), ("1.5", -1, "2"),
  ])
  func `Rounding is half to even`(_ text: String, _ places: Int, _ rounded: String) {
    #expect(dec(text).rounded(places: places) == dec(rounded))
  }

  /// The plain long way, with numbers small enough for machine integers.
  @Test(arguments: Array(UInt64(1)...20))
  func `Random sums, products and quotients are those of long arithmetic`(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<300 {
      let a = Int128(Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random))
      let b = Int128(Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random))
      let (x, y) = (FixedDecimal(units: a), FixedDecimal(units: b))
      #expect((x + y).units == a + b)
      #expect((x - y).units == a - b)
      #expect((x < y) == (a < b))
      #expect((x * y).units == halfEven(a * b, 1_000_000_000_000))
      #expect(x.divided(by: y)?.units == (b == 0 ? nil : halfEven(a * 1_000_000_000_000, b)))
      #expect(FixedDecimal(x.description) == x)
    }
  }

  /// By trial: of the two neighbours the nearer, and of two as near the even one.
  private func halfEven(_ dividend: Int128, _ divisor: Int128) -> Int128 {
    var floor = dividend / divisor
    if floor * divisor != dividend, (dividend < 0) != (divisor < 0) { floor -= 1 }
    let below = (dividend - floor * divisor).magnitude
    let above = ((floor + 1) * divisor - dividend).magnitude
    if below == above { return floor % 2 == 0 ? floor : floor + 1 }
    return below < above ? floor : floor + 1
  }

  /// Products too wide for 128 bits take another path: it must meet the narrow one at the seam.
  @Test(arguments: Array(UInt64(1)...10))
  func `Wide products and quotients agree with narrow ones scaled`(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<200 {
      let a = FixedDecimal(Int.random(in: 1...9_000_000_000_000, using: &random))
      let b = FixedDecimal(Int.random(in: 1...9_000_000_000_000, using: &random))
      #expect((a * b).units / 1_000_000_000_000 == a.units / 1_000_000_000_000 * (b.units / 1_000_000_000_000))
      #expect((a * b).divided(by: b) == a)
      #expect((-a * b) == -(a * b))
    }
  }
}
