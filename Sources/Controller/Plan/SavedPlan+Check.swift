import Reconciler

extension SavedPlan {
  /// What has moved since this plan was made, a sentence each; empty when it would still be made.
  ///
  /// - Parameter now: the plan that is made now, with this plan's salt.
  public func moved(to now: SavedPlan) -> [String] {
    var sentences: [String] = []
    if fingerprint != now.fingerprint {
      sentences.append("the manifests have changed:")
      let diff = RevisionDiff(from: normalised, to: now.normalised)
      sentences += diff.text.split(separator: "\n").dropLast().map { "  \($0)" }
    }
    if state != now.state {
      sentences.append("it was made with state: \(state), and this check with state: \(now.state) (--state)")
    }
    for id in Set(seen.keys).union(now.seen.keys).sorted() {
      guard let old = seen[id], let new = now.seen[id] else { continue }  // The manifests have changed, as said above.
      sentences += Self.moved(old, new).map { "\(new["name"]?.string ?? id): \($0)" }
    }
    return sentences
  }

  private static func moved(_ old: JSONValue, _ new: JSONValue) -> [String] {
    guard old != new else { return [] }
    if old["online"] != new["online"] {
      return [new["online"]?.bool == true ? "its terminal answers now" : "its terminal does not answer any more"]
    }
    var sentences: [String] = []
    if old["account"] != new["account"] { sentences.append("another account answers, or its terms have changed") }
    sentences += items("position", old["positions"], new["positions"])
    sentences += items("pending order", old["orders"], new["orders"])
    sentences += memory(old["memory"], new["memory"])
    sentences += actions(old["actions"]?.array ?? [], new["actions"]?.array ?? [])
    return sentences
  }

  private static func items(_ noun: String, _ old: JSONValue?, _ new: JSONValue?) -> [String] {
    let before = old?.object ?? [:]
    let after = new?.object ?? [:]
    return Set(before.keys).union(after.keys).sorted { (Int64($0) ?? 0) < (Int64($1) ?? 0) }.flatMap {
      ticket -> [String] in
      switch (before[ticket], after[ticket]) {
      case (nil, let item?): ["\(noun) #\(ticket) is new: \(words(item))"]
      case (let item?, nil): ["\(noun) #\(ticket) is gone: \(words(item))"]
      case (let one?, let other?):
        fields(one, other).map { "\(noun) #\(ticket): \($0)" }
      case (nil, nil): []
      }
    }
  }

  private static func words(_ item: JSONValue) -> String {
    ["side", "type", "lots", "symbol"].compactMap { scalar(item[$0]) }.joined(separator: " ")
  }

  private static func fields(_ old: JSONValue?, _ new: JSONValue?) -> [String] {
    let before = old?.object ?? [:]
    let after = new?.object ?? [:]
    return Set(before.keys).union(after.keys).sorted().compactMap { name in
      guard before[name] != after[name] else { return nil }
      return "\(name) \(scalar(before[name]) ?? "none") -> \(scalar(after[name]) ?? "none")"
    }
  }

  private static func memory(_ old: JSONValue?, _ new: JSONValue?) -> [String] {
    fields(old, new).map { "the journal knows more: \($0)" }
  }

  private static func actions(_ old: [JSONValue], _ new: [JSONValue]) -> [String] {
    old.filter { !new.contains($0) }.map { "it would not do this any more: \(sentence($0))" }
      + new.filter { !old.contains($0) }.map { "it would now do this: \(sentence($0))" }
  }

  private static func sentence(_ action: JSONValue) -> String {
    var text = ["kind", "side", "lots", "symbol"].compactMap { scalar(action[$0]) }.joined(separator: " ")
    if let ticket = scalar(action["ticket"]) { text += " #\(ticket)" }
    if let stop = scalar(action["stop_loss"]) { text += ", stop \(stop)" }
    if let profit = scalar(action["take_profit"]) { text += ", take-profit \(profit)" }
    return text + " [\(scalar(action["reason"]) ?? "?")]"
  }

  private static func scalar(_ value: JSONValue?) -> String? {
    switch value {
    case nil, .null: nil
    case .string(let text), .number(let text): text
    case .bool(let flag): flag ? "true" : "false"
    case .array(let items): "[" + items.compactMap { scalar($0) }.joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.keys.sorted().map { "\($0): \(scalar(members[$0]) ?? "none")" }.joined(separator: ", ") + "}"
    }
  }
}
