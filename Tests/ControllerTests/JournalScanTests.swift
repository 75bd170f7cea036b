import Reconciler
import Testing

@testable import Controller

/// A line is read the short way or the long way: whatever its bytes, both say the same.
@Suite("Journal: a line, read in one pass")
struct JournalScanTests {
  private static func line(_ change: (inout Record) -> Void) -> JournalLine {
    var record = Record(
      sequence: 41, agent: AgentID("agent_1"), type: .intent, reason: .target, message: "open 0.05 EURUSD",
      metadata: ["lots": "0.05"], actionID: "a-1", revision: 7,
      observedAt: Timestamp(microseconds: 1_790_000_000_123_456),
      createdAt: Timestamp(seconds: 1_790_000_001))
    change(&record)
    return .make(record: record, chain: "abcdefghijklmnop", prevHash: String(repeating: "7f", count: 32))
  }

  private static let lines: [JournalLine] = [
    line { _ in },
    line { ($0.agent, $0.reason, $0.actionID, $0.observedAt) = (nil, nil, nil, nil) },
    line {
      $0.metadata = ["a": [1, -20, [], .object([:]), .null, true, false], "b\"\\": ["c": "d"], "b\\": "", "z": 0]
    },
    line { $0.message = "quote \" back \\ ünï 😀 \u{A0} end" },
    line { $0.metadata = [:] },
  ]

