import Crypto
import Foundation
import Logging
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// The records as they come.
@Suite(.timeLimit(.minutes(5)))
struct RESTEventTests {
  private static func lines(_ numbers: ClosedRange<Int64>, type: EventType = .heartbeat) -> [JournalLine] {
    var previous = JournalLine.firstPrevHash
    return numbers.map { number in
      let record = Record(
        sequence: number, agent: AgentID(number.isMultiple(of: 2) ? "even" : "odd"), type: type, reason: nil,
        message: "record \(number)", metadata: [:], actionID: nil, revision: 1, observedAt: nil,
        createdAt: Timestamp(seconds: 1_800_000_000 + number))
      let line = JournalLine.make(record: record, chain: "abcdefghijklmnop", prevHash: previous)
      previous = line.hash
      return line
    }
  }

  private static func ids(_ text: String) -> [Int64] {
    // Line ends of the chunks are one character with what they end, so it goes by bytes.
    text.utf8.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
      .filter { $0.hasPrefix("id: ") }.compactMap { Int64($0.dropFirst(4)) }
  }

  private static func stream(_ port: Int, _ path: String, _ header: String? = nil) throws -> RawClient {
    let client = try RawClient(port: port)
    client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(header.map { "\($0)\r\n" } ?? "")\r\n")
    return client
  }

