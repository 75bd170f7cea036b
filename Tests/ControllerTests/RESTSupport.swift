import Foundation
import Glibc
import Logging
import Reconciler
import Testing

@testable import Controller

/// A connection of a client that may be rude: it sends what bytes it likes, when it likes.
final class RawClient: @unchecked Sendable {
  private let descriptor: Int32
  private var received: [UInt8] = []

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0, "cannot connect: \(errno)")
  }

  deinit { Glibc.close(descriptor) }

  /// - Returns: whether all of it was taken.
  @discardableResult
  func send(_ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Reads until the other side closes, `isEnough` of all (or, with `tail`, of the last 4 KiB) says so, or the time is over. Blocks.
  func read(seconds: Double = 20, tail: Bool = false, until isEnough: (String) -> Bool = { _ in false }) -> String {
    let deadline = Date(timeIntervalSinceNow: seconds)
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let seen = String(decoding: tail ? received.suffix(4096) : received[...], as: UTF8.self)
      var text: String { String(decoding: received, as: UTF8.self) }
      let left = deadline.timeIntervalSinceNow
      if isEnough(seen) || left <= 0 { return text }
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&wait, 1, Int32(left * 1000) + 1) > 0 else { return text }
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count > 0 else { return text }
      received += chunk[..<count]
    }
  }

  /// Whether the other side closes within the time. Blocks.
  func isClosed(within seconds: Double = 20) -> Bool {
    var byte: UInt8 = 0
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let deadline = Date(timeIntervalSinceNow: seconds)
    while deadline.timeIntervalSinceNow > 0 {
      guard poll(&wait, 1, 100) > 0 else { continue }
      if recv(descriptor, &byte, 1, 0) <= 0 { return true }
    }
    return false
  }
}

/// An answer, read.
struct RawAnswer: Sendable {
  let status: Int
  /// By lower-case name.
  let headers: [String: String]
  let body: String

  init?(_ text: String) {
    guard let end = text.range(of: "\r\n\r\n") else { return nil }
    var lines = text[..<end.lowerBound].components(separatedBy: "\r\n")[...]
    guard let first = lines.popFirst(), let status = Int(first.split(separator: " ").dropFirst().first ?? "") else {
      return nil
    }
    self.status = status
    var headers: [String: String] = [:]
    for line in lines {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    self.headers = headers
    body = String(text[end.upperBound...])
  }

  var json: JSONValue? { try? JSONParser.parse(Array(body.utf8)) }
}

/// Asks once, on a connection of its own.
func ask(
  _ port: Int, _ path: String, method: String = "GET", _ headers: [String] = [], host: String? = "127.0.0.1"
) async throws -> RawAnswer {
  let lines = ["\(method) \(path) HTTP/1.1"] + (host.map { ["Host: \($0)"] } ?? []) + ["Connection: close"] + headers
  let text = try await Blocking.run("test-ask") {
    let client = try RawClient(port: port)
    client.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
    return client.read()
  }
  return try #require(RawAnswer(text), "no answer: \(text.prefix(200))")
}

extension WebTokenKey {
  /// The same of a token that stands in a text.
  func principal(of token: String, at now: Timestamp) async throws(AccessRefusal) -> Principal {
    try await principal(of: Array(token.utf8)[...], at: now)
  }
}

/// The server by itself, over a board that nothing ever shows anything on.
struct BareServer: Sendable {
  let port: Int
  let feed: RecordFeed
  let streams: StreamSlots

  static func with(
    limits: RESTLimits = RESTLimits(), access: AccessDesk? = nil, feed: RecordFeed = RecordFeed(),
    listen: String = "127.0.0.1:0", _ change: (inout RESTParts) -> Void = { _ in },
    _ body: (BareServer) async throws -> Void
  ) async throws {
    var parts = RESTParts(board: StatusBoard(), feed: feed, history: RecordHistory())
    change(&parts)
    let server = StatusServer(
      address: try #require(ListenAddress(listen)), routes: RESTTable.routes(parts), feed: feed, access: access,
      limits: limits, log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let (ports, told) = AsyncStream.makeStream(of: Int.self)
    let task = Task { try await server.run { told.yield($0) } }
    var iterator = ports.makeAsyncIterator()
    let port = try #require(await iterator.next())
    do {
      try await body(BareServer(port: port, feed: feed, streams: parts.streams))
    } catch {
      task.cancel()
      _ = try? await task.value
      throw error
    }
    task.cancel()
    _ = try? await task.value
  }
}
