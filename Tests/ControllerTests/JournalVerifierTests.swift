import Glibc
import Reconciler
import Testing

@testable import Controller

@Suite("Journal: verification finds every change")
struct JournalVerifierTests {
  let folder = StateFolder()

  /// A change of the lines of a log of ten records, and what verification says of it.
  struct Change: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let lines: @Sendable ([String]) -> [String]
    let kinds: [JournalFinding.Kind]
    let sequence: Int64?

    init(
      _ name: String, _ kinds: [JournalFinding.Kind], at sequence: Int64?,
      _ lines: @escaping @Sendable ([String]) -> [String]
    ) {
      testDescription = name
      self.lines = lines
      self.kinds = kinds
      self.sequence = sequence
    }

    static let all = [
      Change("nothing", [], at: nil) { $0 },
      Change("an edited message", [.chain(.edited)], at: 5) { $0.changing(4) { $0.replacing("text", with: "tent") } },
      Change("an edit with its hash made new", [.chain(.brokenLink)], at: 6) {
        $0.changing(4) { JournalVerifierTests.remade($0, message: "forged") }
      },
      Change("an edited link", [.chain(.edited), .chain(.brokenLink)], at: 5) {
        let hash = JournalVerifierTests.member("prev_hash", $0[3])
        return $0.changing(4) { $0.replacing(JournalVerifierTests.member("prev_hash", $0), with: hash) }
      },
      Change("a deleted record", [.chain(.missing)], at: 5) { $0.removing(4) },
      Change("a deleted first record", [.startCut, .wrongName, .noSnapshot], at: nil) { $0.removing(0) },
      Change("an inserted copy", [.chain(.outOfOrder)], at: 3) { $0.inserting($0[2], at: 6) },
      Change("two swapped records", [.chain(.missing), .chain(.outOfOrder)], at: 5) { $0.swapping(4, 5) },
      Change("half a line in the middle", [.chain(.unreadable)], at: 5) { $0.changing(4) { String($0.prefix(100)) } },
      Change("an empty line in the middle", [.chain(.unreadable), .chain(.outOfOrder)], at: 5) {
        $0.inserting("", at: 4)
      },
      Change("a record of another chain", [.chain(.edited), .chain(.wrongChain)], at: 5) {
        let chain = JournalVerifierTests.member("chain", $0[0])
        return $0.changing(4) { $0.replacing(chain, with: "aaaaaaaaaaaaaaaa") }
      },
      Change("a tail cut at a record's border", [.tailCut], at: 10) { $0.dropLast(2) },
      Change("a last record made anew", [.headMismatch], at: 10) {
        $0.changing(9) { JournalVerifierTests.remade($0, message: "forged") }
      },
      Change("everything gone", [.tailCut], at: 10) { _ in [] },
    ]
  }

  static func member(_ name: String, _ line: String) -> String { (try? JSONParser.parse(line))?[name]?.string ?? "" }

  /// The line with another message and a hash that fits.
  static func remade(_ text: String, message: String) -> String {
    guard let line = try? JournalLine.parse(text), var record = line.record else { return "" }
    record.message = message
    return JournalLine.make(record: record, chain: line.chain, prevHash: line.prevHash).text
  }

  @Test(arguments: Change.all)
  func `A change of the lines is found, with its place`(change: Change) throws {
    try folder.fill(10)
    let segment = folder.segments[0]
    let lines = String(decoding: try StateFolder.read(segment), as: UTF8.self).split(separator: "\n").map { String($0) }
    try StateFolder.write(Array(change.lines(lines).map { $0 + "\n" }.joined().utf8), to: segment)
    let result = try JournalVerifier.verify(stateDirectory: folder.path)
    #expect(Set(result.findings.map(\.kind)) == Set(change.kinds), "\(result.findings)")
    #expect(result.findings.count == change.kinds.count)
    if let sequence = change.sequence { #expect(result.findings.first?.sequence == sequence) }
    if change.testDescription != "nothing" {
      #expect(throws: JournalError.self, "a start sees it too") { try folder.replay() }
    }
  }

  @Test func `A whole log is summed up`() throws {
    try folder.fill(10, snapshots: [5])
    let result = try JournalVerifier.verify(stateDirectory: folder.path)
    #expect(result.isIntact)
    #expect(result.firstSequence == 1 && result.lastSequence == 10 && result.records == 10)
    #expect(result.lastHash == (try JournalHead.read(in: folder.journal))?.hash)
    #expect(result.chain?.utf8.count == 16)
  }

  @Test func `An unfinished end is no damage, but one in an older segment is`() throws {
    try folder.fill(6, snapshots: [4])
    let segments = folder.segments
    let old = try StateFolder.read(segments[0])
    let new = try StateFolder.read(segments[1])
    try StateFolder.write(new + Array("{\"acti".utf8), to: segments[1])
    #expect(try JournalVerifier.verify(stateDirectory: folder.path).isIntact)
    #expect(try JournalVerifier.verify(stateDirectory: folder.path).unfinishedBytes == 6)
    try StateFolder.write(old + Array("{\"acti".utf8), to: segments[0])
    let found = try JournalVerifier.verify(stateDirectory: folder.path).findings
    #expect(found.map(\.kind) == [.unfinishedSegment])
    #expect(found.map(\.offset) == [Int64(old.count)])
    #expect(throws: JournalError.self) { try folder.replay() }
  }

  @Test func `Old segments that were taken away are missed`() throws {
    try folder.fill(9, snapshots: [4, 7])
    unlink(folder.segments[0])
    let found = try JournalVerifier.verify(stateDirectory: folder.path).findings
    #expect(found.map(\.kind) == [.startCut])
    #expect(found.map(\.message) == ["the log begins with record 4, but head says that it is kept from 1 on"])
  }

  @Test(arguments: [0, 3]) func `Records without their head are damage, whether their tail was cut or not`(cut: Int)
    throws
  {
    try folder.fill(10)
    let segment = folder.segments[0]
    let lines = String(decoding: try StateFolder.read(segment), as: UTF8.self).split(separator: "\n")
    try StateFolder.write(Array(lines.dropLast(cut).map { $0 + "\n" }.joined().utf8), to: segment)
    unlink(folder.journal + "/head")
    let result = try JournalVerifier.verify(stateDirectory: folder.path)
    #expect(result.findings.map(\.kind) == [.removed])
    let error = #expect(throws: JournalError.self) { try folder.replay() }
    #expect(error == .headMissing(path: folder.journal + "/head", last: Int64(10 - cut)))
  }

  @Test func `A state directory with revisions and no journal is not intact, and a start says that it was lost`() throws
  {
    try folder.fill(3)
    for name in try Disk.names(in: folder.journal) { unlink(folder.journal + "/" + name) }
    try Disk.makeDirectory(folder.path + "/revisions")
    let revision = folder.path + "/revisions/000001.json"
    defer {
      unlink(revision)
      rmdir(folder.path + "/revisions")
    }
    #expect(try JournalVerifier.verify(stateDirectory: folder.path).isIntact)
    try StateFolder.write(Array("{}".utf8), to: revision)
    #expect(try JournalVerifier.verify(stateDirectory: folder.path).findings.map(\.kind) == [.removed])
    rmdir(folder.journal)
    #expect(try JournalVerifier.verify(stateDirectory: folder.path).findings.map(\.kind) == [.removed])
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    #expect(journal.recovered.isLost && journal.recovered.isNew)
    #expect(journal.close())
    // What was lost is said once; from here on it is a log that has not begun.
    #expect(try JournalVerifier.verify(stateDirectory: folder.path).isIntact)
  }

  @Test func `A start that ended before its first record is taken up with its chain`() throws {
    let first = try Journal.open(stateDirectory: folder.path, options: .small)
    let chain = first.chain
    #expect(first.close())
    #expect(try JournalHead.read(in: folder.journal)?.sequence == 0)
    let second = try Journal.open(stateDirectory: folder.path, options: .small)
    #expect(second.chain == chain && second.recovered.isNew && !second.recovered.isLost)
    #expect(second.close())
  }

  @Test func `Verification runs beside a controller that writes`() throws {
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    for first in stride(from: Int64(1), to: 3_000, by: 100) {
      try journal.append((first..<(first + 100)).map { .plain($0, type: $0 % 1_000 == 1 ? .snapshot : .heartbeat) })
      #expect(try JournalVerifier.verify(stateDirectory: folder.path).findings == [])
    }
    #expect(journal.close())
  }
}

extension [String] {
  fileprivate func changing(_ index: Int, _ change: (String) -> String) -> [String] {
    var out = self
    out[index] = change(out[index])
    return out
  }

  fileprivate func removing(_ index: Int) -> [String] {
    var out = self
    out.remove(at: index)
    return out
  }

  fileprivate func inserting(_ line: String, at index: Int) -> [String] {
    var out = self
    out.insert(line, at: index)
    return out
  }

  fileprivate func swapping(_ a: Int, _ b: Int) -> [String] {
    var out = self
    out.swapAt(a, b)
    return out
  }
}

extension String {
  fileprivate func replacing(_ old: String, with new: String) -> String {
    guard !old.isEmpty, let range = self.firstRange(of: old) else { return self }
    return replacingCharacters(range, new)
  }

  private func replacingCharacters(_ range: Range<Index>, _ new: String) -> String {
    var out = self
    out.replaceSubrange(range, with: new)
    return out
  }
}
