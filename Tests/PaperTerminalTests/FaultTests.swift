import PaperTerminal
import Reconciler
import Testing

@Suite("Each fault does what it says", .timeLimit(.minutes(3)))
struct FaultTests {
  static let open = #"{"action":"buy","symbol":"EURUSD","lots":0.10,"comment":"m","request_id":"x.1"}"#

  private func certain(_ fault: PaperFault) -> PaperFaults { PaperFaults([fault: 1]) }

  private func executed(_ wire: Wire) -> Int {
    wire.terminal.books.executions.filter { $0.requestID == "x.1" }.count
  }

  @Test(
    "A trade: what is answered and how often it was executed",
    arguments: [
      (PaperFault.requestLost, 0, nil, 0), (.executeLoseReply, 0, nil, 1), (.http504, 504, nil, 0),
      (.http401, 401, nil, 0), (.requote, 200, 138, 0), (.busy146, 200, 146, 0),
    ] as [(PaperFault, Int, Int64?, Int)])
  func trade(fault: PaperFault, status: Int, code: Int64?, times: Int) async throws {
    try await withTerminal({ $0.faults = certain(fault) }) { wire in
      let reply = await wire.trade(Self.open)
      #expect(reply.status == status)
      #expect(reply.json?["error_code"]?.int == code)
      #expect(executed(wire) == times)
      #expect(wire.terminal.statistics.faults == [fault: 1])
      wire.terminal.setFaults(PaperFaults())
      #expect(await wire.trade(Self.open).json?["success"] == true)
    }
  }

  @Test(
    "By chance executed or not, the answer says neither",
    arguments: [(PaperFault.http5xx, 500, nil), (.code128, 200, 128)] as [(PaperFault, Int, Int64?)])
  func perhaps(fault: PaperFault, status: Int, code: Int64?) async throws {
    try await withTerminal({ $0.faults = certain(fault) }) { wire in
      for _ in 0..<20 {
        let reply = await wire.trade(Self.open)
        #expect(reply.status == status)
        #expect(reply.json?["error_code"]?.int == code)
      }
      #expect((1...19).contains(executed(wire)))
    }
  }

  @Test("Executed late: 504 at once, the position later")
  func late() async throws {
    try await withTerminal({
      $0.faults = certain(.executeLate)
      // Time alone brings it, not a tick.
      $0.motion = .frozen
    }) { wire in
      #expect(await wire.trade(Self.open).status == 504)
      wire.clock.advance(by: .milliseconds(3999))
      #expect(await wire.get("/positions").text == "[]")
      wire.clock.advance(by: .milliseconds(1))
      #expect(await wire.get("/positions").json?.array?.count == 1)
      #expect(executed(wire) == 1)
    }
  }

  @Test("A slow reply comes after its delay; the trade was executed before")
  func slow() async throws {
    try await withTerminal({
      $0.faults = certain(.slowReply)
      $0.timing.slowReply = .milliseconds(300)
    }) { wire in
      async let reply = wire.trade(Self.open)
      try await eventually("the trade is executed") { executed(wire) == 1 }
      #expect(await reply.json?["success"] == true)
    }
  }

  @Test("A cut body is shorter than its head says", arguments: ["/account", "/positions", "/tick/EURUSD"])
  func cut(path: String) async throws {
    try await withTerminal({ $0.faults = certain(.cutBody) }) { wire in
      let reply = await wire.get(path)
      #expect(reply.status == 200)
      #expect(!reply.isWhole)
    }
  }

  @Test("Wrong types keep the names and spoil the values")
  func wrongTypes() async throws {
    try await withTerminal({ $0.faults = certain(.wrongTypes) }) { wire in
      let json = await wire.get("/account").json
      #expect(json?["balance"] == ["value": .number("10000.00")])
      #expect(json?["currency"] == true)
      #expect(await wire.trade(Self.open).json?["success"] == "maybe")
      #expect(executed(wire) == 1)
    }
  }

