public import Reconciler

extension JSONValue {
  /// For people: two spaces a level, members sorted by name, an empty list or object on one line.
  public var prettyText: String {
    var out = ""
    write(to: &out, indent: "")
    return out
  }

  private func write(to out: inout String, indent: String) {
    let inner = indent + "  "
    switch self {
    case .null, .bool, .number, .string: out += canonicalText
    case .array(let items):
      if items.isEmpty { return out += "[]" }
      out += "["
      for (index, item) in items.enumerated() {
        out += (index == 0 ? "\n" : ",\n") + inner
        item.write(to: &out, indent: inner)
      }
      out += "\n\(indent)]"
    case .object(let members):
      if members.isEmpty { return out += "{}" }
      out += "{"
      for (index, name) in members.keys.sorted().enumerated() {
        out += (index == 0 ? "\n" : ",\n") + inner + JSONValue.string(name).canonicalText + ": "
        (members[name] ?? .null).write(to: &out, indent: inner)
      }
      out += "\n\(indent)}"
    }
  }
}