  @Test func `a stream gives each record as it comes, by its line, its type and its sequence`() async throws {
    let feed = RecordFeed()
    try await BareServer.with(feed: feed) { server in
      feed.begin(after: 10)
      let client = try Self.stream(server.port, "/api/events")
      let head = await Blocking.value("test") { client.read { $0.contains("retry:") } }
      #expect(head.contains("text/event-stream"))
      let lines = Self.lines(11...13)
      feed.take([lines[0]])
      feed.take(Array(lines[1...]))
      let text = await Blocking.value("test") { client.read { $0.contains("id: 13") && $0.hasSuffix("\n\n\r\n") } }
      #expect(Self.ids(text) == [11, 12, 13])
      for line in lines { #expect(text.contains("id: \(line.sequence)\nevent: heartbeat\ndata: \(line.text)\n\n")) }
    }
  }

  @Test func `a stream ends when the keys that let it in are others, so that the client shows its token anew`()
    async throws
  {
    let folder = try TemporaryFolder()
    let token = { (name: String) in "\(Hexadecimal.text(SHA256.hash(data: Array(name.utf8)))) auditor\n" }
    try folder.write("tokens", token("old"))
    let desk = try AccessDesk(
      tokenFile: "\(folder.path)/tokens", jwtKey: nil,
      log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let feed = RecordFeed()
    try await BareServer.with(access: desk, feed: feed) {
      $0.keysGeneration = { desk.generation }
    } _: { server in
      feed.begin(after: 10)
      let client = try Self.stream(server.port, "/api/events", "Authorization: Bearer old")
      let head = await Blocking.value("test") { client.read { $0.contains("retry:") } }
      #expect(head.contains("text/event-stream"))
      // The same keys once more end nothing.
      #expect(desk.reload() == nil)
      feed.take(Self.lines(11...11))
      #expect(Self.ids(await Blocking.value("test") { client.read { $0.contains("id: 11") } }) == [11])
      // A slip in the file keeps the old ones, and is told.
      try folder.write("tokens", "nonsense")
      #expect(desk.reload()?.description.contains("tokens:1") == true)
      try folder.write("tokens", token("new"))
      #expect(desk.reload() == nil)
      feed.take(Self.lines(12...12))
      let rest = await Blocking.value("test") { client.read() }
      #expect(Self.ids(rest) == [11])
      #expect(client.isClosed(within: 1))
    }
  }

  @Test func `a stream goes on where it stopped, from the ring or from the journal, without a gap or a repetition`()
    async throws
  {
    let feed = RecordFeed(capacity: 100)
    let all = Self.lines(1...1000)
    try await BareServer.with(feed: feed) { parts in
      parts.journal = { after, limit throws(JournalError) in Array(all.filter { $0.sequence > after }.prefix(limit)) }
    } _: { server in
      feed.begin(after: 500)
      feed.take(Array(all[500...]))
      for (path, header, first) in [
        ("/api/events", "Last-Event-ID: 995", 996), ("/api/events?after=0", nil, 1),
        ("/api/events?after=899", nil, 900),
        ("/api/events?after=900", nil, 901), ("/api/events?after=5", "Last-Event-ID: 990", 991),
        ("/api/events?tail=3", nil, 998), ("/api/events?tail=10000", nil, 901),
      ] as [(String, String?, Int64)] {
        let client = try Self.stream(server.port, path, header)
        let text = await Blocking.value("test") { client.read { $0.contains("id: 1000\n") } }
        #expect(Self.ids(text) == Array(first...1000), "\(path)")
      }
    }
  }

  @Test func `what cannot be had is said, never passed over`() async throws {
    let feed = RecordFeed(capacity: 10)
    let all = Self.lines(1...100)
    try await BareServer.with(feed: feed) { parts in
      parts.journal = { after, limit throws(JournalError) in
        guard after >= 49 else { throw .gone(sequence: after + 1, oldest: 50) }
        return Array(all.filter { $0.sequence > after }.prefix(limit))
      }
    } _: { server in
      feed.take(all)
      let client = try Self.stream(server.port, "/api/events?after=3")
      let text = await Blocking.value("test") { client.read { $0.contains("id: 100\n") } }
      #expect(text.contains("event: missed\ndata: {\"after\":3,"))
      #expect(Self.ids(text) == Array(50...100))
      let ahead = try Self.stream(server.port, "/api/events?after=500")
      let other = await Blocking.value("test") {
        ahead.read { $0.contains("event: missed") && $0.hasSuffix("\n\n\r\n") }
      }
      #expect(other.contains("another chain"))
    }
  }

  @Test func `only the agent that is asked for is shown, and the folded state never`() async throws {
    let feed = RecordFeed()
    feed.take(Self.lines(1...3) + Self.lines(4...4, type: .snapshot) + Self.lines(5...6))
    guard case .entries(let entries) = feed.read(after: 0, limit: 100) else {
      Issue.record("not what was expected")
      return
    }
    #expect(entries.map(\.sequence) == [1, 2, 3, 5, 6])
  }

  @Test func `the ring is bounded by number and by size, and knows from where on it is whole`() {
    let feed = RecordFeed(capacity: 10, maximumBytes: 1 << 20)
    let all = Self.lines(1...1000)
    for line in all { feed.take([line]) }
    guard case .behind(990) = feed.read(after: 989, limit: 5) else {
      Issue.record("not what was expected")
      return
    }
    guard case .entries(let entries) = feed.read(after: 990, limit: 5) else {
      Issue.record("not what was expected")
      return
    }
    #expect(entries.map(\.sequence) == Array(991...995))
    let small = RecordFeed(capacity: 1000, maximumBytes: 4000)
    small.take(all)
    guard case .behind(let after) = small.read(after: 0, limit: 5) else {
      Issue.record("not what was expected")
      return
    }
    #expect(after > 980)
  }

  @Test func `a client that does not read loses its connection, and holds up nobody`() async throws {
    let feed = RecordFeed(capacity: 100_000, maximumBytes: 1 << 30)
    try await BareServer.with(feed: feed) { parts in
      parts.patience = .seconds(2)
    } _: { server in
      let lazy = try Self.stream(server.port, "/api/events?after=0")
      let eager = try Self.stream(server.port, "/api/events?after=0")
      feed.take(Self.lines(1...40_000))
      let text = await Blocking.value("test") {
        eager.read(seconds: 60, tail: true) { $0.hasSuffix("\n\n\r\n") && $0.contains("id: 40000\n") }
      }
      #expect(Self.ids(text).count == 40_000)
      // It reads nothing until it has been dropped.
      try await eventually("its slot is free") { server.streams.count <= 1 }
      let rest = await Blocking.value("test") { lazy.read(seconds: 60) }
      #expect(!rest.contains("id: 40000\n"))
    }
  }

  @Test func `a client that goes frees its slot at once, and too many streams are turned away`() async throws {
    let feed = RecordFeed()
    try await BareServer.with(feed: feed) { parts in
      parts.streams = StreamSlots(limit: 2)
    } _: { server in
      var clients = try (0..<2).map { _ in try Self.stream(server.port, "/api/events") }
      try await eventually("both are open") { server.streams.count == 2 }
      let third = try await ask(server.port, "/api/events")
      #expect(third.status == 503)
      #expect(third.headers["retry-after"] != nil)
      clients.removeAll()
      try await eventually("free again") { server.streams.count == 0 }
    }
  }

  @Test func `a stop ends the streams with the last record and is not held up by them`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      let controller = try RunningController(stage, database: try TestDatabase.fresh().url)
      try await eventually("ready") { controller.port != nil }
      let port = try #require(controller.port)
      try await eventually("seen") { controller.status()?.online == true }
      let clients = try (0..<5).map { _ in try Self.stream(port, "/api/events?after=0") }
      let idle = try RawClient(port: port)
      await Blocking.value("test") { for client in clients { _ = client.read { $0.contains("agent_online") } } }
      let began = ContinuousClock.now
      #expect(await controller.stop() == 0)
      #expect(ContinuousClock.now - began < .seconds(10))
      for client in clients {
        let text = await Blocking.value("test") { client.read() }
        #expect(text.contains("event: controller_stopped"))
        #expect(Self.ids(text) == controller.records.filter { $0.type != .snapshot }.map(\.sequence))
      }
      _ = idle
    }
  }
}
