import Glibc
import Reconciler
import Synchronization

@testable import Controller

extension Record {
  /// A small record; made `sequence` seconds after 2026-11-01T08:00:00Z.
  static func plain(_ sequence: Int64, message: String = "text", type: EventType = .heartbeat) -> Record {
    Record(
      sequence: sequence, agent: nil, type: type, reason: nil, message: message, metadata: [:], actionID: nil,
      revision: 0, observedAt: nil, createdAt: Timestamp(seconds: 1_793_520_000 + sequence))
  }

  static func plain(_ sequences: ClosedRange<Int64>) -> [Record] { sequences.map { .plain($0) } }
}

/// A state directory that goes when the test ends.
final class StateFolder: Sendable {
  let path: String

  var journal: String { path + "/journal" }

  init() {
    // In memory where there is such a place: the tests sync thousands of times, and other work shares the disk.
    let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    path = parent + "/mt4-journal-test-\(UInt64.random(in: 0 ... .max))"
  }

  deinit {
    for folder in [journal, path] {
      for name in (try? Disk.names(in: folder)) ?? [] { unlink(folder + "/" + name) }
      rmdir(folder)
    }
  }

  var segments: [String] {
    ((try? Disk.names(in: journal)) ?? []).filter { Segment.first(name: $0) != nil }.map { journal + "/" + $0 }
  }

  static func read(_ path: String) throws -> [UInt8] {
    try Disk.contents(path, atMost: 1 << 26) ?? []
  }

  static func write(_ bytes: some Collection<UInt8>, to path: String) throws {
    let file = try DiskFile(path: path, flags: O_RDWR | O_CREAT | O_TRUNC)
    try SystemFiles().writeAll(Array(bytes), to: file, at: 0)
  }

  /// Writes records 1 to `count`, with a snapshot, and so a new segment, at each of `snapshots`.
  func fill(_ count: Int64, snapshots: Set<Int64> = [], options: JournalOptions = .small) throws {
    let journal = try Journal.open(stateDirectory: path, options: options)
    let first = journal.recovered.lastSequence + 1
    try journal.append((first...count).map { .plain($0, type: snapshots.contains($0) ? .snapshot : .heartbeat) })
    guard journal.close() else { throw JournalError.closed }
  }

  /// The sequences that a start replays.
  func replay() throws -> [Int64] {
    let journal = try Journal.open(stateDirectory: path, options: .small)
    defer { journal.close() }
    let seen = Mutex<[Int64]>([])
    try journal.replay { record in seen.withLock { $0.append(record.sequence) } }
    return seen.withLock { $0 }
  }
}

extension JournalOptions {
  /// Without a large reserve, and content with a small disk.
  static var small: JournalOptions {
    var options = JournalOptions()
    options.reserveBytes = 64 << 10
    options.minimumFreeBytes = 0
    return options
  }
}

/// Collects events and waits for them.
final class EventLog: Sendable {
  private let events = Monitor<[JournalEvent]>([])

  init(_ journal: Journal) {
    let events = events
    journal.onEvent { event in events.withLock { $0.append(event) } }
  }

  var all: [JournalEvent] { events.read { $0 } }

  /// Whether an event comes within 20 seconds.
  func comes(_ matches: (JournalEvent) -> Bool) -> Bool {
    events.wait(atMost: .seconds(20)) { $0.contains(where: matches) ? true : nil } ?? false
  }

  func comes(_ event: JournalEvent) -> Bool { comes { $0 == event } }
}

extension Journal {
  /// Waits until what was appended is durable.
  func settle() -> Bool {
    let done = Monitor(false)
    ping { done.withLock { $0 = true } }
    return done.wait(atMost: .seconds(20)) { $0 ? true : nil } ?? false
  }
}

/// A file system that does what a test says.
final class FaultyFiles: JournalFileSystem {
  struct Plan: Sendable {
    /// Bytes of segments and heads that may still be written before `writeErrno` comes; `nil`: without end.
    var room: Int?
    var writeErrno: Int32 = ENOSPC
    /// Whether giving bytes of the reserve back makes room.
    var reserveHelps = true
    var syncErrno: Int32?
    var freeBytes: Int64 = 1 << 40
    /// The longest that one write takes.
    var longestWrite = Int.max
    var writes = 0
  }

  let plan: Mutex<Plan>
  private let real = SystemFiles()

  init(_ plan: Plan) { self.plan = Mutex(plan) }

  func write(_ bytes: ArraySlice<UInt8>, to file: DiskFile, at offset: Int64) throws(JournalError) -> Int {
    let count = try plan.withLock { plan throws(JournalError) in
      plan.writes += 1
      guard let room = plan.room else { return min(bytes.count, plan.longestWrite) }
      guard room > 0 else { throw .system(operation: "write", path: file.path, errno: plan.writeErrno) }
      let count = min(bytes.count, room, plan.longestWrite)
      plan.room = room - count
      return count
    }
    return try real.write(bytes.prefix(count), to: file, at: offset)
  }

  func synchronize(_ file: DiskFile) throws(JournalError) {
    if let errno = plan.withLock({ $0.syncErrno }), Segment.first(name: String(file.path.suffix(26))) != nil {
      throw .system(operation: "sync", path: file.path, errno: errno)
    }
    try real.synchronize(file)
  }

  func truncate(_ file: DiskFile, to size: Int64) throws(JournalError) {
    let before = try file.size()
    try real.truncate(file, to: size)
    plan.withLock { plan in
      guard let room = plan.room else { return }
      if !file.path.hasSuffix("/reserve") || plan.reserveHelps { plan.room = room + Int(before - size) }
    }
  }

  func allocate(_ file: DiskFile, size: Int64) throws(JournalError) { try real.allocate(file, size: size) }

  func create(_ path: String) throws(JournalError) -> DiskFile { try real.create(path) }

  func freeBytes(_ path: String) throws(JournalError) -> Int64 { plan.withLock { $0.freeBytes } }
}
