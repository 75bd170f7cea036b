import Bridge
import Controller
import Reconciler

extension JSONValue {
  /// A scalar as people read it; `nil` for null and for what is no scalar.
  var shown: String? {
    switch self {
    case .string(let text): text
    case .number(let text): text
    case .bool(let value): value ? "yes" : "no"
    case .null, .array, .object: nil
    }
  }

  /// Text for a table's cell by a member's name.
  func cell(_ name: String) -> TextTable.Cell { .init(self[name]?.shown) }

  /// Money with two decimals, as accounts have it; other scalars as they are.
  func money(_ name: String) -> String? { self[name].flatMap { $0.decimal?.money ?? $0.shown } }

  /// A price or nothing: 0 means that there is none.
  func price(_ name: String) -> String? { self[name]?.decimal.flatMap { $0.isZero ? nil : "\($0)" } }
}

enum AgentTable {
  static func answer(_ agents: [JSONValue]) -> Answer {
    Answer(
      document: ["kind": "agents", "items": .array(agents)], table: text(agents, isWide: false),
      wide: text(agents, isWide: true))
  }

  private static func text(_ agents: [JSONValue], isWide: Bool) -> String {
    var titles = ["NAME", "ID", "STATE", "SYNCED", ">EQUITY", ">PROFIT", "CURRENCY", ">POSITIONS", "AS OF"]
    if isWide { titles += [">BALANCE", "MODE", "STRATEGY", "PAIRS", "PAUSED BECAUSE"] }
    var table = TextTable(titles)
    for agent in agents {
      let state = state(agent)
      var cells: [TextTable.Cell] = [
        .init(agent["metadata_name"]?.shown ?? agent["name"]?.shown), agent.cell("agent_id"),
        .init(state.word, state.tone), synced(agent), .init(agent.money("equity")),
        .init(agent.money("profit"), agent["profit"]?.decimal.map { $0.isNegative ? .bad : .plain } ?? .plain),
        agent.cell("currency"), agent.cell("open_positions"), .init(Age.text(agent["as_of"])),
      ]
      if isWide {
        cells += [
          .init(agent.money("balance")), agent.cell("mode"),
          .init([agent["strategy"]?.shown, agent["timeframe"]?.shown].compactMap { $0 }.joined(separator: " ")),
          .init((agent["pairs"]?.array ?? []).compactMap(\.string).joined(separator: ",")),
          .init(agent["pause"]?["note"]?.shown ?? agent["pause"]?["reason"]?.shown),
        ]
      }
      table.add(cells)
    }
    return agents.isEmpty ? "no agent is declared\n" : table.text
  }

  /// One word on an agent, the gravest first.
  static func state(_ agent: JSONValue) -> (word: String, tone: Tone) {
    if agent["orphaned"]?.bool == true { return ("orphaned", .bad) }
    if agent["enabled"]?.bool == false { return ("disabled", .faint) }
    if agent["status"]?.string != "online" { return ("offline", .bad) }
    if agent["paused"]?.bool == true { return ("paused", .attention) }
    return agent["active"]?.bool == true ? ("active", .good) : ("inactive", .attention)
  }

  private static func synced(_ agent: JSONValue) -> TextTable.Cell {
    switch agent["synced"] {
    case .bool(let value): .init(value ? "yes" : "no", value ? .good : .attention)
    case .string(let word)?:
      .init(word == "True" ? "yes" : word == "False" ? "no" : "unknown", word == "True" ? .good : .attention)
    case nil, .null, .number, .array, .object: .init("unknown", .attention)
    }
  }
}

enum PositionTable {
  static func answer(_ positions: [JSONValue]) -> Answer {
    Answer(
      document: ["kind": "positions", "items": .array(positions)], table: text(positions, isWide: false),
      wide: text(positions, isWide: true))
  }

