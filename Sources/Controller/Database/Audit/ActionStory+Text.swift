import Reconciler

extension ActionStory {
  /// The story for people.
  public var text: String {
    var out: [String] = []
    for action in actions { out += Self.paragraph(action, sources) + [""] }
    if !others.isEmpty {
      out.append("Also about \(key):")
      out += others.map { "  " + Self.line($0) } + [""]
    }
    return out.dropLast().joined(separator: "\n")
  }

  private static func paragraph(_ action: Action, _ sources: [Int: Source]) -> [String] {
    guard let first = action.intents.first ?? action.records.first else { return [] }
    let data = first.metadata
    let what = ["kind", "side", "lots", "symbol"].compactMap { plain(data[$0]) }.joined(separator: " ")
    let ticket = plain(data["ticket"]).map { " #\($0)" } ?? ""
    var out = [
      "Action \(action.id): \(what)\(ticket), agent \(first.agent?.text ?? "(fleet)"), "
        + "because \(first.reason?.rawValue ?? "(no reason)"): \(action.result)"
    ]
    func add(_ label: String, _ text: String?) {
      if let text { out.append("  " + label + String(repeating: " ", count: max(1, 12 - label.count)) + text) }
    }
    add("revision", revision(first, sources))
    if let file = plain(data["manifest_file"]) {
      add(
        "manifest",
        file + (plain(data["manifest_line"]).map { ":\($0)" } ?? "")
          + (plain(data["manifest_field"]).map { ", \($0)" } ?? ""))
    }
    add("observed", first.observedAt?.rfc3339)
    add("numbers", fields(data["numbers"]))
    add("wanted", fields(data["desired"]))
    add("before", fields(data["before"]))
    for record in action.records {
      add("record", line(record))
      if record.type == .intent { add("  request", request(record.metadata)) }
      if record.type != .intent { add("  reply", fields(record.metadata)) }
    }
    return out
  }

  private static func revision(_ record: Record, _ sources: [Int: Source]) -> String {
    guard let source = sources[record.revision] else { return "\(record.revision)" }
    let parts = [
      source.sha256.map { "sha256 \($0)" }, source.actor.map { "by \($0)" }, source.commit.map { "commit \($0)" },
      source.loadedAt.map { "loaded \($0)" },
    ].compactMap { $0 }
    return "\(record.revision)" + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
  }

  private static func line(_ record: Record) -> String {
    "\(record.sequence)  \(record.createdAt.rfc3339)  \(record.type.rawValue)  \(record.message)"
  }

  private static func request(_ data: JSONValue) -> String? {
    let names = [
      "attempt", "kind", "symbol", "side", "ticket", "lots", "stop_loss", "take_profit", "mark", "magic", "request_id",
    ]
    return fields(.fields(of: Dictionary(uniqueKeysWithValues: names.map { ($0, data[$0]) })))
  }

  private static func plain(_ value: JSONValue?) -> String? {
    switch value {
    case nil, .null?: nil
    case .string(let text)?, .number(let text)?: text
    case .bool?, .array?, .object?: value?.canonicalText
    }
  }

  /// `a=1 b=2`, sorted; `nil` for nothing.
  private static func fields(_ value: JSONValue?) -> String? {
    guard case .object(let members)? = value else {
      if case .array(let items)? = value, items.isEmpty { return nil }
      return plain(value)
    }
    let parts = members.keys.sorted().compactMap { name in plain(members[name]).map { "\(name)=\($0)" } }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }
}
