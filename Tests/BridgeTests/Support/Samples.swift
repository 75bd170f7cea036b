/// Replies of the contract.
enum Samples {
  static let account = """
    {"account":1234567,"name":"Agent A","server":"Broker-Demo","currency":"USD","leverage":100,
     "balance":10000.00,"credit":0.00,"equity":10004.40,"profit":4.40,"margin":433.96,"free_margin":9570.44,
     "margin_level":2305.37,"stopout_level":50,"limit_orders":0,"trade_allowed":true,"connected":true,"demo":true,
     "server_time":"2025-03-14T16:04:05","server_utc_offset":10800,"timestamp":"2025-03-14T13:04:05Z"}
    """

  static let tick = """
    {"symbol":"EURUSD","bid":1.08510,"ask":1.08522,"spread":12,"digits":5,"point":0.00001,
     "timestamp":"2025-03-14T13:04:05Z","tick_size":0.00001,"tick_value":1.0,"contract_size":100000,"min_lot":0.01,
     "max_lot":100,"lot_step":0.01,"stop_level":0,"freeze_level":0,"margin_required":1085.22,"trade_allowed":true}
    """

  static let position = """
    {"ticket":48112233,"symbol":"EURUSD","type":"buy","lots":0.40,"open_price":1.08490,"current_price":1.08510,
     "sl":1.08240,"tp":0.0,"profit":8.00,"swap":-0.80,"commission":-2.80,"magic":7001,"comment":"k3f9x2a1",
     "open_time":"2025-03-14T12:00:00Z"}
    """

  static let positions = "[\(position)]"

  static let order = """
    {"ticket":5,"symbol":"EURUSD","type":"buylimit","lots":0.10,"price":1.08000,"sl":0,"tp":null,"comment":"",
     "expiration":"2025-03-15T00:00:00Z"}
    """

  static let history = """
    [{"ticket":7,"symbol":"EURUSD","type":"sell","lots":0.20,"open_price":1.09,"close_price":1.08,"profit":200.00,
      "swap":-1.5,"commission":-1.4,"magic":7001,"comment":"k3f9x2a1[tp]","open_time":"2025-03-13T12:00:00Z",
      "close_time":"2025-03-14T12:00:00Z"},
     {"type":"balance","symbol":"","lots":0,"profit":5000.00,"close_time":"2025-03-01T00:00:00Z","comment":"Deposit"},
     {"type":"credit","symbol":"","lots":0,"profit":-50,"close_time":"2025-03-01T00:00:00Z","comment":"Bonus out"},
     {"ticket":8,"type":"buystop","symbol":"EURUSD","lots":0.1,"profit":0,"close_time":"2025-03-14T12:30:00Z"}]
    """

  static let done = """
    {"success":true,"ticket":48112233,"message":"done","error_code":0,"price":1.08522,"lots":0.40,"new_ticket":null}
    """

  /// What a healthy terminal answers.
  static func reply(_ request: WireServer.Request) -> WireServer.Reply {
    if request.method == "POST" { return .json(done) }
    if request.path.hasPrefix("/history") { return .json(history) }
    if request.path.hasPrefix("/tick/") { return .json(tick) }
    return switch request.path {
    case "/positions": .json(positions)
    case "/account": .json(account)
    case "/orders": .json("[\(order)]")
    default: .json("{}", status: 404)
    }
  }
}
