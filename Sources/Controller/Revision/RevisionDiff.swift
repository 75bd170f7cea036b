public import Reconciler

/// What two sets of manifests say differently: field by field, of their normalised forms.
public struct RevisionDiff: Hashable, Sendable {
  public struct Change: Hashable, Sendable {
    /// Such as `spec.risk.lot_size`, or `spec.targets.core.stop_loss`; items with a name are told by it.
    public var path: String
    /// `nil`: it is new.
    public var old: JSONValue?
    /// `nil`: it is gone.
    public var new: JSONValue?
  }

  /// One document.
  public struct Part: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
      case added, removed, changed
    }

    /// `nil`: the fleet's policy.
    public var agent: String?
    /// `metadata.name`.
    public var name: String
    public var kind: Kind
    /// Of a changed document.
    public var changes: [Change]
  }

  /// The fleet's policy first, then agents by id.
  public var parts: [Part] = []

  public var isEmpty: Bool { parts.isEmpty }

  /// - Parameters: two normalised forms (`LoadedManifests.normalised`).
  public init(from old: JSONValue, to new: JSONValue) {
    if let part = Self.part(nil, old["fleet_policy"], new["fleet_policy"]) { parts.append(part) }
    let before = old["agents"]?.object ?? [:]
    let after = new["agents"]?.object ?? [:]
    for id in Set(before.keys).union(after.keys).sorted() {
      if let part = Self.part(id, before[id], after[id]) { parts.append(part) }
    }
  }

  private static func part(_ agent: String?, _ old: JSONValue?, _ new: JSONValue?) -> Part? {
    guard let name = (new ?? old)?["metadata"]?["name"]?.string, old != new else { return nil }
    guard let old else { return Part(agent: agent, name: name, kind: .added, changes: []) }
    guard let new else { return Part(agent: agent, name: name, kind: .removed, changes: []) }
    var changes: [Change] = []
    compare(old, new, at: "", &changes)
    return Part(agent: agent, name: name, kind: .changed, changes: changes)
  }

  private static func compare(_ old: JSONValue?, _ new: JSONValue?, at path: String, _ changes: inout [Change]) {
    guard old != new else { return }
    if let before = old.flatMap(members), let after = new.flatMap(members) {
      let names = Set(before.keys).union(after.keys).sorted()
      for name in names { compare(before[name], after[name], at: path.isEmpty ? name : "\(path).\(name)", &changes) }
      // Named items in another order are no other items, and yet the text differs.
      if before == after { changes.append(Change(path: path, old: old, new: new)) }
    } else {
      changes.append(Change(path: path, old: old, new: new))
    }
  }

  /// The members of a mapping, or the items of a list by their name; `nil` for what is compared as a whole.
  private static func members(_ value: JSONValue) -> [String: JSONValue]? {
    if let object = value.object { return object }
    guard let items = value.array, !items.isEmpty else { return nil }
    var named: [String: JSONValue] = [:]
    for item in items {
      guard let name = name(of: item), named[name] == nil else { return nil }
      named[name] = item
    }
    return named
  }

  private static func name(of item: JSONValue) -> String? {
    if let name = item["name"]?.string { return name }
    guard let symbols = item["symbols"]?.array?.compactMap(\.string), symbols.count == 2 else { return nil }
    return symbols.joined(separator: "/")
  }
}

extension RevisionDiff {
  public var json: JSONValue {
    .array(
      parts.map { part in
        .fields([
          "document": .string(part.agent == nil ? "fleet" : "agent"), "agent_id": part.agent.map { .string($0) },
          "name": .string(part.name), "change": .string(part.kind.rawValue),
          "fields": .array(
            part.changes.map {
              ["path": .string($0.path), "old": $0.old ?? .null, "new": $0.new ?? .null]
            }),
        ])
      })
  }

  /// For people. Every line ends with a line end.
  public var text: String {
    var out = ""
    for part in parts {
      let title = part.agent.map { "agent \(part.name) (\($0))" } ?? "fleet policy"
      switch part.kind {
      case .added: out += "+ \(title)\n"
      case .removed: out += "- \(title)\n"
      case .changed:
        out += "~ \(title)\n"
        for change in part.changes { out += "    \(Self.line(change))\n" }
      }
    }
    return out + summary + "\n"
  }

  private var summary: String {
    if isEmpty { return "no difference" }
    let counts = [Part.Kind.changed, .added, .removed].compactMap { kind in
      let count = parts.count { $0.kind == kind }
      return count == 0 ? nil : "\(Count.of(count, "document")) \(kind.rawValue)"
    }
    return counts.joined(separator: ", ")
  }

  private static func line(_ change: Change) -> String {
    switch (change.old, change.new) {
    case (nil, let new?): "+ \(change.path): \(words(new))"
    case (let old?, nil): "- \(change.path): \(words(old))"
    case (let old?, let new?): "\(change.path): \(words(old)) -> \(words(new))"
    case (nil, nil): change.path
    }
  }

  /// A value as a manifest would have it, on one line.
  private static func words(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text.isEmpty ? "\"\"" : text.contains(where: \.isNewline) ? value.canonicalText : text
    case .null, .bool, .number: value.canonicalText
    case .array(let items): "[" + items.map(words).joined(separator: ", ") + "]"
    case .object(let members):
      "{ " + members.keys.sorted().map { "\($0): \(words(members[$0] ?? .null))" }.joined(separator: ", ") + " }"
    }
  }
}
