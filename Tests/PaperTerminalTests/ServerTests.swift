import PaperTerminal
import Reconciler
import Testing

@Suite("Many terminals, and the hands on them", .timeLimit(.minutes(3)))
struct ServerTests {
  private func agents(_ count: Int) -> [PaperAgent] {
    (0..<count).map { number in
      PaperAgent(
        id: AgentID("agent_\(number)"),
        account: PaperAccount(number: Int64(number), name: "", server: "S", currency: "USD"), deposit: 1000)
    }
  }

  @Test("A thousand terminals listen in one process, each with its own account")
  func thousand() async throws {
    let server = try await PaperServer.start(agents(1000))
    for number in stride(from: 0, to: 1000, by: 99) {
      let id = AgentID("agent_\(number)")
      let wire = Wire(terminal: try #require(server.terminal(id)), port: try #require(server.port(of: id)))
      #expect(await wire.get("/account").json?["account"]?.int == Int64(number))
    }
    #expect(Set(server.agents.compactMap(\.port)).count == 1000)
    #expect(server.port(of: AgentID("nobody")) == nil)
    await server.stop()
  }

  @Test("A port that is taken is an error with the address and the agent, and nothing is left listening")
  func taken() async throws {
    // An address of its own, or another test may take the port as soon as it is free.
    var alone = agents(1)
    alone[0].host = "127.0.0.78"
    let first = try await PaperServer.start(alone)
    let port = try #require(first.port(of: AgentID("agent_0")))
    var second = agents(2)
    second[1].port = port
    second[1].host = "127.0.0.78"
    do throws(PaperError) {
      let server = try await PaperServer.start(second)
      Issue.record("the port was free")
      await server.stop()
    } catch {
      #expect(error.code == .bind)
      #expect(error.message == "agent agent_1: cannot listen on 127.0.0.78:\(port): Address already in use")
    }
    await first.stop()
    #expect(WireConnection(port: port, lastByte: 78) == nil)
  }

  @Test("Down refuses and ends what is open; up again has the same port and books")
  func down() async throws {
    try await withTerminal({ $0.host = "127.0.0.77" }) { wire in
      let open = try #require(WireConnection(port: wire.port, lastByte: 77))
      await open.send(requestText("GET", "/positions"))
      #expect(await open.reply().status == 200)
      try await wire.terminal.setDown(true)
      #expect(await open.reply().status == 0)
      #expect(WireConnection(port: wire.port, lastByte: 77) == nil)
      #expect(await wire.get("/account").status == 0)
      try await wire.terminal.setDown(false)
      #expect(await wire.get("/account").json?["balance"] == .number("10000.00"))
      #expect(wire.terminal.port == wire.port)
    }
  }

  @Test("Stops fire between polls: nobody needs to ask")
  func stops() async throws {
    try await withTerminal { wire in
      wire.terminal.trade(
        .open(
          symbol: Symbol("EURUSD"), side: .buy, lots: d("0.10"), stopLoss: d("1.08400"), takeProfit: nil,
          slippagePoints: nil), comment: "hand")
      #expect(await wire.get("/positions").json?.array?.first?["magic"] == 0)
      wire.terminal.setPrice(Symbol("EURUSD"), bid: d("1.08300"))
      #expect(await wire.get("/positions").text == "[]")
      let row = await wire.get("/history?days=1").json?.array?.first
      #expect(row?["comment"] == "hand[sl]")
      #expect(row?["profit"] == .number("-22.20"))
    }
  }

  @Test("Deposits, credit and spread are seen at once")
  func flows() async throws {
    try await withTerminal { wire in
      wire.terminal.deposit(d("250"))
      wire.terminal.credit(d("100"))
      wire.terminal.setSpread(Symbol("EURUSD"), to: d("0.00100"))
      let account = await wire.get("/account").json
      #expect(account?["balance"] == .number("10250.00"))
      #expect(account?["equity"] == .number("10350.00"))
      #expect(await wire.get("/tick/EURUSD").json?["spread"] == 100)
      let rows = await wire.get("/history?days=1").json?.array
      #expect(rows?.map { $0["type"] } == ["balance", "credit"])
    }
  }

  @Test("Broken clients are sent away and nobody else notices")
  func broken() async throws {
    try await withTerminal { wire in
      for text in ["\r\n\r\n", "NONSENSE", "GET /account HTTP/1.1\r\nContent-Length: x\r\n\r\n"] {
        let connection = try #require(WireConnection(port: wire.port, deadlineSeconds: 1))
        await connection.send(text)
        #expect(await connection.reply().status != 200)
      }
      #expect(await wire.get("/account").status == 200)
    }
  }
}
