import Reconciler
import Testing

@testable import Controller

/// The hashes stand here as another program computed them:
/// `(xxd -r -p <<< $PREV_HASH; printf %s "$LINE_WITHOUT_HASH") | sha256sum`.
@Suite("Journal: the line and its hash")
struct JournalLineTests {
  static let chain = "abcdefghijklmnop"
  static let zeros = String(repeating: "0", count: 64)

  let first = JournalLine.make(
    record: .plain(1, message: "started", type: .controllerStarted), chain: chain, prevHash: zeros)

  @Test func `A line is this text, with the hash that sha256sum gives`() {
    let hash = "70322888107326b49b1879186201a4133593e55008ede8a6b614e4b9da785b43"
    #expect(first.hash == hash)
    #expect(
      first.text
        == #"{"action_id":null,"agent_id":null,"chain":"abcdefghijklmnop","created_at":"2026-11-01T08:00:01.000000Z","#
        + #""event_type":"controller_started","hash":"\#(hash)","message":"started","metadata":{},"observed_at":null,"#
        + #""prev_hash":"0000000000000000000000000000000000000000000000000000000000000000","#
        + #""reason":null,"revision":0,"seq":1}"#)
  }

  @Test func `The second line hashes the bytes of the first one's hash before its own`() throws {
    let record = Record(
      sequence: 2, agent: AgentID("atlas"), type: .intent, reason: .target, message: #"buy 0.10 "EURUSD""#,
      metadata: ["lots": "0.10", "nested": ["list": [1, true, .null]]], actionID: "a-1", revision: 3,
      observedAt: Timestamp(rfc3339: "2026-11-01T07:59:59.000001Z"),
      createdAt: Timestamp(microseconds: 1_793_520_000_123_456))
    let second = JournalLine.make(record: record, chain: Self.chain, prevHash: first.hash)
    #expect(second.hash == "9c64feaebd0f75ce01cdd6ac044bd6e248fbde7c65b52ee93ef5cda790545ee8")
    #expect(second.prevHash == first.hash)
    #expect(second.record == record)
    #expect(try JournalLine.parse(second.text) == second)
  }

  @Test func `What is parsed is what was made, and it verifies`() throws {
    let parsed = try JournalLine.parse(first.text)
    #expect(parsed == first)
    #expect(parsed.verifyHash())
    #expect(parsed.record == .plain(1, message: "started", type: .controllerStarted))
  }

  @Test func `A flipped bit at any byte is refused or fails the hash`() {
    let bytes = Array(first.text.utf8)
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        guard let text = String(validating: changed, as: UTF8.self), let line = try? JournalLine.parse(text) else {
          continue
        }
        #expect(!line.verifyHash(), "bit \(bit) of byte \(index)")
      }
    }
  }

  @Test(arguments: [
    (#"{"a":1}"#, "seq"), ("[]", "object"), ("", "ends early"), ("{", "member's name"), (#"{"seq":0}"#, "seq"),
    (#"{"seq":1}"#, "chain"), (#"{"chain":"c","seq":1}"#, "prev_hash"),
  ])
  func `Something else is not a line`(text: String, problem: String) {
    do throws(JournalError) {
      _ = try JournalLine.parse(text)
      Issue.record("accepted")
    } catch {
      #expect(error.description.contains(problem))
      #expect(error.code == "journal_line")
    }
  }

  @Test(arguments: [
    (",\"event_type\"", ", \"event_type\""), ("started\"", "st\\u0061rted\""), ("\"seq\":1}", "\"seq\":1} "),
    ("\"revision\":0", "\"revision\":-0"), ("\"revision\":0", "\"revision\":0.0"),
    (#""reason":null,"revision":0"#, #""revision":0,"reason":null"#),
  ])
  func `The same JSON in another form is refused`(from: String, to: String) {
    let parts = first.text.split(separator: from, maxSplits: 1)
    #expect(parts.count == 2 || to.hasSuffix(" "))
    let text = parts[0] + to + (parts.count == 2 ? String(parts[1]) : "")
    #expect(throws: JournalError.line(problem: "the line is not in canonical form (RFC 8785)")) {
      try JournalLine.parse(String(text))
    }
  }

  @Test func `Control characters, odd numbers and deep nesting become readable where they come in`() throws {
    var deep: JSONValue = "bottom"
    for _ in 0..<100 { deep = [deep] }
    var record = Record.plain(1, message: "a\u{0}b\nc\u{85}d\u{7F}é")
    record.metadata = [
      "n\u{0}": "1", "n\u{1}": "2", "exponent": .number("1e5"), "large": .number("9007199254740993"), "deep": deep,
      "safe": .number("-9007199254740991"),
    ]
    let line = JournalLine.make(record: record, chain: Self.chain, prevHash: Self.zeros)
    let parsed = try JournalLine.parse(line.text)
    #expect(parsed == line)
    #expect(parsed.verifyHash())
    #expect(parsed.record?.message == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}é")
    #expect(parsed.record?.metadata["n\u{FFFD}"] == "1")
    #expect(parsed.record?.metadata["n\u{FFFD}\u{FFFD}"] == "2")
    #expect(parsed.record?.metadata["exponent"] == "1e5")
    #expect(parsed.record?.metadata["large"]?.int == 9_007_199_254_740_993)
    #expect(parsed.record?.metadata["safe"] == .number("-9007199254740991"))
    #expect(line.text.utf8.allSatisfy { $0 >= 0x20 })
  }
}
