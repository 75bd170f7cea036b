import Reconciler

/// What REST says of one agent.
enum AgentDocuments {
  typealias Of<Subject> = Document<Subject>

  /// An agent as `/api/agents` lists it.
  static let agent = Of<AgentStatus>("Agent", brief)

  /// `/api/agents/{id}`: the same and what its manifest says.
  static let described = Of<AgentStatus>(
    "AgentDescription",
    brief + [
      .word("description") { $0.spec.details },
      .value("labels", .map(.string)) { .object($0.spec.labels.mapValues { .string($0) }) },
      .part("limits", limits) { $0.spec.risk },
      .word("positions_policy", of: AgentSpec.PositionsPolicy.allCases.map(\.rawValue)) { $0.spec.positions.rawValue },
      .value("targets", .nullable(.array(target.schema))) { status in
        status.spec.targets.map { .array($0.map(target.json)) } ?? .null
      },
    ])

  private static let brief: [Of<AgentStatus>.Member] =
    identity + [
      .flag("enabled") { $0.spec.enabled },
      .text("strategy") { $0.spec.strategy?.type },
      .text("timeframe") { $0.spec.strategy?.timeframe },
      .texts("pairs") { $0.spec.pairs.map(\.text) },
      .flag("active") { $0.isActive },
      .word("mode", of: AgentSpec.Mode.allCases.map(\.rawValue)) { $0.spec.mode.rawValue },
      .flag("paused") { $0.isPaused },
      .maybePart("pause", pause) { $0.isPaused ? $0 : nil },
      .flag("orphaned") { $0.orphaned },
      .word("synced", of: Condition.Status.allCases.map(\.rawValue)) { status in
        (status.conditions.first { $0.kind == .synced }?.status ?? .unknown).rawValue
      },
    ] + money + seen

  /// Who it is.
  static let identity: [Of<AgentStatus>.Member] = [
    .word("agent_id") { $0.id.text },
    .word("name") { $0.spec.displayName },
    .word("metadata_name") { $0.metadataName },
  ]

  /// How it was when it was last seen; `null` before that.
  static let money: [Of<AgentStatus>.Member] = [
    .maybeNumber("balance") { $0.account?.balance },
    .maybeNumber("equity") { $0.account?.equity },
    .maybeNumber("profit") { $0.account?.profit },
    .text("currency") { $0.account?.currency },
    .value("open_positions", .nullable(.int)) { $0.seenAt == nil ? .null : .int($0.positions.count) },
  ]

  /// Whether its terminal answers, and when what is shown was true.
  static let seen: [Of<AgentStatus>.Member] = [
    .word("status", of: ["online", "offline"]) { $0.online ? "online" : "offline" },
    .time("as_of") { $0.seenAt?.wall },
  ]

  static let pause = Of<AgentStatus>(
    "Pause",
    [
      .word("kind", of: ["breach", "operator"]) { $0.memory.breachPause == nil ? "operator" : "breach" },
      .word("reason") { $0.memory.breachPause?.reason.rawValue ?? "paused" },
      .time("since") { $0.memory.breachPause?.since ?? $0.memory.operatorPause?.since },
      .text("day") { $0.memory.breachPause?.dayKey },
      .text("actor") { $0.memory.operatorPause?.actor },
      .text("note") { $0.memory.operatorPause?.note },
    ])

  private static let limits = Of<RiskSpec>(
    "Limits",
    [
      .number("initial_balance") { $0.initialBalance.amount },
      .word("currency") { $0.initialBalance.currency },
      .number("max_risk_per_trade_percent") { $0.maxRiskPerTrade },
      .number("max_daily_loss") { $0.dailyLossLimit },
      .count("max_positions") { $0.maxPositions },
      .number("lot_size") { $0.lotSize },
      .flag("require_stop_loss") { $0.requireStopLoss },
      .word("on_breach", of: RiskSpec.OnBreach.allCases.map(\.rawValue)) { $0.onBreach.rawValue },
      .word("resume", of: RiskSpec.Resume.allCases.map(\.rawValue)) { $0.resume.rawValue },
      .word("day_zone") { $0.day.zone },
    ])

  private static let target = Of<TargetSpec>(
    "Target",
    [
      .word("name") { $0.name },
      .word("symbol") { $0.symbol.text },
      .word("side", of: Side.allCases.map(\.rawValue)) { $0.side.rawValue },
      .maybeNumber("lots") { if case .lots(let lots) = $0.size { lots } else { nil } },
      .maybeNumber("entry") { $0.entry },
      .maybeNumber("stop_loss") { $0.stopLoss },
      .maybeNumber("take_profit") { $0.takeProfit },
      .word("reopen", of: TargetSpec.Reopen.allCases.map(\.rawValue)) { $0.reopen.rawValue },
    ])
}

extension AgentStatus {
  var isPaused: Bool { memory.breachPause != nil || memory.operatorPause != nil }
}
