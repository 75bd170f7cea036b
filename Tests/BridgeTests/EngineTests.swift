import Reconciler
import Testing

@testable import Bridge

@Suite(.timeLimit(.minutes(1)))
struct EngineTests {
  @Test func `two hundred terminals are polled by one engine over one connection each`() async throws {
    let server = try WireServer(Samples.reply)
    defer { server.stop() }
    let engine = try BridgeEngine()
    defer { engine.stop(within: .seconds(10)) }
    let terminals = try (1...200).map { try engine.terminal("http://127.0.1.\($0):\(server.port)") }
    for _ in 0..<3 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for terminal in terminals { group.addTask { _ = try await terminal.read().get() } }
        try await group.waitForAll()
      }
    }
    #expect(server.requests.count == 1200)
    #expect(server.accepted == 200)
  }

  @Test func `a stop ends what is outstanding, each by its kind`() async throws {
    let gate = Gate()
    let rig = try Rig { Samples.reply($0).held(by: gate) }
    defer { rig.stop() }
    defer { gate.open() }
    let other = try rig.engine.terminal("http://127.0.0.2:\(rig.server.port)")
    async let read = rig.terminal.read()
    #expect(await eventually { rig.server.requests.count == 1 })
    let waiting = PendingTrade(rig.terminal)
    let underWay = PendingTrade(other)
    #expect(await eventually { rig.server.posts.count == 1 })
    #expect(rig.engine.stop(within: .seconds(10)))
    #expect(await read == .failure(.notBegun))
    #expect(await waiting.answer?.isRefused(.notSent) == true)
    #expect(await underWay.answer?.isUnknown("cancelled") == true)
    #expect(rig.server.posts.count == 1)
    // And afterwards nothing begins.
    #expect(await rig.terminal.failure()?.code == .cancelled)
    #expect(await rig.terminal.send().isRefused(.notSent))
    #expect(rig.engine.stop(within: .seconds(10)))
  }

  @Test func `closing one terminal ends its calls and leaves the others alone`() async throws {
    let gate = Gate()
    let rig = try Rig { $0.path == "/account" ? Samples.reply($0).held(by: gate) : Samples.reply($0) }
    defer { rig.stop() }
    let other = try rig.engine.terminal("http://127.0.0.2:\(rig.server.port)")
    async let kept = other.read()
    async let closed = rig.terminal.read()
    #expect(await eventually { rig.server.requests.count { $0.path == "/account" } == 2 })
    rig.terminal.close()
    #expect(await closed == .failure(.notBegun))
    #expect(await rig.terminal.failure()?.code == .cancelled)
    gate.open()
    _ = try await kept.get()
  }

  @Test func `a second read and a second trade fail at once`() async throws {
    let gate = Gate()
    let rig = try Rig { Samples.reply($0).held(by: gate) }
    defer { rig.stop() }
    async let first = rig.terminal.read()
    #expect(await eventually { rig.server.requests.count == 1 })
    #expect(await rig.terminal.failure() == .alreadyReading)
    let trade = PendingTrade(rig.terminal)
    #expect(await rig.terminal.send().isRefused(.notSent))
    gate.open()
    _ = try await first.get()
    guard case .done = await trade.answer else { Issue.record("the first trade was not done"); return }
    #expect(rig.server.posts.count == 1)
  }

  @Test func `a terminal that hangs does not delay another`() async throws {
    let gate = Gate()
    let rig = try Rig { Samples.reply($0).held(by: gate) }
    defer { rig.stop() }
    defer { gate.open() }
    let healthy = try WireServer(Samples.reply)
    defer { healthy.stop() }
    let other = try rig.engine.terminal(healthy.url)
    let ended = Box(false)
    rig.terminal.read(ReadRequest(number: 1, agent: AgentID("a"))) { _ in ended.change { $0 = true } }
    for _ in 0..<20 { _ = try await other.read().get() }
    #expect(!ended.now)
  }

  @Test func `the thread turns without work, and answers a ping`() async throws {
    let engine = try BridgeEngine()
    defer { engine.stop(within: .seconds(10)) }
    let before = engine.lastTurn
    await withCheckedContinuation { continuation in engine.ping { continuation.resume() } }
    let pinged = engine.lastTurn
    #expect(pinged >= before)
    #expect(await eventually { engine.lastTurn > pinged })
  }

  @Test func `a span is measured with the given clock`() async throws {
    let server = try WireServer(Samples.reply)
    defer { server.stop() }
    let moment = Moment(wall: Timestamp(seconds: 5), steady: Steady(microseconds: 7))
    let engine = try BridgeEngine(now: { moment })
    defer { engine.stop(within: .seconds(10)) }
    let snapshot = try await engine.terminal(server.url).read().get()
    #expect(snapshot.positions?.span == ReadSpan(began: moment, ended: moment))
  }

  @Test func `results are counted by endpoint`() async throws {
    let rig = try Rig { $0.path == "/account" ? .json("{}") : Samples.reply($0) }
    defer { rig.stop() }
    _ = await rig.terminal.read()
    _ = await rig.terminal.send()
    #expect(
      rig.engine.counters() == [
        BridgeCounter(agent: AgentID("a"), endpoint: .account, result: "malformed", count: 1),
        BridgeCounter(agent: AgentID("a"), endpoint: .positions, result: "ok", count: 1),
        BridgeCounter(agent: AgentID("a"), endpoint: .trade, result: "done", count: 1),
      ])
  }
}

struct ConfigurationTests {
  private func error(_ url: String, token: String? = nil, suffix: String = "") throws -> BridgeError.Code? {
    let engine = try BridgeEngine()
    defer { engine.stop(within: .seconds(10)) }
    do {
      _ = try engine.terminal(url, token: token) { $0.symbolSuffix = suffix }
      return nil
    } catch let error as BridgeError {
      return error.code
    }
  }

  @Test(arguments: ["a\r\nX: y", "a\n", "", "a\u{0}", "a\u{7f}", " a", "a ", "é", "a\tb"])
  func `a token that cannot stand in a header is refused`(token: String) throws {
    #expect(try error("http://localhost", token: token) == .invalidToken)
  }

  @Test(arguments: [
    "", "localhost:1", "ftp://h", "file:///etc/passwd", "http://", "http:///x", "http://u:p@h", "http://h?x",
    "http://h/#x",
    "http://h h", "http://h\r\nX: y", "http://h\\x",
  ])
  func `a url that would lead elsewhere is refused`(url: String) throws {
    #expect(try error(url) == .invalidURL)
  }

  @Test(arguments: ["http://localhost", "HTTPS://h:8443/", "http://[::1]:8081", "http://h/ea/1"])
  func `a url that is fine`(url: String) throws { #expect(try error(url, token: "a b+/=") == nil) }

  @Test func `a suffix with a control character is refused`() throws {
    #expect(try error("http://h", suffix: "\n") == .invalidText)
  }

  @Test func `a secret never prints`() {
    let configuration = TerminalConfiguration(
      agent: AgentID("a"), spec: TerminalSpec(url: "http://h"), token: "canary", serverZone: .utc)
    var dumped = ""
    dump(configuration, to: &dumped)
    let texts = [
      "\(configuration)", String(reflecting: configuration), dumped, "\(String(describing: configuration.token))",
    ]
    for text in texts { #expect(!text.contains("canary")) }
  }

  @Test func `the system's clocks advance`() {
    let first = SystemClock.now()
    let second = SystemClock.now()
    #expect(second.steady >= first.steady)
    #expect(first.wall > Timestamp(seconds: 1_700_000_000))
  }
}
