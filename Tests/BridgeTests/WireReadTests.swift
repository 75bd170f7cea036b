import Glibc
import Reconciler
import Testing

@testable import Bridge

@Suite(.timeLimit(.minutes(1)))
struct WireReadTests {
  @Test func `a full read asks for the parts in order over one kept-alive connection`() async throws {
    let rig = try Rig()
    defer { rig.stop() }
    let snapshot = try await rig.terminal.read { request in
      request.orders = true
      request.historyDays = 2
      request.ticks = [Symbol("EURUSD"), Symbol("EURUSD")]
    }.get()
    #expect(
      rig.server.requests.map(\.path) == ["/positions", "/account", "/orders", "/history?days=2", "/tick/EURUSD"])
    #expect(rig.server.accepted == 1)
    #expect(snapshot.positions?.value.map(\.ticket) == [Ticket(48_112_233)])
    #expect(snapshot.account?.value.equity == decimal("10004.4"))
    #expect(snapshot.orders.reply?.value.count == 1)
    #expect(snapshot.history.reply?.value.count == 4)
    #expect(snapshot.ticks[Symbol("EURUSD")]?.reply?.value.ask == decimal("1.08522"))
    let positions = try #require(snapshot.positions?.span)
    let account = try #require(snapshot.account?.span)
    #expect(positions.began.steady <= positions.ended.steady)
    #expect(positions.ended.steady <= account.began.steady)
  }

  @Test func `a hundred polls reuse the connection`() async throws {
    let rig = try Rig()
    defer { rig.stop() }
    for _ in 0..<100 { _ = try await rig.terminal.read().get() }
    #expect(rig.server.accepted == 1)
    #expect(rig.server.requests.count == 200)
    #expect(rig.engine.counters().map(\.count) == [100, 100])
  }

  @Test func `with two connections account runs beside positions`() async throws {
    let gate = Gate()
    let rig = try Rig(spec: { $0.connections = 2 }) { request in
      request.path == "/positions" ? Samples.reply(request).held(by: gate) : Samples.reply(request)
    }
    defer { rig.stop() }
    async let snapshot = rig.terminal.read()
    #expect(await eventually { rig.server.requests.count == 2 })
    gate.open()
    _ = try await snapshot.get()
    #expect(rig.server.accepted == 2)
  }

  @Test func `with one connection account waits for positions`() async throws {
    let gate = Gate()
    let rig = try Rig { request in
      request.path == "/positions" ? Samples.reply(request).held(by: gate) : Samples.reply(request)
    }
    defer { rig.stop() }
    async let snapshot = rig.terminal.read()
    #expect(await eventually { rig.server.requests.count == 1 })
    gate.open()
    _ = try await snapshot.get()
    #expect(rig.server.requests.map(\.path) == ["/positions", "/account"])
  }

  @Test func `the token and what else is in a GET`() async throws {
    for (mode, line) in [(TerminalSpec.Authorization.raw, "t0k3n"), (.bearer, "Bearer t0k3n")] {
      let rig = try Rig(token: "t0k3n", spec: { $0.authorization = mode })
      defer { rig.stop() }
      _ = try await rig.terminal.read().get()
      let headers = try #require(rig.server.requests.first?.headers)
      #expect(headers["authorization"] == line)
      #expect(headers["accept-encoding"] == nil)
      #expect(headers["cookie"] == nil)
    }
  }

  @Test func `a suffix is added to tick paths, percent-encoded, and taken off positions`() async throws {
    let rig = try Rig(spec: { $0.symbolSuffix = "#/é" }) { request in
      if request.path.hasPrefix("/tick") { return .json(#"{"bid":1,"ask":1,"timestamp":1741957445}"#) }
      return request.path == "/positions"
        ? .json(Samples.positions.replacing("EURUSD", with: "EURUSD#/é")) : Samples.reply(request)
    }
    defer { rig.stop() }
    let snapshot = try await rig.terminal.read { $0.ticks = [Symbol("EURUSD")] }.get()
    #expect(rig.server.requests.last?.path == "/tick/EURUSD%23%2F%C3%A9")
    #expect(snapshot.positions?.value.first?.symbol == Symbol("EURUSD"))
    #expect(snapshot.ticks[Symbol("EURUSD")]?.reply != nil)
  }

  @Test(arguments: [
    (401, ReadFailure.Code.unauthorized), (403, .unauthorized), (404, .notFound), (429, .rateLimited),
    (500, .httpStatus),
    (503, .httpStatus), (204, .httpStatus), (302, .httpStatus),
  ])
  func `a status fails the read`(status: Int, code: ReadFailure.Code) async throws {
    let rig = try Rig { _ in
      .json(status == 204 ? "" : "[]", status: status, headers: ["Retry-After: 7", "Location: /elsewhere"])
    }
    defer { rig.stop() }
    let failure = await rig.terminal.failure()
    #expect(failure?.code == code)
    #expect(failure?.httpStatus == status)
    #expect(failure?.endpoint == "/positions")
    #expect(failure?.retryAfter == .seconds(7))
    #expect(rig.server.requests.map(\.path) == ["/positions"])
  }

  @Test func `account failing fails the whole read`() async throws {
    let rig = try Rig { $0.path == "/account" ? .json("{}", status: 401) : Samples.reply($0) }
    defer { rig.stop() }
    let failure = await rig.terminal.failure { $0.orders = true }
    #expect(failure?.code == .unauthorized)
    #expect(failure?.endpoint == "/account")
    #expect(rig.server.requests.count == 2)
  }

  @Test func `other parts fail by themselves, and 404 is unsupported`() async throws {
    let rig = try Rig { request in
      if request.path.hasPrefix("/orders") { return .json("[]", status: 404) }
      if request.path.hasPrefix("/history") { return .json("{}") }
      return Samples.reply(request)
    }
    defer { rig.stop() }
    let snapshot = try await rig.terminal.read { request in
      request.orders = true
      request.historyDays = 2
      request.ticks = [Symbol("EURUSD")]
    }.get()
    #expect(snapshot.orders == .unsupported)
    guard case .failed(let failure) = snapshot.history else { Issue.record("history did not fail"); return }
    #expect(failure.code == .malformed)
    #expect(snapshot.ticks[Symbol("EURUSD")]?.reply != nil)
  }

  @Test func `after a part that failed for the whole terminal the rest is not asked for`() async throws {
    let rig = try Rig { $0.path == "/orders" ? .json("{}", status: 429) : Samples.reply($0) }
    defer { rig.stop() }
    let snapshot = try await rig.terminal.read { request in
      request.orders = true
      request.historyDays = 1
      request.ticks = [Symbol("EURUSD")]
    }.get()
    #expect(rig.server.requests.count == 3)
    for failure in [snapshot.orders.failure, snapshot.history.failure, snapshot.ticks[Symbol("EURUSD")]?.failure] {
      #expect(failure?.code == .rateLimited)
    }
  }

  @Test func `only ticks`() async throws {
    let rig = try Rig()
    defer { rig.stop() }
    let snapshot = try await rig.terminal.read { request in
      request.book = false
      request.ticks = [Symbol("EURUSD")]
    }.get()
    #expect(snapshot.positions == nil && snapshot.account == nil)
    #expect(snapshot.ticks.count == 1)
    #expect(rig.server.requests.map(\.path) == ["/tick/EURUSD"])
  }

  @Test func `a reply cut off at any byte is a failed read`() async throws {
    let whole = WireServer.Reply.json(Samples.positions)
    let cut = Box(0)
    let rig = try Rig { $0.path == "/positions" ? whole.cut(at: cut.now) : Samples.reply($0) }
    defer { rig.stop() }
    for count in 0..<whole.bytes.count {
      cut.change { $0 = count }
      #expect(await rig.terminal.failure()?.code == .cutOff, "cut at byte \(count)")
    }
    cut.change { $0 = whole.bytes.count }
    #expect(try await rig.terminal.read().get().positions?.value.count == 1)
  }

  @Test(arguments: ["[]", "[{}]", Samples.positions])
  func `cut off without a length, at any byte, is a failed read`(body: String) async throws {
    let whole = WireServer.Reply.raw("HTTP/1.1 200 OK\r\n\r\n" + body, closes: true)
    let cut = Box(0)
    let rig = try Rig { $0.path == "/positions" ? whole.cut(at: cut.now) : Samples.reply($0) }
    defer { rig.stop() }
    for count in 0..<whole.bytes.count {
      cut.change { $0 = count }
      let code = await rig.terminal.failure()?.code
      #expect(code == .cutOff || code == .notJSON, "cut at byte \(count)")
    }
  }

  @Test func `a chunked reply is read, and one that is cut off is not`() async throws {
    let whole = WireServer.Reply.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n")
    let cut = Box(whole.bytes.count)
    let rig = try Rig { $0.path == "/positions" ? whole.cut(at: cut.now) : Samples.reply($0) }
    defer { rig.stop() }
    #expect(try await rig.terminal.read().get().positions?.value == [])
    // The last byte that matters is the line end of the last chunk's size.
    cut.change { $0 -= 5 }
    #expect(await rig.terminal.failure()?.code == .cutOff)
  }

  @Test func `no redirect is followed`() async throws {
    let elsewhere = try WireServer(Samples.reply)
    defer { elsewhere.stop() }
    let url = elsewhere.url
    let rig = try Rig { _ in .json("", status: 307, headers: ["Location: \(url)/positions"]) }
    defer { rig.stop() }
    #expect(await rig.terminal.failure()?.httpStatus == 307)
    #expect(await rig.terminal.send().isUnknown("http_307"))
    #expect(elsewhere.accepted == 0)
    #expect(rig.server.requests.count == 2)
  }

  @Test func `a proxy in the environment is not used`() async throws {
    let proxy = try WireServer(Samples.reply)
    defer { proxy.stop() }
    let names = ["http_proxy", "all_proxy", "ALL_PROXY"]
    for name in names { setenv(name, proxy.url, 1) }
    defer { for name in names { unsetenv(name) } }
    let rig = try Rig()
    defer { rig.stop() }
    _ = try await rig.terminal.read().get()
    _ = await rig.terminal.send()
    #expect(proxy.accepted == 0)
  }

  @Test(arguments: [true, false])
  func `a reply over the limit is refused, with and without a stated length`(stated: Bool) async throws {
    let filler = String(repeating: " ", count: 64 << 10)
    let rig = try Rig { request in
      guard request.path == "/account" else { return Samples.reply(request) }
      return stated
        ? .json(Samples.account + filler)
        : .raw(
          "HTTP/1.1 200 OK\r\n\r\n" + Samples.account + filler, closes: true)
    }
    defer { rig.stop() }
    let failure = await rig.terminal.failure()
    #expect(failure?.code == .tooLarge)
    #expect(failure?.endpoint == "/account")
  }

  @Test func `headers without end are refused`() async throws {
    let line = "X-Filler: " + String(repeating: "x", count: 1000) + "\r\n"
    let rig = try Rig { _ in .raw("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 80) + "\r\n[]", closes: true) }
    defer { rig.stop() }
    #expect(await rig.terminal.failure()?.code == .tooLarge)
  }

  @Test func `what is not HTTP is refused`() async throws {
    let rig = try Rig { _ in .raw("[]\r\n", closes: true) }
    defer { rig.stop() }
    #expect(await rig.terminal.failure()?.code == .malformed)
  }

  @Test func `a terminal that does not answer is a timeout`() async throws {
    let gate = Gate()
    let rig = try Rig(spec: { $0.timeout = .milliseconds(100) }) { Samples.reply($0).held(by: gate) }
    defer { rig.stop() }
    defer { gate.open() }
    #expect(await rig.terminal.failure()?.code == .timeout)
  }

  @Test func `nobody listening is unreachable, for a trade not sent`() async throws {
    let closed = try WireServer(Samples.reply)
    closed.stop()
    let engine = try BridgeEngine()
    defer { engine.stop(within: .seconds(10)) }
    let terminal = try engine.terminal(closed.url)
    #expect(await terminal.failure()?.code == .unreachable)
    #expect(await terminal.send().isRefused(.notSent))
  }

  @Test func `a large history is decoded beside the engine's thread`() async throws {
    let rows = (1...2000).map { #"{"ticket":\#($0),"type":"sell","symbol":"EURUSD","lots":1,"profit":1.5}"# }
    let body = "[" + rows.joined(separator: ",") + "]"
    #expect(body.utf8.count > ReplyDecoder.largestAtOnce)
    let rig = try Rig { $0.path.hasPrefix("/history") ? .json(body) : Samples.reply($0) }
    defer { rig.stop() }
    let snapshot = try await rig.terminal.read { $0.historyDays = 30 }.get()
    #expect(snapshot.history.reply?.value.count == 2000)
  }
}

extension OptionalPart {
  fileprivate var failure: ReadFailure? { if case .failed(let failure) = self { failure } else { nil } }
}

extension TradeAnswer {
  func isUnknown(_ cause: String) -> Bool { if case .unknown(let doubt) = self { doubt.cause == cause } else { false } }

  func isRefused(_ kind: RefusalKind) -> Bool {
    if case .refused(let refusal) = self { refusal.kind == kind } else { false }
  }
}
