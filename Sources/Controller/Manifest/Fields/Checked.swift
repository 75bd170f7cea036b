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
  mutating func change(_ name: String, _ change: (inout CheckedObject) -> Void) {
    guard let index = type.index(of: name), let item = self[index], case .object(var object) = item.value else {
      return
    }
    set(index, CheckedItem(value: .bool(false)))
    change(&object)
    set(index, CheckedItem(value: .object(object), mark: item.mark, keyMark: item.keyMark))
  }

  /// Its part of the normalised form.
  func write(to out: inout [UInt8]) {
    out.append(UInt8(ascii: "{"))
    var isFirst = true
    for field in type.written {
      let slot = Int(slots[field.index])
      if slot < 0, field.byDefault.isEmpty || broken & (1 << UInt64(field.index)) != 0 { continue }
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      if slot < 0 {
        out.append(contentsOf: field.byDefault)
      } else {
        out.append(contentsOf: field.name)
        items[slot].value.write(to: &out)
      }
    }
    out.append(UInt8(ascii: "}"))
  }

  /// Whether the field stands in the file but is wrong, which has been reported.
  func isBroken(_ name: String) -> Bool { type.index(of: name).map { broken & (1 << UInt64($0)) != 0 } ?? false }

  func item(_ name: String) -> CheckedItem? { type.index(of: name).flatMap { self[$0] } }

  /// Where the key of a field stands; `nil` when it is a default or missing.
  func keyMark(_ name: String) -> YAMLMark? { item(name)?.keyMark }

  /// Where the field's value stands; `nil` when it is a default or missing.
  func mark(_ name: String) -> YAMLMark? { item(name)?.mark }

  func text(_ name: String) -> String? { if case .text(let text) = item(name)?.value { text } else { nil } }

  func bool(_ name: String) -> Bool? { if case .bool(let bool) = item(name)?.value { bool } else { nil } }

  func integer(_ name: String) -> Int64? {
    if case .integer(let number) = item(name)?.value { number } else { nil }
  }

  /// Of a decimal, a percentage or a multiple.
  func decimal(_ name: String) -> FixedDecimal? {
    switch item(name)?.value {
    case .decimal(let number), .percent(let number), .multiple(let number): number
    case .text, .bool, .integer, .money, .limit, .duration, .time, .secret, .list, .map, .object, nil: nil
    }
  }

  func money(_ name: String) -> Money? { if case .money(let money) = item(name)?.value { money } else { nil } }

  func limit(_ name: String) -> RiskSpec.Limit? {
    if case .limit(let limit) = item(name)?.value { limit } else { nil }
  }

  func duration(_ name: String) -> Duration? {
    if case .duration(let duration) = item(name)?.value { duration } else { nil }
  }

  func time(_ name: String) -> Int? { if case .time(let minutes) = item(name)?.value { minutes } else { nil } }

  func secret(_ name: String) -> SecretReference? {
    if case .secret(let reference) = item(name)?.value { reference } else { nil }
  }

  func list(_ name: String) -> [CheckedItem]? { if case .list(let items) = item(name)?.value { items } else { nil } }

  func map(_ name: String) -> [String: String]? { if case .map(let map) = item(name)?.value { map } else { nil } }

  func object(_ name: String) -> CheckedObject? {
    if case .object(let object) = item(name)?.value { object } else { nil }
  }

  func word<Word: RawRepresentable<String>>(_ name: String, as: Word.Type = Word.self) -> Word? {
    text(name).flatMap(Word.init(rawValue:))
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
