import Foundation
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// The recorder and its disk: limits, a full disk, a slow one, one that fails. The loop is never held up.
@Suite(.timeLimit(.minutes(2)))
struct RecordingSinkTests {
  /// A disk of the test's own making.
  final class TestFiles: RecordingFiles {
    let real = SystemRecordingFiles()
    let free = Mutex<Int64>(.max)
    /// Appends wait here while it is locked.
    let gate = Mutex(())
    let failsAfter = Mutex<Int?>(nil)

    func makeRun(_ name: String, in directory: String) throws(RecordingError) -> String {
      try real.makeRun(name, in: directory)
    }
    func freeBytes(_ directory: String) throws(RecordingError) -> Int64 { free.withLock { $0 } }
    func append(_ bytes: [UInt8], to path: String) throws(RecordingError) {
      gate.withLock { _ in }
      let fails = failsAfter.withLock { left in
        guard let now = left else { return false }
        left = now - 1
        return now <= 0
      }
      if fails {
        // Half of it, as a disk does that is full.
        try real.append(Array(bytes.prefix(bytes.count / 2)), to: path)
        failsAfter.withLock { $0 = nil }
        throw .system(operation: "write", path: path, errno: 28)
      }
      try real.append(bytes, to: path)
    }
    func cut(_ path: String, to bytes: Int64) { real.cut(path, to: bytes) }
    func runs(in directory: String) throws(RecordingError) -> [RecordedRun] { try real.runs(in: directory) }
    func remove(_ run: RecordedRun) { real.remove(run) }
  }

  private static func head(_ second: Int64 = 0) -> RecordingHead {
    RecordingHead(
      version: "1", chain: "c", foldedFrom: 0, foldedTo: 0, interval: .seconds(1),
      moment: Moment(wall: Timestamp(seconds: 1_795_000_000 + second), steady: Steady(microseconds: 0)))
  }

  private static func moment(_ k: Int) -> Moment {
    Moment(wall: Timestamp(seconds: 1_795_000_000 + Int64(k)), steady: Steady(microseconds: Int64(k) * 1_000_000))
  }

  private static func events(_ count: Int) -> [RecordedEvent] {
    (0..<count).map { RecordedEvent(input: .event(.timePassed), moment: moment($0)) }
  }

  /// All events of a recording, and its end.
  private static func read(_ run: RecordedRun) throws -> (events: Int, end: RecordingEnd?) {
    var reader = try RunReader(run)
    var count = 0
    while try reader.event() != nil { count += 1 }
    return (count, reader.end)
  }

