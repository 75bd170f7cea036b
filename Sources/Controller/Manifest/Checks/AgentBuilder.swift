import Reconciler

/// Makes the core's values of documents in which nothing is wrong.
enum AgentBuilder {
  /// `nil` when a field is missing that must not be; the checker has reported it then.
  static func agent(_ document: CheckedDocument) -> AgentSpec? {
    guard let metadata = document.metadata, let name = metadata.text("name"), let spec = document.spec,
      let id = spec.text("id"), let displayName = spec.text("name"), let enabled = spec.bool("enabled"),
      let terminal = spec.object("terminal").flatMap(terminal), let risk = spec.object("risk").flatMap(risk),
      let pairs = spec.list("pairs")
    else { return nil }
    var agent = AgentSpec(
      id: AgentID(id), metadataName: name, displayName: displayName, enabled: enabled, terminal: terminal,
      pairs: pairs.compactMap { $0.text.map { Symbol($0) } }, risk: risk)
    agent.labels = metadata.map("labels") ?? [:]
    agent.annotations = metadata.map("annotations") ?? [:]
    agent.details = spec.text("description") ?? ""
    agent.mode = spec.word("mode") ?? agent.mode
    agent.strategy = spec.object("strategy").flatMap { strategy in
      strategy.text("type").map { AgentSpec.Strategy(type: $0, timeframe: strategy.text("timeframe")) }
    }
    agent.positions = spec.word("positions") ?? agent.positions
    agent.targets = spec.list("targets")?.compactMap { $0.object.flatMap(target) }
    return agent
  }

  private static func terminal(_ fields: CheckedObject) -> TerminalSpec? {
    guard let url = fields.text("url") else { return nil }
    var terminal = TerminalSpec(url: url)
    terminal.bridge = fields.word("bridge") ?? terminal.bridge
    terminal.account = fields.integer("account")
    terminal.server = fields.text("server")
    terminal.currency = fields.text("currency")
    terminal.token = fields.secret("token")
    terminal.authorization = fields.word("auth") ?? terminal.authorization
    terminal.magic = fields.integer("magic").map { Int32(clamping: $0) }
    terminal.symbolSuffix = fields.text("symbol_suffix") ?? ""
    terminal.serverZone = fields.text("server_zone") ?? terminal.serverZone
    terminal.caFile = fields.text("ca_file").flatMap { $0.isEmpty ? nil : $0 }
    terminal.timeout = fields.duration("timeout") ?? terminal.timeout
    terminal.postTimeout = fields.duration("post_timeout") ?? terminal.postTimeout
    terminal.connections = fields.integer("connections").map { Int($0) } ?? terminal.connections
    terminal.stopsOnOpen = fields.word("stops_on_open") ?? terminal.stopsOnOpen
    terminal.quarantine = fields.duration("quarantine") ?? terminal.quarantine
    terminal.onUnknown = fields.word("on_unknown") ?? terminal.onUnknown
    terminal.maxOrdersPerMinute = fields.integer("max_orders_per_minute").map { Int($0) } ?? terminal.maxOrdersPerMinute
    return terminal
  }

  private static func risk(_ fields: CheckedObject) -> RiskSpec? {
    guard let balance = fields.money("initial_balance"), let perTrade = fields.decimal("max_risk_per_trade"),
      let dailyLoss = fields.limit("max_daily_loss"), let positions = fields.integer("max_positions"),
      let lotSize = fields.decimal("lot_size")
    else { return nil }
    var risk = RiskSpec(
      initialBalance: balance, maxRiskPerTrade: perTrade, maxDailyLoss: dailyLoss, maxPositions: Int(positions),
      lotSize: lotSize)
    risk.maxDrawdown = drawdown(fields)
    if let day = fields.object("day"), let minute = day.time("reset"), let zone = day.text("zone") {
      risk.day = RiskSpec.DayRule(resetMinute: minute, zone: zone)
    }
    risk.onBreach = fields.word("on_breach") ?? risk.onBreach
    risk.resume = fields.word("resume") ?? risk.resume
    risk.requireStopLoss = fields.bool("require_stop_loss") ?? risk.requireStopLoss
    risk.maxSpread = fields.decimal("max_spread")
    risk.priceCollar = fields.decimal("price_collar")
    risk.minMarginLevel = fields.decimal("min_margin_level")
    risk.maxQuoteAge = fields.duration("max_quote_age")
    risk.slippage = fields.decimal("slippage")
    risk.commissionPerLot = fields.money("commission_per_lot")
    return risk
  }

  private static func drawdown(_ fields: CheckedObject) -> RiskSpec.Drawdown? {
    if let limit = fields.limit("max_drawdown") { return RiskSpec.Drawdown(limit: limit, kind: .fixed) }
    guard let long = fields.object("max_drawdown"), let limit = long.limit("limit") else { return nil }
    return RiskSpec.Drawdown(limit: limit, kind: long.word("kind") ?? .fixed)
  }

  private static func target(_ fields: CheckedObject) -> TargetSpec? {
    guard let name = fields.text("name"), let symbol = fields.text("symbol"), let side: Side = fields.word("side")
    else { return nil }
    let size: TargetSpec.Size = fields.decimal("lots").map { .lots($0) } ?? .risk
    var target = TargetSpec(name: name, symbol: Symbol(symbol), side: side, size: size)
    target.entry = fields.decimal("entry")
    target.stopLoss = fields.decimal("stop_loss")
    target.takeProfit = fields.decimal("take_profit")
    target.reopen = fields.word("reopen") ?? target.reopen
    return target
  }

  static func policy(_ document: CheckedDocument) -> FleetPolicy {
    var policy = FleetPolicy()
    guard let spec = document.spec else { return policy }
    policy.metadataName = document.metadataName ?? policy.metadataName
    policy.currency = spec.text("currency")
    policy.emergencyStop = spec.bool("emergency_stop") ?? false
    policy.maxTotalExposure = spec.decimal("max_total_exposure")
    policy.maxGrossLeverage = spec.decimal("max_gross_leverage")
    policy.correlationLimit = spec.decimal("correlation_limit")
    policy.correlations =
      spec.list("correlations")?.compactMap { item in
        guard let fields = item.object, let rho = fields.decimal("rho"), let symbols = fields.list("symbols"),
          symbols.count == 2, let first = symbols[0].text, let second = symbols[1].text
        else { return nil }
        return FleetPolicy.Correlation(first: Symbol(first), second: Symbol(second), rho: rho)
      } ?? []
    policy.maxClosesPerPass = spec.integer("max_closes_per_pass").map { Int($0) } ?? policy.maxClosesPerPass
    return policy
  }
}
