import Reconciler

/// The body of `POST /trade`.
struct PaperTrade: Hashable, Sendable {
  var order: TradeRequest.Order
  var comment: String
  var magic: Int32?
  var requestID: String?

  /// `nil` when a field that the action needs is missing or is of the wrong kind.
  init?(_ json: JSONValue) {
    comment = json["comment"]?.string ?? ""
    magic = json["magic"]?.int.flatMap { Int32(exactly: $0) }
    requestID = json["request_id"]?.string
    guard let stopLoss = Self.level(json["sl"]), let takeProfit = Self.level(json["tp"]) else { return nil }
    switch json["action"]?.string {
    case "buy", "sell":
      guard let side = json["action"]?.string.flatMap(Side.init(rawValue:)), let symbol = json["symbol"]?.string,
        let lots = json["lots"]?.decimal
      else { return nil }
      order = .open(
        symbol: Symbol(symbol), side: side, lots: lots, stopLoss: stopLoss.price, takeProfit: takeProfit.price,
        slippagePoints: json["slippage"]?.int.map { Int($0) })
    case "close":
      guard let ticket = json["ticket"]?.int else { return nil }
      let lots = json["lots"]
      guard lots == nil || lots?.isNull == true || lots?.decimal != nil else { return nil }
      order = .close(ticket: Ticket(ticket), lots: lots?.decimal)
    case "modify":
      guard let ticket = json["ticket"]?.int else { return nil }
      order = .modify(ticket: Ticket(ticket), stopLoss: stopLoss.price, takeProfit: takeProfit.price)
    default: return nil
    }
  }

  private struct Level {
    let price: FixedDecimal?
  }

  /// 0, `null` and missing are no level; what is no number is no trade.
  private static func level(_ json: JSONValue?) -> Level? {
    guard let json, !json.isNull else { return Level(price: nil) }
    return json.decimal.map { Level(price: $0.isZero ? nil : $0) }
  }
}
