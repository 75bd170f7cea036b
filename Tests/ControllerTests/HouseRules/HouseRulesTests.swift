import Foundation
import Testing

/// What the handbook promises of the code, as far as text can show it. Nothing is built here: the files are read.
struct HouseRulesTests {
  private let tree: SourceTree

  init() throws { tree = try SourceTree.shared.get() }

  private var core: [SourceFile] { tree.sources.filter { $0.target == "Reconciler" } }

  @Test func `the core imports nothing`() {
    #expect(core.count > 50)
    let found = core.flatMap { file in
      file.find(/^\s*(@\w+ )?(public |internal )?import\b/, near: ["import"]).map { "\(file.path):\($0.line)" }
    }
    #expect(found == [])
  }

  /// Names that reach out of a value, each as a whole word; `(` stands for a call.
  private static let outside = [
    "Date(", "UUID", "Task", "async", "await", "print(", "debugPrint(", "dump(", "fatalError", "getenv(", "readLine(",
    "ContinuousClock", "SuspendingClock", "RandomNumberGenerator", ".random", ".shuffle", ".hashValue", "Hasher(",
    "SystemRandomNumberGenerator", "Mutex", "Atomic", "Logger", "DispatchQueue", "Thread", "ProcessInfo", "FileManager",
    "nonisolated(unsafe)", "ObjectIdentifier", "Unmanaged", "CommandLine", "#if",
  ]

  @Test func `the core has no clock, no randomness, no concurrency and no output`() {
    let found = core.flatMap { file in
      file.find(/./, near: Self.outside).filter { place in
        Self.outside.contains { Words.whole($0, in: file.code[place.line - 1]) }
      }.map { "\(file.path):\($0.line): \($0.text)" }
    }
    #expect(found == [])
  }

  @Test func `the core never lets the order of a dictionary or set decide`() {
    let order = UnsortedOrder(core)
    #expect(order.properties.count > 20)
    check(.unsortedOrder, core, order.places(in:))
  }

  @Test(arguments: [
    ("Reconciler", []),
    ("Bridge", ["CLibCurl", "Dispatch", "CDispatch", "Glibc", "Reconciler", "Synchronization"]),
    (
      "PaperTerminal",
      ["FoundationEssentials", "Glibc", "NIOCore", "NIOHTTP1", "NIOPosix", "Reconciler", "Synchronization"]
    ),
  ]) func `a module imports only what the architecture lets it`(module: String, allowed: [String]) {
    let files = tree.sources.filter { $0.target == module }
    #expect(!files.isEmpty)
    #expect(Set(files.flatMap(Self.imports)).subtracting(allowed).sorted() == [])
  }

  @Test(arguments: [("Controller", ["PaperTerminal", "mt4ctl"]), ("mt4ctl", ["CLibCurl", "CLibPQ", "CLibYAML"])])
  func `a module does not reach around its neighbour`(module: String, banned: [String]) {
    let files = tree.sources.filter { $0.target == module }
    #expect(!files.isEmpty)
    #expect(Set(files.flatMap(Self.imports)).intersection(banned).sorted() == [])
  }

  private static func imports(_ file: SourceFile) -> [String] {
    let statement = /^\s*(?:@\w+ )?(?:public |internal )?import (?:struct |class |enum |func )?(\w+)/
    return file.code.compactMap { line in
      Words.any(["import "], in: line) ? line.firstMatch(of: statement).map { String($0.1) } : nil
    }
  }

