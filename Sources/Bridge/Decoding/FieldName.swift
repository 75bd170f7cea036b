/// The fields of the contract, each with the names that bridges give it: the contract's own first, which is also the name
/// that messages use. The first name that is there and not `null` counts.
enum FieldName {
  // Account.
  static let account = ["account", "login", "number", "accountNumber"]
  static let name = ["name"]
  static let server = ["server"]
  static let currency = ["currency", "Currency"]
  static let leverage = ["leverage", "Leverage"]
  static let balance = ["balance", "Balance"]
  static let credit = ["credit", "Credit"]
  static let equity = ["equity", "Equity"]
  static let margin = ["margin", "Margin"]
  static let freeMargin = ["free_margin", "margin_free", "freeMargin", "FreeMargin"]
  static let marginLevel = ["margin_level", "marginLevel", "MarginLevel"]
  static let stopoutLevel = ["stopout_level", "stopoutLevel"]
  static let limitOrders = ["limit_orders", "limitOrders"]
  static let tradeAllowed = ["trade_allowed", "tradeAllowed"]
  static let connected = ["connected"]
  static let demo = ["demo"]
  static let serverUTCOffset = ["server_utc_offset", "serverUtcOffset"]
  static let timestamp = ["timestamp", "Timestamp"]

  // Positions, orders and history.
  static let ticket = ["ticket", "id", "order", "Ticket"]
  static let symbol = ["symbol", "Symbol"]
  static let type = ["type", "Type"]
  static let lots = ["lots", "volume", "Lots"]
  static let openPrice = ["open_price", "open", "openPrice", "price_open", "OpenPrice"]
  static let pendingPrice = ["price"] + openPrice
  static let currentPrice = ["current_price", "currentPrice", "price_current"]
  static let closePrice = ["close_price", "closePrice", "price_close"]
  static let stopLoss = ["sl", "stoploss", "stopLoss", "SL"]
  static let takeProfit = ["tp", "takeprofit", "takeProfit", "TP"]
  static let profit = ["profit", "pnl", "Profit"]
  static let swap = ["swap", "Swap"]
  static let commission = ["commission", "Commission"]
  static let magic = ["magic", "magic_number", "magicNumber"]
  static let comment = ["comment", "Comment"]
  static let openTime = ["open_time", "time_setup", "openTime"]
  static let closeTime = ["close_time", "closeTime"]
  static let expiration = ["expiration"]

  // Ticks.
  static let bid = ["bid", "Bid"]
  static let ask = ["ask", "Ask"]
  static let tickTime = ["timestamp", "time"]
  static let digits = ["digits"]
  static let point = ["point"]
  static let tickSize = ["tick_size", "tickSize"]
  static let tickValue = ["tick_value", "tickValue"]
  static let contractSize = ["contract_size", "contractSize"]
  static let minLot = ["min_lot", "minLot"]
  static let maxLot = ["max_lot", "maxLot"]
  static let lotStep = ["lot_step", "lotStep"]
  static let stopLevel = ["stop_level", "stopLevel"]
  static let freezeLevel = ["freeze_level", "freezeLevel"]
  static let marginRequired = ["margin_required", "marginRequired"]

  // Answers to a trade.
  static let success = ["success"]
  /// A whole number wherever it stands.
  static let replyCode = ["error_code", "retcode", "numericCode", "code"]
  /// A number, a text or a truth value.
  static let replyError = ["error"]
  static let replyText = ["message", "description", "error_message"]
  static let replyTicket = ["ticket", "order", "order_id"]
  static let replyNewTicket = ["new_ticket", "newTicket"]
  static let replyPrice = ["price"]
  /// Objects (or lists of them) inside of a reply that belong to it.
  static let replyNested = ["result", "data", "response", "error"]
}
