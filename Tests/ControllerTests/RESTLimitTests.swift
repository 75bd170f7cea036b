import Foundation
import Reconciler
import Testing

@testable import Controller

/// What a client may do, by raw sockets.
struct RESTLimitTests {
  /// A refusal is a problem, and closes the connection.
  private static func refused(_ text: String, _ status: Int) throws {
    let answer = try #require(RawAnswer(text), "no answer: \(text.prefix(100))")
    #expect(answer.status == status)
    #expect(answer.headers["content-type"] == "application/problem+json")
    #expect(answer.json?["status"]?.int == Int64(status))
  }

  @Test func `a request that drips in is given up after its deadline, and others are served meanwhile`() async throws {
    var limits = RESTLimits()
    limits.sendTimeout = .milliseconds(700)
    try await BareServer.with(limits: limits) { server in
      let slow = try (0..<50).map { _ in try RawClient(port: server.port) }
      for client in slow { client.send("GET /livez HTTP/1.1\r\nHost: 127.") }
      #expect(try await ask(server.port, "/livez").status == 200)
      let texts = await Blocking.value("test") {
        slow.map { client in
          // It goes on dripping all the while.
          for _ in 0..<3 { client.send("0") }
          return client.read()
        }
      }
      for text in texts { try Self.refused(text, 408) }
    }
  }

  @Test func `a connection that asks nothing is closed`() async throws {
    var limits = RESTLimits()
    limits.idleTimeout = .milliseconds(300)
    try await BareServer.with(limits: limits) { server in
      let idle = try RawClient(port: server.port)
      #expect(await Blocking.value("test") { idle.isClosed() })
      let after = try RawClient(port: server.port)
      after.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let isClosed = await Blocking.value("test") {
        _ = after.read { $0.contains("alive") }
        return after.isClosed()
      }
      #expect(isClosed)
    }
  }

  enum LargeHeader: String, CaseIterable {
    case longField, manyFields, manyLongFields

    var text: String {
      switch self {
      case .longField: "X-Long: " + String(repeating: "a", count: 17 << 10)
      case .manyFields: (0..<120).map { "X-\($0): 1" }.joined(separator: "\r\n")
      case .manyLongFields: (0..<90).map { "X-\($0): \(String(repeating: "a", count: 300))" }.joined(separator: "\r\n")
      }
    }
  }

  @Test(arguments: LargeHeader.allCases)
  func `a header that is too large is answered with 431`(_ header: LargeHeader) async throws {
    try await BareServer.with { server in
      let client = try RawClient(port: server.port)
      client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\(header.text)\r\n\r\n")
      try Self.refused(await Blocking.value("test") { client.read() }, 431)
    }
  }

  @Test func `a hundred fields and nearly 16 KiB are served`() async throws {
    try await BareServer.with { server in
      let headers = (0..<90).map { "X-\($0): \(String(repeating: "a", count: 150))" }
      let answer = try await ask(server.port, "/livez", headers)
      #expect(answer.status == 200)
    }
  }

  @Test(arguments: ["\u{0}\u{1}\u{2}\r\n\r\n", "HELLO\r\n\r\n", "GET /livez\r\n\r\n", "GET /livez HTTP/9.9\r\n\r\n"])
  func `what is no HTTP is answered with 400`(_ bytes: String) async throws {
    try await BareServer.with { server in
      let client = try RawClient(port: server.port)
      client.send(bytes)
      try Self.refused(await Blocking.value("test") { client.read() }, 400)
      #expect(try await ask(server.port, "/livez").status == 200)
    }
  }

  @Test func `a body is refused, and nothing in it is taken for a request`() async throws {
    try await BareServer.with { server in
      for header in ["Content-Length: 40", "Transfer-Encoding: chunked"] {
        let client = try RawClient(port: server.port)
        client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\(header)\r\n\r\n")
        client.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let text = await Blocking.value("test") { client.read() }
        try Self.refused(text, 413)
        #expect(!text.contains("starting"))
      }
      let post = try await ask(server.port, "/api/agents/x/trade", method: "POST", ["Content-Length: 0"])
      #expect(post.status == 405)
      #expect(post.headers["allow"] == "GET, HEAD")
    }
  }

  @Test func `pipelined requests are answered in their order, and what cannot be read after them is 400`() async throws
  {
    try await BareServer.with { server in
      let client = try RawClient(port: server.port)
      let good = ["/livez", "/nothing", "/health"].map { "GET \($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined()
      client.send(good + "NONSENSE\r\n\r\n")
      let text = await Blocking.value("test") { client.read() }
      let statuses = text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
      #expect(statuses == ["200", "404", "200", "400"])
    }
  }

  @Test func `more connections than allowed are turned away, and a free place is given again`() async throws {
    var limits = RESTLimits()
    limits.connections = 3
    try await BareServer.with(limits: limits) { server in
      var held = try (0..<3).map { _ in try RawClient(port: server.port) }
      for client in held { client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n") }
      let first = held
      await Blocking.value("test") { for client in first { _ = client.read { $0.contains("alive") } } }
      let turnedAway = try RawClient(port: server.port)
      try Self.refused(await Blocking.value("test") { turnedAway.read() }, 503)
      held.removeAll()
      var status = 503
      let end = ContinuousClock.now + .seconds(30)
      while status == 503, ContinuousClock.now < end { status = try await ask(server.port, "/livez").status }
      #expect(status == 200)
    }
  }

  @Test func `who asks too often is told to wait, by 429 and Retry-After`() async throws {
    var limits = RESTLimits()
    limits.requestsPerSecond = 200
    try await BareServer.with(limits: limits) { server in
      let client = try RawClient(port: server.port)
      let one = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
      client.send(String(repeating: one, count: 3000))
      let text = await Blocking.value("test") {
        client.read { $0.components(separatedBy: "HTTP/1.1 ").count > 3000 }
      }
      let statuses = text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
      #expect(statuses.prefix(400).allSatisfy { $0 == "200" })
      #expect(statuses.contains("429"))
      #expect(text.contains("Retry-After: 1"))
    }
  }

  @Test func `the limiter lets an even stream pass for ever, and forgets nobody's debt`() {
    let limiter = RateLimiter(perSecond: 200)
    var now = Steady(microseconds: 0)
    for _ in 0..<10_000 {
      #expect(limiter.admit("a", at: now) == nil)
      now = now + .milliseconds(5)
    }
    var admitted = 0
    while limiter.admit("b", at: now) == nil { admitted += 1 }
    #expect((400...402).contains(admitted))
    #expect(limiter.admit("a", at: now) == nil)
    #expect(limiter.admit("b", at: now + .milliseconds(1)) != nil)
    #expect(limiter.admit("b", at: now + .seconds(3)) == nil)
    #expect(RateLimiter(perSecond: 0).admit("c", at: now) == nil)
  }

  @Test func `every answer has its security headers`() async throws {
    try await BareServer.with { server in
      for (path, method) in [
        ("/livez", "GET"), ("/nothing", "GET"), ("/livez", "POST"), ("/api/events?after=x", "GET"),
      ] {
        let answer = try await ask(server.port, path, method: method)
        #expect(answer.headers["x-content-type-options"] == "nosniff")
        #expect(answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'")
        #expect(answer.headers["x-frame-options"] == "DENY")
        #expect(answer.headers["referrer-policy"] == "no-referrer")
      }
    }
  }
}