  @Test func `nothing is forced, and nothing ends the process but a broken promise`() {
    check(.forced, tree.sources) { file in
      file.find(/\btry!|\bas!|\bfatalError\b|[\w)\]]!(?:$|[\s.,)\]:;\[(])/, near: ["!", "fatalError"])
    }
  }

  @Test func `only threads of our own wait on a semaphore`() {
    check(.blocking, tree.sources) { file in file.find(/\bDispatchSemaphore\b/, near: ["DispatchSemaphore"]) }
  }

  @Test func `no number passes through a binary float`() {
    check(.binaryFloat, tree.sources) { file in
      file.find(
        /\b(Double|Float|Float16|Float32|Float64|Float80|CGFloat|Decimal)\b/, near: ["Double", "Float", "Decimal"])
    }
  }

  /// A quotation mark under an accent, and a line feed after a carriage return, are other characters and the same bytes: what
  /// is escaped or cut by characters lets them by.
  @Test func `marks of a format are looked for by bytes or scalars, not by characters`() {
    let marks = #/\.(?:replacing|contains)\("(?:\\[nr"\\]|')"/#
    let found = tree.sources.flatMap { file in
      file.lines.enumerated().filter { _, line in
        Words.any([".replacing(", ".contains("], in: line) && !Words.any(["utf8", "calars"], in: line)
          && line.contains(marks)
      }.map { "\(file.path):\($0.offset + 1): \($0.element)" }
    }
    #expect(found == [])
  }

  @Test func `a switch over an enum names every case`() {
    check(.ownEnumDefault, tree.sources, EnumDefaults.places(in:))
  }

  @Test func `a file is short, and never long`() {
    let files = tree.sources + tree.tests
    #expect(files.filter { $0.lines.count > 501 }.map(\.path) == [])
    check(.length, files) { file in file.lines.count > 301 ? [(1, "\(file.lines.count - 1) lines")] : [] }
  }

  @Test func `each folder says in a head comment what lives there`() {
    let folders = Dictionary(grouping: tree.sources, by: \.folder)
    let silent = folders.filter { _, files in !files.contains { $0.lines.first?.hasPrefix("// ") ?? false } }
    #expect(silent.keys.sorted() == [])
  }

  @Test func `each public type and each public function of the core has a docstring`() {
    // A nested type is explained by the property that has it.
    let declaration = #/^(?:public (?:struct|enum|protocol)\s|\s*public (?:static |mutating )*func\s)/#
    let bare = core.flatMap { file in
      file.find(declaration, near: ["public "]).filter { !Self.isDocumented(file, $0.line) }.map {
        "\(file.path):\($0.line): \($0.text)"
      }
    }
    #expect(bare == [])
  }

  /// A `///` above it, beyond attributes; operators and what a protocol asks for explain themselves.
  private static func isDocumented(_ file: SourceFile, _ line: Int) -> Bool {
    let text = file.lines[line - 1]
    if text.contains(/func [^\w\s]/) || text.contains("func hash(") { return true }
    var at = line - 2
    while at >= 0, file.lines[at].trimmingCharacters(in: .whitespaces).hasPrefix("@") { at -= 1 }
    return at >= 0 && file.lines[at].trimmingCharacters(in: .whitespaces).hasPrefix("///")
  }

  @Test func `nothing is left for later`() {
    let later = /(?:\/\/|#).*\b(?:TO|FIX)(?:DO|ME)\b|\bX{3}\b:/
    let found = (tree.sources + tree.tests).flatMap { file in
      file.lines.enumerated().filter { _, line in
        Words.any(["TO" + "DO", "FIX" + "ME", "XX" + "X:"], in: line) && line.contains(later)
      }.map { "\(file.path):\($0.offset + 1)" }
    }
    #expect(found == [])
  }

  @Test func `every exception is still needed, and is said once`() {
    #expect(Set(HouseException.all).count == HouseException.all.count)
    let paths = Set((tree.sources + tree.tests).map(\.path))
    #expect(HouseException.all.map(\.path).filter { !paths.contains($0) } == [])
    #expect(HouseException.all.allSatisfy { !$0.why.isEmpty })
  }

  /// No breach but the listed ones, and each of these.
  private func check(
    _ rule: HouseRule, _ files: [SourceFile], location: SourceLocation = #_sourceLocation,
    _ places: (SourceFile) -> [(line: Int, text: String)]
  ) {
    let excepted = Set(HouseException.all.filter { $0.rule == rule }.map(\.path))
    var needed: Set<String> = []
    var found: [String] = []
    for file in files {
      for place in places(file) {
        if excepted.contains(file.path) {
          needed.insert(file.path)
        } else {
          found.append("\(file.path):\(place.line): \(place.text.trimmingCharacters(in: .whitespaces))")
        }
      }
    }
    #expect(found == [], "\(rule)", sourceLocation: location)
    #expect(excepted.subtracting(needed).sorted() == [], "exceptions of \(rule) without need", sourceLocation: location)
  }
}
