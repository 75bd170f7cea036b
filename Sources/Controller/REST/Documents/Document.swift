// Documents: what each path answers, out of what the loop last showed. One table a document makes its JSON and its schema in
// `/openapi.json`; no document reads a terminal, a file or the database.

import Reconciler

/// A JSON object that is made of `Subject`. Every member is always there; what is not known is `null`.
struct Document<Subject>: Sendable {
  struct Member: Sendable {
    let name: String
    let schema: Schema
    let value: @Sendable (Subject) -> JSONValue
    /// Writes the same value as canonical text.
    let write: @Sendable (Subject, inout CanonicalBytes) -> Void

    init(
      name: String, schema: Schema, value: @escaping @Sendable (Subject) -> JSONValue,
      write: (@Sendable (Subject, inout CanonicalBytes) -> Void)? = nil
    ) {
      self.name = name
      self.schema = schema
      self.value = value
      self.write = write ?? { subject, out in out.append(value(subject)) }
    }
  }

  /// Its name among the schemas.
  let name: String
  let members: [Member]
  /// The members in the order of canonical text, each with what stands before its value.
  private let ordered: [(before: [UInt8], member: Member)]

  init(_ name: String, _ members: [Member]) {
    self.name = name
    self.members = members
    let sorted = members.sorted { CanonicalOrder.isBefore($0.name, $1.name) }
    ordered = sorted.enumerated().map { place, member in
      var before = CanonicalBytes(capacity: 32)
      if place > 0 { before.raw(",") }
      before.append(member.name)
      before.raw(":")
      return (before.bytes, member)
    }
  }

  func json(_ subject: Subject) -> JSONValue {
    var object: [String: JSONValue] = [:]
    object.reserveCapacity(members.count)
    for member in members { object[member.name] = member.value(subject) }
    return .object(object)
  }

  /// The canonical text of `json`, without its dictionaries: a document of a thousand agents is made twenty times a second.
  func bytes(_ subject: Subject) -> [UInt8] {
    var out = CanonicalBytes(capacity: 1024)
    write(subject, to: &out)
    return out.bytes
  }

  func write(_ subject: Subject, to out: inout CanonicalBytes) {
    out.raw("{")
    for (before, member) in ordered {
      out.raw(before)
      member.write(subject, &out)
    }
    out.raw("}")
  }

  var schema: Schema { .named(name, members.map { Schema.field($0.name, $0.schema) }) }
}

extension Document.Member {
  static func text(_ name: String, _ value: @escaping @Sendable (Subject) -> String?) -> Self {
    Self(name: name, schema: .nullable(.string)) { value($0).map { .string($0) } ?? .null }
  }

  static func word(_ name: String, _ value: @escaping @Sendable (Subject) -> String) -> Self {
    Self(name: name, schema: .string) { .string(value($0)) }
  }

  static func word(_ name: String, of words: [String], _ value: @escaping @Sendable (Subject) -> String) -> Self {
    Self(name: name, schema: .oneOf(words)) { .string(value($0)) }
  }

  static func flag(_ name: String, _ value: @escaping @Sendable (Subject) -> Bool) -> Self {
    Self(name: name, schema: .bool) { .bool(value($0)) }
  }

  static func maybeFlag(_ name: String, _ value: @escaping @Sendable (Subject) -> Bool?) -> Self {
    Self(name: name, schema: .nullable(.bool)) { value($0).map { .bool($0) } ?? .null }
  }

  static func count(_ name: String, _ value: @escaping @Sendable (Subject) -> Int) -> Self {
    Self(name: name, schema: .int) { .int(value($0)) }
  }

  static func maybeCount(_ name: String, _ value: @escaping @Sendable (Subject) -> Int64?) -> Self {
    Self(name: name, schema: .nullable(.int)) { value($0).map { .int($0) } ?? .null }
  }

  /// A decimal, exact: money, a price, lots, a percentage.
  static func number(_ name: String, _ value: @escaping @Sendable (Subject) -> FixedDecimal) -> Self {
    Self(name: name, schema: .number) { .exact(value($0)) }
  }

  static func maybeNumber(_ name: String, _ value: @escaping @Sendable (Subject) -> FixedDecimal?) -> Self {
    Self(name: name, schema: .nullable(.number)) { .exact(value($0)) }
  }

  static func time(_ name: String, _ value: @escaping @Sendable (Subject) -> Timestamp?) -> Self {
    Self(name: name, schema: .nullable(.time)) { value($0).map { .time($0) } ?? .null }
  }

  static func texts(_ name: String, _ value: @escaping @Sendable (Subject) -> [String]) -> Self {
    Self(name: name, schema: .array(.string)) { .array(value($0).map { .string($0) }) }
  }

  static func list<Item>(
    _ name: String, _ document: Document<Item>, _ value: @escaping @Sendable (Subject) -> [Item]
  ) -> Self {
    list(name, document, value, writing: { item, _, out in document.write(item, to: &out) })
  }

  /// The same, with a way of its own to write an item.
  static func list<Item>(
    _ name: String, _ document: Document<Item>, _ value: @escaping @Sendable (Subject) -> [Item],
    writing write: @escaping @Sendable (Item, Subject, inout CanonicalBytes) -> Void
  ) -> Self {
    Self(name: name, schema: .array(document.schema)) {
      .array(value($0).map(document.json))
    } write: { subject, out in
      out.raw("[")
      for (place, item) in value(subject).enumerated() {
        if place > 0 { out.raw(",") }
        write(item, subject, &out)
      }
      out.raw("]")
    }
  }

  static func part<Item>(
    _ name: String, _ document: Document<Item>, _ value: @escaping @Sendable (Subject) -> Item
  ) -> Self {
    Self(name: name, schema: document.schema) {
      document.json(value($0))
    } write: { subject, out in
      document.write(value(subject), to: &out)
    }
  }

  static func maybePart<Item>(
    _ name: String, _ document: Document<Item>, _ value: @escaping @Sendable (Subject) -> Item?
  ) -> Self {
    Self(name: name, schema: .nullable(document.schema)) {
      value($0).map(document.json) ?? .null
    } write: { subject, out in
      if let item = value(subject) { document.write(item, to: &out) } else { out.raw("null") }
    }
  }

  static func value(_ name: String, _ schema: Schema, _ value: @escaping @Sendable (Subject) -> JSONValue) -> Self {
    Self(name: name, schema: schema, value: value)
  }
}

extension JSONValue {
  /// A decimal as a JSON number, printed exactly; records have it as a string.
  static func exact(_ value: FixedDecimal?) -> JSONValue { value.map { .number($0.description) } ?? .null }
}
