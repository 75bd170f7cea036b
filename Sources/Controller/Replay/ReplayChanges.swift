import Reconciler

/// What a record changed in memory, as sentences.
enum ReplayChanges {
  static func between(_ old: AgentMemory, _ new: AgentMemory) -> [String] {
    pauses(old, new) + day(old, new) + actions(old, new) + tickets(old, new) + rest(old, new)
  }

  static func between(_ old: EmergencyState, _ new: EmergencyState) -> [String] {
    var said: [String] = []
    if old.isActive != new.isActive {
      said.append(new.isActive ? "an emergency stop is in force" : "no emergency stop is in force any more")
    } else if old.host != new.host || old.byManifest != new.byManifest {
      said.append("the emergency stop has another cause now")
    }
    let flat = new.flat.filter { !old.flat.contains($0) }.map(\.text)
    if !flat.isEmpty { said.append("flat: \(flat.joined(separator: ", "))") }
    if new.isFleetFlat, !old.isFleetFlat { said.append("the fleet is flat") }
    return said
  }

  private static func pauses(_ old: AgentMemory, _ new: AgentMemory) -> [String] {
    var said: [String] = []
    if old.breachPause != new.breachPause {
      said.append(
        new.breachPause.map { "paused since the breach of \($0.dayKey) (\($0.reason.rawValue))" }
          ?? "the breach's pause is over")
    }
    if old.operatorPause != new.operatorPause {
      said.append(new.operatorPause.map { "paused by \($0.actor): \($0.note)" } ?? "the person's pause is over")
    }
    return said
  }

  private static func day(_ old: AgentMemory, _ new: AgentMemory) -> [String] {
    let (before, after) = (old.dailyLoss, new.dailyLoss)
    var said: [String] = []
    if before.anchor != after.anchor, let anchor = after.anchor {
      said.append("the day \(anchor.dayKey) starts from \(anchor.amount.money)")
    }
    if before.flows != after.flows { said.append("flows of the day: \(before.flows.money) → \(after.flows.money)") }
    if before.highWater != after.highWater, let high = after.highWater {
      said.append("high-water mark: \(before.highWater?.money ?? "none") → \(high.money)")
    }
    return said
  }

  private static func actions(_ old: AgentMemory, _ new: AgentMemory) -> [String] {
    var said: [String] = []
    for action in new.unresolved {
      let earlier = old.unresolved.first { $0.id == action.id }
      let what =
        "\(action.kind.rawValue) \(action.lots) \(action.symbol)" + (action.ticket.map { " #\($0)" } ?? "")
      if earlier?.attempt != action.attempt {
        said.append("action \(action.id) is on its way: \(what), attempt \(action.attempt)")
      }
      if action.wasUnknown, earlier?.wasUnknown != true {
        said.append("action \(action.id) is UNKNOWN: \(what) holds its place")
      }
    }
    for action in old.unresolved where !new.unresolved.contains(where: { $0.id == action.id }) {
      said.append("action \(action.id) has ended")
    }
    return said
  }

  private static func tickets(_ old: AgentMemory, _ new: AgentMemory) -> [String] {
    var said: [String] = []
    for ticket in new.owned.keys.sorted() {
      guard let now = new.owned[ticket] else { continue }
      let before = old.owned[ticket]
      if before == nil {
        said.append("#\(ticket) is target \(now.target)'s" + (now.parent.map { ", what is left of #\($0)" } ?? ""))
      }
      if now.ended, before?.ended != true { said.append("#\(ticket) has ended") }
      if let before, before.specKey != now.specKey, !now.ended { said.append("#\(ticket) follows a changed target") }
    }
    for target in Set(new.spent.keys).union(old.spent.keys).sorted() where new.spent[target] != old.spent[target] {
      said.append(new.spent[target].map { "target \(target) is spent (\($0.how))" } ?? "target \(target) is open again")
    }
    for ticket in new.noted where !old.noted.contains(ticket) { said.append("#\(ticket) is somebody else's") }
    return said
  }

  private static func rest(_ old: AgentMemory, _ new: AgentMemory) -> [String] {
    var said: [String] = []
    if old.online != new.online, let online = new.online { said.append(online ? "online" : "offline") }
    if new.orphaned, !old.orphaned { said.append("without a manifest") }
    for key in Set(new.refusals.keys).union(old.refusals.keys).sorted() where new.refusals[key] != old.refusals[key] {
      said.append(new.refusals[key].map { "\(key) was refused: \($0.message)" } ?? "the refusal of \(key) is forgotten")
    }
    for target in new.heldUnknown.keys.sorted() where old.heldUnknown[target] == nil {
      said.append("target \(target) waits for a person")
    }
    if old.trades.totals != new.trades.totals {
      let sums = new.trades.totals
      said.append(
        "\(sums.trades) closed \(sums.trades == 1 ? "trade" : "trades"), \((sums.profit + sums.loss).money) net")
    }
    return said
  }
}
