import Reconciler

/// The names under which old registries keep what a manifest wants.
enum RegistryWords {
  static let id = ["id", "agent_id"]
  static let name = ["name", "display_name", "agent_name", "title"]
  static let description = ["description", "comment", "notes", "note"]
  static let enabled = ["enabled", "active", "is_active", "is_enabled"]
  static let url = ["url", "bridge_url", "base_url", "api_url", "ea_url", "endpoint"]
  static let host = ["host", "bridge_host", "api_host", "ip", "address", "hostname"]
  static let port = ["port", "bridge_port", "api_port", "ea_port", "http_port", "rest_port"]
  static let account = ["account", "account_number", "account_id", "login", "mt4_account", "mt4_login", "number"]
  static let server = ["server", "broker_server", "mt4_server", "account_server"]
  static let currency = ["currency", "account_currency", "base_currency"]
  static let magic = ["magic", "magic_number"]
  static let suffix = ["symbol_suffix", "suffix"]
  static let strategy = ["strategy", "strategy_type", "strategy_name"]
  static let timeframe = ["timeframe", "time_frame", "tf", "period"]
  static let pairs = ["pairs", "symbols", "instruments", "trading_pairs", "allowed_symbols", "markets"]
  static let balance = ["initial_balance", "starting_balance", "start_balance", "capital", "deposit", "balance"]
  static let riskPerTrade = ["risk_per_trade", "max_risk_per_trade", "risk_percent", "risk_pct", "risk_per_trade_pct"]
  static let dailyLoss = ["max_daily_loss", "daily_loss", "daily_loss_limit", "max_daily_loss_pct", "daily_loss_pct"]
  static let drawdown = ["max_drawdown", "max_drawdown_pct", "drawdown_limit"]
  static let positions = ["max_positions", "max_open_positions", "max_open_trades", "max_trades", "positions"]
  static let lots = ["lot_size", "lots", "max_lot", "max_lot_size", "fixed_lot", "volume", "lot"]
  static let emergency = ["emergency_stop"]
  static let exposure = ["max_total_exposure", "total_exposure", "max_exposure"]
  static let correlation = ["correlation_limit", "max_correlation"]

  /// Mappings within an agent that hold the values above.
  static let terminalGroups = ["terminal", "bridge", "connection", "mt4", "ea", "api"]
  static let accountGroups = ["account", "mt4", "broker", "terminal", "credentials"]
  static let strategyGroups = ["strategy", "trading", "config", "settings"]
  static let riskGroups = ["risk", "risk_management", "limits", "trading", "config", "settings", "account"]
  /// Mappings beside the agents that hold what is common to them.
  static let commonGroups = ["defaults", "default", "common", "global", "risk", "risk_management", "fleet", "settings"]

  /// Everything that is known, in the form of `RegistryNode.plain`.
  static let known = Set(
    [
      id, name, description, enabled, url, host, port, account, server, currency, magic, suffix, strategy, timeframe,
      pairs, balance, riskPerTrade, dailyLoss, drawdown, positions, lots, terminalGroups, accountGroups, strategyGroups,
      riskGroups, ["type", "token"],
    ].joined().map(RegistryNode.plain))

  /// Numbers and words that stand for an account that nobody has filled in yet.
  static func isPlaceholder(_ text: String) -> Bool {
    let plain = text.lowercased()
    guard let number = Int64(plain) else { return !plain.isEmpty }
    let digits = Array(plain.utf8)
    let rising = zip(digits, digits.dropFirst()).allSatisfy { $1 == $0 + 1 || ($0 == 0x39 && $1 == 0x30) }
    let same = Set(digits).count == 1
    return number <= 0 || (digits.count >= 3 && (rising || same))
  }

  /// Text that stands for a name that nobody has filled in yet.
  static func isPlaceholderText(_ text: String) -> Bool {
    let plain = text.lowercased()
    return plain.isEmpty || plain.hasPrefix("<") || plain.hasPrefix("${") || plain.hasPrefix("your") || plain == "todo"
      || plain == "changeme" || plain == "change_me" || plain.allSatisfy { $0 == "x" || $0 == "?" || $0 == "-" }
  }
}
