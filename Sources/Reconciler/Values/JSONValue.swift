/// A JSON document as a value. Numbers keep the text they came with, so that none passes through a binary float.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// The number's own text, such as `1.0851` or `1e-05`; `FixedDecimal(wire:)` reads it.
  case number(String)
  case string(String)
  case array([JSONValue])
  /// Members by name. Their order is not kept: canonical text sorts them.
  case object([String: JSONValue])
}

extension JSONValue {
  /// A member of an object; `nil` for another kind and for a missing member.
  public subscript(_ name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  public var string: String? { if case .string(let text) = self { text } else { nil } }

  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  public var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }

  public var object: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }

  public var isNull: Bool { if case .null = self { true } else { false } }

  /// A whole number, from a JSON number or, as records write large ones, from a string of digits.
  public var int: Int64? {
    switch self {
    case .number(let text), .string(let text): Int64(text)
    case .null, .bool, .array, .object: nil
    }
  }

  /// An exact decimal, from a string as records write it or from a number.
  public var decimal: FixedDecimal? {
    switch self {
    case .string(let text): FixedDecimal(text)
    case .number(let text): FixedDecimal(wire: text)
    case .null, .bool, .array, .object: nil
    }
  }

  /// A whole number, as JSON writes it.
  public static func int(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

  /// A decimal in the form of records: a string.
  public static func decimal(_ value: FixedDecimal) -> JSONValue { .string(value.description) }

  /// An instant in the form of records: RFC 3339 in UTC, with microseconds.
  public static func time(_ value: Timestamp) -> JSONValue { .string(value.rfc3339) }

  public var time: Timestamp? { string.flatMap { Timestamp(rfc3339: $0) } }

  /// An object without the members that are `nil`.
  public static func fields(_ pairs: KeyValuePairs<String, JSONValue?>) -> JSONValue {
    var object = [String: JSONValue](minimumCapacity: pairs.count)
    for (name, value) in pairs {
      guard let value else { continue }
      assert(object[name] == nil, "a name comes twice")
      object[name] = value
    }
    return .object(object)
  }

  /// The same, of a dictionary.
  public static func fields(of members: [String: JSONValue?]) -> JSONValue { .object(members.compactMapValues { $0 }) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int) { self = .number(String(value)) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
  }
}
