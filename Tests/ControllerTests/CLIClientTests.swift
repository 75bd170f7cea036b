import Reconciler
import Testing

@testable import Controller

@Suite("What the client reads and writes")
struct CLIClientTests {
  @Test func `a stream is cut into events wherever its bytes are cut`() {
    let text =
      ": hello\nretry: 2000\n\nid: 7\nevent: intent\ndata: {\"a\":1}\n\nevent: missed\r\ndata: x\r\ndata: y\r\n\r\nid: 9\n\n"
    let whole = [
      ServerEvent(id: "7", type: "intent", data: "{\"a\":1}"), ServerEvent(id: nil, type: "missed", data: "x\ny"),
    ]
    for size in [1, 2, 3, 7, 1_000] {
      var parser = EventStreamParser()
      var events: [ServerEvent] = []
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        events += parser.push(bytes[start..<min(bytes.count, start + size)])
      }
      #expect(events == whole, "cut by \(size)")
    }
  }

  @Test func `an event that never ends is given up`() {
    var parser = EventStreamParser()
    _ = parser.push([UInt8](repeating: 0x61, count: EventStreamParser.maximumBytes + 1))
    #expect(parser.isTooLarge)
  }

  @Test func `YAML is read back as what it was written from`() throws {
    let value: JSONValue = [
      "plain": "word", "number": .number("0.10"), "text": "1.5", "truth": "yes", "none": .null, "empty": "",
      "odd: key": ["a", ["b": 1, "c": []], .object([:])], "line": "two\nlines # no comment", "colon": "a: b",
      "dash": "- x", "flag": true, "space": " x ", "quote": "\"'\\", "null": "null",
    ]
    let file = YAMLComposer.compose(Array(value.yamlText.utf8), maximumDocuments: 1)
    #expect(file.problems.isEmpty, "\(value.yamlText)")
    #expect(try #require(file.documents.first.flatMap(Self.value)) == value)
  }

  private static func value(_ node: YAMLNode) -> JSONValue? {
    switch node.content {
    case .scalar(let text, .plain):
      if node.isNull { return .null }
      if ["true", "false"].contains(text) { return .bool(text == "true") }
      return FixedDecimal(text) == nil ? .string(text) : .number(text)
    case .scalar(let text, _): return .string(text)
    case .sequence(let items): return .array(items.compactMap(value))
    case .mapping(let entries):
      return .object(
        Dictionary(
          entries.compactMap { entry in value(entry.value).map { (entry.key, $0) } },
          uniquingKeysWith: { one, _ in one }))
    case .refused: return nil
    }
  }

  @Test(arguments: ["127.0.0.1:8090", "ftp://x", "http://", "http://u@x", "http://x?y", "http://x#y", "http:// x", ""])
  func `a server that is no url is refused with what would be right`(_ text: String) {
    #expect(throws: ClientError.self) { try ServerURL(text) }
  }

  @Test func `a token goes to this host or by https`() throws {
    #expect(try ServerURL("http://127.0.0.1:8090/").isPrivate)
    #expect(try ServerURL("http://[::1]:8090").isPrivate)
    #expect(try ServerURL("https://mt4.example/x/").description == "https://mt4.example/x")
    #expect(throws: ClientError.self) { try ControllerClient(server: try ServerURL("http://mt4.example"), token: "x") }
    #expect(throws: ClientError.self) {
      try ControllerClient(server: try ServerURL("http://localhost"), token: "x\r\nHost: y")
    }
  }
}
