import Reconciler
import Testing

@testable import Controller

/// Nearly every value is read from its bytes at once, and whatever is not so plain goes the long way: both must say the same.
struct ManifestPlainReadingTests {
  /// Every type of the table, also of the items of lists, each at the first field that has it.
  private static let types: [(field: String, type: ValueType)] = {
    var seen: Set<String> = []
    return FieldTable.Kind.allCases.flatMap { below($0.table.value, at: $0.pathWord) }
      .filter { seen.insert($0.type.name + $0.type.expectation).inserted }
  }()

  private static func below(_ object: ObjectType, at path: String) -> [(field: String, type: ValueType)] {
    object.fields.flatMap { field in
      let own = (field: "\(path).\(field.name)", type: field.type)
      guard case .list(let item, _) = field.type else {
        return [own] + (field.type.object.map { below($0, at: own.field) } ?? [])
      }
      return [own, ("\(own.field)[]", item.value)]
        + (item.value.object.map { below($0, at: own.field) } ?? [])
    }
  }

  /// What people write, and what nearly looks like it.
  private static let texts = [
    "", "0", "-0", "5", "05", "0.10", "-1.5", "1.", ".5", "+1", "1e3", "0x10", "1_000", "999999999999999999",
    "9999999999999999999", "0.0000000000010", "5%", "1.50%", "0%", "100%", "100.1%", "-5%", "%", "5 %", "20x", "10 USD",
    "10000.50 USD", "0 USD", "10  USD", "10 usd", "10 USDT", "USD", "250ms", "5s", "60s", "1m", "24h", "0s", "05s", "s",
    "ms", "5ss", "9999999999s", "true", "false", "True", "yes", "no", "on", "off", "y", "null", "~", "none", "tea",
    "five",
    "00:00", "23:59", "24:00", "0:00", "1:30", "5m", "5b", "0b1", "0xmas", "EURUSD", "XAU", "NO", "EURUSD.r", "enforce",
    "close_only", "guard", "buy", "ea_rest", "mt4-controller/v1alpha1", "TradingAgent", "UTC", "Europe/Athens", "EST",
    "atlas", "a-b", "-a", "a.b", ".inf", ".nan", "Agent 1", "two\nlines", "tab\there", "bell\u{7}", "é", "\u{212A}",
    "http://127.0.0.1:8081", "http://127.0.0.1:8081/", "http://h:80", "https://h", "http://h:70000", "http://u@h:1",
    "http://",
    String(repeating: "é", count: 253), String(repeating: "é", count: 254), String(repeating: "a", count: 300),
  ]

  private static func differences(_ text: String) -> [String] {
    var found: [String] = []
    for (field, type) in types {
      for quoting in [ScalarReader.Quoting.plain, .quoted] {
        guard let plain = ScalarReader.plain(text.utf8Span.span, quoting, as: type) else { continue }
        let long = Result { () throws(ValueProblem) in try ScalarReader.read(text, quoting, as: type) }
        if case .success(let value) = long, "\(value)" == "\(plain)" { continue }
        found.append("\(field): \(quoting) `\(text)` is \(plain), and the long way says \(long)")
      }
    }
    return found
  }

  @Test func `a value that is read from its bytes is what the long way reads`() {
    #expect(Self.types.count > 30)
    #expect(Self.texts.flatMap(Self.differences) == [])
  }

  @Test func `the same with any byte of it changed, left out or put in`() {
    let marks = Array("059.-+ %:_xsmhUN~/".utf8)
    var found: [String] = []
    for text in Self.texts where text.utf8.count < 26 {
      let bytes = Array(text.utf8)
      for at in bytes.indices {
        var changed = marks.map { Array(bytes[..<at]) + [$0] + bytes[(at + 1)...] }
        changed += marks.map { Array(bytes[..<at]) + [$0] + bytes[at...] }
        changed.append(Array(bytes[..<at]) + bytes[(at + 1)...])
        for case let text? in changed.map({ String(validating: $0, as: UTF8.self) }) { found += Self.differences(text) }
      }
    }
    #expect(found == [])
  }

  @Test func `most of what is right needs no long way`() throws {
    let usual = ["enforce", "USD", "5s", "10000 USD", "1.5%", "5", "0.10", "true", "next_day", "EURUSD", "core", "5m"]
    let long = usual.filter { text in
      !Self.types.contains { ScalarReader.plain(text.utf8Span.span, .plain, as: $0.type) != nil }
    }
    #expect(long == [])
  }

  @Test(arguments: [0, 1, 999, 1000, 1500, 59_000, 60_000, 61_000, 3_600_000, 5_400_000, 86_400_000])
  func `a duration is written in the normalised form as people read it`(milliseconds: Int) {
    let duration = Duration.milliseconds(milliseconds)
    var out: [UInt8] = []
    Checked.duration(duration).write("".utf8Span.span, to: &out)
    #expect(String(decoding: out, as: UTF8.self) == "\"\(duration.manifestText)\"")
  }

  @Test func `every field is found by its name, and nothing else is`() {
    let tables = FieldTable.Kind.allCases.map(\.table.value)
    let objects = tables + tables.flatMap { Self.below($0, at: "") }.compactMap(\.type.object)
    for object in objects {
      for (index, field) in object.fields.enumerated() {
        let near = [field.name, field.name + "s", String(field.name.dropLast()), "x" + field.name.dropFirst()]
        let text = near.joined(separator: ": 1\n") + ": 1\n"
        var composer = YAMLComposer(Array(text.utf8), maximumDocuments: 1, findsSecrets: false)
        let hasDocument = composer.next()
        #expect(hasDocument)
        for key in composer.tree.keys(of: 0) {
          let name = composer.tree.text(key)
          #expect(object.index(of: key, in: composer.tree) == object.fields.firstIndex { $0.name == name })
        }
        #expect(object.index(of: field.name) == index)
      }
    }
  }
}
