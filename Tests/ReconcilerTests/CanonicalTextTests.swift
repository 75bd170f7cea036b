import Reconciler
import Testing

/// The pieces of canonical JSON say what the whole would say.
struct CanonicalTextTests {
  @Test(arguments: [
    "", "plain", "\"", "\\", "a\"b", "tab\tline\nreturn\r", "\u{8}\u{c}\u{1}\u{1f}\u{7f}", "é\u{1F600}", "\n", "a\n",
    "\na",
  ])
  func `a string reads back as it is, from text and from bytes`(_ text: String) throws {
    var fromText: [UInt8] = []
    CanonicalText.append(text, to: &fromText)
    var fromBytes: [UInt8] = []
    CanonicalText.append(utf8: Array(text.utf8), to: &fromBytes)
    #expect(fromText == fromBytes)
    #expect(try JSONParser.parse(fromText) == .string(text))
    #expect(fromText.allSatisfy { $0 >= 0x20 })
  }

  @Test func `escapes are the shortest ones`() {
    #expect(JSONValue.string("\u{1}\u{1f}\n\t\u{8}\u{c}\r\"\\/").canonicalText == #""\u0001\u001f\n\t\b\f\r\"\\/""#)
  }

  @Test(arguments: [
    "0", "1", "-1", "0.1", "-0.1", "10", "100.01", "0.000000000001", "-0.000000000001", "18446744.073709551615",
    "18446744.073709551616", "999999999999999.999999999999", "123456789012345", "5.50", "0.05",
  ])
  func `a decimal is written as it describes itself, and read back as the same`(_ text: String) throws {
    let number = try #require(FixedDecimal(text))
    var out: [UInt8] = []
    CanonicalText.append(number, to: &out)
    #expect(String(decoding: out, as: UTF8.self) == number.description)
    #expect(FixedDecimal(number.description) == number)
  }

  @Test(arguments: [0, 1, 9, 10, 99, 100, 12_345, UInt64.max])
  func `a whole number is its digits`(_ number: UInt64) {
    var out: [UInt8] = []
    CanonicalText.append(number, to: &out)
    #expect(String(decoding: out, as: UTF8.self) == "\(number)")
  }

  @Test(arguments: [
    "", "-", ".", "-.", "00", "01", "-01", "0.", "1.", ".5", "-.5", "1..2", "1.2.3", "--1", "1-", "+1", "1e1", "1 ",
    " 1",
    "1234567890123456", "0000000000000000000", "0.1234567890123", "1.00000000000000000001", "9999999999999999999",
  ])
  func `what is no plain decimal, or too long a one, is none`(_ text: String) {
    #expect(FixedDecimal(text) == nil)
  }

  @Test(arguments: [
    ("0.1000000000000000", "0.1"), ("123456789012345.123456789012", "123456789012345.123456789012"),
    ("1.000000000000000000", "1"), ("-0", "0"), ("-0.0", "0"), ("999999.999999999999", "999999.999999999999"),
  ])
  func `zeros behind the twelfth place change nothing`(_ text: String, _ shortest: String) {
    #expect(FixedDecimal(text)?.description == shortest)
  }
}
