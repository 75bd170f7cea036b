import PaperTerminal
import Reconciler
import Testing

@Suite("The contract, over real sockets", .timeLimit(.minutes(3)))
struct ContractTests {
  static let open =
    #"{"action":"buy","symbol":"EURUSD","lots":0.40,"sl":1.08240,"tp":0,"comment":"k3f9x2a1","magic":7001,"slippage":10,"request_id":"x.1"}"#

  @Test("GET /account has the fields of the contract, as exact numbers")
  func account() async throws {
    try await withTerminal { wire in
      let json = try #require(await wire.get("/account").json)
      let names = [
        "account", "name", "server", "currency", "leverage", "balance", "credit", "equity", "profit", "margin",
        "free_margin", "margin_level", "stopout_level", "limit_orders", "trade_allowed", "connected", "demo",
        "server_time", "server_utc_offset", "timestamp",
      ]
      #expect(json.object?.keys.sorted() == names.sorted())
      #expect(json["account"] == .number("1234567"))
      #expect(json["balance"] == .number("10000.00"))
      #expect(json["leverage"] == .number("100"))
      #expect(json["server_utc_offset"] == .number("10800"))
      #expect(json["timestamp"]?.string?.hasSuffix("Z") == true)
      #expect(json["server_time"]?.string?.count == 19)
    }
  }

  @Test("GET /tick/{symbol} has the fields of the contract; an unknown symbol is 404")
  func tick() async throws {
    try await withTerminal { wire in
      let json = try #require(await wire.get("/tick/EURUSD").json)
      let names = [
        "symbol", "bid", "ask", "spread", "digits", "point", "timestamp", "tick_size", "tick_value", "contract_size",
        "min_lot", "max_lot", "lot_step", "stop_level", "freeze_level", "margin_required", "trade_allowed",
      ]
      #expect(json.object?.keys.sorted() == names.sorted())
      #expect(json["bid"] == .number("1.08510"))
      #expect(json["ask"] == .number("1.08522"))
      #expect(json["spread"] == .number("12"))
      #expect(json["point"] == .number("0.00001"))
      #expect(json["margin_required"] == .number("1085.22"))
      #expect(await wire.get("/tick/US30").status == 404)
    }
  }

