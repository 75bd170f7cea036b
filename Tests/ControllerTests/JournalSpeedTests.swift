import Crypto
import Glibc
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// What is done a short way for speed comes to the same as the long way.
@Suite("Journal: lines and batches, the short way")
struct JournalSpeedTests {
  let folder = StateFolder()

  private static func record(_ sequence: Int64, _ change: (inout Record) -> Void = { _ in }) -> Record {
    var record = Record(
      sequence: sequence, agent: AgentID("agent_1"), type: .intent, reason: .target, message: "open 0.05 EURUSD",
      metadata: ["lots": "0.05", "list": [1, .null, true], "hash": "x", "b": ["z": 1, "a": "ä"]], actionID: "a-1",
      revision: 7, observedAt: Timestamp(microseconds: 1_790_000_000_123_456),
      createdAt: Timestamp(seconds: 1_790_000_001))
    change(&record)
    return record
  }

  /// The line as RFC 8785 and the chain's rule have it, by the core's own JSON.
  private static func line(_ record: Record, _ chain: String, _ prevHash: String) -> String {
    var members = record.json
    members["chain"] = .string(chain)
    members["prev_hash"] = .string(prevHash)
    var digest = SHA256()
    digest.update(data: Hexadecimal.bytes(prevHash) ?? [])
    digest.update(data: JSONValue.object(members).canonicalBytes)
    members["hash"] = .string(digest.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    return JSONValue.object(members).canonicalText
  }

  @Test(arguments: 0..<6)
  func `a line is made as the long way makes it, and read back as it was`(_ kind: Int) throws {
    let record = Self.record(9) { record in
      switch kind {
      case 1: record.agent = nil
      case 2: record.observedAt = nil
      case 3: (record.actionID, record.reason) = (nil, nil)
      case 4: record.message = "a \"quote\", a \\ and ünï 😀"
      case 5: record.metadata = ["nested": ["hash": "0", "text": ",\"hash\":\"00\""]]
      default: break
      }
    }
    let line = JournalLine.make(record: record, chain: "chain-a", prevHash: JournalLine.firstPrevHash)
    #expect(line.text == Self.line(record, "chain-a", JournalLine.firstPrevHash))
    let read = try JournalLine.parse(line.text)
    #expect(read.verifyHash() && read == line && read.record == record && read.columns != nil)
  }

  @Test func `a line with a member of another version is read, hashed as it stands, and has no columns of its own`()
    throws
  {
    var members = Self.record(3).json
    members["chain"] = "chain-a"
    members["data"] = ["a": 1, "hash": .string(String(repeating: "0", count: 64))]
    members["prev_hash"] = .string(JournalLine.firstPrevHash)
    var digest = SHA256()
    digest.update(data: [UInt8](repeating: 0, count: 32))
    digest.update(data: JSONValue.object(members).canonicalBytes)
    members["hash"] = .string(Hexadecimal.text(digest.finalize()))
    let line = try JournalLine.parse(JSONValue.object(members).canonicalText)
    #expect(line.verifyHash() && line.columns == nil && line.record != nil)
  }

  @Test func `many megabytes at once are durable in order, and whole`() throws {
    let count: Int64 = 4000
    let text = String(repeating: "x", count: 1500)
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    let events = EventLog(journal)
    let seen = Mutex<[Int64]>([])
    journal.onLines { lines in seen.withLock { $0 += lines.map(\.sequence) } }
    try journal.append((1...count).map { .plain($0, message: text, type: $0 == 2500 ? .snapshot : .heartbeat) })
    #expect(journal.close())
    #expect(seen.withLock { $0 } == Array(1...count))
    let told = events.all.compactMap { if case .durable(let sequence) = $0 { sequence } else { nil } }
    #expect(told.count > 2 && told == told.sorted() && told.last == count)
    let result = try JournalVerifier.verify(stateDirectory: folder.path)
    #expect(result.findings == [] && result.records == count)
    #expect(folder.segments.count == 2)
  }

  @Test func `a disk that fills up in the middle of many megabytes uses the reserve, and nothing is lost`() throws {
    let count: Int64 = 3000
    let text = String(repeating: "x", count: 1500)
    let files = FaultyFiles(.init(room: 2_500_000, longestWrite: 100_000))
    let journal = try Journal.open(
      stateDirectory: folder.path, options: JournalSpaceTests.options(files, reserve: 8 << 20))
    let events = EventLog(journal)
    try journal.append((1...count).map { .plain($0, message: text) })
    #expect(journal.close())
    #expect(events.all.contains(.space(.reserve)))
    let result = try JournalVerifier.verify(stateDirectory: folder.path)
    #expect(result.findings == [] && result.records == count)
  }

  @Test func `a sync that fails beside the next batch ends the journal, and its records are not durable`() throws {
    let files = FaultyFiles(.init())
    let journal = try Journal.open(stateDirectory: folder.path, options: JournalSpaceTests.options(files))
    let events = EventLog(journal)
    try journal.append([.plain(1)])
    #expect(events.comes(.durable(1)))
    files.plan.withLock { $0.syncErrno = EIO }
    try journal.append((2...3000).map { .plain($0, message: String(repeating: "x", count: 1500)) })
    #expect(events.comes { if case .failed(.system) = $0 { true } else { false } })
    #expect(!journal.close())
    #expect(journal.durableSequence == 1)
  }
  @Test func `records that never stop coming are durable in order, and none is called so before its sync`() throws {
    let files = SyncedFiles()
    let journal = try Journal.open(stateDirectory: folder.path, options: JournalSpaceTests.options(files))
    let told = Mutex<(last: Int64, events: Int, early: Int)>((0, 0, 0))
    journal.onEvent { event in
      guard case .durable(let sequence) = event else { return }
      let synced = files.synced
      told.withLock { told in
        if sequence <= told.last || sequence > synced { told.early += 1 }
        told = (sequence, told.events + 1, told.early)
      }
    }
    let seen = Mutex<[Int64]>([])
    journal.onLines { lines in seen.withLock { $0 += lines.map(\.sequence) } }
    let count: Int64 = 40_000
    var next: Int64 = 1
    while next <= count {
      let last = min(next + 19, count)
      try journal.append(Record.plain(next...last))
      next = last + 1
      // The queue is never empty, and never full.
      while next - journal.durableSequence > 20_000 { sched_yield() }
    }
    #expect(journal.close(within: .seconds(60)))
    #expect(told.withLock { $0.last } == count && told.withLock { $0.early } == 0 && told.withLock { $0.events } > 2)
    #expect(seen.withLock { $0 } == Array(1...count))
    let result = try JournalVerifier.verify(stateDirectory: folder.path)
    #expect(result.findings == [] && result.records == count)
  }
}

/// Counts the lines of segments that are synced.
private final class SyncedFiles: JournalFileSystem {
  private let lines = Mutex<(written: Int64, synced: Int64)>((0, 0))
  private let real = SystemFiles()

  var synced: Int64 { lines.withLock { $0.synced } }

  func write(_ bytes: ArraySlice<UInt8>, to file: DiskFile, at offset: Int64) throws(JournalError) -> Int {
    let count = try real.write(bytes, to: file, at: offset)
    if Segment.first(name: String(file.path.suffix(26))) != nil {
      lines.withLock { $0.written += Int64(bytes.prefix(count).count { $0 == 0x0A }) }
    }
    return count
  }

  func synchronize(_ file: DiskFile) throws(JournalError) {
    let written = lines.withLock { $0.written }
    try real.synchronize(file)
    if Segment.first(name: String(file.path.suffix(26))) != nil { lines.withLock { $0.synced = written } }
  }

  func truncate(_ file: DiskFile, to size: Int64) throws(JournalError) { try real.truncate(file, to: size) }
  func allocate(_ file: DiskFile, size: Int64) throws(JournalError) { try real.allocate(file, size: size) }
  func create(_ path: String) throws(JournalError) -> DiskFile { try real.create(path) }
  func freeBytes(_ path: String) throws(JournalError) -> Int64 { 1 << 40 }
}
