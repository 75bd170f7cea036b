import Reconciler
import Testing

@testable import Bridge

@Suite(.timeLimit(.minutes(1)))
struct WireTradeTests {
  @Test func `an open as it stands on the wire`() async throws {
    let rig = try Rig(token: "t0k3n", spec: { $0.symbolSuffix = ".r" })
    defer { rig.stop() }
    let answer = await rig.terminal.send()
    let expected = TradeAnswer.Done(
      ticket: Ticket(48_112_233), price: decimal("1.08522"), lots: decimal("0.4"), message: "done")
    #expect(answer == .done(expected))
    let post = try #require(rig.server.posts.first)
    #expect(post.path == "/trade")
    #expect(post.headers["authorization"] == "t0k3n")
    #expect(post.headers["expect"] == nil)
    #expect(post.headers["content-type"] == "application/json")
    #expect(
      post.body
        == #"{"action":"buy","comment":"k3f9x2a1","lots":0.4,"magic":7001,"request_id":"x.1","sl":1.0824,"#
        + #""slippage":10,"symbol":"EURUSD.r","tp":0}"#)
  }

  @Test func `a close and a modify as they stand on the wire`() async throws {
    let rig = try Rig()
    defer { rig.stop() }
    _ = await rig.terminal.send(Orders.close)
    _ = await rig.terminal.send(.close(ticket: Ticket(5), lots: nil))
    _ = await rig.terminal.send(Orders.modify)
    #expect(
      rig.server.posts.map(\.body) == [
        #"{"action":"close","lots":0.1,"request_id":"x.1","ticket":48112233}"#,
        #"{"action":"close","request_id":"x.1","ticket":5}"#,
        #"{"action":"modify","request_id":"x.1","sl":1.083,"ticket":48112233,"tp":1.09}"#,
      ])
  }

  @Test func `a connection that closes before the reply gets one POST, fresh or after reads`() async throws {
    let rig = try Rig { $0.method == "POST" ? .hangUp : Samples.reply($0) }
    defer { rig.stop() }
    #expect(await rig.terminal.send().isUnknown("connection_lost"))
    #expect(rig.server.posts.count == 1)
    _ = try await rig.terminal.read().get()
    #expect(await rig.terminal.send().isUnknown("connection_lost"))
    _ = try await rig.terminal.read().get()
    #expect(await rig.terminal.send().isUnknown("connection_lost"))
    #expect(rig.server.posts.count == 3)
    // Each on a connection of its own.
    let others = Set(rig.server.requests.filter { $0.method != "POST" }.map(\.connection))
    #expect(Set(rig.server.posts.map(\.connection)).count == 3)
    #expect(others.isDisjoint(with: rig.server.posts.map(\.connection)))
  }

  @Test(arguments: [417, 401, 408, 429, 503])
  func `no status makes libcurl send again`(status: Int) async throws {
    let rig = try Rig { _ in .json("{}", status: status, headers: ["WWW-Authenticate: Basic", "Retry-After: 0"]) }
    defer { rig.stop() }
    _ = await rig.terminal.send()
    #expect(rig.server.requests.count == 1)
  }

  @Test func `an answer cut off at any byte is unknown, and sent once`() async throws {
    let whole = WireServer.Reply.json(Samples.done)
    let cut = Box(0)
    let rig = try Rig { _ in whole.cut(at: cut.now) }
    defer { rig.stop() }
    for count in 0..<whole.bytes.count {
      cut.change { $0 = count }
      let answer = await rig.terminal.send()
      #expect(answer.isUnknown("connection_lost"), "cut at byte \(count): \(answer)")
      #expect(rig.server.posts.count == count + 1)
    }
  }

  @Test func `a server that holds one connection gets the POST as soon as the read is done`() async throws {
    let rig = try Rig(oneAtATime: true)
    defer { rig.stop() }
    for _ in 0..<3 {
      _ = try await rig.terminal.read().get()
      guard case .done = await rig.terminal.send() else { Issue.record("the POST was not served"); return }
    }
    #expect(rig.server.accepted == 6)
  }

  @Test func `idle connections are closed before the POST`() async throws {
    let gate = Gate()
    let rig = try Rig(spec: { $0.connections = 2 }) { request in
      request.method == "POST" ? Samples.reply(request).held(by: gate) : Samples.reply(request)
    }
    defer { rig.stop() }
    _ = try await rig.terminal.read().get()
    let idle = rig.server.accepted
    async let answer = rig.terminal.send()
    #expect(await eventually { rig.server.posts.count == 1 })
    #expect(await eventually { rig.server.ended == idle })
    gate.open()
    guard case .done = await answer else { Issue.record("the POST was not served"); return }
    _ = try await rig.terminal.read().get()
    #expect(await eventually { rig.server.ended == idle + 1 })
  }

  @Test func `terminals at one origin do not break each other's requests`() async throws {
    let gate = Gate()
    let rig = try Rig { $0.path == "/slow/positions" ? .json(Samples.positions).held(by: gate) : Self.strip($0) }
    defer { rig.stop() }
    let slow = try rig.engine.terminal(rig.server.url + "/slow")
    async let snapshot = slow.read()
    #expect(await eventually { rig.server.requests.count == 1 })
    guard case .done = await rig.terminal.send() else { Issue.record("the POST was not served"); return }
    gate.open()
    #expect(try await snapshot.get().positions?.value.count == 1)
  }

  private static func strip(_ request: WireServer.Request) -> WireServer.Reply {
    var copy = request
    copy.path = copy.path.replacing("/slow", with: "")
    return Samples.reply(copy)
  }

  @Test func `a trade waits for the GET under way and goes before the rest of the read`() async throws {
    let gate = Gate()
    let rig = try Rig { $0.path == "/positions" ? Samples.reply($0).held(by: gate) : Samples.reply($0) }
    defer { rig.stop() }
    async let snapshot = rig.terminal.read()
    #expect(await eventually { rig.server.requests.count == 1 })
    let trade = PendingTrade(rig.terminal)
    // The engine has seen the trade once a later command is done.
    await withCheckedContinuation { continuation in rig.engine.ping { continuation.resume() } }
    gate.open()
    guard case .done = await trade.answer else { Issue.record("the POST was not served"); return }
    _ = try await snapshot.get()
    #expect(rig.server.requests.map(\.path) == ["/positions", "/trade", "/account"])
  }

  @Test func `no answer in time is unknown`() async throws {
    let gate = Gate()
    let rig = try Rig(spec: { $0.postTimeout = .milliseconds(100) }) { Samples.reply($0).held(by: gate) }
    defer { rig.stop() }
    defer { gate.open() }
    #expect(await rig.terminal.send().isUnknown("timeout"))
    #expect(rig.server.posts.count == 1)
  }

  @Test func `a host that does not exist is not sent`() async throws {
    let engine = try BridgeEngine()
    defer { engine.stop(within: .seconds(10)) }
    let terminal = try engine.terminal("http://no-such-host.invalid:1") { $0.postTimeout = .seconds(5) }
    #expect(await terminal.send().isRefused(.notSent))
  }

  @Test func `an answer over the limit is unknown`() async throws {
    let rig = try Rig { _ in .json(Samples.done + String(repeating: " ", count: 64 << 10)) }
    defer { rig.stop() }
    #expect(await rig.terminal.send().isUnknown("unreadable_reply"))
  }

  @Test(arguments: [
    TradeRequest.Order.open(
      symbol: Symbol("EURUSD"), side: .buy, lots: .zero, stopLoss: nil, takeProfit: nil, slippagePoints: nil),
    .open(
      symbol: Symbol("EURUSD"), side: .buy, lots: 1, stopLoss: -1, takeProfit: nil, slippagePoints: nil),
    .close(ticket: Ticket(0), lots: nil), .close(ticket: Ticket(1), lots: -1),
    .modify(ticket: Ticket(-1), stopLoss: nil, takeProfit: nil),
  ])
  func `numbers that cannot be meant are not sent`(order: TradeRequest.Order) async throws {
    let rig = try Rig()
    defer { rig.stop() }
    #expect(await rig.terminal.send(order).isRefused(.notSent))
    #expect(rig.server.accepted == 0)
  }

  @Test func `the terminal's own words hide the token and the account`() async throws {
    let rig = try Rig(token: "canary-token", spec: { $0.account = 1_234_567 }) { request in
      let words = #"bad token canary-token for 1234567\n\u0000\u001b[31m"# + String(repeating: "x", count: 1000)
      return request.method == "POST"
        ? .json(#"{"success":false,"error_code":130,"message":"\#(words)"}"#)
        : .json(#"{"success":false,"message":"\#(words)"}"#)
    }
    defer { rig.stop() }
    guard case .refused(let refusal) = await rig.terminal.send() else { Issue.record("not refused"); return }
    let failure = try #require(await rig.terminal.failure())
    #expect(failure.code == .malformed)
    for text in [refusal.message, failure.message] {
      #expect(text.contains("bad token *** for ***"))
      #expect(!text.contains("canary") && !text.contains("1234567") && text.count < 300)
      #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
  }
}
