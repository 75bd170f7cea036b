import Reconciler

// What operators declared. The whole set is kept, and not only its revision's number: the core also saw the lines of the
// files, the rules of the zones and the state of the secrets as they were at that moment.

extension Table<AgentSpec> {
  static let agent = Table([
    .of("name", \.metadataName, .text), .of("labels", \.labels, Coding.text.byName({ $0 }, { $0 })),
    .of("annotations", \.annotations, Coding.text.byName({ $0 }, { $0 })),
    .of("display_name", \.displayName, .text), .of("details", \.details, .text), .of("enabled", \.enabled, .flag),
    .of("mode", \.mode, .word), .within("terminal", \.terminal, .terminal), .maybe("strategy", \.strategy, .strategy),
    .of("pairs", \.pairs, Coding.symbol.list()), .within("risk", \.risk, .risk),
    .of("positions", \.positions, .word), .maybe("targets", \.targets, Coding.target.list()),
  ])
}

extension ListTable<AgentSpec, AgentID> {
  static let agents = ListTable(table: .agent, id: \.id, coding: .agent) { id in
    let none = Money(amount: .zero, currency: "")
    return AgentSpec(
      id: id, metadataName: "", displayName: "", enabled: false, terminal: TerminalSpec(url: ""), pairs: [],
      risk: RiskSpec(
        initialBalance: none, maxRiskPerTrade: .zero, maxDailyLoss: .percent(.zero), maxPositions: 0, lotSize: .zero))
  }
}

extension Table<TerminalSpec> {
  static let terminal = Table([
    .of("bridge", \.bridge, .word), .of("url", \.url, .text), .maybe("account", \.account, .whole),
    .maybe("server", \.server, .text), .maybe("currency", \.currency, .text), .maybe("token", \.token, .reference),
    .of("authorization", \.authorization, .word), .maybe("magic", \.magic, .whole),
    .of("symbol_suffix", \.symbolSuffix, .text), .of("server_zone", \.serverZone, .text),
    .maybe("ca_file", \.caFile, .text), .of("timeout", \.timeout, .duration),
    .of("post_timeout", \.postTimeout, .duration), .of("connections", \.connections, .whole),
    .of("stops_on_open", \.stopsOnOpen, .word), .of("quarantine", \.quarantine, .duration),
    .of("on_unknown", \.onUnknown, .word), .of("max_orders_per_minute", \.maxOrdersPerMinute, .whole),
  ])
}

extension Table<RiskSpec> {
  static let risk = Table([
    .of("initial_balance", \.initialBalance, .money), .of("max_risk_per_trade", \.maxRiskPerTrade, .decimal),
    .of("max_daily_loss", \.maxDailyLoss, .limit), .maybe("max_drawdown", \.maxDrawdown, .drawdown),
    .of("max_positions", \.maxPositions, .whole), .of("lot_size", \.lotSize, .decimal), .of("day", \.day, .dayRule),
    .of("on_breach", \.onBreach, .word), .of("resume", \.resume, .word),
    .of("require_stop_loss", \.requireStopLoss, .flag), .maybe("max_spread", \.maxSpread, .decimal),
    .maybe("price_collar", \.priceCollar, .decimal), .maybe("min_margin_level", \.minMarginLevel, .decimal),
    .maybe("max_quote_age", \.maxQuoteAge, .duration), .maybe("slippage", \.slippage, .decimal),
    .maybe("commission_per_lot", \.commissionPerLot, .money),
  ])
}

extension Table<TargetSpec> {
  static let target = Table([
    .of("name", \.name, .text), .of("symbol", \.symbol, .symbol), .of("side", \.side, .word),
    .of("size", \.size, .size), .maybe("entry", \.entry, .decimal), .maybe("stop_loss", \.stopLoss, .decimal),
    .maybe("take_profit", \.takeProfit, .decimal), .of("reopen", \.reopen, .word),
  ])
}

extension Coding<TargetSpec> {
  static let target = Table.target.coding(
    blank: TargetSpec(name: "", symbol: Symbol(""), side: .buy, size: .risk))
}

extension Table<FleetPolicy> {
  static let policy = Table([
    .of("name", \.metadataName, .text), .maybe("currency", \.currency, .text),
    .of("emergency_stop", \.emergencyStop, .flag), .maybe("max_total_exposure", \.maxTotalExposure, .decimal),
    .maybe("max_gross_leverage", \.maxGrossLeverage, .decimal),
    .maybe("correlation_limit", \.correlationLimit, .decimal),
    .of("correlations", \.correlations, Coding.correlation.list()),
    .of("max_closes_per_pass", \.maxClosesPerPass, .whole),
  ])
}

/// A fleet but for its zones, which are the system's and stand beside it.
extension Table<Fleet> {
  static let fleet = Table([
    .of("revision", \.revision, .whole), .of("sha256", \.fingerprint, .text),
    Member(
      name: "agents", write: { ListTable.agents.write($0.agents, from: $1.agents) },
      read: { json, fleet throws(RecordingError) in
        fleet.agents = try ListTable.agents.read(json, from: fleet.agents)
      }),
    .within("policy", \.policy, .policy), .of("zones", \.zones, Coding.zone.byName({ $0 }, { $0 })),
    .of("places", \.places, Coding.places.byName(\.text, { AgentID($0) })),
    .maybe("emergency_stop_place", \.emergencyStopPlace, .place),
    .of("credentials", \.credentialVersions, Coding.text.byName(\.text, { AgentID($0) })),
  ])
}

extension Fleet {
  static let blank = Fleet(revision: 0, fingerprint: "", agents: [], policy: FleetPolicy(), zones: [:])
}

extension Table<RevisionFacts> {
  static let facts = Table([
    .of("new", \.isNew, .flag), .of("actor", \.actor, .text), .maybe("git_commit", \.gitCommit, .text),
    .of("annotations", \.annotations, .json), .maybe("pin", \.pin, .pin),
    .maybe("released_rollback_of", \.releasedRollbackOf, .whole),
  ])
}

extension Coding<RevisionFacts> {
  static let revisionFacts = Table.facts.coding(blank: RevisionFacts(isNew: false, actor: ""))
}
