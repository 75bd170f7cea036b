import Glibc
import Reconciler
import Testing

@testable import Controller

@Suite("Journal: recovery after a crash, and damage")
struct JournalRecoveryTests {
  let folder = StateFolder()

  /// Where each line of a file starts, and the file's size.
  static func borders(_ bytes: [UInt8]) -> [Int] {
    [0] + bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
  }

  @Test func `A cut at every byte of the last lines loses the unfinished line only, and keeps its bytes aside`() throws
  {
    try folder.fill(6)
    let whole = try StateFolder.read(folder.segments[0])
    let borders = Self.borders(whole)
    // As after a power cut before the head was written again.
    var head = try #require(try JournalHead.read(in: folder.journal))
    (head.sequence, head.hash) = (0, JournalLine.firstPrevHash)
    for size in borders[3]..<whole.count {
      let copy = StateFolder()
      try copy.fill(1)
      try head.write(in: copy.journal, by: SystemFiles())
      try StateFolder.write(whole.prefix(size), to: copy.segments[0])
      let border = try #require(borders.last { $0 <= size })
      let journal = try Journal.open(stateDirectory: copy.path, options: .small)
      let last = Int64(borders.firstIndex(of: border) ?? 0)
      #expect(journal.recovered.lastSequence == last, "cut at \(size)")
      let torn = journal.recovered.torn
      #expect(torn?.bytes == (size == border ? nil : size - border))
      #expect(torn.map { $0.offset } == (size == border ? nil : Int64(border)))
      if let torn { #expect(try StateFolder.read(try #require(torn.keptIn)).elementsEqual(whole[border..<size])) }
      #expect(try StateFolder.read(copy.segments[0]).elementsEqual(whole[..<border]))
      try journal.append([.plain(last + 1)])
      #expect(journal.close())
      #expect(try JournalVerifier.verify(stateDirectory: copy.path).findings == [])
      #expect(try copy.replay() == Array(1...(last + 1)))
    }
  }

  @Test func `A last line whose pages did not reach the disk is cut off too`() throws {
    try folder.fill(3)
    let whole = try StateFolder.read(folder.segments[0])
    for tail in [[UInt8](repeating: 0, count: 700), Array("{\"half\":\n".utf8), [0x0A]] {
      try StateFolder.write(whole + tail, to: folder.segments[0])
      let journal = try Journal.open(stateDirectory: folder.path, options: .small)
      #expect(journal.recovered.torn?.bytes == tail.count)
      #expect(journal.recovered.lastSequence == 3)
      #expect(journal.close())
      #expect(try StateFolder.read(folder.segments[0]) == whole)
    }
  }

  @Test func `A crash within the snapshot of a new segment goes back to the segment before`() throws {
    try folder.fill(5, snapshots: [6])
    let text = JournalLine.make(record: .plain(6, type: .snapshot), chain: "c", prevHash: JournalLine.firstPrevHash)
      .text
    for size in [0, 1, text.utf8.count / 2, text.utf8.count] {
      try StateFolder.write(Array(text.utf8).prefix(size), to: folder.journal + "/" + Segment.name(first: 6))
      let journal = try Journal.open(stateDirectory: folder.path, options: .small)
      #expect(journal.recovered.lastSequence == 5)
      #expect(journal.recovered.torn?.bytes == (size == 0 ? nil : size))
      #expect(folder.segments.count == 1)
      if size == text.utf8.count { try journal.append([.plain(6, type: .snapshot), .plain(7)]) }
      #expect(journal.close())
    }
    #expect(try folder.replay() == [6, 7])
  }

  @Test func `Records that were durable and are gone stop the start`() throws {
    try folder.fill(6)
    let segment = folder.segments[0]
    let whole = try StateFolder.read(segment)
    let borders = Self.borders(whole)
    for size in [borders[5], borders[5] + 10, borders[1], 0, whole.count - 1] {
      try StateFolder.write(whole.prefix(size), to: segment)
      let last = Int64((borders.lastIndex { $0 <= size }) ?? 0)
      #expect(throws: JournalError.tailCut(head: 6, last: last)) { try folder.replay() }
      #expect(try StateFolder.read(segment).count == size, "nothing is changed on the way")
    }
    unlink(segment)
    #expect(throws: JournalError.tailCut(head: 6, last: 0)) { try folder.replay() }
  }

  @Test func `A flipped bit at any byte stops the start, or is the unfinished end that head knows of`() throws {
    try folder.fill(4)
    let segment = folder.segments[0]
    let whole = try StateFolder.read(segment)
    for index in whole.indices {
      var changed = whole
      changed[index] ^= UInt8(1 << (index % 8))
      try StateFolder.write(changed, to: segment)
      #expect(throws: JournalError.self, "byte \(index)") { try folder.replay() }
      #expect(!(try JournalVerifier.verify(stateDirectory: folder.path).isIntact), "byte \(index)")
    }
    try StateFolder.write(whole, to: segment)
    #expect(try folder.replay() == [1, 2, 3, 4])
  }

  @Test func `An edit names the file, the byte and what is wrong`() throws {
    try folder.fill(3)
    let segment = folder.segments[0]
    let whole = try StateFolder.read(segment)
    let border = Self.borders(whole)[1]
    let text = String(decoding: whole[border...], as: UTF8.self)
    let edited = text.split(separator: "text", maxSplits: 1).joined(separator: "tests")
    try StateFolder.write(whole[..<border] + Array(edited.utf8), to: segment)
    let error = #expect(throws: JournalError.self) { try folder.replay() }
    #expect(
      error?.description
        == "\(segment) is damaged at byte \(border): record 2 was edited: its hash is not that of its text")
  }

  @Test func `A missing segment in the middle stops the start`() throws {
    try folder.fill(9, snapshots: [4, 7])
    let segments = folder.segments
    unlink(segments[1])
    #expect(
      throws: JournalError.damaged(
        file: segments[2], offset: 0, problem: "the segment before it ends with record 3, but must end with 6")
    ) { try folder.replay() }
    let found = try JournalVerifier.verify(stateDirectory: folder.path).findings
    #expect(found.map(\.kind) == [.chain(.missing)])
    #expect(found.map(\.message) == ["records 4 to 6 are missing before record 7"])
  }

  @Test func `A head that cannot be read, and one of another chain, stop the start`() throws {
    try folder.fill(2)
    let head = try #require(try JournalHead.read(in: folder.journal))
    var other = head
    other.chain = "anotheranotherab"
    try other.write(in: folder.journal, by: SystemFiles())
    #expect(throws: JournalError.self) { try folder.replay() }
    other = head
    other.hash = JournalLine.firstPrevHash
    try other.write(in: folder.journal, by: SystemFiles())
    #expect(throws: JournalError.self) { try folder.replay() }
    try StateFolder.write(Array("{}".utf8), to: folder.journal + "/head")
    #expect(throws: JournalError.self) { try folder.replay() }
    try head.write(in: folder.journal, by: SystemFiles())
    #expect(try folder.replay() == [1, 2])
  }

  @Test func `A record that the reader refuses, or that this version does not know, stops the start`() throws {
    struct Refusal: Error {}
    try folder.fill(2)
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    #expect(throws: JournalError.refused(sequence: 2, problem: "Refusal()")) {
      try journal.replay { if $0.sequence == 2 { throw Refusal() } }
    }
    #expect(journal.close())
  }
}