  private static func agree(_ text: String, _ what: @autoclosure () -> String) {
    let short = Result { () throws(JournalError) in try JournalLine.parse(text) }
    let long = Result { () throws(JournalError) in try JournalLine.parseAnyhow(text) }
    #expect(short == long, "\(what())")
    guard let short = try? short.get(), let long = try? long.get() else { return }
    #expect(short.record == long.record, "\(what())")
    #expect(
      (short.sequence, short.chain, short.prevHash, short.type) == (
        long.sequence, long.chain, long.prevHash, long.type
      ),
      "\(what())")
  }

  @Test(arguments: 0..<5) func `usual lines are read the short way, as the long way reads them`(_ k: Int) throws {
    let line = Self.lines[k]
    let read = try JournalLine.parse(line.text)
    #expect(read.columns != nil && read.record == line.record && read.verifyHash())
    Self.agree(line.text, line.text)
  }

  @Test(arguments: 0..<5) func `whatever byte is another one, both ways say the same`(_ k: Int) {
    let bytes = Array(Self.lines[k].text.utf8)
    for index in bytes.indices {
      for byte in Array("\"\\,0f}\u{7F}".utf8) + [bytes[index] ^ 1] {
        var changed = bytes
        changed[index] = byte
        guard let text = String(validating: changed, as: UTF8.self) else { continue }
        Self.agree(text, "byte \(index) is \(byte): \(text)")
      }
    }
  }

  @Test(arguments: 0..<5) func `whatever part is missing or comes twice, both ways say the same`(_ k: Int) {
    let bytes = Array(Self.lines[k].text.utf8)
    for start in bytes.indices {
      for end in [start + 1, start + 2, start + 9] where end <= bytes.count {
        for changed in [bytes[..<start] + bytes[end...], bytes[..<end] + bytes[start...], bytes[..<end]] {
          guard let text = String(validating: changed, as: UTF8.self) else { continue }
          Self.agree(text, "bytes \(start) to \(end): \(text)")
        }
      }
    }
  }

  /// What a member may say that no record of ours does.
  @Test(
    arguments: [
      ("created_at", #""2026-11-01T08:00:01.00000Z""#), ("created_at", #""2026-02-30T08:00:01.000000Z""#),
      ("created_at", #""2026-02-28T24:00:01.000000Z""#), ("created_at", #""1969-02-28T23:00:01.000000Z""#),
      ("created_at", "null"), ("observed_at", #""soon""#), ("observed_at", "1"), ("reason", #""because""#),
      ("event_type", #""heartbeats""#), ("event_type", #""""#), ("event_type", "null"), ("agent_id", #""""#),
      ("chain", #""""#), ("chain", "1"), ("message", "null"), ("metadata", #""text""#), ("metadata", "null"),
      ("metadata", #"{"é":1,"é":2}"#), ("metadata", "{\"e\u{301}\":1,\"é\":2}"), ("metadata", #"{"b":1,"a":2}"#),
      ("metadata", #"{"a":1,"a":2}"#), ("metadata", #"{"a":9007199254740991}"#),
      ("metadata", #"{"a":9007199254740992}"#),
      ("metadata", #"{"a":-0}"#), ("metadata", #"{"a":01}"#), ("metadata", #"{"a":1.5}"#), ("metadata", #"{"a":1e5}"#),
      ("metadata", "{\"a\":\"\u{7F}\"}"), ("metadata", "{\"a\":\"\u{85}\"}"), ("metadata", #"{"a":"\n"}"#),
      ("metadata", #"{"a":"\/"}"#), ("metadata", #"{"a":"\u0041"}"#), ("metadata", #"{"a":1,}"#), ("metadata", "[1,]"),
      ("metadata", String(repeating: "[", count: 61) + String(repeating: "]", count: 61)),
      ("metadata", String(repeating: "[", count: 62) + String(repeating: "]", count: 62)),
      ("revision", "-1"), ("revision", #""7""#), ("revision", "7.0"), ("seq", "0"), ("seq", "-5"), ("seq", #""5""#),
      ("seq", "9007199254740993"), ("hash", #""7F""#), ("hash", "\"" + String(repeating: "g", count: 64) + "\""),
      ("prev_hash", "\"" + String(repeating: "G", count: 64) + "\""),
    ])
  func `whatever a member says, both ways say the same`(_ name: String, _ value: String) throws {
    let line = Self.lines[0].text
    let start = try #require(line.firstRange(of: "\"\(name)\":")).upperBound
    // Of these lines no value has a comma or a brace in it, but for the metadata, which end with one.
    let rest = line[start...]
    let end = try #require(
      name == "metadata"
        ? rest.firstIndex(of: "}").map { line.index(after: $0) } : rest.firstIndex { $0 == "," || $0 == "}" })
    Self.agree(line[..<start] + value + line[end...], "\(name): \(value)")
  }

  @Test func `what is made of odd values is what the long way reads`() throws {
    var random = SystemRandomNumberGenerator()
    let texts = [
      "", "a", "\u{0}", "\n", "\"", "\\", "é", "e\u{301}", "\u{85}", "\u{7F}", "😀", "\u{FF5E}", "plain words",
    ]
    func value(_ depth: Int) -> JSONValue {
      switch Int.random(in: 0...(depth > 3 ? 4 : 6), using: &random) {
      case 0: return .null
      case 1: return .bool(.random(using: &random))
      case 2: return .int(Int64.random(in: -(1 << 54)...(1 << 54), using: &random))
      case 3: return .number(["-0", "1.0", "1e3", "0", "-7"].randomElement(using: &random) ?? "0")
      case 4: return .string((0..<3).compactMap { _ in texts.randomElement(using: &random) }.joined())
      case 5: return .array((0..<3).map { _ in value(depth + 1) })
      case _:
        return .object(
          Dictionary(
            (0..<20).map { k in
              ((texts.randomElement(using: &random) ?? "") + (k % 3 == 0 ? "" : "\(k)"), value(depth + 2))
            },
            uniquingKeysWith: { first, _ in first }))
      }
    }
    for _ in 0..<400 {
      let line = Self.line { record in
        record.metadata = ["value": value(0)]
        record.message = (0..<4).compactMap { _ in texts.randomElement(using: &random) }.joined()
      }
      Self.agree(line.text, line.text)
      let read = try JournalLine.parse(line.text)
      #expect(read == line && read.verifyHash() && read.record == line.record, "\(line.text)")
    }
  }
}