  @Test("Empty lists while there is a position; stale lists as before the last trade")
  func lists() async throws {
    try await withTerminal { wire in
      _ = await wire.trade(Self.open)
      let ticket = wire.terminal.books.positions.first?.facts.ticket
      wire.terminal.setFaults(certain(.emptyList))
      #expect(await wire.get("/positions").text == "[]")
      #expect(await wire.get("/history?days=60").text == "[]")
      wire.terminal.setFaults(PaperFaults())
      _ = await wire.trade(#"{"action":"close","ticket":\#(ticket ?? Ticket(0))}"#)
      #expect(await wire.get("/positions").text == "[]")
      wire.terminal.setFaults(certain(.staleList))
      #expect(await wire.get("/positions").json?.array?.first?["ticket"]?.int == ticket?.number)
      #expect(await wire.get("/history?days=2").text == "[]")
    }
  }

  @Test("Another account answers, or none: 401 whatever the token")
  func account() async throws {
    try await withTerminal({ $0.faults = certain(.wrongAccount) }) { wire in
      #expect(await wire.get("/account").json?["account"] == 1_234_568)
      wire.terminal.setFaults(certain(.http401))
      #expect(await wire.get("/account").status == 401)
      wire.terminal.setFaults(PaperFaults())
      wire.terminal.setAccount(99)
      #expect(await wire.get("/account").json?["account"] == 99)
    }
  }

  @Test("A restart drops every connection, is silent for a while, and keeps the tickets")
  func restart() async throws {
    try await withTerminal { wire in
      _ = await wire.trade(Self.open)
      let idle = try #require(WireConnection(port: wire.port))
      await idle.send(requestText("GET", "/positions"))
      _ = await idle.reply()
      wire.terminal.setFaults(certain(.restart))
      #expect(await wire.get("/positions").status == 0)
      #expect(await idle.reply().status == 0)
      wire.terminal.setFaults(PaperFaults())
      #expect(await wire.get("/positions").status == 0)
      wire.clock.advance(by: .seconds(1))
      #expect(await wire.get("/positions").status == 200)
      #expect(wire.terminal.statistics.session == 2)
      #expect(wire.terminal.books.positions.count == 1)
    }
  }

  @Test("Every fault fires at its chance, and the same seed lets the same ones fire")
  func chances() throws {
    func fired(seed: UInt64) throws -> [PaperFault: Int] {
      var agent = PaperAgent(
        id: AgentID("a"), account: PaperAccount(number: 1, name: "", server: "", currency: "USD"), deposit: 1000)
      agent.seed = seed
      agent.motion = .still
      agent.timing.restart = .zero
      agent.faults = PaperFaults(
        Dictionary(uniqueKeysWithValues: PaperFault.allCases.map { ($0, FixedDecimal(units: 50_000_000_000)) }))
      var model = try agent.model(start: noon)
      let trade = PaperRequest(method: "POST", uri: "/trade", body: Array(Self.open.utf8))
      for second in 0..<1000 as Range<Int64> {
        _ = model.handle(trade, at: noon + .seconds(second))
        for path in ["/account", "/positions"] {
          _ = model.handle(PaperRequest(method: "GET", uri: path), at: noon + .seconds(second))
        }
      }
      return model.statistics.faults
    }
    let first = try fired(seed: 5)
    #expect(Set(first.keys) == Set(PaperFault.allCases))
    // 5 % of 1 000 to 3 000 requests, less what faults before it took.
    #expect(first.values.allSatisfy { (15...220).contains($0) })
    #expect(try fired(seed: 5) == first)
    #expect(try fired(seed: 6) != first)
  }

  @Test("Faults are named on the command line; a wrong name or chance is an error that helps")
  func parsing() throws {
    let faults = try PaperFaults(parsing: ["http_504=0.25", "restart=1"])
    #expect(faults[.http504] == d("0.25"))
    #expect(faults[.restart] == 1)
    #expect(faults[.requote] == 0)
    #expect(throws: PaperError(.fault, "fault http_504 needs a probability from 0 to 1, as in http_504=0.05")) {
      try PaperFaults(parsing: ["http_504=2"])
    }
    #expect(throws: PaperError.self) { try PaperFaults(parsing: ["http_404=0.1"]) }
  }
}