  static func text(_ positions: [JSONValue], isWide: Bool, hasAgent: Bool = true) -> String {
    var titles = [
      ">TICKET", "SYMBOL", "SIDE", ">LOTS", ">OPENED AT", ">NOW AT", ">STOP", ">TAKE PROFIT", ">PROFIT", "TARGET",
    ]
    if hasAgent { titles.insert("AGENT", at: 0) }
    if isWide { titles += [">SWAP", ">COMMISSION", "OPEN TIME", ">MAGIC", "COMMENT"] }
    var table = TextTable(titles)
    for position in positions {
      var cells: [TextTable.Cell] = [
        position.cell("ticket"), position.cell("symbol"), position.cell("type"), position.cell("lots"),
        position.cell("open_price"), position.cell("current_price"), .init(position.price("sl")),
        .init(position.price("tp")),
        .init(position.money("profit"), position["profit"]?.decimal.map { $0.isNegative ? .bad : .good } ?? .plain),
        position.cell("target"),
      ]
      if hasAgent { cells.insert(.init(position["agent"]?.shown ?? position["agent_id"]?.shown), at: 0) }
      if isWide {
        cells += [
          .init(position.money("swap")), .init(position.money("commission")), position.cell("open_time"),
          position.cell("magic"), position.cell("comment"),
        ]
      }
      table.add(cells)
    }
    return positions.isEmpty ? "no position is open\n" : table.text
  }
}

enum ActionTable {
  static func answer(_ actions: [JSONValue]) -> Answer {
    Answer(
      document: ["kind": "actions", "items": .array(actions)], table: text(actions, isWide: false),
      wide: text(actions, isWide: true))
  }

  static func text(_ actions: [JSONValue], isWide: Bool) -> String {
    var titles = ["TIME", "AGENT", "ACTION", "KIND", "SYMBOL", ">LOTS", ">TICKET", "REASON", "RESULT"]
    if isWide { titles += [">ATTEMPTS", ">LATENCY MS", ">REVISION"] }
    titles.append("WHY")
    var table = TextTable(titles)
    for action in actions {
      var cells: [TextTable.Cell] = [
        .init(action["intent_at"]?.string.map { String($0.prefix(19)) + "Z" }), action.cell("agent_id"),
        action.cell("action_id"), action.cell("kind"), action.cell("symbol"), action.cell("lots"),
        action.cell("ticket"), action.cell("reason"), result(action),
      ]
      if isWide { cells += [action.cell("attempts"), action.cell("latency_ms"), action.cell("revision")] }
      cells.append(action.cell("message"))
      table.add(cells)
    }
    return actions.isEmpty ? "no action was taken yet\n" : table.text
  }

  private static func result(_ action: JSONValue) -> TextTable.Cell {
    let word = action["result"]?.string ?? "-"
    let tone: Tone =
      switch word {
      case "done", "executed": .good
      case "unknown": .bad
      case "refused": .attention
      case _: .plain
      }
    return .init(word, tone)
  }
}

enum ConditionTable {
  static func answer(_ conditions: [JSONValue]) -> Answer {
    Answer(
      document: ["kind": "conditions", "items": .array(conditions)], table: text(conditions, isWide: false),
      wide: text(conditions, isWide: true))
  }

  static func text(_ conditions: [JSONValue], isWide: Bool, hasAgent: Bool = true) -> String {
    var titles = hasAgent ? ["AGENT"] : []
    titles += ["CONDITION", "STATUS", "SINCE", "REASON"]
    if isWide { titles.append(">REVISION") }
    titles.append("MESSAGE")
    var table = TextTable(titles)
    for condition in conditions {
      var cells: [TextTable.Cell] = hasAgent ? [condition.cell("agent")] : []
      cells += [
        condition.cell("type"), .init(condition["status"]?.string, tone(condition)),
        .init(Age.text(condition["last_transition"])), condition.cell("reason"),
      ]
      if isWide { cells.append(condition.cell("observed_revision")) }
      cells.append(condition.cell("message"))
      table.add(cells)
    }
    return conditions.isEmpty ? "no agent is declared\n" : table.text
  }

  /// Paused and Drifted are troubles when true, the others when not.
  static func tone(_ condition: JSONValue) -> Tone {
    let isTrouble = ["Paused", "Drifted"].contains(condition["type"]?.string ?? "")
    switch condition["status"]?.string {
    case "True": return isTrouble ? .attention : .good
    case "False": return isTrouble ? .good : .bad
    case _: return .attention
    }
  }
}

/// How long ago, as people say it.
enum Age {
  static func text(_ time: JSONValue?, now: Timestamp = SystemClock.now().wall) -> String? {
    guard let time = time?.time else { return nil }
    let seconds = (now.microseconds - time.microseconds) / 1_000_000
    switch seconds {
    case ..<0: return "now"
    case ..<120: return "\(seconds)s ago"
    case ..<7_200: return "\(seconds / 60)m ago"
    case ..<172_800: return "\(seconds / 3600)h ago"
    case _: return "\(seconds / 86_400)d ago"
    }
  }
}
