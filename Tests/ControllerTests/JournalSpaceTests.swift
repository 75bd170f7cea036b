import Glibc
import Reconciler
import Synchronization
import Testing

@testable import Controller

@Suite("Journal: full disks, failing disks, the bound")
struct JournalSpaceTests {
  let folder = StateFolder()

  static func options(_ files: any JournalFileSystem, reserve: Int64 = 64 << 10) -> JournalOptions {
    var options = JournalOptions.small
    options.reserveBytes = reserve
    options.files = files
    return options
  }

  /// What `events` say is durable at last.
  static func durable(_ events: EventLog) -> Int64 {
    events.all.compactMap { if case .durable(let sequence) = $0 { sequence } else { nil } }.last ?? 0
  }

  @Test func `A disk that is full at any byte uses the reserve, and no record is lost or torn`() throws {
    try folder.fill(3)
    let log = try StateFolder.read(folder.segments[0]).count
    let head = try StateFolder.read(folder.journal + "/head").count
    // On a slow machine there is a head after each append, and one at the end.
    let enough = log + 3 * head
    for room in Array(0...log + head) + [enough] {
      let copy = StateFolder()
      let files = FaultyFiles(.init(room: room, longestWrite: 97))
      let journal = try Journal.open(stateDirectory: copy.path, options: Self.options(files))
      let events = EventLog(journal)
      try journal.append(Record.plain(1...2))
      try journal.append([.plain(3)])
      #expect(journal.close(), "room for \(room) bytes")
      #expect(Self.durable(events) == 3)
      let usedReserve = events.all.contains(.space(.reserve))
      #expect(usedReserve || room >= log + head, "room for \(room) bytes")
      #expect(!usedReserve || room < enough, "room for \(room) bytes")
      #expect(try JournalVerifier.verify(stateDirectory: copy.path).records == 3)
      #expect(try copy.replay() == [1, 2, 3])
    }
  }

  @Test func `Without a reserve a disk that is full at any byte fails, and what was durable stays whole`() throws {
    try folder.fill(3)
    let size = try StateFolder.read(folder.segments[0]).count
    for room in 0..<size {
      let copy = StateFolder()
      let files = FaultyFiles(.init(room: room, reserveHelps: false))
      let journal = try Journal.open(stateDirectory: copy.path, options: Self.options(files))
      let events = EventLog(journal)
      for sequence in Int64(1)...3 {
        try? journal.append([.plain(sequence)])
        _ = journal.settle()
      }
      #expect(events.all.contains(.space(.exhausted)), "room for \(room) bytes")
      #expect(events.comes { if case .failed(.exhausted) = $0 { true } else { false } })
      #expect(throws: JournalError.self) { try journal.append([.plain(4)]) }
      #expect(!journal.close())
      #expect(journal.durableSequence == Self.durable(events))
      let result = try JournalVerifier.verify(stateDirectory: copy.path)
      #expect(result.findings == [] && result.unfinishedBytes == 0)
      #expect(result.lastSequence == Self.durable(events))
    }
  }

