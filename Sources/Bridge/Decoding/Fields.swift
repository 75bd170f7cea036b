import Reconciler

/// The members of one object of a reply, read by the contract's names. Errors name the place and the field.
struct Fields {
  private enum Source {
    case members([String: JSONValue])
    /// The fast way: nothing of it is a value yet.
    case wire(WireObject)
  }

  private let source: Source
  /// The list that it is a row of; empty for a reply that is one object.
  private let list: String
  private let index: Int

  init(_ members: [String: JSONValue], list: String = "", index: Int = 0) {
    source = .members(members)
    self.list = list
    self.index = index
  }

  init(_ object: WireObject, list: String = "", index: Int = 0) {
    source = .wire(object)
    self.list = list
    self.index = index
  }

  /// Such as `positions[3]`; empty for a reply that is one object.
  var place: String { list.isEmpty ? "" : "\(list)[\(index)]" }

  /// The value by the first name that is there and not `null`.
  func value(_ names: [String]) -> JSONValue? {
    let members: [String: JSONValue]
    switch source {
    case .members(let known): members = known
    case .wire(let object): return object.value(names)
    }
    for name in names {
      if let found = members[name], !found.isNull { return found }
    }
    return nil
  }

  func wrong(_ names: [String], _ expected: String) -> DecodingError {
    .malformed("\(place.isEmpty ? "" : place + ".")\(names[0]) \(expected)")
  }

  // MARK: Numbers

  func optionalDecimal(_ names: [String]) throws(DecodingError) -> FixedDecimal? {
    if case .wire(let object) = source {
      guard let member = object.find(names) else { return nil }
      if let number = object.decimal(member) { return number }
    }
    switch value(names) {
    case nil: return nil
    case .number(let text), .string(let text):
      guard let number = FixedDecimal(wire: text) else { throw wrong(names, "is not a number below 1e15") }
      return number
    case .null, .bool, .array, .object: throw wrong(names, "is not a number")
    }
  }

  func decimal(_ names: [String]) throws(DecodingError) -> FixedDecimal {
    guard let number = try optionalDecimal(names) else { throw wrong(names, "is missing") }
    return number
  }

  func positive(_ names: [String]) throws(DecodingError) -> FixedDecimal {
    let number = try decimal(names)
    guard number.isPositive else { throw wrong(names, "is not above zero") }
    return number
  }

  func optionalNonNegative(_ names: [String]) throws(DecodingError) -> FixedDecimal? {
    guard let number = try optionalDecimal(names) else { return nil }
    guard !number.isNegative else { throw wrong(names, "is negative") }
    return number
  }

  /// A price where 0, `null` and missing all mean that there is none.
  func level(_ names: [String]) throws(DecodingError) -> FixedDecimal? {
    guard let number = try optionalNonNegative(names), !number.isZero else { return nil }
    return number
  }

  /// A whole number, also as `100.0` or in a string.
  func optionalInteger(_ names: [String]) throws(DecodingError) -> Int64? {
    if case .wire(let object) = source {
      guard let member = object.find(names) else { return nil }
      if let number = object.integer(member) { return number }
    }
    guard let value = value(names) else { return nil }
    guard let number = Self.integer(value) else { throw wrong(names, "is not a whole number") }
    return number
  }

  static func integer(_ value: JSONValue) -> Int64? {
    if let whole = value.int { return whole }
    switch value {
    case .number(let text), .string(let text):
      guard let number = FixedDecimal(wire: text), number == number.rounded(places: 0) else { return nil }
      return Int64(exactly: number.units / FixedDecimal.one.units)
    case .null, .bool, .array, .object: return nil
    }
  }

  func optionalInt(_ names: [String], in range: ClosedRange<Int64>) throws(DecodingError) -> Int? {
    guard let number = try optionalInteger(names) else { return nil }
    guard range.contains(number) else { throw wrong(names, "is not from \(range.lowerBound) to \(range.upperBound)") }
    return Int(number)
  }

  func ticket() throws(DecodingError) -> Ticket {
    guard let number = try optionalInteger(FieldName.ticket) else { throw wrong(FieldName.ticket, "is missing") }
    guard number > 0 else { throw wrong(FieldName.ticket, "is not above zero") }
    return Ticket(number)
  }

  func magic() throws(DecodingError) -> Int32? {
    try optionalInt(FieldName.magic, in: Int64(Int32.min)...Int64(Int32.max)).map { Int32($0) }
  }

  /// `100`, `"100"` or `"1:100"`.
  func leverage() throws(DecodingError) -> FixedDecimal {
    let names = FieldName.leverage
    if case .string(let text) = value(names), text.hasPrefix("1:") {
      guard let number = FixedDecimal(wire: text.dropFirst(2)), !number.isNegative else {
        throw wrong(names, "is not like 100 or 1:100")
      }
      return number
    }
    let number = try decimal(names)
    guard !number.isNegative else { throw wrong(names, "is negative") }
    return number
  }

  // MARK: Other kinds

  func optionalText(_ names: [String]) throws(DecodingError) -> String? {
    switch value(names) {
    case nil: return nil
    case .string(let text), .number(let text): return text
    case .null, .bool, .array, .object: throw wrong(names, "is not a text")
    }
  }

  func text(_ names: [String]) throws(DecodingError) -> String {
    guard let text = try optionalText(names), !text.isEmpty else { throw wrong(names, "is missing") }
    return text
  }

  func optionalBool(_ names: [String]) throws(DecodingError) -> Bool? {
    guard let value = value(names) else { return nil }
    guard let bool = Self.bool(value) else { throw wrong(names, "is not true or false") }
    return bool
  }

  static func bool(_ value: JSONValue) -> Bool? {
    switch value {
    case .bool(let bool): bool
    case .number("1"), .string("1"), .string("true"), .string("True"), .string("TRUE"): true
    case .number("0"), .string("0"), .string("false"), .string("False"), .string("FALSE"): false
    case .null, .number, .string, .array, .object: nil
    }
  }

  /// `nil` when missing, empty or the zero of the clock: MT4 prints "no time" as 1970.
  func optionalTime(_ names: [String], zone: ZoneRules) throws(DecodingError) -> Timestamp? {
    guard let value = value(names) else { return nil }
    switch WireTime.read(value, zone: zone) {
    case .absent: return nil
    case .time(let time): return time
    case .unreadable: throw wrong(names, "is not a time such as 2025-03-14T12:00:00Z or 2025.03.14 12:00:00")
    }
  }

  func type() throws(DecodingError) -> OrderType {
    guard let value = value(FieldName.type) else { throw wrong(FieldName.type, "is missing") }
    guard let type = OrderType(value) else { throw wrong(FieldName.type, "is not a known order type") }
    return type
  }
}
