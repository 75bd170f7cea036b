import Testing

@testable import Reconciler

private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(text) }

/// `nil` when it parses.
private func problem(_ bytes: [UInt8]) -> JSONError? {
  do throws(JSONError) {
    _ = try JSONParser.parse(bytes)
    return nil
  } catch {
    return error
  }
}

struct JSONTests {
  @Test(
    arguments: [
      ("null", JSONValue.null), (" true ", JSONValue.bool(true)), ("false", .bool(false)), ("\t\r\n0 ", .number("0")),
      (#""""#, .string("")),
      ("[]", .array([])), ("{}", .object([:])), ("[ ]", .array([])), ("{ }", .object([:])),
      ("[1,[2,{}]]", .array([1, [2, [:]]])),
      (#"{"a":null,"b":{"c":[true]}}"#, .object(["a": .null, "b": ["c": [true]]])),
    ] as [(String, JSONValue)])
  func `a document`(text: String, value: JSONValue) throws { #expect(try parse(text) == value) }

  @Test(arguments: [
    "0", "-0", "1", "-12", "0.5", "1.0851", "1e5", "1E+5", "1e-05", "12345678901234567890123", "0.10000",
  ])
  func `a number keeps its text`(text: String) throws {
    #expect(try parse(text) == .number(text))
    #expect(try parse("[\(text),\(text)]") == .array([.number(text), .number(text)]))
  }

  @Test(arguments: [
    (#"\""#, "\""), (#"\\"#, "\\"), (#"\/"#, "/"), (#"\b"#, "\u{8}"), (#"\f"#, "\u{c}"), (#"\n"#, "\n"), (#"\r"#, "\r"),
    (#"\t"#, "\t"), (#"\u0041"#, "A"), (#"\u00e9"#, "é"), (#"\u00E9"#, "é"), (#"\u20ac"#, "€"), (#"\ud83d\ude00"#, "😀"),
    (#"\u0000"#, "\u{0}"), ("é€😀", "é€😀"), ("\u{7f}", "\u{7f}"),
  ])
  func `a character, alone and among others`(text: String, value: String) throws {
    #expect(try parse("\"\(text)\"") == .string(value))
    #expect(try parse("\"ab\(text)cd\(text)\"") == .string("ab\(value)cd\(value)"))
    #expect(try parse("{\"\(text)\":1}") == .object([value: 1]))
  }

  @Test(arguments: [
    "", " ", "nul", "nulls", "True", "NaN", "Infinity", "-", "+1", "01", "-01", ".5", "1.", "1.e5", "1e", "1e+", "0x1",
    "1_0",
    "[", "]", "[1", "[1,", "[,1]", "[1,]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}",
    "{a:1}",
    "{1:1}", "{\"a\" 1}", "'a'", "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"",
    "\"\\ud800x\"",
    "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "\"\u{0}\"", "1 2", "{} {}", "// x\n1", "\u{feff}1",
  ])
  func `what is not JSON is refused`(text: String) { #expect(problem(Array(text.utf8)) != nil) }

  @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
  func `a string that is not UTF-8 is refused, with and without escapes`(bytes: [UInt8]) {
    for before in ["\"", "\"\\n"] {
      #expect(problem(Array(before.utf8) + bytes + [0x22])?.message == "a string is not UTF-8")
    }
  }

  @Test func `half of a character on each side of an escape is refused`() {
    #expect(problem([0x22, 0xC3, 0x5C, 0x6E, 0xA9, 0x22])?.message == "a string is not UTF-8")
  }

  @Test(arguments: [
    ("[1,]", 3, "expected a value"), (#"{"a":1,"a":2}"#, 12, "the name a comes twice"),
    (#"{"a":1,"\u0061":2}"#, 17, "the name a comes twice"), ("[1] x", 4, "something follows the document"),
    ("[tru]", 4, "expected a value"), (#""\q""#, 1, "an unknown escape"),
  ])
  func `an error says where and why`(text: String, offset: Int, message: String) {
    #expect(problem(Array(text.utf8)) == JSONError(offset: offset, message: message))
  }

  @Test func `nesting is bounded`() throws {
    let depth = JSONParser.maximumDepth
    func nested(_ count: Int) -> String { String(repeating: "[", count: count) + String(repeating: "]", count: count) }
    #expect(problem(Array(nested(depth + 1).utf8)) == nil)
    #expect(problem(Array(nested(depth + 2).utf8))?.message == "deeper than 64 levels")
    #expect(problem(Array(repeating: UInt8(ascii: "["), count: 1_000_000))?.message == "deeper than 64 levels")
    #expect(problem(Array(String(repeating: #"{"a":"#, count: 100_000).utf8))?.message == "deeper than 64 levels")
  }

  @Test func `every beginning of a document is refused`() throws {
    let whole = Array(#"{"a":[1.5e3,"x\u00e9\n",true,null],"b":{"c":-0}}"#.utf8)
    #expect(problem(whole) == nil)
    for count in 0..<whole.count { #expect(problem(Array(whole.prefix(count))) != nil) }
  }

  @Test func `canonical text sorts by UTF-16, escapes the least, and reads back`() throws {
    let text = #"{ "b" : [ 1 , true ] , "a" : "\u0041\/\u001f\n\"" , "\ud83d\ude00" : 1 , "\uffee" : 2 }"#
    let value = try parse(text)
    #expect(value.canonicalText == #"{"a":"A/\u001f\n\"","b":[1,true],"😀":1,"￮":2}"#)
    #expect(try parse(value.canonicalText) == value)
    #expect(Array(value.canonicalText.utf8) == value.canonicalBytes)
  }

  @Test func `the readings of a value`() throws {
    let value = try parse(#"{"i":5,"s":"7","d":1.25,"e":"1.5","f":1e3,"t":true,"n":null,"big":9223372036854775808}"#)
    #expect(value["i"]?.int == 5 && value["s"]?.int == 7 && value["d"]?.int == nil && value["big"]?.int == nil)
    #expect(value["d"]?.decimal == FixedDecimal("1.25") && value["e"]?.decimal == FixedDecimal("1.5"))
    #expect(value["f"]?.decimal == 1000)
    #expect(value["t"]?.bool == true && value["n"]?.isNull == true && value["missing"] == nil)
  }
}
