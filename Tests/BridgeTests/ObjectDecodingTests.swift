import Reconciler
import Testing

@testable import Bridge

private func account(_ text: String) throws -> Account? {
  if case .account(let value) = try decoded(text, .account).get() { value } else { nil }
}

private func tick(_ text: String, suffix: String = "") throws -> Tick? {
  if case .tick(let value) = try decoded(text, .tick(Symbol("EURUSD")), suffix: suffix).get() { value } else { nil }
}

private func message(_ text: String, _ part: ReadPart) -> String? {
  if case .failure(let error) = decoded(text, part) { error.message } else { nil }
}

private let minimum =
  #""balance":1,"equity":2,"margin":3,"free_margin":4,"profit":5,"currency":"USD","leverage":100"#

struct ObjectDecodingTests {
  @Test func `the contract's own account`() throws {
    var expected = Account(
      currency: "USD", leverage: 100, balance: 10000, equity: decimal("10004.4"), profit: decimal("4.4"),
      margin: decimal("433.96"), freeMargin: decimal("9570.44"))
    expected.number = 1_234_567
    expected.name = "Agent A"
    expected.server = "Broker-Demo"
    expected.marginLevel = decimal("2305.37")
    expected.stopoutLevel = 50
    expected.limitOrders = 0
    expected.tradeAllowed = true
    expected.connected = true
    expected.demo = true
    expected.timestamp = Timestamp(seconds: 1_741_957_445)
    expected.serverUTCOffsetSeconds = 10800
    #expect(try account(Samples.account) == expected)
  }

  @Test func `the minimum of an account`() throws {
    let found = try #require(try account("{\(minimum)}"))
    #expect(
      found == Account(currency: "USD", leverage: 100, balance: 1, equity: 2, profit: 5, margin: 3, freeMargin: 4))
  }

  @Test(arguments: ["balance", "equity", "margin", "free_margin", "profit", "currency", "leverage"])
  func `each field of the minimum is needed, and must be what it is`(name: String) {
    let without = minimum.split(separator: ",").filter { !$0.hasPrefix("\"\(name)\"") }.joined(separator: ",")
    #expect(message("{\(without)}", .account) == "\(name) is missing")
    #expect(message(#"{\#(without),"\#(name)":null}"#, .account) == "\(name) is missing")
    #expect(message(#"{\#(without),"\#(name)":{}}"#, .account)?.hasPrefix("\(name) is not") ?? false)
    #expect(
      name == "currency" || message(#"{\#(without),"\#(name)":"NaN"}"#, .account)?.hasPrefix("\(name) is not") ?? false)
  }

  @Test(arguments: ["margin_free", "freeMargin", "FreeMargin"])
  func `an alias of the free margin`(alias: String) throws {
    #expect(try account("{\(minimum)}".replacing("free_margin", with: alias))?.freeMargin == 4)
  }

  @Test(arguments: ["account", "login", "number", "accountNumber"])
  func `an alias of the account number`(alias: String) throws {
    #expect(try account(#"{\#(minimum),"\#(alias)":"123"}"#)?.number == 123)
    #expect(try account(#"{\#(minimum),"\#(alias)":0}"#)?.number == nil)
  }

  @Test(arguments: [("100", "100"), (#""100""#, "100"), (#""1:100""#, "100"), (#""1:33.3""#, "33.3"), ("100.0", "100")])
  func `a leverage`(text: String, value: String) throws {
    let found = try account("{\(minimum)}".replacing(#""leverage":100"#, with: #""leverage":\#(text)"#))
    #expect(found?.leverage == decimal(value))
  }

  @Test func `numbers as strings keep every digit`() throws {
    let text = "{\(minimum)}".replacing(#""balance":1"#, with: #""balance":"123456789012.123456789012""#)
    #expect(try account(text)?.balance == decimal("123456789012.123456789012"))
  }

  @Test(arguments: [
    "[]", "null", "5", "{}", #"{"success":false}"#, #"{"error":"x"}"#, "", "{", #"{"data":{"error":"x"}}"#,
  ])
  func `what is no account`(text: String) { #expect(message(text, .account) != nil) }

  @Test(arguments: [#"{"data":{M}}"#, #"{"account":{M}}"#, #"{"success":true,"data":{M}}"#])
  func `an account in a wrapping`(shape: String) throws {
    #expect(try account(shape.replacing("M", with: minimum))?.balance == 1)
  }

  @Test(arguments: ["0", #""inf""#, #""NaN""#, "null"])
  func `a margin level without margin is none`(text: String) throws {
    let flat = "{\(minimum)".replacing(#""margin":3"#, with: #""margin":0"#)
    #expect(try account(#"\#(flat),"margin_level":\#(text)}"#)?.marginLevel == nil)
  }

  @Test(arguments: [
    (#""connected":"maybe""#, "connected is not true or false"), (#""stopout_level":-1"#, "stopout_level is negative"),
    (#""limit_orders":-1"#, "limit_orders is not from 0 to 1000000"),
    (#""server_utc_offset":100000"#, "server_utc_offset is not from -86400 to 86400"),
    (#""account":"x""#, "account is not a whole number"), (#""server":7.5,"name":[]"#, "name is not a text"),
  ])
  func `a wrong optional field is named`(member: String, problem: String) {
    #expect(message("{\(minimum),\(member)}", .account) == problem)
  }

  @Test func `the contract's own tick`() throws {
    var expected = Tick(
      symbol: Symbol("EURUSD"), bid: decimal("1.0851"), ask: decimal("1.08522"), time: Timestamp(seconds: 1_741_957_445)
    )
    expected.digits = 5
    expected.point = decimal("0.00001")
    expected.tickSize = decimal("0.00001")
    expected.tickValue = 1
    expected.contractSize = 100_000
    expected.minLot = decimal("0.01")
    expected.maxLot = 100
    expected.lotStep = decimal("0.01")
    expected.stopLevel = 0
    expected.freezeLevel = 0
    expected.marginRequired = decimal("1085.22")
    expected.tradeAllowed = true
    #expect(try tick(Samples.tick) == expected)
  }

  @Test(arguments: [
    (#"{"bid":1.1,"ask":1.0,"timestamp":1741957445}"#, "bid is above ask"),
    (#"{"bid":0,"ask":1,"timestamp":1741957445}"#, "bid is not above zero"),
    (#"{"bid":-1,"ask":1,"timestamp":1741957445}"#, "bid is not above zero"),
    (#"{"bid":1,"timestamp":1741957445}"#, "ask is missing"), (#"{"bid":1,"ask":1}"#, "timestamp is missing"),
    (#"{"bid":1,"ask":1,"timestamp":0}"#, "timestamp is missing"),
    (#"{"bid":1,"ask":1,"timestamp":1741957445,"symbol":"GBPUSD"}"#, "symbol is not the one asked for"),
    (#"{"bid":1,"ask":1,"timestamp":1741957445,"tick_value":-1}"#, "tick_value is negative"),
    (#"{"bid":1,"ask":1,"timestamp":1741957445,"digits":1.5}"#, "digits is not a whole number"),
  ])
  func `a wrong tick is refused by name`(text: String, problem: String) {
    #expect(message(text, .tick(Symbol("EURUSD"))) == problem)
  }

  @Test(arguments: ["EURUSD.r", "EURUSD", "eurusd.R"])
  func `a tick may bear the broker's name or the bare one`(name: String) throws {
    let text = #"{"symbol":"\#(name)","bid":1,"ask":1,"timestamp":1741957445}"#
    #expect(try tick(text, suffix: ".r")?.symbol == Symbol("EURUSD"))
  }
}
