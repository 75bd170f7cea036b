import Reconciler
import Testing

@testable import Bridge

/// A zone two hours ahead, three from 2025-03-09 07:00 UTC on.
private let serverZone = ZoneRules(
  name: "Broker/Time", initialOffsetSeconds: 7200,
  transitions: [ZoneRules.Transition(at: Timestamp(seconds: 1_741_503_600), offsetSeconds: 10800)])

func context(suffix: String = "") -> DecodingContext {
  DecodingContext(symbols: SymbolNames(suffix: suffix), zone: serverZone, cleaner: TextCleaner(hiding: []))
}

/// What reading `text` as `part` brings, or the message of its failure.
func decoded(_ text: String, _ part: ReadPart, suffix: String = "") -> Result<DecodedPart, DecodingError> {
  do throws(DecodingError) {
    return .success(try context(suffix: suffix).decode(Array(text.utf8), of: part))
  } catch {
    return .failure(error)
  }
}

private func positions(_ text: String, suffix: String = "") throws -> [Position] {
  guard case .positions(let value) = try decoded(text, .positions, suffix: suffix).get() else { return [] }
  return value
}

private func message(_ text: String, _ part: ReadPart) -> String? {
  if case .failure(let error) = decoded(text, part) { error.message } else { nil }
}

/// The sample position with one member put in place of another.
private func position(without name: String = "", member: String = "") -> String {
  let members = [
    "ticket": "1", "symbol": #""EURUSD""#, "type": #""buy""#, "lots": "0.40", "open_price": "1.08490", "profit": "8.00",
  ].filter { $0.key != name }
  let all = members.map { #""\#($0)":\#($1)"# }.sorted() + (member.isEmpty ? [] : [member])
  return "{\(all.joined(separator: ","))}"
}

struct ListDecodingTests {
  @Test func `the contract's own position`() throws {
    var expected = Position(
      ticket: Ticket(48_112_233), symbol: Symbol("EURUSD"), side: .buy, lots: decimal("0.4"),
      openPrice: decimal("1.0849"), profit: 8, swap: decimal("-0.8"), commission: decimal("-2.8"), comment: "k3f9x2a1")
    expected.currentPrice = decimal("1.0851")
    expected.stopLoss = decimal("1.0824")
    expected.magic = 7001
    expected.openTime = Timestamp(seconds: 1_741_953_600)
    #expect(try positions(Samples.positions) == [expected])
  }

  @Test(arguments: [
    "[P]", #"{"positions":[P]}"#, #"{"orders":[P]}"#, #"{"data":[P]}"#, #"{"data":{"positions":[P]}}"#,
    #"{"success":true,"error":null,"positions":[P],"count":1}"#, #"{"1":P}"#, #"{"data":{"1":P}}"#,
    #"{"error":0,"positions":[P]}"#, #"{"error":"","positions":[P]}"#, #"{"positions":{"1":P}}"#,
  ])
  func `a list in each wrapping`(shape: String) throws {
    let text = shape.replacing("P", with: position())
    #expect(try positions(text).map(\.ticket) == [Ticket(1)])
  }

  @Test(arguments: ["[]", #"{"positions":[]}"#, #"{"data":[]}"#, #"{"data":{"positions":[]}}"#, " [ ] "])
  func `an empty list is no positions`(text: String) throws { #expect(try positions(text).isEmpty) }

  @Test(arguments: [
    "", "null", "{}", "true", "1", #""x""#, "[null]", "[[]]", "[1]", #"{"positions":null}"#, #"{"positions":{}}"#,
    #"{"data":{}}"#, #"{"data":{"positions":{}}}"#, #"{"data":null}"#, #"{"count":0}"#, #"{"success":true}"#,
    #"{"success":false,"positions":[]}"#, #"{"error":"down","positions":[]}"#, #"{"error":true,"positions":[]}"#,
    #"{"error":5}"#, #"{"data":{"success":false,"positions":[]}}"#, #"{"error":{"code":1}}"#, "[}", "[] []", "<html>",
    "[NaN]",
    #"{"success":"false","data":[]}"#, #"{"success":0,"data":[]}"#,
  ])
  func `anything else is a failed read, never no positions`(text: String) {
    for part in [ReadPart.positions, .orders, .history(days: 1)] {
      guard case .failure = decoded(text, part) else { Issue.record("\(text) was read as \(part)"); return }
    }
  }

  @Test func `a map's keys are the tickets`() throws {
    let row = position(without: "ticket")
    #expect(try positions(#"{"12":\#(row),"7":\#(row)}"#).map(\.ticket.number) == [7, 12])
    #expect(message(#"{"2":\#(position())}"#, .positions) == "a row's key and its ticket differ")
    #expect(message(#"{"x":\#(position())}"#, .positions) == "the reply is an object without a list in it")
  }

  @Test func `an error object's words are in the message, bounded`() {
    let long = String(repeating: "x", count: 5000)
    #expect(
      message(#"{"success":false,"message":"not\nready"}"#, .positions)
        == "the terminal answered with an error: not ready")
    #expect(message(#"{"error":"down"}"#, .orders) == "the terminal answered with an error: down")
    #expect(message(#"{"error":{"message":"down"}}"#, .account) == "the terminal answered with an error: down")
    #expect(
      message(#"{"error":"\#(long)"}"#, .account)?.count == "the terminal answered with an error: ".count
        + TextCleaner.limit)
  }

  @Test(arguments: [
    ("lots", "volume"), ("lots", "Lots"), ("ticket", "id"), ("ticket", "order"), ("ticket", "Ticket"),
    ("open_price", "open"), ("open_price", "openPrice"), ("open_price", "price_open"), ("profit", "pnl"),
  ])
  func `an alias of a needed field`(name: String, alias: String) throws {
    let value = name == "ticket" ? "1" : "0.4"
    for text in [value, "\"\(value)\""] {
      let found = try #require(try positions("[\(position(without: name, member: #""\#(alias)":\#(text)"#))]").first)
      switch name {
      case "lots": #expect(found.lots == decimal("0.4"))
      case "ticket": #expect(found.ticket == Ticket(1))
      case "profit": #expect(found.profit == decimal("0.4"))
      default: #expect(found.openPrice == decimal("0.4"))
      }
    }
  }

  @Test(arguments: ["sl", "stoploss", "stopLoss", "SL"])
  func `an alias of the stop`(alias: String) throws {
    #expect(try positions("[\(position(member: #""\#(alias)":1.5"#))]").first?.stopLoss == decimal("1.5"))
  }

  @Test(arguments: ["tp", "takeprofit", "takeProfit", "TP"])
  func `an alias of the take-profit`(alias: String) throws {
    #expect(try positions("[\(position(member: #""\#(alias)":"1.5""#))]").first?.takeProfit == decimal("1.5"))
  }

  @Test(arguments: ["magic", "magic_number", "magicNumber"])
  func `an alias of the magic`(alias: String) throws {
    #expect(try positions("[\(position(member: #""\#(alias)":-7"#))]").first?.magic == -7)
  }

  @Test(arguments: ["open_time", "time_setup", "openTime"])
  func `an alias of the open time`(alias: String) throws {
    let found = try positions("[\(position(member: #""\#(alias)":1741953600"#))]")
    #expect(found.first?.openTime == Timestamp(seconds: 1_741_953_600))
  }

  @Test(arguments: ["0", "0.0", "null", #""0""#, #""0.00000""#])
  func `none in place of a level`(text: String) throws {
    let found = try #require(try positions("[\(position(member: #""sl":\#(text),"tp":\#(text)"#))]").first)
    #expect(found.stopLoss == nil && found.takeProfit == nil)
  }

  @Test(arguments: [
    ("0", Side.buy), ("1", .sell), (#""0""#, .buy), (#""buy""#, .buy), (#""BUY""#, .buy), (#""Sell""#, .sell),
    (#""OP_BUY""#, .buy), (#""OP_SELL""#, .sell), (#""POSITION_TYPE_BUY""#, .buy), (#""POSITION_TYPE_SELL""#, .sell),
    (#""ORDER_TYPE_BUY""#, .buy), (#""ORDER_TYPE_SELL""#, .sell),
  ])
  func `a market type`(text: String, side: Side) throws {
    #expect(try positions("[\(position(without: "type", member: #""type":\#(text)"#))]").first?.side == side)
  }

  @Test(arguments: [
    ("2", PendingOrder.Kind.buyLimit), ("3", .sellLimit), ("4", .buyStop), ("5", .sellStop), (#""5""#, .sellStop),
    (#""buylimit""#, .buyLimit), (#""buy_limit""#, .buyLimit), (#""Sell Stop""#, .sellStop), (#""BUY-STOP""#, .buyStop),
    (#""OP_SELLLIMIT""#, .sellLimit), (#""ORDER_TYPE_BUY_LIMIT""#, .buyLimit), (#""ORDER_TYPE_SELL_STOP""#, .sellStop),
  ])
  func `a pending type is an order, and no position`(text: String, kind: PendingOrder.Kind) throws {
    let row = position(without: "type", member: #""type":\#(text)"#)
    #expect(try positions("[\(row)]").isEmpty)
    guard case .orders(let orders) = try decoded("[\(row),\(Samples.position)]", .orders).get() else { return }
    #expect(orders.map(\.kind) == [kind])
    #expect(orders.first?.price == decimal("1.0849"))
  }

  @Test(arguments: [
    ("ticket", "ticket is missing"), ("symbol", "symbol is missing"), ("type", "type is missing"),
    ("lots", "lots is missing"), ("open_price", "open_price is missing"), ("profit", "profit is missing"),
  ])
  func `a missing field is named with its row`(name: String, problem: String) {
    let text = "[\(Samples.position),\(position(without: name))]"
    #expect(message(text, .positions) == "positions[1].\(problem)")
  }

  @Test(arguments: [
    (#""lots":0"#, "lots is not above zero"), (#""lots":-1"#, "lots is not above zero"),
    (#""lots":"NaN""#, "lots is not a number below 1e15"), (#""lots":"inf""#, "lots is not a number below 1e15"),
    (#""lots":1e15"#, "lots is not a number below 1e15"), (#""lots":true"#, "lots is not a number"),
    (#""profit":"nan""#, "profit is not a number below 1e15"), (#""profit":null"#, "profit is missing"),
    (#""sl":-1"#, "sl is negative"), (#""tp":"-0.5""#, "tp is negative"), (#""sl":[]"#, "sl is not a number"),
    (#""ticket":0"#, "ticket is not above zero"), (#""ticket":-5"#, "ticket is not above zero"),
    (#""ticket":1.5"#, "ticket is not a whole number"),
    (#""ticket":9223372036854775808"#, "ticket is not a whole number"),
    (#""type":"hold""#, "type is not a known order type"), (#""type":9"#, "type is not a known order type"),
    (#""type":"balance""#, "type is not a position's"), (#""symbol":"""#, "symbol is missing"),
    (#""symbol":{}"#, "symbol is not a text"), (#""magic":3000000000"#, "magic is not from -2147483648 to 2147483647"),
    (#""swap":"x""#, "swap is not a number below 1e15"), (#""comment":[]"#, "comment is not a text"),
    (
      #""open_time":"yesterday""#,
      "open_time is not a time such as 2025-03-14T12:00:00Z or 2025.03.14 12:00:00"
    ),
  ])
  func `a wrong value fails the whole read by name`(member: String, problem: String) {
    let name = String(member.dropFirst().prefix { $0 != "\"" })
    let text = #"{"positions":[\#(position(without: name, member: member))]}"#
    #expect(message(text, .positions) == "positions[0].\(problem)")
  }

  @Test func `a ticket that comes twice is a failed read`() {
    let text = "[\(position()),\(position())]"
    #expect(message(text, .positions) == "positions[1].ticket comes twice in the list")
    #expect(message(text, .history(days: 1)) == "history[1].ticket comes twice in the list")
  }

  @Test func `the largest ticket`() throws {
    let text = position(without: "ticket", member: #""ticket":"9223372036854775807""#)
    #expect(try positions("[\(text)]").first?.ticket.number == .max)
  }

  @Test func `a symbol without the suffix stays visibly foreign`() throws {
    let text =
      "[\(position()),\(position(without: "ticket", member: #""ticket":2"#).replacing("EURUSD", with: "EURUSD.r"))]"
    #expect(try positions(text, suffix: ".r").map(\.symbol.text) == ["EURUSD (without .r)", "EURUSD"])
    #expect(
      try positions("[\(position())]".replacing("EURUSD", with: ".r"), suffix: ".r").first?.symbol.text
        == ".r (without .r)")
  }

  @Test func `a history with every kind of row`() throws {
    guard case .history(let rows) = try decoded(Samples.history, .history(days: 2)).get() else { return }
    #expect(rows.map(\.kind) == [.trade(.sell), .balance, .credit, .cancelled])
    #expect(rows.map(\.ticket.number) == [7, 0, 0, 8])
    #expect(rows.map(\.netProfit) == [decimal("197.1"), 5000, -50, 0])
    #expect(rows[0].closePrice == decimal("1.08"))
    #expect(rows[0].comment == "k3f9x2a1[tp]")
    #expect(rows[1].symbol == Symbol(""))
    #expect(rows[3].closeTime == Timestamp(seconds: 1_741_955_400))
    #expect(message(#"[{"type":"balance"}]"#, .history(days: 1)) == "history[0].profit is missing")
    #expect(
      message(#"[{"type":6,"profit":"NaN"}]"#, .history(days: 1)) == "history[0].profit is not a number below 1e15")
  }

  @Test func `a pending order`() throws {
    guard case .orders(let orders) = try decoded("[\(Samples.order)]", .orders).get() else { return }
    var expected = PendingOrder(
      ticket: Ticket(5), symbol: Symbol("EURUSD"), kind: .buyLimit, lots: decimal("0.1"), price: decimal("1.08"))
    expected.expiration = Timestamp(seconds: 1_741_996_800)
    #expect(orders == [expected])
  }

  @Test(arguments: [
    (#""2025-03-14T12:00:00Z""#, 1_741_953_600_000_000), (#""2025-03-14T12:00:00.25Z""#, 1_741_953_600_250_000),
    (#""2025-03-14T14:30:00+02:30""#, 1_741_953_600_000_000), (#""2025-03-14T05:00:00-0700""#, 1_741_953_600_000_000),
    (#""2025-03-14 13:00:00+01""#, 1_741_953_600_000_000), (#""2025-03-14T15:00:00""#, 1_741_953_600_000_000),
    (#""2025.03.14 15:00:00""#, 1_741_953_600_000_000), (#""2025.03.14 15:00""#, 1_741_953_600_000_000),
    // Before the zone's change it is two hours ahead.
    (#""2025.03.08 14:00:00""#, 1_741_435_200_000_000), ("1741953600", 1_741_953_600_000_000),
    (#""1741953600""#, 1_741_953_600_000_000), ("1741953600250", 1_741_953_600_250_000),
    ("1741953600.5", 1_741_953_600_500_000), ("1.7419536e9", 1_741_953_600_000_000),
  ])
  func `a time`(text: String, microseconds: Int64) throws {
    let found = try positions("[\(position(member: #""open_time":\#(text)"#))]")
    #expect(found.first?.openTime == Timestamp(microseconds: microseconds))
  }

  @Test(arguments: ["0", #""""#, "null", #""1970.01.01 00:00""#, #""1970.01.01 00:00:00""#, #""1970-01-01T00:00:00Z""#])
  func `no time`(text: String) throws {
    let found = try #require(try positions("[\(position(member: #""open_time":\#(text)"#))]").first)
    #expect(found.openTime == nil)
  }

  @Test(arguments: [
    #""2025-02-30T00:00:00Z""#, #""2025-03-14T24:00:00Z""#, #""2025-03-14""#, #""2025-03.14 10:00""#,
    #""2025-03-14T12:00:00Zx""#, #""2025-03-14T12:00:00+""#, "-1", "1e30", "true", "{}", #""2025-03-14T12:00:00.Z""#,
  ])
  func `not a time`(text: String) {
    #expect(message("[\(position(member: #""open_time":\#(text)"#))]", .positions) != nil)
  }
}
