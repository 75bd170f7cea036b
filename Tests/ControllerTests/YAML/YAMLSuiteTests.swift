import Reconciler
import Testing

@testable import Controller

/// Every construct of YAML, one by one: read as YAML 1.2 says, or refused, never read as something else.
struct YAMLSuiteTests {
  @Test(arguments: YAMLCase.collections + YAMLCase.scalars + YAMLCase.documents + YAMLCase.refusals + YAMLCase.errors)
  func `a text is read as the standard says, or refused`(example: YAMLCase) {
    let file = YAMLComposer.compose(Array(example.text.utf8), maximumDocuments: 100)
    let problems = file.problems.map(\.message)
    switch example.verdict {
    case .reads(let documents):
      #expect(problems == [])
      #expect(file.documents.map { Self.json($0).canonicalText } == documents)
    case .refused(let words):
      #expect(problems.contains { $0.contains(words) }, "\(problems)")
    case .invalid:
      #expect(!problems.isEmpty, "\(file.documents.map { Self.json($0).canonicalText })")
    }
  }

  @Test func `the same text in quotes, in a block and plain is the same text`() {
    for text in [
      "a: plain text", "a: 'plain text'", "a: \"plain text\"", "a: |-\n  plain text", "a: >-\n  plain\n  text",
    ] {
      let file = YAMLComposer.compose(Array(text.utf8), maximumDocuments: 1)
      #expect(file.documents.map { Self.json($0).canonicalText } == [#"{"a":"plain text"}"#])
    }
  }

  private static func json(_ node: YAMLNode) -> JSONValue {
    if node.isNull { return .null }
    switch node.content {
    case .scalar(let text, _): return .string(text)
    case .sequence(let items): return .array(items.map { json($0) })
    case .mapping(let entries):
      return .object(Dictionary(entries.map { ($0.key, json($0.value)) }, uniquingKeysWith: { first, _ in first }))
    case .refused: return "refused"
    }
  }
}
