import Dispatch
import Glibc
import PaperTerminal
import Reconciler
import Synchronization
import Testing

/// What came back on a raw connection.
struct WireReply: Sendable {
  /// 0: the connection ended before a whole head.
  var status = 0
  var head = ""
  var body: [UInt8] = []
  /// The body is as long as the head promised.
  var isWhole = false

  var json: JSONValue? { isWhole ? try? JSONParser.parse(body) : nil }
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// One TCP connection to a paper terminal. Blocking, on a queue of its own; every read has a deadline.
final class WireConnection: Sendable {
  private let descriptor: Int32
  private let queue = DispatchQueue(label: "wire")
  /// `nil` if the port refused.
  ///
  /// - Parameter lastByte: of the loopback address; tests that need a port to stay free take an address of their own.
  init?(port: Int, lastByte: UInt32 = 1, deadlineSeconds: Int = 10) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: deadlineSeconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0000 | lastByte).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      Glibc.close(descriptor)
      return nil
    }
  }

  deinit { Glibc.close(descriptor) }

  func send(_ text: String) async {
    await withCheckedContinuation { done in
      queue.async { [self] in
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        done.resume()
      }
    }
  }

  func reply() async -> WireReply {
    await withCheckedContinuation { done in
      queue.async { [self] in done.resume(returning: read()) }
    }
  }

  private func read() -> WireReply {
    var reply = WireReply()
    var received: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    var expected = Int.max
    while received.count < expected {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count > 0 else { break }
      received.append(contentsOf: chunk[..<count])
      guard reply.status == 0, let end = Self.headEnd(received) else { continue }
      reply.head = String(decoding: received[..<end], as: UTF8.self)
      reply.status = Int(reply.head.dropFirst(9).prefix(3)) ?? 0
      let length = reply.head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
      expected = end + (length.flatMap { Int($0.dropFirst(16)) } ?? 0)
      received.reserveCapacity(expected)
    }
    guard let end = Self.headEnd(received) else { return WireReply() }
    reply.body = Array(received[end...])
    reply.isWhole = received.count == expected
    return reply
  }

  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (4...bytes.count).first { bytes[($0 - 4)..<$0].elementsEqual([13, 10, 13, 10]) }
  }
}

/// The request as text, with a keep-alive connection unless told.
func requestText(
  _ method: String, _ path: String, body: String = "", token: String? = nil, extra: String = ""
) -> String {
  let authorization = token.map { "Authorization: \($0)\r\n" } ?? ""
  return
    "\(method) \(path) HTTP/1.1\r\nHost: t\r\n\(authorization)\(extra)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

/// A clock that only goes when told.
final class HandClock: Sendable {
  private let time = Mutex(noon)

  var now: Timestamp { time.withLock { $0 } }

  func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// One paper terminal on a free port, with prices and time that stand still, for the length of `body`.
func withTerminal(
  _ change: (inout PaperAgent) -> Void = { _ in }, deposit: String = "10000",
  _ body: (Wire) async throws -> Void
) async throws {
  let account = PaperAccount(number: 1_234_567, name: "Agent A", server: "Broker-Demo", currency: "USD")
  var agent = PaperAgent(id: AgentID("a"), account: account, deposit: d(deposit))
  agent.motion = .still
  change(&agent)
  let clock = HandClock()
  let server = try await PaperServer.start([agent], clock: { clock.now })
  let terminal = try #require(server.terminal(AgentID("a")))
  terminal.setPrice(Symbol("EURUSD"), bid: d("1.08510"))
  terminal.setSpread(Symbol("EURUSD"), to: d("0.00012"))
  do {
    let lastByte = agent.host.split(separator: ".").last.flatMap { UInt32($0) } ?? 1
    try await body(
      Wire(terminal: terminal, port: try #require(server.port(of: AgentID("a"))), lastByte: lastByte, clock: clock))
  } catch {
    await server.stop()
    throw error
  }
  await server.stop()
}

/// A terminal and requests to it, each on a connection of its own.
struct Wire: Sendable {
  let terminal: ServedTerminal
  let port: Int
  var lastByte: UInt32 = 1
  var clock = HandClock()

  func get(_ path: String, token: String? = nil) async -> WireReply {
    await send(requestText("GET", path, token: token))
  }

  func trade(_ body: String) async -> WireReply { await send(requestText("POST", "/trade", body: body)) }

  /// An empty reply, of status 0, if the port refuses.
  func send(_ text: String) async -> WireReply {
    guard let connection = WireConnection(port: port, lastByte: lastByte) else { return WireReply() }
    await connection.send(text)
    return await connection.reply()
  }
}

/// Waits for a condition, with a deadline of a minute: other tests may keep the cores busy.
func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(60)
  while ContinuousClock.now < end {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(5))
  }
  Issue.record("never: \(what)")
}
