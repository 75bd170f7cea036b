import Foundation
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// One at a time: they share a server, and libpq blocks the thread that waits for it.
@Suite(.serialized) enum DatabaseTests {}

/// A real PostgreSQL for the tests: started once in a temporary folder, with a fresh database per test.
final class TestServer: Sendable {
  let directory: String
  let server: EmbeddedPostgres
  let target: DatabaseTarget

  static let shared: Result<TestServer, any Error> = Result { try TestServer() }

  private init() throws {
    directory = try temporaryFolder()
    server = EmbeddedPostgres(stateDirectory: directory)
    target = try server.start()
    atexit {
      guard let it = try? TestServer.shared.get() else { return }
      it.server.stop(withinSeconds: 5)
      try? FileManager.default.removeItem(atPath: it.directory)
    }
  }

  var socketDirectory: String { "\(directory)/postgres" }

  /// A new, empty database; `admin` is its superuser.
  func database(_ name: String = "t\(UInt32.random(in: 0 ... .max))") throws -> TestDatabase {
    try psql("mt4", "CREATE DATABASE \(name)")
    return TestDatabase(server: self, name: name)
  }

  func target(_ name: String, user: String = "mt4", password: String? = nil) throws -> DatabaseTarget {
    let secret = password.map { " password=\($0)" } ?? ""
    return try DatabaseTarget("host=\(socketDirectory) dbname=\(name) user=\(user)\(secret)", environment: [:])
  }

  @discardableResult
  func psql(_ database: String, user: String = "mt4", _ sql: String) throws -> String {
    try run(
      "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", socketDirectory, "-U", user, "-c", sql, database)
  }
}

struct TestDatabase {
  let server: TestServer
  let name: String

  static func fresh() throws -> TestDatabase { try TestServer.shared.get().database() }

  func target(user: String = "mt4", password: String? = nil) throws -> DatabaseTarget {
    try server.target(name, user: user, password: password)
  }

  func connect(user: String = "mt4") throws -> PostgresConnection { try PostgresConnection(try target(user: user)) }

  @discardableResult
  func psql(_ sql: String, user: String = "mt4") throws -> String { try server.psql(name, user: user, sql) }

  func count(_ table: String) throws -> Int { Int(try psql("SELECT count(*) FROM trading.\(table)")) ?? -1 }
}

struct CommandFailed: Error { let output: String }

@discardableResult
func run(_ arguments: String...) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw CommandFailed(output: output) }
  return output.trimmingCharacters(in: .newlines)
}

/// A new folder that only we may enter, as a state directory may be.
func temporaryFolder() throws -> String {
  let path = NSTemporaryDirectory() + "mt4-database-\(UInt32.random(in: 0 ... .max))"
  try FileManager.default.createDirectory(
    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  return path
}

/// Waits for a condition; the deadline is for a test that fails.
func eventually(seconds: Int = 30, _ what: String, _ condition: () throws -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < end {
    if try condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  if try condition() { return }
  Issue.record("waited \(seconds) s in vain: \(what)")
}

/// A chain of lines in memory.
final class TestChain: ShipperSource {
  private struct Content {
    var lines: [JournalLine] = []
    var removed = 0
  }

  let chain: String
  private let content = Mutex(Content())

  init(_ chain: String = "chain-a") { self.chain = chain }

  var all: [JournalLine] { content.withLock { $0.lines } }
  var head: Int64 { Int64(content.withLock { $0.lines.count }) }

  @discardableResult
  func add(
    _ type: EventType = .heartbeat, agent: String? = "agent_1", reason: Reason? = nil, message: String = "all is well",
    metadata: JSONValue = [:], action: String? = nil, revision: Int = 1
  ) -> JournalLine {
    content.withLock { content in
      let sequence = Int64(content.lines.count + 1)
      let record = Record(
        sequence: sequence, agent: agent.map { AgentID($0) }, type: type, reason: reason, message: message,
        metadata: metadata, actionID: action, revision: revision, observedAt: Timestamp(seconds: 1_790_000_000),
        createdAt: Timestamp(microseconds: 1_790_000_000_000_000 + sequence))
      let line = JournalLine.make(
        record: record, chain: chain, prevHash: content.lines.last?.hash ?? JournalLine.firstPrevHash)
      content.lines.append(line)
      return line
    }
  }

  func add(count: Int) { for _ in 0..<count { add() } }

  /// As after the retention: the oldest lines are gone.
  func remove(first count: Int) { content.withLock { $0.removed = count } }

  func lines(after sequence: Int64, limit: Int) throws -> [JournalLine] {
    content.withLock { content in
      let start = max(Int(sequence), content.removed)
      guard start < content.lines.count else { return [] }
      return Array(content.lines[start..<min(start + limit, content.lines.count)])
    }
  }
}

/// What a shipper told.
final class ShipperLog: Sendable {
  private let told = Mutex<(states: [ShipperStatus.State], shipped: Int64)>(([], 0))

  var states: [ShipperStatus.State] { told.withLock { $0.states } }
  var last: ShipperStatus.State? { states.last }
  var shipped: Int64 { told.withLock { $0.shipped } }

  var callbacks: ShipperCallbacks {
    ShipperCallbacks(
      onShipped: { sequence in self.told.withLock { $0.shipped = sequence } },
      onStatus: { status in self.told.withLock { $0.states.append(status.state) } },
      revisionFiles: { revision in
        (files: ["a.yaml": .string("kind: \(revision)")], normalised: NormalisedForm(["revision": .int(revision)]))
      })
  }
}

/// Accepts connections, through its backlog alone, and never answers.
final class SilentServer: Sendable {
  private let socket: Int32
  private let port: UInt16

  init() throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = socket
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, size) == 0 && listen(socket, 64) == 0 && getsockname(socket, address, &size) == 0
      }
    }
    try #require(bound)
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(socket) }

  func target() throws -> DatabaseTarget {
    try DatabaseTarget("host=127.0.0.1 port=\(port) dbname=x user=y sslmode=disable", environment: [:])
  }
}