  @Test(arguments: [EIO, EROFS, EFBIG])
  func `A write that fails otherwise ends the journal, and nothing more is said to be durable`(errno: Int32) throws {
    let files = FaultyFiles(.init())
    let journal = try Journal.open(stateDirectory: folder.path, options: Self.options(files))
    let events = EventLog(journal)
    try journal.append([.plain(1)])
    #expect(journal.settle())
    files.plan.withLock { $0 = .init(room: 5, writeErrno: errno) }
    try journal.append([.plain(2)])
    let segment = folder.segments[0]
    #expect(events.comes(.failed(.system(operation: "write", path: segment, errno: errno))))
    #expect(throws: JournalError.system(operation: "write", path: segment, errno: errno)) {
      try journal.append([.plain(3)])
    }
    #expect(journal.settle(), "pings are still answered")
    #expect(!journal.close())
    #expect(Self.durable(events) == 1)
    #expect(try folder.replay() == [1])
  }

  @Test func `A sync that fails is final: never durable, never tried again`() throws {
    let files = FaultyFiles(.init())
    let journal = try Journal.open(stateDirectory: folder.path, options: Self.options(files))
    let events = EventLog(journal)
    try journal.append([.plain(1)])
    #expect(journal.settle())
    files.plan.withLock { $0.syncErrno = EIO }
    try journal.append([.plain(2)])
    #expect(events.comes { if case .failed = $0 { true } else { false } })
    files.plan.withLock { $0.syncErrno = nil }
    #expect(journal.settle())
    #expect(Self.durable(events) == 1)
    #expect(!journal.close())
  }

  @Test func `What a killed process had written is synced before a start calls it durable`() throws {
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    try journal.append([.plain(1)])
    #expect(journal.close())
    let files = FaultyFiles(.init())
    files.plan.withLock { $0.syncErrno = EIO }
    #expect(throws: JournalError.self) { try Journal.open(stateDirectory: folder.path, options: Self.options(files)) }
    files.plan.withLock { $0.syncErrno = nil }
    #expect(try Journal.open(stateDirectory: folder.path, options: Self.options(files)).close())
  }

  @Test func `Little free space is low, and passes`() throws {
    let files = FaultyFiles(.init())
    var options = Self.options(files)
    options.minimumFreeBytes = 1 << 20
    let journal = try Journal.open(stateDirectory: folder.path, options: options)
    let events = EventLog(journal)
    #expect(events.comes(.space(.ok)))
    files.plan.withLock { $0.freeBytes = 1_000_000 }
    #expect(events.comes(.space(.low)))
    #expect(journal.space == .low)
    files.plan.withLock { $0.freeBytes = 1 << 30 }
    #expect(journal.settle())
    #expect(events.all.last == .space(.ok))
    #expect(journal.close())
  }

  @Test func `The reserve is made again when there is room again`() throws {
    let files = FaultyFiles(.init(room: 400))
    let journal = try Journal.open(stateDirectory: folder.path, options: Self.options(files))
    let events = EventLog(journal)
    files.plan.withLock { $0.freeBytes = 0 }
    try journal.append(Record.plain(1...5))
    #expect(journal.settle())
    #expect(journal.space == .reserve)
    files.plan.withLock { $0 = .init() }
    #expect(journal.settle())
    #expect(events.all.last == .space(.ok))
    #expect(try DiskFile(path: folder.journal + "/reserve", flags: O_RDONLY).size() == 64 << 10)
    #expect(journal.close())
  }

  @Test func `The bound counts what is not shipped: low at 90 %, then the reserve, then the end`() throws {
    try folder.fill(100)
    let size = Int64(try StateFolder.read(folder.segments[0]).count)
    var options = Self.options(SystemFiles(), reserve: size / 10)
    options.maximumUnshippedBytes = size
    let journal = try Journal.open(stateDirectory: folder.path, options: options)
    #expect(journal.space == .reserve, "known from the start")
    let events = EventLog(journal)
    #expect(events.comes(.space(.reserve)))
    journal.markShipped(5)
    #expect(journal.settle())
    #expect(journal.space == .low)
    journal.markShipped(100)
    #expect(journal.settle())
    #expect(journal.space == .ok)
    #expect(journal.unshippedBytes == 0)
    // A new database, or one of yesterday: what an earlier one had is on the disk already, and takes no more of it.
    journal.markShipped(0)
    #expect(journal.settle())
    #expect(journal.space == .ok)
    try journal.append(Record.plain(101...105))
    #expect(journal.settle())
    #expect(journal.space == .ok)
    try journal.append(Record.plain(106...200))
    #expect(journal.settle())
    #expect(journal.space == .low || journal.space == .reserve)
    try journal.append(Record.plain(201...230))
    #expect(events.comes { if case .failed(.exhausted) = $0 { true } else { false } })
    #expect(journal.space == .exhausted)
    #expect(!journal.close())
    #expect(journal.durableSequence == 200)
    #expect(try folder.replay() == Array(1...200))
  }

  @Test func `What was shipped before a restart does not count against the bound`() throws {
    let journal = try Journal.open(stateDirectory: folder.path, options: .small)
    try journal.append(Record.plain(1...50))
    #expect(journal.settle())
    journal.markShipped(50)
    #expect(journal.close())
    let again = try Journal.open(stateDirectory: folder.path, options: .small)
    #expect(again.unshippedBytes == 0)
    #expect(again.close())
  }

  @Test(.enabled(if: geteuid() == 0, "a file system can be mounted by root only"))
  func `On a real file system of one mebibyte the log grows to the end, and starts again`() throws {
    #expect(mkdir(folder.path, 0o700) == 0)
    guard mount("tmpfs", folder.path, "tmpfs", 0, "size=1m") == 0 else { return }
    defer { umount2(folder.path, CInt(MNT_DETACH)) }
    var options = JournalOptions.small
    options.reserveBytes = 256 << 10
    let journal = try Journal.open(stateDirectory: folder.path, options: options)
    let events = EventLog(journal)
    var sequence: Int64 = 1
    while (try? journal.append(Record.plain(sequence...(sequence + 49)))) != nil, sequence < 100_000 {
      sequence += 50
      _ = journal.settle()
    }
    #expect(events.all.contains(.space(.reserve)))
    #expect(events.all.contains(.space(.exhausted)))
    #expect(!journal.close())
    let durable = Self.durable(events)
    #expect(durable > 1_000)
    let result = try JournalVerifier.verify(stateDirectory: folder.path)
    #expect(result.findings == [] && result.unfinishedBytes == 0 && result.lastSequence == durable)
    let again = try Journal.open(stateDirectory: folder.path, options: options)
    #expect(again.recovered.lastSequence == durable)
    #expect(again.space != .ok || again.settle())
    again.close()
  }
}
