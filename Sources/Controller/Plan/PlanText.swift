public import Reconciler

/// The plan as people and programs read it.
extension PlanRunner.Outcome {
  /// Whether anything would be done now. A held action alone is no pending change.
  public var hasChanges: Bool { agents.contains { !$0.plan.actions.isEmpty } }

  /// Enabled agents whose terminal did not answer.
  public var unreachable: [AgentStatus] { agents.filter { $0.spec.enabled && !$0.online } }

  /// The plan as lines of text.
  public var text: String {
    var lines = [
      "state: " + (hasState ? "folded from the journal" : "none (pauses, anchors and lineage are not known)")
    ]
    for agent in agents { lines += Self.lines(agent) }
    let actions = agents.reduce(0) { $0 + $1.plan.actions.count }
    let held = agents.reduce(0) { $0 + $1.plan.held.count }
    lines.append("")
    let blind = agents.filter { !$0.online }.count
    var sum = "Plan: \(actions) to do, \(held) held"
    if blind > 0 {
      sum += "; \(Count.of(blind, "terminal")) cannot be read, so nothing is known about what is there."
    } else {
      sum += actions == 0 ? "; nothing would be changed." : "."
    }
    lines.append(sum)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lines(_ agent: AgentStatus) -> [String] {
    var lines = ["", "\(agent.spec.metadataName) (\(agent.spec.id), \(agent.spec.displayName))" + flags(agent)]
    guard agent.online else {
      let why = agent.failure.map { "\($0.endpoint): \($0.message)" } ?? "it did not answer in time"
      return lines + ["  ? its terminal cannot be read: \(why)"]
    }
    if let account = agent.account {
      lines.append(
        "    equity \(account.equity.money) \(account.currency), balance \(account.balance.money), "
          + "\(Count.of(agent.positions.count, "position")), \(Count.of(agent.orders.count, "pending order"))")
    }
    for action in agent.plan.actions {
      lines.append("  \(sign(action.kind)) \(action.message) [\(action.reason.rawValue)]")
    }
    for held in agent.plan.held {
      lines.append("  . held: \(held.action.message)")
      for hold in held.holds { lines.append("      \(hold.reason.rawValue): \(hold.message)") }
    }
    if let condition = agent.conditions.first(where: { $0.kind == .ready }), condition.status != .yes,
      agent.plan.isEmpty
    {
      lines.append("  . \(condition.reason): \(condition.message)")
    }
    for standing in agent.plan.targets { lines += Self.lines(standing) }
    if agent.plan.isEmpty { lines.append("  = in sync") }
    return lines
  }

  private static func lines(_ standing: TargetStanding) -> [String] {
    switch standing.state {
    case .wanted: []
    case .held(let tickets):
      [
        "    target \(standing.name): held as " + tickets.map { "#\($0)" }.joined(separator: ", ")
          + (standing.shortfall.isPositive ? ", \(standing.shortfall) lots short (not topped up)" : "")
      ]
    case .spent(let how, let ticket): ["    target \(standing.name): spent (#\(ticket) ended by \(how))"]
    }
  }

  private static func flags(_ agent: AgentStatus) -> String {
    var words: [String] = []
    if !agent.spec.enabled { words.append("disabled") }
    if agent.spec.mode != .enforce { words.append(agent.spec.mode.rawValue) }
    if agent.memory.breachPause != nil || agent.memory.operatorPause != nil { words.append("paused") }
    return words.isEmpty ? "" : ": " + words.joined(separator: ", ")
  }

  private static func sign(_ kind: ActionKind) -> String {
    switch kind {
    case .open: "+"
    case .close, .delete: "-"
    case .reduce, .modify: "~"
    }
  }

  /// The plan as one JSON document.
  public var json: JSONValue {
    [
      "format_version": 1, "state": .string(hasState ? "journal" : "none"), "fingerprint": .string(fleet.fingerprint),
      "changes": .bool(hasChanges), "agents": .array(agents.map(Self.json)),
    ]
  }

  private static func json(_ agent: AgentStatus) -> JSONValue {
    .fields([
      "agent_id": .string(agent.spec.id.text), "metadata_name": .string(agent.spec.metadataName),
      "enabled": .bool(agent.spec.enabled), "mode": .string(agent.spec.mode.rawValue),
      "status": .string(agent.online ? "online" : "offline"),
      "error": agent.online ? nil : .string(agent.failure?.message ?? "no answer in time"),
      "equity": agent.account.map { .number($0.equity.description) },
      "open_positions": .int(agent.positions.count),
      "actions": .array(agent.plan.actions.map(PlanJSON.action)),
      "held": .array(agent.plan.held.map(PlanJSON.held)),
      "targets": .array(agent.plan.targets.map(PlanJSON.standing)),
    ])
  }
}

/// The parts of a plan as JSON, the same for `plan -o json` and for REST.
public enum PlanJSON {
  public static func action(_ action: PlannedAction) -> JSONValue {
    .fields([
      "kind": .string(action.kind.rawValue), "reason": .string(action.reason.rawValue),
      "symbol": .string(action.symbol.text), "side": .string(action.side.rawValue),
      "ticket": action.ticket.map { .int($0.number) }, "lots": .number(action.lots.description),
      "stop_loss": action.stopLoss.map { .number($0.description) },
      "take_profit": action.takeProfit.map { .number($0.description) }, "target": action.target.map { .string($0) },
      "message": .string(action.message), "numbers": numbers(action.numbers),
    ])
  }

  public static func held(_ held: HeldAction) -> JSONValue {
    [
      "action": action(held.action),
      "holds": .array(
        held.holds.map {
          ["reason": .string($0.reason.rawValue), "message": .string($0.message), "numbers": numbers($0.numbers)]
        }),
    ]
  }

  /// The core has decimals as strings, as records want them; here they are numbers, as everywhere else in these documents.
  private static func numbers(_ numbers: [String: JSONValue]) -> JSONValue {
    .object(numbers.mapValues(number))
  }

  private static func number(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): FixedDecimal(text).map { .number($0.description) } ?? value
    case .array(let items): .array(items.map(number))
    case .object(let members): .object(members.mapValues(number))
    case .null, .bool, .number: value
    }
  }

  public static func standing(_ standing: TargetStanding) -> JSONValue {
    switch standing.state {
    case .wanted: ["name": .string(standing.name), "state": "wanted"]
    case .held(let tickets):
      [
        "name": .string(standing.name), "state": "held", "tickets": .array(tickets.map { .int($0.number) }),
        "shortfall": .number(standing.shortfall.description),
      ]
    case .spent(let how, let ticket):
      ["name": .string(standing.name), "state": "spent", "how": .string(how), "ticket": .int(ticket.number)]
    }
  }
}
