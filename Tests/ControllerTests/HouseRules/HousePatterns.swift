/// Iterations whose order is that of a hash table. By text: names that are declared as dictionaries or sets, in the file
/// itself or as a property of any other.
struct UnsortedOrder {
  /// Stored properties of any file that are dictionaries or sets, and nowhere lists.
  let properties: Set<String>

  init(_ files: [SourceFile]) {
    let isProperty = { (line: String) in line.contains(#/^ {0,2}(?:\w+(?:\(set\))? )*(?:var|let) /#) }
    let list = /(?:var|let) (\w+)\s*:\s*\[[\w.]+\]/
    let lists = files.flatMap(\.code).filter { Words.any([": ["], in: $0) }
      .flatMap { line in line.matches(of: list).map { String($0.1) } }
    properties = Set(files.flatMap { Self.hashed(in: $0, where: isProperty) }).subtracting(lists)
  }

  /// Names that lines of a file declare as dictionaries or sets: variables, properties and parameters.
  private static func hashed(in file: SourceFile, where isWanted: (String) -> Bool = { _ in true }) -> Set<String> {
    let typed = /\b(\w+)\s*:\s*(?:inout )?(?:\[[\w.]+\s*:\s*[\w\[(]|Set<)/
    let made = /(?:var|let) (\w+)\s*=\s*(?:Set[<(]|Dictionary\(|\[[\w.]+\s*:)/
    var names: Set<String> = []
    for line in file.code where Words.any(["Set", "[", "Dictionary"], in: line) && isWanted(line) {
      names.formUnion(line.matches(of: typed).map { String($0.1) } + line.matches(of: made).map { String($0.1) })
    }
    return names
  }

  /// Names that a file declares itself, as whatever: a property of another file is not meant by them.
  private static func declared(in file: SourceFile) -> Set<String> {
    Set(
      file.code.filter { Words.any(["var ", "let "], in: $0) }
        .flatMap { line in line.matches(of: /(?:var|let) (\w+)/).map { String($0.1) } })
  }

  func places(in file: SourceFile) -> [(line: Int, text: String)] {
    let names = properties.subtracting(Self.declared(in: file)).union(Self.hashed(in: file))
    return file.code.indices.filter { number in
      let line = file.code[number]
      guard Words.any(["for ", ".", "Array("], in: line), Self.isSuspicious(line, names) else { return false }
      // What comes of it is a set again.
      return number == 0 || !file.code[number - 1].hasSuffix("Set(")
    }.map { ($0 + 1, file.lines[$0]) }
  }

  private static func isSuspicious(_ line: String, _ names: Set<String>) -> Bool {
    if Words.any(["for "], in: line), line.contains(/\bfor\b.*\bin\b/) {
      if line.contains(/\bin\s+(?:Set|Dictionary)[(<]/), !Words.any(["sorted"], in: line) { return true }
      if line.contains(harmless) || isUnordered(line) { return false }
      if line.contains(/\bin\b.*\.(?:keys|values)\b/) { return true }
      if let loop = line.firstMatch(of: /\bin\s+(?:[\w.\[\]]*\.)?(\w+)\s*(?:where\b|\{|$)/) {
        return names.contains(String(loop.1))
      }
      return false
    }
    guard Words.any(ordered, in: line), !line.contains(harmless) else { return false }
    if line.contains(/\bArray\((?:[\w.\[\]]*\.)?(?:keys|values)\)/) { return true }
    let uses = line.matches(of: taking).map { String($0.1) } + line.matches(of: listing).map { String($0.1) }
    return uses.contains { $0 == "keys" || $0 == "values" || names.contains($0) }
  }

  /// What takes members one after another, in some order.
  private static let ordered = [
    ".map", ".compactMap", ".flatMap", ".first", ".forEach", ".enumerated", ".prefix", ".reduce", ".joined",
    ".dropFirst",
    ".lazy", ".makeIterator", ".popFirst", ".removeFirst", "Array(",
  ]
  private static var taking: Regex<(Substring, Substring)> {
    /(\w+)\??\.(?:map|compactMap|flatMap|first|forEach|enumerated|prefix|reduce|joined|dropFirst|lazy|makeIterator|popFirst|removeFirst)\b/
  }
  private static var listing: Regex<(Substring, Substring)> { /\bArray\((?:[\w.\[\]]*\.)?(\w+)\)/ }

  /// What does not care about the order, or makes one.
  private static var harmless: Regex<Substring> {
    /sorted|\.(?:min|max|contains|allSatisfy|count|isEmpty|isDisjoint|isSubset|subtracting|union|intersection|mapValues|compactMapValues)\b|Set\(|reduce\(FixedDecimal|reduce\(0|reduce\(\.zero/
  }

  /// A body that treats each member by itself, and only sets or removes what belongs to its key, comes to the same in any
  /// order; only one that stands on the loop's own line can be seen here.
  private static func isUnordered(_ line: String) -> Bool {
    line.contains(/\{\s*\w+(?:\[\w+\]\s*=\s*[\w.]+|\.(?:remove|insert)\([\w.]+\))\s*\}\s*$/)
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
