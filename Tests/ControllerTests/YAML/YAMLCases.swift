import Testing

/// What YAML 1.2 says of a text, in the manner of the public YAML test suite: the documents as JSON, scalars as they stand
/// (their types come from the manifest's fields); or that a manifest may not use it; or that it is no YAML.
struct YAMLCase: Sendable, CustomTestStringConvertible {
  enum Verdict: Hashable, Sendable {
    /// One document each.
    case reads([String])
    /// YAML, but not for manifests: the message names it.
    case refused(String)
    case invalid
  }

  let name: String
  let text: String
  let verdict: Verdict

  var testDescription: String { name }

  init(_ name: String, _ text: String, _ documents: String...) {
    self.init(name, text, verdict: .reads(documents))
  }

  init(_ name: String, _ text: String, refused: String) { self.init(name, text, verdict: .refused(refused)) }

  init(_ name: String, invalid text: String) { self.init(name, text, verdict: .invalid) }

  private init(_ name: String, _ text: String, verdict: Verdict) {
    self.name = name
    self.text = text
    self.verdict = verdict
  }
}

extension YAMLCase {
  static let collections: [YAMLCase] = [
    .init("a block list", "- a\n- b c\n- d", #"["a","b c","d"]"#),
    .init("a block mapping", "a: 1\nb: two words\n", #"{"a":"1","b":"two words"}"#),
    .init("a list in a mapping", "k:\n  - a\n  - b\n", #"{"k":["a","b"]}"#),
    .init("a list at its key's column", "k:\n- a\n- b\n", #"{"k":["a","b"]}"#),
    .init("a mapping in a list", "- a: 1\n  b: 2\n- c: 3\n", #"[{"a":"1","b":"2"},{"c":"3"}]"#),
    .init("a list in a list", "- - a\n  - b\n- - c\n", #"[["a","b"],["c"]]"#),
    .init("a flow list", "[a, b , c]", #"["a","b","c"]"#),
    .init("a flow mapping", "{a: 1, b: {c: 2}}", #"{"a":"1","b":{"c":"2"}}"#),
    .init("a comma at the end", "[a, b,]", #"["a","b"]"#),
    .init("flow over lines", "{a: [1,\n  2],\n  b: 3}", #"{"a":["1","2"],"b":"3"}"#),
    .init("empty collections", "a: []\nb: {}\n", #"{"a":[],"b":{}}"#),
    .init("a pair in a flow list", "[a: 1]", #"[{"a":"1"}]"#),
    .init("a key without a value", "a:\nb: 1\n", #"{"a":null,"b":"1"}"#),
    .init("a flow key without a value", "{a, b: 1}", #"{"a":null,"b":"1"}"#),
    .init("quoted keys", "\"a b\": 1\n'c': 2\n", #"{"a b":"1","c":"2"}"#),
    .init("deeper and back", "a:\n  b:\n    c: 1\n  d: 2\ne: 3\n", #"{"a":{"b":{"c":"1"},"d":"2"},"e":"3"}"#),
    .init("blank lines and comments", "# x\n\na: 1 # y\n\n# z\nb: 2\n", #"{"a":"1","b":"2"}"#),
    .init("an explicit key of plain text", "? a\n: 1\n", #"{"a":"1"}"#),
    .init("JSON", #"{"a": [1, "b", {"c": null}]}"#, #"{"a":["1","b",{"c":null}]}"#),
  ]

  static let scalars: [YAMLCase] = [
    .init("plain over lines", "a: one\n  two\n\n  three\n", #"{"a":"one two\nthree"}"#),
    .init("a colon inside", "a: http://x:1\n", #"{"a":"http://x:1"}"#),
    .init("a hash inside", "a: b#c\n", #"{"a":"b#c"}"#),
    .init("a dash before a number", "a: -1\n", #"{"a":"-1"}"#),
    .init("single quotes", "'it''s'", #""it's""#),
    .init("double quotes", #""a\tb\u00e9\x41\n""#, #""a\tbéA\n""#),
    .init("a surrogate pair as one character", #""\U0001F600""#, #""😀""#),
    .init("a folded quoted text", "\"a\n  b\n\n  c\"", #""a b\nc""#),
    .init("an escaped line break", "\"a\\\n  b\"", #""ab""#),
    .init("a literal block", "a: |\n  x\n   y\n\n  z\n", #"{"a":"x\n y\n\nz\n"}"#),
    .init("a literal block without its end", "a: |-\n  x\n", #"{"a":"x"}"#),
    .init("a literal block with all of its end", "a: |+\n  x\n\n", #"{"a":"x\n\n"}"#),
    .init("a folded block", "a: >\n  x\n  y\n\n  z\n", #"{"a":"x y\nz\n"}"#),
    .init("a folded block with deeper lines", "a: >\n  x\n    y\n  z\n", #"{"a":"x\n  y\nz\n"}"#),
    .init("a block with its indent told", "a: |2\n   x\n  y\n", #"{"a":" x\ny\n"}"#),
    .init("nothing at all is nothing", "a: ~\nb: null\nc: ''\n", #"{"a":null,"b":null,"c":""}"#),
    .init(
      "text that looks like no, and like a time", "a: no\nb: 12:30:45\nc: 010\n",
      #"{"a":"no","b":"12:30:45","c":"010"}"#),
    .init("spaces at the end do not count", "a: b   \n", #"{"a":"b"}"#),
    .init("letters of other scripts", "ключ: значение\n", #"{"ключ":"значение"}"#),
    .init("carriage returns", "a: 1\r\nb: 2\r\n", #"{"a":"1","b":"2"}"#),
    .init("a mark at the beginning", "\u{FEFF}a: 1\n", #"{"a":"1"}"#),
    .init("a question mark inside", "a: b?c\n", #"{"a":"b?c"}"#),
    .init("a text of one character", "x", #""x""#),
  ]

  static let documents: [YAMLCase] = [
    .init("nothing", ""),
    .init("only a comment", "# a\n"),
    .init("two documents", "a: 1\n---\nb: 2\n", #"{"a":"1"}"#, #"{"b":"2"}"#),
    .init("a document's start and end", "---\na: 1\n...\n", #"{"a":"1"}"#),
    .init("an empty document", "---\n---\na: 1\n", "null", #"{"a":"1"}"#),
    .init("a version", "%YAML 1.1\n---\na: 1\n", #"{"a":"1"}"#),
    .init("a list of documents", "--- a\n--- b\n", #""a""#, #""b""#),
  ]

  static let refusals: [YAMLCase] = [
    .init("an anchor", "a: &x 1\n", refused: "anchors"),
    .init("an alias", "a: &x 1\nb: *x\n", refused: "aliases"),
    .init("a tag", "a: !!str 1\n", refused: "tags"),
    .init("a tag of one's own", "!thing {a: 1}", refused: "tags"),
    .init("a merge", "a: {b: 1}\nc:\n  <<: {d: 2}\n", refused: "merge keys"),
    .init("a key twice", "a: 1\na: 2\n", refused: "a second time"),
    .init("a list as a key", "? [a]\n: 1\n", refused: "a key is plain text"),
    .init("a mapping as a key", "{{a: 1}: 2}", refused: "a key is plain text"),
    .init("a control character", "a: \u{7}\n", refused: "control character"),
    .init("a line break that nobody sees", "a: b\u{2028}c\n", refused: "U+2028"),
  ]

  static let errors: [YAMLCase] = [
    .init("a list that is not closed", invalid: "a: [1, 2\n"),
    .init("a mapping that is not closed", invalid: "a: {b: 1\n"),
    .init("quotes that are not closed", invalid: "a: \"b\n"),
    .init("single quotes that are not closed", invalid: "a: 'b\n"),
    .init("a bracket too many", invalid: "a: ]\n"),
    .init("a tab for an indent", invalid: "a:\n\tb: 1\n"),
    .init("a key in the middle of a line", invalid: "a: b: c\n"),
    .init("an indent that fits nothing", invalid: "a:\n    b: 1\n  c: 2\n"),
    .init("a list beside a key", invalid: "a: 1\n- b\n"),
    .init("a text beside a key", invalid: "a: 1\nb\nc: 2\n"),
    .init("an escape that is none", invalid: #"a: "\q""#),
    .init("an alias of nothing", invalid: "*"),
    .init("a character that begins nothing", invalid: "a: @b\n"),
    .init("a backtick", invalid: "a: `b`\n"),
    .init("a block without a line", invalid: "a: |x\n  b\n"),
    .init("two colons in a flow", invalid: "{a: b: c}"),
    .init("text after a document's end", invalid: "a: 1\n... b\n"),
    .init("a version without a document", invalid: "%YAML 1.1\na: 1\n"),
  ]
}
