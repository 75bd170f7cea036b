import Reconciler

/// A value that has passed the table of fields.
enum Checked: Sendable {
  /// Text, a word, a symbol, a zone, a url.
  case text(String)
  case bool(Bool)
  case integer(Int64)
  case decimal(FixedDecimal)
  /// As written: `5%` is 5.
  case percent(FixedDecimal)
  case multiple(FixedDecimal)
  case money(Money)
  case limit(RiskSpec.Limit)
  case duration(Duration)
  /// Minutes after midnight.
  case time(Int)
  case secret(SecretReference)
  case list([CheckedItem])
  case map([String: String])
  case object(CheckedObject)
}

/// A checked value with its place; without one, it is a default.
struct CheckedItem: Sendable {
  let value: Checked
  private let place: YAMLMark
  private let keyPlace: YAMLMark

  init(value: Checked, mark: YAMLMark? = nil, keyMark: YAMLMark? = nil) {
    self.value = value
    place = mark ?? .none
    keyPlace = keyMark ?? .none
  }

  var mark: YAMLMark? { place.line == 0 ? nil : place }

  /// Of the key, where there is one.
  var keyMark: YAMLMark? { keyPlace.line == 0 ? nil : keyPlace }
}

/// The checked fields of a mapping: whatever was wrong is missing, and what may be left out is filled in.
struct CheckedObject: Sendable {
  let type: ObjectType
  /// What stands in the file, in its order.
  private var items: [CheckedItem] = []
  /// For each field, where among `items` it is; negative where it is not. What is left out is in the table of fields.
  private var slots = InlineArray<24, Int8>(repeating: -1)
  /// A bit for each field that stands in the file but is wrong.
  private var broken: UInt64 = 0

  /// The most fields of a mapping.
  static let maximumFields = 24

  /// All defaults.
  init(type: ObjectType, capacity: Int = 0) {
    self.type = type
    items.reserveCapacity(min(capacity, Self.maximumFields))
  }

  subscript(index: Int) -> CheckedItem? {
    let slot = Int(slots[index])
    if slot >= 0 { return items[slot] }
    return broken & (1 << UInt64(index)) == 0 ? type.defaults[index] : nil
  }

  mutating func set(_ index: Int, _ item: CheckedItem) {
    let slot = Int(slots[index])
    if slot >= 0 { return items[slot] = item }
    slots[index] = Int8(items.count)
    items.append(item)
  }

  mutating func markBroken(_ index: Int) {
    slots[index] = -1
    broken |= 1 << UInt64(index)
  }

  /// Changes a mapping below in its place.
  mutating func change(_ name: StaticString, _ change: (inout CheckedObject) -> Void) {
    guard let index = type.index(of: name), let item = self[index], case .object(var object) = item.value else {
      return
    }
    set(index, CheckedItem(value: .bool(false)))
    change(&object)
    set(index, CheckedItem(value: .object(object), mark: item.mark, keyMark: item.keyMark))
  }

  /// Its part of the normalised form.
  func write(to out: inout [UInt8]) {
    let start = out.count
    for field in type.written {
      let slot = Int(slots[field.index])
      if slot >= 0 {
        out.append(contentsOf: type.text[field.name..<field.value])
        items[slot].value.write(to: &out)
      } else if field.hasDefault, !isBroken(field.index) {
        out.append(contentsOf: type.text[field.name..<field.end])
      }
    }
    // The comma before the first.
    if out.count > start { out[start] = UInt8(ascii: "{") } else { out.append(UInt8(ascii: "{")) }
    out.append(UInt8(ascii: "}"))
  }

  /// Whether the field stands in the file but is wrong, which has been reported.
  func isBroken(_ index: Int) -> Bool { broken & (1 << UInt64(index)) != 0 }

  func isBroken(_ name: StaticString) -> Bool { type.index(of: name).map { isBroken($0) } ?? false }

  func item(_ name: StaticString) -> CheckedItem? { type.index(of: name).flatMap { self[$0] } }

  /// Looks at a value where it lies: copies of values were a tenth of all the work.
  @inline(__always)
  private func look<Result>(_ name: StaticString, _ body: (Checked) -> Result?) -> Result? {
    guard let index = type.index(of: name) else { return nil }
    let slot = Int(slots[index])
    if slot >= 0 { return body(items[slot].value) }
    guard !isBroken(index), let item = type.defaults[index] else { return nil }
    return body(item.value)
  }

  /// What stands in the file; `nil` for a default.
  private func written(_ name: StaticString) -> Int? {
    guard let index = type.index(of: name), slots[index] >= 0 else { return nil }
    return Int(slots[index])
  }

  /// Where the key of a field stands; `nil` when it is a default or missing.
  func keyMark(_ name: StaticString) -> YAMLMark? { written(name).flatMap { items[$0].keyMark } }

  /// Where the field's value stands; `nil` when it is a default or missing.
  func mark(_ name: StaticString) -> YAMLMark? { written(name).flatMap { items[$0].mark } }

  func text(_ name: StaticString) -> String? { look(name) { if case .text(let text) = $0 { text } else { nil } } }

  func bool(_ name: StaticString) -> Bool? { look(name) { if case .bool(let bool) = $0 { bool } else { nil } } }

  func integer(_ name: StaticString) -> Int64? {
    look(name) { if case .integer(let number) = $0 { number } else { nil } }
  }

  /// Of a decimal, a percentage or a multiple.
  func decimal(_ name: StaticString) -> FixedDecimal? {
    look(name) {
      switch $0 {
      case .decimal(let number), .percent(let number), .multiple(let number): number
      case .text, .bool, .integer, .money, .limit, .duration, .time, .secret, .list, .map, .object: nil
      }
    }
  }

  func money(_ name: StaticString) -> Money? { look(name) { if case .money(let money) = $0 { money } else { nil } } }

  func limit(_ name: StaticString) -> RiskSpec.Limit? {
    look(name) { if case .limit(let limit) = $0 { limit } else { nil } }
  }

  func duration(_ name: StaticString) -> Duration? {
    look(name) { if case .duration(let duration) = $0 { duration } else { nil } }
  }

  func time(_ name: StaticString) -> Int? { look(name) { if case .time(let minutes) = $0 { minutes } else { nil } } }

  func secret(_ name: StaticString) -> SecretReference? {
    look(name) { if case .secret(let reference) = $0 { reference } else { nil } }
  }

  func list(_ name: StaticString) -> [CheckedItem]? {
    look(name) { if case .list(let items) = $0 { items } else { nil } }
  }

  func map(_ name: StaticString) -> [String: String]? { look(name) { if case .map(let map) = $0 { map } else { nil } } }

  func object(_ name: StaticString) -> CheckedObject? {
    look(name) { if case .object(let object) = $0 { object } else { nil } }
  }

  func word<Word: RawRepresentable<String>>(_ name: StaticString, as: Word.Type = Word.self) -> Word? {
    look(name) { if case .text(let text) = $0 { Word(rawValue: text) } else { nil } }
  }
}

extension CheckedItem {
  var text: String? { if case .text(let text) = value { text } else { nil } }
  var object: CheckedObject? { if case .object(let object) = value { object } else { nil } }
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
