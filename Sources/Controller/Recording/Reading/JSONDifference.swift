import Reconciler

/// Where two records differ.
enum JSONDifference {
  /// What every record differs in once one did.
  private static let links: Set<String> = ["hash", "prev_hash"]

  /// `path: recorded …, here …`, one for each value; by their names.
  static func lines(recorded: String, here: String) -> [String] {
    guard let a = try? JSONParser.parse(recorded), let b = try? JSONParser.parse(here) else { return [] }
    var out: [String] = []
    compare(a, b, "", &out)
    return out
  }

  private static func compare(_ a: JSONValue?, _ b: JSONValue?, _ path: String, _ out: inout [String]) {
    if case .object(let first)? = a, case .object(let second)? = b {
      for name in Set(first.keys).union(second.keys).sorted() where !(path.isEmpty && links.contains(name)) {
        compare(first[name], second[name], path.isEmpty ? name : "\(path).\(name)", &out)
      }
    } else if case .array(let first)? = a, case .array(let second)? = b, first.count == second.count {
      for k in first.indices { compare(first[k], second[k], "\(path).\(k)", &out) }
    } else if a?.canonicalBytes != b?.canonicalBytes {
      out.append("\(path): recorded \(a?.canonicalText ?? "nothing"), here \(b?.canonicalText ?? "nothing")")
    }
  }
}
