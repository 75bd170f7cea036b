import Reconciler

// What is to be done, what holds it back, and how the agent stands.
extension AgentDocuments {
  static let conditions = Of<AgentStatus>(
    "Conditions",
    [
      .word("agent_id") { $0.id.text },
      .list("conditions", condition) { $0.conditions },
    ])

  static let condition = Of<Condition>(
    "Condition",
    [
      .word("type", of: Condition.Kind.allCases.map(\.rawValue)) { $0.kind.rawValue },
      .word("status", of: Condition.Status.allCases.map(\.rawValue)) { $0.status.rawValue },
      .word("reason") { $0.reason },
      .word("message") { $0.message },
      .count("observed_revision") { $0.observedRevision },
      .time("last_transition") { $0.lastTransition },
    ])

  static let plan = Of<AgentStatus>(
    "Plan",
    [
      .word("agent_id") { $0.id.text },
      .flag("changes") { !$0.plan.actions.isEmpty },
      .value("actions", .array(plannedAction)) { .array($0.plan.actions.map(PlanJSON.action)) },
      .value("held", .array(heldAction)) { .array($0.plan.held.map(PlanJSON.held)) },
      .value("targets", .array(standing)) { .array($0.plan.targets.map(PlanJSON.standing)) },
      .value("external", .array(.int)) { .array($0.plan.external.map { .int($0.number) }) },
      .maybePart("in_flight", live) { $0.inFlight },
      .list("unresolved", live) { $0.unresolved },
    ] + seen)

  /// An action that was recorded and has not ended.
  static let live = Of<LiveAction>(
    "LiveAction",
    [
      .word("action_id") { $0.id },
      .count("attempt") { $0.attempt },
      .word("kind", of: ActionKind.allCases.map(\.rawValue)) { $0.kind.rawValue },
      .word("symbol") { $0.symbol.text },
      .word("side", of: Side.allCases.map(\.rawValue)) { $0.side.rawValue },
      .maybeCount("ticket") { $0.ticket?.number },
      .number("lots") { $0.lots },
      .maybeNumber("stop_loss") { $0.stopLoss },
      .maybeNumber("take_profit") { $0.takeProfit },
      .text("target") { $0.target },
      .word("reason") { $0.reason.rawValue },
      .flag("unknown") { $0.wasUnknown },
      .time("recorded_at") { $0.recordedAt },
    ])

  static let status = Of<AgentStatus>(
    "AgentStatus",
    identity + [
      .flag("active") { $0.isActive },
      .flag("enabled") { $0.spec.enabled },
      .word("mode", of: AgentSpec.Mode.allCases.map(\.rawValue)) { $0.spec.mode.rawValue },
      .flag("paused") { $0.isPaused },
      .maybePart("pause", pause) { $0.isPaused ? $0 : nil },
      .flag("orphaned") { $0.orphaned },
      .count("revision", \.revision),
      .maybePart("day", day) { $0.day },
      .maybePart("failure", failure) { $0.failure },
      .maybePart("in_flight", live) { $0.inFlight },
      .list("unresolved", live) { $0.unresolved },
    ] + money + seen)

  /// The day's loss, in the account's currency.
  static let day = Of<DailyLoss.Figures>(
    "Day",
    [
      .word("day") { $0.dayKey },
      .number("anchor") { $0.anchor },
      .number("flows") { $0.flows },
      .number("limit") { $0.limit },
      .number("floor") { $0.floor },
      .number("equity") { $0.equity },
      .number("loss") { $0.loss },
      .number("used_percent") { $0.usedPercent },
      .flag("breached") { $0.isBreached },
    ])

  private static let failure = Of<ReadFailure>(
    "ReadFailure",
    [
      .word("code", of: ReadFailure.Code.allCases.map(\.rawValue)) { $0.code.rawValue },
      .word("endpoint") { $0.endpoint },
      .word("message") { $0.message },
    ])

  private static let numbers = Schema.map(.any)

  private static let plannedAction = Schema.named(
    "PlannedAction",
    [
      Schema.field("kind", .oneOf(ActionKind.allCases.map(\.rawValue))), Schema.field("reason", .string),
      Schema.field("symbol", .string), Schema.field("side", .oneOf(Side.allCases.map(\.rawValue))),
      Schema.optional("ticket", .int), Schema.field("lots", .number), Schema.optional("stop_loss", .number),
      Schema.optional("take_profit", .number), Schema.optional("target", .string), Schema.field("message", .string),
      Schema.field("numbers", numbers),
    ])

  private static let hold = Schema.named(
    "Hold",
    [Schema.field("reason", .string), Schema.field("message", .string), Schema.field("numbers", numbers)])

  private static let heldAction = Schema.named(
    "HeldAction", [Schema.field("action", plannedAction), Schema.field("holds", .array(hold))])

  private static let standing = Schema.named(
    "TargetStanding",
    [
      Schema.field("name", .string), Schema.field("state", .oneOf(["held", "wanted", "spent"])),
      Schema.optional("tickets", .array(.int)), Schema.optional("shortfall", .number),
      Schema.optional("how", .string), Schema.optional("ticket", .int),
    ])
}
