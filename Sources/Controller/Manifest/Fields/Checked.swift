import Reconciler

/// A value that has passed the table of fields.
indirect enum Checked: Sendable {
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
  let mark: YAMLMark?
  /// Of the key, where there is one.
  let keyMark: YAMLMark?
}

/// The checked fields of a mapping: whatever was wrong is missing, and what may be left out is filled in.
struct CheckedObject: Sendable {
  let type: ObjectType
  private var items: [CheckedItem?]
  /// A bit for each field that stands in the file but is wrong.
  private var broken: UInt64 = 0

  /// All defaults.
  init(type: ObjectType) {
    self.type = type
    items = type.fields.map { $0.fallbackValue.map { CheckedItem(value: $0, mark: nil, keyMark: nil) } }
  }

  subscript(index: Int) -> CheckedItem? {
    get { items[index] }
    set { items[index] = newValue }
  }

  mutating func markBroken(_ index: Int) {
    items[index] = nil
    broken |= 1 << UInt64(index)
  }

  /// Whether the field stands in the file but is wrong, which has been reported.
  func isBroken(_ name: String) -> Bool { type.index(of: name).map { broken & (1 << UInt64($0)) != 0 } ?? false }

  func item(_ name: String) -> CheckedItem? { type.index(of: name).flatMap { items[$0] } }

  /// Where the key of a field stands, by its path from here, such as `risk.lot_size`; `nil` when it is a default or
  /// missing.
  func keyMark(_ path: String) -> YAMLMark? {
    guard let dot = path.firstIndex(of: ".") else { return item(path)?.keyMark }
    return object(String(path[..<dot]))?.keyMark(String(path[path.index(after: dot)...]))
  }

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

extension Checked {
  /// The normalised form: every default filled in, amounts as their shortest text with the unit.
  var normalised: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .bool(let value): .bool(value)
    case .integer(let number): .int(number)
    case .decimal(let number): .decimal(number)
    case .percent(let number): .string("\(number)%")
    case .multiple(let number): .string("\(number)x")
    case .money(let money): .string(money.manifestText)
    case .limit(let limit): .string(limit.manifestText)
    case .duration(let duration): .string(duration.manifestText)
    case .time(let minutes): .string(Self.clock(minutes))
    case .secret(.credential(let name)): ["credential": .string(name)]
    case .secret(.file(let path)): ["file": .string(path)]
    case .secret(.environment(let name)): ["env": .string(name)]
    case .list(let items): .array(items.map(\.value.normalised))
    case .map(let map): .object(map.mapValues { .string($0) })
    case .object(let object): object.normalised
    }
  }

  private static func clock(_ minutes: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(minutes / 60)):\(two(minutes % 60))"
  }
}

extension CheckedObject {
  var normalised: JSONValue {
    var members: [String: JSONValue] = [:]
    members.reserveCapacity(items.count)
    for (field, item) in zip(type.fields, items) {
      if let item { members[field.name] = item.value.normalised }
    }
    return .object(members)
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
