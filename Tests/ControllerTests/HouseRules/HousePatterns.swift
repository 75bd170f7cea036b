/// Iterations whose order is that of a hash table. By text: names that are declared as dictionaries or sets.
enum UnsortedOrder {
  /// What does not care about the order, or makes one.
  private static var harmless: Regex<Substring> {
    /sorted|\.(?:min|max|contains|allSatisfy|count|isEmpty|isDisjoint|isSubset|subtracting|union|intersection|mapValues|compactMapValues)\b|Set\(|reduce\(FixedDecimal|reduce\(0|reduce\(\.zero/
  }

  /// Properties and variables of all files that are dictionaries or sets.
  static func names(in files: [SourceFile]) -> Set<String> {
    let declaration = /(?:var|let) (\w+)\s*(?::\s*(?:\[[\w.]+\s*:|Set<)|=\s*(?:Set[<(]|\[[\w.]+\s*:))/
    var names: Set<String> = []
    for line in files.flatMap(\.code) where Words.any(["Set", "["], in: line) && Words.any(["var ", "let "], in: line) {
      for match in line.matches(of: declaration) { names.insert(String(match.1)) }
    }
    // Names that elsewhere are lists.
    return names.subtracting(["agents", "tickets", "orders", "history", "flows", "seen", "open", "held", "gone"])
  }

  static func places(in file: SourceFile, names: Set<String>) -> [(line: Int, text: String)] {
    file.code.enumerated().filter { _, line in
      Words.any(["for ", ".keys", ".values"], in: line) && isSuspicious(line, names)
    }.map { ($0.offset + 1, file.lines[$0.offset]) }
  }

  private static func isSuspicious(_ line: String, _ names: Set<String>) -> Bool {
    if line.contains(harmless) { return false }
    if line.contains(
      /\.(?:keys|values)\s*\.(?:map|compactMap|flatMap|first|forEach|enumerated|prefix|reduce)\b/)
    {
      return true
    }
    if line.contains(/\bfor\b.*\bin\b.*\.(?:keys|values)\b/) { return !isUnordered(line) }
    guard let loop = line.firstMatch(of: /\bfor\b.*\bin\s+(?:[\w.\[\]]*\.)?(\w+)\s*(?:where\b|\{|$)/) else {
      return false
    }
    return names.contains(String(loop.1)) && !isUnordered(line)
  }

  /// A body that treats each member by itself, and only sets or removes what belongs to its key, comes to the same in any
  /// order; only one that stands on the loop's own line can be seen here.
  private static func isUnordered(_ line: String) -> Bool {
    line.contains(/\{\s*\w+\[\w+\]\s*=\s*[\w.]+\s*\}\s*$/)
  }
}

/// `default:` beside cases that begin with a dot: the compiler would no longer tell where a new case is forgotten.
enum EnumDefaults {
  static func places(in file: SourceFile) -> [(line: Int, text: String)] {
    var found: [(line: Int, text: String)] = []
    for (number, line) in file.code.enumerated()
    where Words.any(["default:"], in: line) && line.contains(/^\s*default:/) {
      let indent = line.prefix { $0 == " " }
      var at = number - 1
      while at >= 0 {
        let earlier = file.code[at]
        if earlier.hasPrefix(indent + "case .") || earlier.hasPrefix(indent + "case let .") {
          found.append((number + 1, file.lines[at].trimmingPrefix { $0 == " " } + " … default:"))
          break
        }
        // The switch that it belongs to.
        if earlier.hasPrefix(indent), earlier.contains(/\bswitch\b.*\{/) { break }
        at -= 1
      }
    }
    return found
  }
}
