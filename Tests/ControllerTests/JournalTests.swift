import CDispatch
import CoreFoundation
import Glibc
import Reconciler
import Testing

@testable import Controller

@Suite("Journal: writing, reading on, closing")
struct JournalTests {
  let folder = StateFolder()

  @Test func `What was appended is replayed in order after a restart, and the chain goes on`() throws {
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    #expect(journal.recovered == JournalRecovery(isNew: true, isLost: false, lastSequence: 0, torn: nil))
    #expect(journal.chain.utf8.count == 16)
    let events = EventLog(journal)
    try journal.append(Record.plain(1...3))
    try journal.append(Record.plain(4...5))
    #expect(events.comes(.durable(5)))
    #expect(journal.close())

    let again = try Journal.open(stateDirectory: folder.path, options: .small)
    #expect(again.chain == journal.chain)
    #expect(again.recovered == JournalRecovery(isNew: false, isLost: false, lastSequence: 5, torn: nil))
    try again.append([.plain(6)])
    #expect(again.close())
    #expect(try folder.replay() == [1, 2, 3, 4, 5, 6])
    #expect(try JournalVerifier.verify(stateDirectory: folder.path).isIntact)
  }

  @Test func `Files and folders are for the owner only`() throws {
    try folder.fill(1)
    for (path, mode) in [
      (folder.path, 0o700), (folder.journal, 0o700), (folder.segments[0], 0o600), (folder.journal + "/head", 0o600),
    ] {
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o777 == mode, "\(path)")
    }
  }

  @Test func `A snapshot begins a new segment, and a start reads from the newest one on`() throws {
    try folder.fill(10, snapshots: [4, 7])
    #expect(
      folder.segments.map { String($0.suffix(26)) } == [
        "00000000000000000001.jsonl", "00000000000000000004.jsonl", "00000000000000000007.jsonl",
      ])
    #expect(try folder.replay() == [7, 8, 9, 10])
  }

  @Test(arguments: [[1, 3], [2], [0], [1, 1], [1, 2, 4]] as [[Int64]])
  func `A sequence that does not follow is refused, and nothing of it is taken`(sequences: [Int64]) throws {
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    #expect(throws: JournalError.self) { try journal.append(sequences.map { .plain($0) }) }
    try journal.append([.plain(1)])
    #expect(journal.close())
    #expect(journal.durableSequence == 1)
  }

  @Test func `A hundred thousand records come in the order of appending, from eight threads at once`() throws {
    var options = JournalOptions.small
    options.maximumQueued = 200_000
    let journal = try Journal.open(stateDirectory: folder.path, options: options)
    let events = EventLog(journal)
    let next = Monitor<Int64>(1)
    let finished = Monitor(0)
    for _ in 0..<8 {
      try OwnThread.start(name: "append") {
        var more = true
        while more {
          more = next.withLock { sequence in
            guard sequence <= 20_000 else { return false }
            try? journal.append(Record.plain(sequence...(sequence + 9)))
            sequence += 10
            return true
          }
        }
        finished.withLock { $0 += 1 }
      }
    }
    #expect(finished.wait(atMost: .seconds(60)) { $0 == 8 ? true : nil } == true)
    try journal.append(Record.plain(20_001...100_000))
    #expect(journal.close(within: .seconds(120)))
    #expect(journal.durableSequence == 100_000)
    let durable = events.all.compactMap { if case .durable(let sequence) = $0 { sequence } else { nil } }
    #expect(durable == durable.sorted())
    #expect(durable.last == 100_000)
    var file = SegmentReader(file: try DiskFile(path: folder.segments[0], flags: O_RDONLY), limit: .max)
    var wrong: [Int64] = []
    for sequence in Int64(1)...100_000
    where try file.next()?.bytes.suffix(20).ends(with: "\"seq\":\(sequence)}") != true {
      wrong.append(sequence)
    }
    #expect(wrong.isEmpty)
    #expect(try file.next() == nil)
  }

  @Test func `Too much waiting is an error, not a loss`() throws {
    var options = JournalOptions.small
    options.maximumQueued = 10
    let journal = try Journal.open(stateDirectory: folder.path, options: options)
    #expect(throws: JournalError.overflow(limit: 10)) { try journal.append(Record.plain(1...11)) }
    try journal.append(Record.plain(1...10))
    #expect(journal.settle())
    try journal.append(Record.plain(11...20))
    #expect(journal.close())
    #expect(throws: JournalError.closed) { try journal.append([.plain(21)]) }
  }

  @Test func `A cursor reads along while records are appended, across segments, each line once`() throws {
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    try OwnThread.start(name: "append") {
      for first in stride(from: Int64(1), to: 5_000, by: 5) {
        try? journal.append((first..<(first + 5)).map { .plain($0, type: $0 % 500 == 1 ? .snapshot : .heartbeat) })
      }
    }
    let cursor = journal.cursor(after: 0)
    var seen: [Int64] = []
    var empty = 0
    while seen.count < 5_000, empty < 5_000 {
      let lines = try cursor.next(limit: 333)
      #expect(lines.count <= 333)
      if lines.isEmpty {
        empty += 1
        usleep(2_000)
      }
      #expect(lines.allSatisfy { $0.sequence <= journal.durableSequence && $0.verifyHash() })
      seen += lines.map(\.sequence)
    }
    #expect(seen == Array(1...5_000))
    #expect(try journal.lines(after: 4_321, limit: 2).map(\.sequence) == [4_322, 4_323])
    #expect(try journal.lines(after: 500, limit: 1).map(\.record) == [.plain(501, type: .snapshot)])
    #expect(try journal.lines(after: 5_000, limit: 1).isEmpty)
    #expect(journal.close())
  }

  @Test func `A read that comes upon damage is begun again where it began, once the damage is mended`() throws {
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    try journal.append(Record.plain(1...10))
    #expect(journal.settle())
    let good = try StateFolder.read(folder.segments[0])
    let lines = good.split(separator: 0x0A)
    var bad = good
    bad[lines[6].startIndex + 20] ^= 1
    try StateFolder.write(bad, to: folder.segments[0])
    let cursor = journal.cursor(after: 3)
    #expect(throws: JournalError.self) { try cursor.next(limit: 10) }
    try StateFolder.write(good, to: folder.segments[0])
    #expect(try cursor.next(limit: 10).map(\.sequence) == Array(4...10))
    #expect(journal.close())
  }

  @Test func `A full segment is reported once, and after the snapshot the next one`() throws {
    var options = JournalOptions.small
    options.segmentBytes = 1_000
    let journal = try Journal.open(stateDirectory: folder.path, options: options)
    let events = EventLog(journal)
    for sequence in Int64(1)...10 {
      try journal.append([.plain(sequence)])
      #expect(journal.settle())
    }
    #expect(events.all.filter { $0 == .segmentFull }.count == 1)
    try journal.append([.plain(11, type: .snapshot)] + Record.plain(12...20))
    #expect(journal.settle())
    #expect(events.all.filter { $0 == .segmentFull }.count == 2)
    #expect(journal.close())
  }

  @Test func `A snapshot that is larger than a segment does not fill the segment that it begins`() throws {
    var options = JournalOptions.small
    options.segmentBytes = 1_000
    let journal = try Journal.open(stateDirectory: folder.path, options: options)
    let events = EventLog(journal)
    try journal.append(
      [.plain(1, message: String(repeating: "x", count: 10_000), type: .snapshot)] + Record.plain(2...9))
    #expect(journal.settle())
    #expect(!events.all.contains(.segmentFull))
    try journal.append([.plain(10, message: String(repeating: "x", count: 10_000))])
    #expect(journal.settle())
    #expect(events.all.filter { $0 == .segmentFull }.count == 1)
    #expect(journal.close())
  }

  @Test func `A segment that cannot be removed stays, is told of, and holds no record back`() throws {
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    let events = EventLog(journal)
    try journal.append((1...30).map { .plain($0, type: $0 % 10 == 1 ? .snapshot : .heartbeat) })
    #expect(journal.settle())
    journal.markShipped(30)
    // A folder in the place of the first one cannot be unlinked.
    let first = try #require(folder.segments.sorted().first)
    let aside = folder.path + "/aside"
    #expect(unsafe (rename(first, aside), mkdir(first, 0o700)) == (0, 0))
    let late = Timestamp(seconds: 1_793_520_000 + 31 * 86_400)
    journal.removeOldSegments(now: late)
    #expect(journal.settle())
    #expect(events.all.contains { if case .removalFailed = $0 { true } else { false } })
    try journal.append([.plain(31)])
    #expect(journal.settle())
    #expect(events.all.contains(.durable(31)))
    #expect(unsafe (rmdir(first), rename(aside, first)) == (0, 0))
    journal.removeOldSegments(now: late)
    #expect(journal.settle())
    #expect(journal.oldestSequence == 21)
    #expect(journal.close())
  }

  @Test func `Segments go when shipped, old, and behind a snapshot, and never the newest`() throws {
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    let events = EventLog(journal)
    try journal.append((1...30).map { .plain($0, type: $0 % 10 == 1 ? .snapshot : .heartbeat) })
    let late = Timestamp(seconds: 1_793_520_000 + 31 * 86_400)
    journal.removeOldSegments(now: late)
    #expect(journal.settle())
    #expect(folder.segments.count == 3, "nothing is shipped")
    journal.markShipped(30)
    journal.removeOldSegments(now: Timestamp(seconds: 1_793_520_000 + 86_400))
    #expect(journal.settle())
    #expect(folder.segments.count == 3, "nothing is old")
    journal.markShipped(19)
    journal.removeOldSegments(now: late)
    #expect(journal.settle())
    #expect(events.all.contains(.removed(oldest: 11)))
    #expect(folder.segments.count == 2, "the second one is not wholly shipped")
    journal.markShipped(30)
    journal.removeOldSegments(now: late)
    #expect(journal.settle())
    #expect(journal.oldestSequence == 21)
    #expect(throws: JournalError.gone(sequence: 5, oldest: 21)) { try journal.lines(after: 4, limit: 1) }
    #expect(try journal.lines(after: 20, limit: 1).map(\.sequence) == [21])
    #expect(journal.close())
    #expect(try JournalVerifier.verify(stateDirectory: folder.path).findings == [])
    #expect(try folder.replay() == Array(21...30))
  }

  @Test func `A second opener is told who has the state directory`() throws {
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    let path = folder.path
    #expect(throws: JournalError.locked(path: path, pid: getpid())) { try Journal.open(stateDirectory: path) }
    #expect(journal.close())
    let second = try Journal.open(stateDirectory: path, options: .small)
    #expect(second.close())
  }

  @Test func `A state directory that is a file is refused in plain words`() throws {
    let file = folder.path + "-file"
    try StateFolder.write([], to: file)
    defer { unlink(file) }
    #expect(throws: JournalError.directory(path: file, problem: "it is not a directory")) {
      try Journal.open(stateDirectory: file)
    }
    #expect(throws: JournalError.directory(path: "/proc/none", problem: "it cannot be made: No such file or directory"))
    {
      try Journal.open(stateDirectory: "/proc/none")
    }
  }
}

extension Sequence<UInt8> {
  fileprivate func ends(with text: String) -> Bool { Array(self).suffix(text.utf8.count).elementsEqual(text.utf8) }
}
