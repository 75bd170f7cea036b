import Reconciler

/// Finds the rows, or the one object, in the wrappings that bridges put around them.
struct ReplyShape {
  let cleaner: TextCleaner

  /// The rows of a list: bare, under one of `keys` or of `data`, or as a map keyed by ticket.
  func rows(_ document: JSONValue, named name: String, keys: [String]) throws(DecodingError) -> [Fields] {
    let items = try items(document, keys: keys, depth: 0)
    var rows: [Fields] = []
    rows.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      guard case .object(let members) = item else { throw .malformed("\(name)[\(index)] is not an object") }
      rows.append(Fields(members, list: name, index: index))
    }
    return rows
  }

  /// The members of a reply that is one object: bare, or under one of `keys`.
  func object(_ document: JSONValue, keys: [String]) throws(DecodingError) -> Fields {
    guard case .object(let members) = document else { throw .malformed("the reply is not an object") }
    try refuseError(members)
    for key in keys {
      guard case .object(let inner) = members[key] else { continue }
      try refuseError(inner)
      return Fields(inner)
    }
    return Fields(members)
  }

  private func items(_ document: JSONValue, keys: [String], depth: Int) throws(DecodingError) -> [JSONValue] {
    switch document {
    case .array(let items): return items
    case .object(let members):
      try refuseError(members)
      for key in keys + ["data"] {
        guard let inner = members[key] else { continue }
        guard depth < 2 else { break }
        return try items(inner, keys: keys, depth: depth + 1)
      }
      return try itemsByTicket(members)
    case .null, .bool, .number, .string: throw .malformed("the reply is not a list")
    }
  }

  /// `{}` is no list: an empty object is what a bridge prints when it has nothing to say.
  private func itemsByTicket(_ members: [String: JSONValue]) throws(DecodingError) -> [JSONValue] {
    guard !members.isEmpty else { throw .malformed("the reply is an empty object, not a list") }
    var rows: [(ticket: Int64, item: JSONValue)] = []
    for (key, item) in members {
      guard let ticket = Int64(key), ticket > 0, case .object(var row) = item else {
        throw .malformed("the reply is an object without a list in it")
      }
      if let own = Fields(row).value(FieldName.ticket) {
        guard Fields.integer(own) == ticket else { throw .malformed("a row's key and its ticket differ") }
      }
      row["ticket"] = .number(key)
      rows.append((ticket, .object(row)))
    }
    return rows.sorted { $0.ticket < $1.ticket }.map(\.item)
  }

  /// `{"success":false,…}` and `{"error":…}` with status 200.
  private func refuseError(_ members: [String: JSONValue]) throws(DecodingError) {
    let failed = members["success"].map { Fields.bool($0) == false } ?? false
    guard failed || members["error"].map(Self.isError) ?? false else { return }
    let texts = (FieldName.replyText + FieldName.replyError).compactMap { members[$0]?.string }
    let nested = members["error"]?["message"]?.string
    let said = (texts.first ?? nested).map { ": " + cleaner.clean($0) } ?? ""
    throw .malformed("the terminal answered with an error\(said)")
  }

  private static func isError(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .bool(false), .number("0"), .string(""), .string("0"): false
    case .bool, .number, .string, .array, .object: true
    }
  }
}
