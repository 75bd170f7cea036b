import Reconciler

/// The controller in one line: `3 agents: 2 active, 1 paused; revision 4; database up; 0 unknown`.
enum StatusLine {
  static func text(_ picture: StatusBoard.Picture?) -> String {
    guard let picture else { return "Taking the first look" }
    let fleet = picture.fleet
    var parts = [agents(picture), "revision \(fleet.revision)", "database \(database(fleet.journal.database))"]
    if fleet.journal.space != .ok { parts.append("journal's disk \(fleet.journal.space.rawValue)") }
    parts.append("\(fleet.unknownOutcomes) unknown")
    if !fleet.manifestErrors.isEmpty { parts.insert("manifests refused (the old revision stays)", at: 1) }
    if fleet.emergency.host != nil || fleet.emergency.byManifest { parts.insert("EMERGENCY STOP", at: 0) }
    return parts.joined(separator: "; ")
  }

  private static func agents(_ picture: StatusBoard.Picture) -> String {
    var counts: [String: Int] = [:]
    let statuses = picture.fleet.agents.compactMap { picture.agents[$0] }
    for status in statuses { counts[word(status), default: 0] += 1 }
    let words = ["active", "paused", "offline", "disabled", "orphaned"].compactMap { word in
      let count = counts[word] ?? 0
      return count > 0 || word == "active" ? "\(count) \(word)" : nil
    }
    return "\(Count.of(statuses.count, "agent")): \(words.joined(separator: ", "))"
  }

  private static func word(_ status: AgentStatus) -> String {
    if status.orphaned { return "orphaned" }
    if !status.spec.enabled { return "disabled" }
    if status.memory.breachPause != nil || status.memory.operatorPause != nil { return "paused" }
    return status.isActive ? "active" : "offline"
  }

  private static func database(_ database: JournalFacts.Database) -> String {
    switch database {
    case .up: "up"
    case .connecting: "connecting"
    case .down: "down"
    case .forked: "forked"
    case .anotherController: "held by another controller"
    }
  }
}
