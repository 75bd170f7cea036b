import Reconciler
import Testing

@testable import Controller

/// Canonical text, written the short way, is what the core says that it is.
struct CanonicalBytesTests {
  private static func bytes(_ value: JSONValue) -> [UInt8] {
    var out = CanonicalBytes(capacity: 0)
    out.append(value)
    return out.bytes
  }

  @Test(
    arguments: [
      .null, true, false, 0, -17, .number("1.50"), "", "plain", "quote \" and \\ back",
      "\u{1}\u{1F}\n\r\t\u{8}\u{C}é€😀",
      [], ["a", .null, [1, [2]]], .object([:]), ["b": 1, "a": 2, "ab": 3, "": 4],
      // U+FF5E is one UTF-16 unit of 0xFF5E, and U+1F600 begins with the surrogate 0xD83D.
      ["\u{FF5E}": 1, "😀": 2, "\u{E000}": 3, "z": 4, "é": 5, "e\u{301}": 6, "😀\u{FF5E}": 7, "😀😀": 8],
    ] as [JSONValue])
  func `it is the same text`(_ value: JSONValue) {
    #expect(Self.bytes(value) == value.canonicalBytes)
    #expect(
      Self.bytes(["inner": value, "also": [value]]) == (["inner": value, "also": [value]] as JSONValue).canonicalBytes)
  }

  @Test func `it is the same text for names of all kinds`() {
    var random = SystemRandomNumberGenerator()
    let parts = ["a", "B", "é", "\u{FF5E}", "😀", "\u{E000}", "\u{10FFFF}", "\u{FFFD}", "_", "0"]
    for _ in 0..<500 {
      var members: [String: JSONValue] = [:]
      for k in 0..<8 {
        let name = (0..<Int.random(in: 0...4, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
        members[name.joined()] = .int(k)
      }
      #expect(Self.bytes(.object(members)) == JSONValue.object(members).canonicalBytes)
    }
  }
}
