import Reconciler

/// The checked fields of a mapping: whatever was wrong is missing, and what may be left out is filled in.
struct CheckedObject: Sendable {
  let document: CheckedDocument
  let table: Forever<ObjectType>
  /// Where its fields begin in the document's values; negative: all are defaults.
  let first: Int32

  private subscript(index: Int) -> CheckedEntry {
    first < 0 ? table.value.defaults[index] : document.entries[Int(first) + index]
  }

  @inline(__always)
  private func entry(_ name: StaticString) -> CheckedEntry {
    table.value.index(of: name).map { self[$0] } ?? .missing
  }

  /// Whether the field stands in the file but is wrong, which has been reported.
  func isBroken(_ name: StaticString) -> Bool { if case .broken = entry(name).value { true } else { false } }

  /// `nil` where there is none, or a wrong one.
  func item(_ name: StaticString) -> CheckedItem? {
    let entry = entry(name)
    return entry.isThere ? CheckedItem(document: document, entry: entry) : nil
  }

  /// Where the key of a field stands; `nil` when it is a default, wrong or missing.
  func keyMark(_ name: StaticString) -> YAMLMark? {
    let entry = entry(name)
    // A key is one node, right before its value.
    return entry.isThere && entry.place > 0 ? document.mark(entry.place - 1) : nil
  }

  /// Where the field's value stands; `nil` when it is a default, wrong or missing.
  func mark(_ name: StaticString) -> YAMLMark? {
    let entry = entry(name)
    return entry.isThere ? document.mark(entry.place) : nil
  }

  func text(_ name: StaticString) -> String? {
    guard let index = table.value.index(of: name) else { return nil }
    let entry = self[index]
    guard case .text(let count) = entry.value else { return nil }
    return entry.text < 0 ? table.value.fields[index].fallbackText : document.text(entry.text, count: count)
  }

  func word<Word: CaseIterable>(_ name: StaticString, as: Word.Type = Word.self) -> Word?
  where Word.AllCases: RandomAccessCollection, Word.AllCases.Index == Int {
    if case .word(let number) = entry(name).value { Word.allCases[Int(number)] } else { nil }
  }

  func bool(_ name: StaticString) -> Bool? { if case .bool(let bool) = entry(name).value { bool } else { nil } }

  func integer(_ name: StaticString) -> Int64? {
    if case .integer(let number) = entry(name).value { number } else { nil }
  }

  /// Of a decimal, a percentage or a multiple.
  func decimal(_ name: StaticString) -> FixedDecimal? {
    switch entry(name).value {
    case .decimal(let number), .percent(let number), .multiple(let number): number
    case .missing, .broken, .text, .word, .bool, .integer, .money, .share, .amount, .duration, .time, .secret, .list,
      .map, .object:
      nil
    }
  }

  func money(_ name: StaticString) -> Money? {
    let entry = entry(name)
    guard case .money(let amount) = entry.value else { return nil }
    return Money(amount: amount, currency: document.currency(entry.text))
  }

  func limit(_ name: StaticString) -> RiskSpec.Limit? {
    let entry = entry(name)
    switch entry.value {
    case .share(let percent): return .percent(percent)
    case .amount(let amount): return .amount(Money(amount: amount, currency: document.currency(entry.text)))
    case .missing, .broken, .text, .word, .bool, .integer, .decimal, .percent, .multiple, .money, .duration, .time,
      .secret, .list, .map, .object:
      return nil
    }
  }

  func duration(_ name: StaticString) -> Duration? {
    if case .duration(let duration) = entry(name).value { duration } else { nil }
  }

  func time(_ name: StaticString) -> Int? { if case .time(let minutes) = entry(name).value { minutes } else { nil } }

  func secret(_ name: StaticString) -> SecretReference? {
    switch entry(name).value {
    case .secret(.credential, let node): .credential(document.text(node))
    case .secret(.file, let node): .file(document.text(node))
    case .secret(.environment, let node): .environment(document.text(node))
    case .missing, .broken, .text, .word, .bool, .integer, .decimal, .percent, .multiple, .money, .share, .amount,
      .duration, .time, .list, .map, .object:
      nil
    }
  }

  func list(_ name: StaticString) -> CheckedList? {
    guard case .list(let first, let count) = entry(name).value else { return nil }
    return CheckedList(document: document, first: first, count: Int(count))
  }

  func map(_ name: StaticString) -> [String: String]? {
    let entry = entry(name)
    if case .map = entry.value { return document.map(entry.text) }
    return nil
  }

  func object(_ name: StaticString) -> CheckedObject? {
    guard case .object(let table, let first) = entry(name).value else { return nil }
    return CheckedObject(document: document, table: table, first: first)
  }
}

extension Money {
  /// As manifests write it, the shortest: `200 USD`.
  var manifestText: String { "\(amount) \(currency)" }
}

extension RiskSpec.Limit {
  /// As manifests write it.
  var manifestText: String {
    switch self {
    case .percent(let percent): "\(percent)%"
    case .amount(let money): money.manifestText
    }
  }
}
