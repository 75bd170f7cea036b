import Foundation
import Testing

/// What must not stand in any file that is kept, whatever its kind.
struct HouseTextTests {
  /// Put together here, so that this file does not hold them itself.
  private static let banned: [(what: String, text: String)] = [
    ("a path of somebody's machine", "/wo" + "rk/"), ("a path of somebody's machine", "/ro" + "ot/"),
    ("a path of somebody's machine", "/home" + "/"), ("a path of somebody's machine", "/Us" + "ers/"),
    ("a package registry's host", "pypi" + ".org"), ("a package registry's host", "deb.deb" + "ian.org"),
    ("a package registry's host", "registry.npm" + "js"), ("a private key", "BEGIN PRIVATE" + " KEY-----\nM"),
    ("a private key", "BEGIN RSA PRIVATE" + " KEY-----\nM"), ("a private key", "BEGIN EC PRIVATE" + " KEY-----\nM"),
    ("a key of a cloud", "AK" + "IA"), ("a token of a code host", "gh" + "p_"),
    ("a merge that was not finished", "<<<<" + "<<< "), ("a merge that was not finished", ">>>>" + ">>> "),
  ]

  @Test func `no file holds a machine's path, a registry's host or a credential`() throws {
    var found: [String] = []
    var files = 0
    try SourceTree.shared.get().everything { path, bytes in
      files += 1
      for (what, text) in Self.banned where bytes.range(of: Data(text.utf8)) != nil {
        found.append("\(path): \(what)")
      }
    }
    #expect(files > 100)
    #expect(found == [])
  }

  @Test func `no file is large`() throws {
    var large: [String] = []
    var corpus = 0
    try SourceTree.shared.get().everything { path, bytes in
      if bytes.count > 400_000 { large.append("\(path): \(bytes.count) bytes") }
      if path.hasPrefix("Tests/Fuzz/") { corpus += bytes.count }
    }
    #expect(large == [])
    #expect(corpus < 1 << 20)
  }

  @Test(arguments: [
    (#"let a = "b" // c"#, #"let a =   "     "#), (#"x("\(y!)") + z"#, #"x(      ") + z"#),
    ("a /* b /* c */ d */ e", "a                   e"), (##"r(#"a"b"#) c"##, #"r(      ") c"#),
    ("t(\"\"\"\n a \"b\" c\n \"\"\") d", "t(   \n        \n   \") d"),
  ]) func `comments and strings are told from code`(text: String, code: String) {
    #expect(CodeOnly.lines(of: text).joined(separator: "\n") == code)
  }

  @Test(arguments: [
    ("for a in memory.owned.keys {", true), ("for a in memory.owned.keys.sorted() {", false),
    ("let a = owned.values.first { $0.isOpen }", true), ("let a = owned.values.contains { $0.isOpen }", false),
    ("for (a, b) in owned {", true), ("for a in list {", false), ("for a in Set(list) {", true),
    ("for a in Set(list).sorted() {", false), ("owned.forEach { use($0) }", true), ("let a = Array(owned)", true),
    ("let a = Array(memory.owned.values)", true), ("let a = Array(list)", false), ("let a = owned.map(\\.key)", true),
    ("let a = owned.map(\\.key).sorted()", false), ("let a = list.map(\\.key)", false),
    ("for a in owned where a {", true),
    ("for a in owned { kept[a] = a.lots }", false), ("for a in owned { kept.append(a) }", true),
    ("let a = Set(owned.map(\\.key))", false), ("let a = owned.reduce(into: 0) { $0 = $1 }", true),
    ("var list: [Int] = []; let owned = list; for a in owned {", false), ("for a in fresh {", true),
    ("func f(_ given: Set<Int>) { for a in given {", true),
  ]) func `an unsorted loop is found`(line: String, isFound: Bool) {
    let file = SourceFile(path: "Sources/X/Y.swift", text: "let fresh = Set(list)\n" + line)
    let other = SourceFile(
      path: "Sources/X/Z.swift", text: "struct Z {\n  private(set) var owned: [Ticket: Int] = [:]\n}")
    #expect(UnsortedOrder([file, other]).places(in: file).map(\.line) == (isFound ? [2] : []))
  }

  @Test func `a default beside an enum's cases is found, and one beside numbers is not`() {
    let file = SourceFile(
      path: "Sources/X/Y.swift",
      text: """
        switch a {
        case .b: 1
        default: 2
        }
        switch n {
        case 0: 1
        default: 2
        }
        """)
    #expect(EnumDefaults.places(in: file).map(\.line) == [3])
  }
}