  private static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder + "/recording")
  }

  @Test func `a recording of many files reads as one`() throws {
    try Self.withFolder { folder in
      var options = RecordingOptions(directory: folder)
      options.segmentBytes = 2000
      var sink = RecordingSink(options, head: Self.head())
      try sink.begin()
      for _ in 0..<10 { try sink.write(Self.events(50)) }
      try sink.end(.stopped)
      let run = try #require(RecordedRun.find(folder).first)
      #expect(run.files.count > 4)
      let read = try Self.read(run)
      #expect(read.events == 500)
      #expect(read.end == .stopped)
    }
  }

  @Test func `a missing file, a cut file within and a changed order are seen`() throws {
    try Self.withFolder { folder in
      var options = RecordingOptions(directory: folder)
      options.segmentBytes = 2000
      var sink = RecordingSink(options, head: Self.head())
      try sink.begin()
      for _ in 0..<10 { try sink.write(Self.events(50)) }
      let run = try #require(RecordedRun.find(folder).first)
      let kept = try Data(contentsOf: URL(fileURLWithPath: run.files[1]))
      func damaged(_ name: String, _ change: () throws -> Void) throws {
        try change()
        let now = try #require(RecordedRun.find(folder).first)
        #expect(throws: RecordingError.self, "\(name)") { try Self.read(now) }
        try kept.write(to: URL(fileURLWithPath: run.files[1]))
      }
      try damaged("missing") { try FileManager.default.removeItem(atPath: run.files[1]) }
      try damaged("cut") { try kept.dropLast(7).write(to: URL(fileURLWithPath: run.files[1])) }
      try damaged("another's") {
        try Data(contentsOf: URL(fileURLWithPath: run.files[2])).write(to: URL(fileURLWithPath: run.files[1]))
      }
      #expect(try Self.read(run).events == 500)
    }
  }

  @Test func `a last line that a kill cut off is no damage, and is told`() throws {
    try Self.withFolder { folder in
      var sink = RecordingSink(RecordingOptions(directory: folder), head: Self.head())
      try sink.begin()
      try sink.write(Self.events(9))
      let run = try #require(RecordedRun.find(folder).first)
      SystemRecordingFiles().cut(run.files[0], to: run.bytes - 3)
      var reader = try RunReader(run)
      var count = 0
      while try reader.event() != nil { count += 1 }
      #expect(count == 8)
      #expect(reader.unfinishedBytes > 0)
      #expect(reader.end == nil)
    }
  }

  @Test func `older recordings make room, and what is not ours stays`() throws {
    try Self.withFolder { folder in
      for second in Int64(1)...3 {
        var sink = RecordingSink(RecordingOptions(directory: folder), head: Self.head(second))
        try sink.begin()
        try sink.write(Self.events(100))
        try sink.end(.stopped)
      }
      let old = try RecordedRun.find(folder)
      #expect(old.count == 3)
      try Data("mine".utf8).write(to: URL(fileURLWithPath: old[0].path + "/note.txt"))
      try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/note.txt"))
      var options = RecordingOptions(directory: folder)
      options.limitBytes = old[1].bytes * 2 + 500
      var sink = RecordingSink(options, head: Self.head(4))
      try sink.begin()
      try sink.write(Self.events(60))
      try sink.end(.stopped)
      let left = try RecordedRun.find(folder)
      #expect(left.map(\.path).first == old[2].path)
      #expect(left.count == 2)
      #expect(left.reduce(0) { $0 + $1.bytes } <= options.limitBytes)
      #expect(FileManager.default.fileExists(atPath: old[0].path + "/note.txt"))
      #expect(FileManager.default.fileExists(atPath: folder + "/note.txt"))
    }
  }

  /// What ends a recording early, and what its last line says.
  @Test(arguments: ["limit", "room", "full", "folder"])
  func `it ends by itself, says why, and takes no more`(_ trouble: String) throws {
    try Self.withFolder { folder in
      let files = TestFiles()
      var options = RecordingOptions(directory: folder)
      options.files = files
      switch trouble {
      case "limit": options.limitBytes = 1000
      case "room": files.free.withLock { $0 = options.minimumFreeBytes + 1000 }
      case "full": files.failsAfter.withLock { $0 = 1 }
      default: try Data().write(to: URL(fileURLWithPath: folder))
      }
      let told = Mutex<[RecordingStatus]>([])
      let recorder = EventRecorder(options, head: Self.head()) { status in told.withLock { $0.append(status) } }
      for k in 0..<5000 { recorder.take(.event(.timePassed), at: Self.moment(k), []) }
      recorder.close(within: .seconds(60))
      let status = recorder.current
      #expect(status.state == .ended)
      #expect(told.withLock { $0.count } == 1)
      let reasons = [
        "limit": "has reached its limit", "room": "which are the journal's", "full": "No space left",
        "folder": "cannot",
      ]
      #expect(status.problem.contains(try #require(reasons[trouble])), "\(status.problem)")
      guard trouble != "folder" else { return }
      let run = try #require(RecordedRun.find(folder).first)
      #expect(run.bytes < 1200)
      guard case .gaveUp(let why)? = try Self.read(run).end else {
        Issue.record("its last line does not say why")
        return
      }
      #expect(status.problem.contains(why))
    }
  }

  @Test func `a disk that hangs holds nobody up: the queue has a bound, and then the recording ends with a gap`() throws
  {
    try Self.withFolder { folder in
      let files = TestFiles()
      var options = RecordingOptions(directory: folder)
      options.files = files
      options.maximumWaiting = 1000
      let recorder = EventRecorder(options, head: Self.head())
      // The gate is held by this thread: no append returns, and everything here still does.
      files.gate.withLock { _ in
        for k in 0..<100_000 { recorder.take(.event(.timePassed), at: Self.moment(k), []) }
        recorder.close(within: .milliseconds(10))
      }
      recorder.close(within: .seconds(60))
      #expect(recorder.current.problem.contains("did not keep up"))
      let run = try #require(RecordedRun.find(folder).first)
      let read = try Self.read(run)
      #expect(read.events <= 2000)
      #expect(read.end == .gaveUp(recorder.current.problem))
    }
  }
}
