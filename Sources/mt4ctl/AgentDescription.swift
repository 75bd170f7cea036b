import Controller
import Reconciler

/// One agent, told to a person.
struct AgentDescription {
  let parts: AgentParts
  /// With the numbers behind each verdict.
  let isWide: Bool

  /// Ends with a line end.
  var text: String {
    let sections =
      [head, section("Conditions", conditions), section("Positions", positions)]
      + [orders, targets, plan, doubts, actions]
    return sections.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  // MARK: Head

  private var head: String {
    let agent = parts.agent
    var rows: [(String, String?)] = [
      (
        "Name",
        "\(agent["metadata_name"]?.shown ?? "?") (\(agent["agent_id"]?.shown ?? "?")), \(agent["name"]?.shown ?? "?")"
      ),
      ("Description", agent["description"]?.string.flatMap { $0.isEmpty ? nil : $0 }),
      ("State", state), ("Paused", pause), ("Revision", parts.status["revision"]?.shown), ("Strategy", strategy),
      ("Terminal", terminal), ("Account", account), ("Limits", limits), ("Day", day),
    ]
    if let labels = agent["labels"]?.object, !labels.isEmpty {
      rows.append(("Labels", labels.keys.sorted().map { "\($0)=\(labels[$0]?.shown ?? "")" }.joined(separator: ", ")))
    }
    return rows.compactMap { title, value in value.map { Self.row(title, $0) } }.joined()
  }

  private static func row(_ title: String, _ value: String) -> String {
    "\(title):" + String(repeating: " ", count: max(1, 13 - title.count)) + value + "\n"
  }

  private var state: String {
    let state = AgentTable.state(parts.agent)
    let words = [
      state.tone.paint(state.word), parts.agent["mode"]?.shown.map { "mode \($0)" },
      parts.agent["positions_policy"]?.shown.map { "positions \($0)" },
    ]
    return words.compactMap { $0 }.joined(separator: ", ")
  }

  private var pause: String? {
    guard let pause = parts.agent["pause"], !pause.isNull else { return nil }
    let who = pause["actor"]?.shown.map { " by \($0)" } ?? ""
    let why = pause["note"]?.shown ?? pause["reason"]?.shown ?? "?"
    return "\(Age.text(pause["since"]) ?? "")\(who): \(why)" + (pause["day"]?.shown.map { " (day \($0))" } ?? "")
  }

  private var strategy: String? {
    let words = [parts.agent["strategy"]?.shown, parts.agent["timeframe"]?.shown].compactMap { $0 }
    let pairs = (parts.agent["pairs"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
    return (words.isEmpty ? "" : words.joined(separator: " ") + " on ") + pairs
  }

  private var terminal: String {
    let seen = Age.text(parts.agent["as_of"]).map { "seen \($0)" } ?? "never seen"
    let word = parts.agent["status"]?.shown ?? "unknown"
    guard let failure = parts.status["failure"], !failure.isNull, word != "online" else { return "\(word), \(seen)" }
    return "\(Tone.bad.paint(word)), \(seen): \(failure["endpoint"]?.shown ?? "") \(failure["message"]?.shown ?? "")"
  }

  private var account: String? {
    let account = parts.account
    guard let balance = account.money("balance"), let equity = account.money("equity") else { return nil }
    var words = ["balance \(balance) \(account["currency"]?.shown ?? "")", "equity \(equity)"]
    if let margin = account.money("free_margin") { words.append("free margin \(margin)") }
    if let level = account["margin_level"]?.decimal { words.append("margin level \(level.rounded(places: 2)) %") }
    if let leverage = account["leverage"]?.shown { words.append("leverage 1:\(leverage)") }
    if account["trade_allowed"]?.bool == false { words.append(Tone.bad.paint("trading is not allowed")) }
    return words.joined(separator: ", ")
  }

  private var limits: String? {
    guard let limits = parts.agent["limits"], !limits.isNull else { return nil }
    let words = [
      limits["max_risk_per_trade_percent"]?.shown.map { "\($0) % a trade" },
      limits.money("max_daily_loss").map { "\($0) a day" },
      limits["max_positions"]?.int.map {
        Count.of(Int($0), "position") + (limits["lot_size"]?.shown.map { " of at most \($0) lots" } ?? "")
      },
      limits["require_stop_loss"]?.bool.map { $0 ? "each with a stop" : "a stop is not required" },
    ]
    return words.compactMap { $0 }.joined(separator: ", ")
  }

  private var day: String? {
    guard let day = parts.status["day"], !day.isNull, let loss = day.money("loss"), let limit = day.money("limit")
    else { return nil }
    let used = day["used_percent"]?.decimal.map { " (\($0.rounded(places: 1)) %)" } ?? ""
    let sum = "lost \(loss) of \(limit)\(used)"
    let tone: Tone = day["breached"]?.bool == true ? .bad : .plain
    return "\(day["day"]?.shown ?? "?"): \(tone.paint(sum)), anchor \(day.money("anchor") ?? "?"), "
      + "flows \(day.money("flows") ?? "?"), floor \(day.money("floor") ?? "?")"
  }

  // MARK: Sections

  private func section(_ title: String, _ body: String) -> String {
    "\(title):\n" + body.split(separator: "\n").map { "  \($0)\n" }.joined()
  }

  private var conditions: String { ConditionTable.text(parts.conditions, isWide: isWide, hasAgent: false) }

  private var positions: String { PositionTable.text(parts.positions, isWide: isWide, hasAgent: false) }

  private var orders: String {
    guard !parts.orders.isEmpty else { return "" }
    var table = TextTable([">TICKET", "SYMBOL", "TYPE", ">LOTS", ">PRICE", ">STOP", ">TAKE PROFIT"])
    for order in parts.orders {
      table.add([
        order.cell("ticket"), order.cell("symbol"), order.cell("type"), order.cell("lots"), order.cell("price"),
        .init(order.price("sl")), .init(order.price("tp")),
      ])
    }
    return section("Pending orders", table.text)
  }

  private var targets: String {
    let declared = parts.agent["targets"]?.array ?? []
    guard !declared.isEmpty else { return "" }
    let standings = parts.plan["targets"]?.array ?? []
    var table = TextTable(["TARGET", "SYMBOL", "SIDE", ">LOTS", ">STOP", ">TAKE PROFIT", "REOPEN", "STANDING"])
    for target in declared {
      let standing = standings.first { $0["name"] == target["name"] }
      table.add([
        target.cell("name"), target.cell("symbol"), target.cell("side"), .init(target["lots"]?.shown ?? "by risk"),
        target.cell("stop_loss"), target.cell("take_profit"), target.cell("reopen"), .init(standing.map(Self.words)),
      ])
    }
    return section("Targets", table.text)
  }

  private static func words(_ standing: JSONValue) -> String {
    switch standing["state"]?.string {
    case "held":
      let tickets = (standing["tickets"]?.array ?? []).compactMap(\.shown).map { "#\($0)" }.joined(separator: ", ")
      let short = standing["shortfall"]?.decimal.flatMap { $0.isZero ? nil : ", \($0) lots short" } ?? ""
      return "held as \(tickets)\(short)"
    case "spent": return "spent: #\(standing["ticket"]?.shown ?? "?") ended by \(standing["how"]?.shown ?? "?")"
    case let word: return word ?? "-"
    }
  }

  private var plan: String {
    let actions = parts.plan["actions"]?.array ?? []
    let held = parts.plan["held"]?.array ?? []
    guard !actions.isEmpty || !held.isEmpty else { return section("Plan", "nothing is to be done") }
    var lines: [String] = []
    for action in actions {
      lines.append("\(action["message"]?.shown ?? "?") [\(action["reason"]?.shown ?? "?")]" + numbers(action))
    }
    for item in held {
      lines.append("held: \(item["action"]?["message"]?.shown ?? "?")")
      for hold in item["holds"]?.array ?? [] {
        lines.append("    \(hold["reason"]?.shown ?? "?"): \(hold["message"]?.shown ?? "?")" + numbers(hold))
      }
    }
    return section("Plan", lines.joined(separator: "\n"))
  }

  private func numbers(_ verdict: JSONValue) -> String {
    guard isWide, let numbers = verdict["numbers"]?.object, !numbers.isEmpty else { return "" }
    return " ("
      + numbers.keys.sorted().map { "\($0) \(numbers[$0]?.shown ?? numbers[$0]?.canonicalText ?? "")" }
      .joined(separator: ", ") + ")"
  }

  private var doubts: String {
    let open = (parts.plan["unresolved"]?.array ?? []).filter { $0["unknown"]?.bool == true }
    guard !open.isEmpty else { return "" }
    let lines = open.map { action in
      "\(action["action_id"]?.shown ?? "?"): \(action["kind"]?.shown ?? "?") \(action["side"]?.shown ?? "") "
        + "\(action["lots"]?.shown ?? "") \(action["symbol"]?.shown ?? ""), sent \(Age.text(action["recorded_at"]) ?? "?")"
    }
    return section(
      "Outcomes that are UNKNOWN",
      (lines + ["`mt4ctl explain unknown_outcome` says what that means"]).joined(separator: "\n"))
  }

  private var actions: String {
    guard let actions = parts.actions else {
      return section("Last actions", "this token may not read them (they want the role `auditor`)")
    }
    return section("Last actions", ActionTable.text(actions, isWide: isWide))
  }
}
