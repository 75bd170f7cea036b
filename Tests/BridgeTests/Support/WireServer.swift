import Foundation
import Glibc
import Synchronization

/// A raw TCP server on loopback: it sees exactly what is on the wire, and answers with exactly the bytes that it is told to.
final class WireServer: Sendable {
  struct Request: Hashable, Sendable {
    var method: String
    var path: String
    var headers: [String: String]
    var body: String
    /// From 1, in the order in which they were accepted.
    var connection: Int
  }

  struct Reply: Sendable {
    var bytes: [UInt8]
    /// Closes the connection after so many bytes of the reply.
    var cutAt: Int?
    var closes = false
    /// Opened by the test when the reply may go out.
    var gate: Gate?

    static func raw(_ text: String, closes: Bool = false) -> Reply { Reply(bytes: Array(text.utf8), closes: closes) }

    static func json(_ body: String, status: Int = 200, headers: [String] = []) -> Reply {
      let head =
        ["HTTP/1.1 \(status) X", "Content-Type: application/json", "Content-Length: \(body.utf8.count)"] + headers
      return raw(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// The connection ends without a byte.
    static let hangUp = Reply(bytes: [], closes: true)

    func cut(at count: Int) -> Reply {
      var copy = self
      copy.cutAt = count
      return copy
    }

    func held(by gate: Gate) -> Reply {
      var copy = self
      copy.gate = gate
      return copy
    }
  }

  private struct State {
    var requests: [Request] = []
    var accepted = 0
    var ended = 0
    var open: Set<Int32> = []
    var isStopped = false
  }

  let port: Int
  private let listener: Int32
  private let state = Mutex(State())
  private let respond: @Sendable (Request) -> Reply
  /// Sent to each connection before it asks for anything.
  private let greeting: String

  /// - Parameter oneAtATime: whether a connection is served to its end before the next is accepted, as small EAs do.
  init(
    oneAtATime: Bool = false, greeting: String = "",
    _ respond: @escaping @Sendable (Request) -> Reply = { _ in .hangUp }
  ) throws {
    self.respond = respond
    self.greeting = greeting
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var one: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    // All of 127/8, so that a test can give each terminal an address of its own.
    address.sin_addr.s_addr = INADDR_ANY.bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bound in
        bind(listener, bound, size) == 0 && listen(listener, 1024) == 0 && getsockname(listener, bound, &size) == 0
      }
    }
    guard code else { throw SetupError(text: "no listening socket: errno \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
    Self.thread { [self] in accept(oneAtATime: oneAtATime) }
  }

  struct SetupError: Error { var text: String }

  var url: String { "http://127.0.0.1:\(port)" }
  var requests: [Request] { state.withLock { $0.requests } }
  var accepted: Int { state.withLock { $0.accepted } }
  /// Connections that the client has ended.
  var ended: Int { state.withLock { $0.ended } }
  var posts: [Request] { requests.filter { $0.method == "POST" } }

  func stop() {
    let open = state.withLock { state in
      state.isStopped = true
      return state.open
    }
    shutdown(listener, Int32(SHUT_RDWR))
    for socket in open { shutdown(socket, Int32(SHUT_RDWR)) }
  }

  private func accept(oneAtATime: Bool) {
    while true {
      let socket = Glibc.accept(listener, nil, nil)
      guard socket >= 0 else { break }
      var one: Int32 = 1
      setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
      let number = state.withLock { state in
        state.accepted += 1
        state.open.insert(socket)
        return state.isStopped ? 0 : state.accepted
      }
      if number == 0 {
        close(socket)
      } else if oneAtATime {
        serve(socket, number)
      } else {
        Self.thread { [self] in serve(socket, number) }
      }
    }
    close(listener)
  }

  private func serve(_ socket: Int32, _ number: Int) {
    var buffer: [UInt8] = []
    if !greeting.isEmpty { Self.write(socket, Array(greeting.utf8)) }
    while let request = Self.next(socket, &buffer, number) {
      state.withLock { $0.requests.append(request) }
      let reply = respond(request)
      if let gate = reply.gate { gate.wait() }
      Self.write(socket, Array(reply.bytes.prefix(reply.cutAt ?? reply.bytes.count)))
      if reply.closes || reply.cutAt != nil { break }
    }
    state.withLock { state in
      state.open.remove(socket)
      state.ended += 1
    }
    shutdown(socket, Int32(SHUT_WR))
    close(socket)
  }

  private static func write(_ socket: Int32, _ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { return }
      sent += count
    }
  }

  private static func next(_ socket: Int32, _ buffer: inout [UInt8], _ number: Int) -> Request? {
    while true {
      if let request = take(&buffer, number) { return request }
      var chunk = [UInt8](repeating: 0, count: 16_384)
      let count = recv(socket, &chunk, chunk.count, 0)
      if count <= 0 { return nil }
      buffer += chunk.prefix(count)
    }
  }

  private static func take(_ buffer: inout [UInt8], _ number: Int) -> Request? {
    let text = String(decoding: buffer, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return nil }
    let lines = text[..<end.lowerBound].split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
    }
    let length = Int(headers["content-length"] ?? "0") ?? 0
    let start = text[..<end.upperBound].utf8.count
    guard buffer.count >= start + length else { return nil }
    let body = String(decoding: buffer[start..<(start + length)], as: UTF8.self)
    buffer.removeFirst(start + length)
    return Request(
      method: String(words[0]), path: String(words[1]), headers: headers, body: body, connection: number)
  }

  private static func thread(_ body: @escaping @Sendable () -> Void) {
    final class Box {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body))
    pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, box.toOpaque())
    pthread_detach(thread)
  }
}
