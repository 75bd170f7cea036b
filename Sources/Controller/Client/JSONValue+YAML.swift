public import Reconciler

extension JSONValue {
  /// As YAML 1.2 that YAML 1.1 reads in the same way: members sorted by name, text in quotes wherever a reader could take
  /// it for something else. JSON's quoted strings are YAML's.
  public var yamlText: String {
    var out = ""
    writeYAML(to: &out, indent: "", isInline: false)
    return out
  }

  private func writeYAML(to out: inout String, indent: String, isInline: Bool) {
    switch self {
    case .null, .bool, .number: out += canonicalText + "\n"
    case .string(let text): out += (Self.isPlain(text) ? text : canonicalText) + "\n"
    case .array(let items):
      guard !items.isEmpty else { return out += "[]\n" }
      for (index, item) in items.enumerated() {
        out += (index == 0 && isInline ? "" : indent) + "- "
        item.writeYAML(to: &out, indent: indent + "  ", isInline: true)
      }
    case .object(let members):
      guard !members.isEmpty else { return out += "{}\n" }
      for (index, name) in members.keys.sorted().enumerated() {
        out +=
          (index == 0 && isInline ? "" : indent) + (Self.isPlain(name) ? name : JSONValue.string(name).canonicalText)
        let value = members[name] ?? .null
        if value.isBlock {
          out += ":\n"
          value.writeYAML(to: &out, indent: indent + "  ", isInline: false)
        } else {
          out += ": "
          value.writeYAML(to: &out, indent: indent + "  ", isInline: false)
        }
      }
    }
  }

  private var isBlock: Bool {
    switch self {
    case .array(let items): !items.isEmpty
    case .object(let members): !members.isEmpty
    case .null, .bool, .number, .string: false
    }
  }

  /// Letters first, then what means nothing in YAML; words that some reader takes for a truth or for nothing are quoted.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 120, isLetter(first), text.utf8.last != 0x20 else {
      return false
    }
    guard text.utf8.allSatisfy({ isLetter($0) || (0x30...0x39).contains($0) || " _-./()".utf8.contains($0) }) else {
      return false
    }
    return !["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(text.lowercased())
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