  @Test("Buy, read, modify, close a part, close the rest, and read the history")
  func life() async throws {
    try await withTerminal { wire in
      let opened = try #require(await wire.trade(Self.open).json)
      #expect(opened["success"] == true)
      #expect(opened["error_code"] == 0)
      #expect(opened["price"] == .number("1.08522"))
      #expect(opened["lots"] == .number("0.40"))
      #expect(opened["new_ticket"] == .null)
      let ticket = try #require(opened["ticket"]?.int)

      let row = try #require(await wire.get("/positions").json?.array?.first)
      let names = [
        "ticket", "symbol", "type", "lots", "open_price", "current_price", "sl", "tp", "profit", "swap", "commission",
        "magic", "comment", "open_time",
      ]
      #expect(row.object?.keys.sorted() == names.sorted())
      #expect(row["type"] == "buy")
      #expect(row["sl"] == .number("1.08240"))
      #expect(row["tp"] == .number("0.0"))
      #expect(row["profit"] == .number("-4.80"))
      #expect(row["commission"] == .number("-2.80"))
      #expect(row["magic"] == 7001)

      let same = #"{"action":"modify","ticket":\#(ticket),"sl":1.08240,"tp":0}"#
      #expect(await wire.trade(same).json?["error_code"] == 1)
      let wrong = try #require(
        await wire.trade(#"{"action":"modify","ticket":\#(ticket),"sl":1.09,"tp":0}"#).json)
      #expect(wrong == ["success": false, "ticket": 0, "message": "invalid stops", "error_code": 130])

      let partly = try #require(await wire.trade(#"{"action":"close","ticket":\#(ticket),"lots":0.10}"#).json)
      let rest = try #require(partly["new_ticket"]?.int)
      #expect(await wire.trade(#"{"action":"close","ticket":\#(rest)}"#).json?["success"] == true)
      #expect(await wire.trade(#"{"action":"close","ticket":\#(rest)}"#).json?["error_code"] == 4108)
      #expect(await wire.get("/positions").text == "[]")

      let history = try #require(await wire.get("/history?days=2").json?.array)
      #expect(history.map { $0["comment"] } == [.string("to #\(rest)"), .string("from #\(ticket)")])
      #expect(history.first?["close_price"] == .number("1.08510"))
      #expect(history.first?["profit"] == .number("-1.20"))
      let all = try #require(await wire.get("/history?days=40").json?.array)
      #expect(all.first?["type"] == "balance")
      #expect(all.first?["profit"] == .number("10000.00"))
      #expect(all.first?["lots"] == 0)
      #expect(all.first?["symbol"] == "")
    }
  }

  @Test("GET /orders shows what a person placed, and close deletes it")
  func orders() async throws {
    try await withTerminal { wire in
      let order = PendingOrder(
        ticket: Ticket(0), symbol: Symbol("EURUSD"), kind: .buyLimit, lots: d("0.10"), price: d("1.08000"))
      let ticket = try #require(wire.terminal.place(order).ticket)
      let row = try #require(await wire.get("/orders").json?.array?.first)
      #expect(row["type"] == "buylimit")
      #expect(row["price"] == .number("1.08000"))
      #expect(await wire.trade(#"{"action":"close","ticket":\#(ticket)}"#).json?["success"] == true)
      #expect(await wire.get("/orders").text == "[]")
    }
  }

  @Test("The token is needed, bare or after Bearer, and is in no reply")
  func token() async throws {
    try await withTerminal({ $0.options.token = PaperToken("canary-7") }) { wire in
      for wrong in [nil, "canary-8", "bearer canary-7", ""] as [String?] {
        let reply = await wire.get("/account", token: wrong)
        #expect(reply.status == 401)
        #expect(!reply.text.contains("canary-7"))
      }
      #expect(await wire.get("/account", token: "canary-7").status == 200)
      #expect(await wire.get("/account", token: "Bearer canary-7").status == 200)
      #expect("\(PaperToken("canary-7"))" == "(token)")
    }
  }

  @Test("What is not there is 404, what is not allowed 405, what is no JSON 400")
  func odd() async throws {
    try await withTerminal { wire in
      #expect(await wire.get("/nothing").status == 404)
      #expect(await wire.get("/trade").status == 405)
      #expect(await wire.send(requestText("DELETE", "/positions")).status == 405)
      #expect(await wire.trade("{").status == 400)
      #expect(await wire.trade(#"{"action":"dance"}"#).json?["error_code"] == 3)
      #expect(await wire.trade(#"{"action":"buy","symbol":"EURUSD","lots":"many"}"#).json?["error_code"] == 3)
      #expect(await wire.get("/history?days=x").status == 400)
      #expect(await wire.trade(String(repeating: " ", count: 70_000)).status == 413)
    }
  }

  @Test("A bridge without history, orders and extensions")
  func poor() async throws {
    try await withTerminal({
      $0.options.history = false
      $0.options.orders = false
      $0.options.extensions = false
    }) { wire in
      #expect(await wire.get("/history?days=1").status == 404)
      #expect(await wire.get("/orders").status == 404)
      #expect(await wire.trade(Self.open).json?["new_ticket"] == nil)
      #expect(await wire.get("/positions").json?.array?.first?["magic"] == nil)
    }
  }

  @Test("Two requests share a connection; a POST and a pipelined GET come back in order")
  func keepAlive() async throws {
    try await withTerminal { wire in
      let connection = try #require(WireConnection(port: wire.port))
      await connection.send(requestText("GET", "/positions"))
      #expect(await connection.reply().text == "[]")
      await connection.send(requestText("POST", "/trade", body: Self.open))
      #expect(await connection.reply().json?["success"] == true)
      await connection.send(requestText("GET", "/orders", extra: "Connection: close\r\n"))
      #expect(await connection.reply().text == "[]")
      await connection.send(requestText("GET", "/orders"))
      #expect(await connection.reply().status == 0)
    }
  }

  @Test("A trade beside another one is answered 146 and not executed")
  func busy() async throws {
    try await withTerminal { wire in
      var timing = PaperTiming()
      timing.trade = .milliseconds(20)
      wire.terminal.setTiming(timing)
      async let first = wire.trade(Self.open)
      async let second = wire.trade(Self.open)
      let codes = await [first.json?["error_code"]?.int, second.json?["error_code"]?.int]
      #expect(codes.compactMap { $0 }.sorted() == [0, 146])
      #expect(wire.terminal.books.positions.count == 1)
    }
  }

  @Test("A repeated request_id is executed again, and counted")
  func repeated() async throws {
    try await withTerminal { wire in
      _ = await wire.trade(Self.open)
      _ = await wire.trade(Self.open)
      #expect(wire.terminal.books.executions.filter { $0.requestID == "x.1" }.count == 2)
      #expect(wire.terminal.statistics.repeatedRequestIDs == 1)
    }
  }
}
