@testable import Reconciler

// The end of a process: what of its record is left, and with it of what the checker goes by.
extension Checker {
  /// Compares the record of a process that ends with what is left of it.
  ///
  /// - Parameter lostDirectory: the next process begins a new chain; what of this one is left is in the database.
  mutating func crashed(keeping last: Int64, whole: Bool, lostDirectory: Bool = false, _ clock: Int64) {
    self.clock = clock
    for id in actions.keys.sorted() {
      guard var action = actions[id] else { continue }
      let sent = action.performed
      action.intents = action.intents.filter { $0.value <= last }
      action.unknowns.removeAll { $0 > last }
      action.finals.removeAll { $0.sequence > last }
      if let claimed = action.claimed, claimed.sequence > last { action.claimed = nil }
      if sent.contains(where: { action.intents[$0] == nil }) {
        if !lostDirectory { fail("S2", "action \(id) was sent, and its intent is lost with the process") }
        action.performed = sent.filter { action.intents[$0] != nil }
        if action.performed.isEmpty { lostExits.insert(id) }
      }
      actions[id] = action.intents.isEmpty ? nil : action
    }
    latches.removeAll { $0.sequence > last }
    for k in latches.indices where latches[k].roots.map({ $0.sequence > last }) ?? false { latches[k].roots = nil }
    anchors.removeAll { $0.sequence > last }
    earlyAnchors.removeAll { $0.sequence > last }
    hostStops.removeAll { $0.sequence > last }
    endings.removeAll { $0.sequence > last }
    for id in agents.keys.sorted() {
      let kept = agents[id]?.adopted.filter { $0.value.sequence <= last } ?? [:]
      agents[id]?.adopted = kept
      agents[id]?.day.anchors.removeAll { $0.sequence > last }
    }
    for id in elsewhere.keys.sorted() {
      let kept = elsewhere[id]?.adopted.filter { $0.value.sequence <= last } ?? [:]
      elsewhere[id]?.adopted = kept
    }
    if !whole { remembered = [:] }
    if lostDirectory { renumber(by: last) }
  }

  /// A new chain counts from 1: what went before is older than all of it.
  private mutating func renumber(by last: Int64) {
    for id in actions.keys.sorted() {
      guard var action = actions[id] else { continue }
      action.intents = action.intents.mapValues { $0 - last }
      action.unknowns = action.unknowns.map { $0 - last }
      action.finals = action.finals.map { ($0.sequence - last, $0.result) }
      action.intent.sequence -= last
      action.claimed?.sequence -= last
      actions[id] = action
    }
    for k in latches.indices {
      latches[k].sequence -= last
      latches[k].roots?.sequence -= last
    }
    for k in anchors.indices { anchors[k].sequence -= last }
    for k in earlyAnchors.indices { earlyAnchors[k].sequence -= last }
    for k in hostStops.indices { hostStops[k].sequence -= last }
    for k in endings.indices { endings[k].sequence -= last }
    for id in agents.keys.sorted() {
      for ticket in agents[id]?.adopted.keys.sorted() ?? [] { agents[id]?.adopted[ticket]?.sequence -= last }
      for ticket in elsewhere[id]?.adopted.keys.sorted() ?? [] { elsewhere[id]?.adopted[ticket]?.sequence -= last }
      for k in agents[id]?.day.anchors.indices ?? 0..<0 { agents[id]?.day.anchors[k].sequence -= last }
    }
    (durable, shipped) = (0, 0)
  }

  /// Whether the database has the intent of every open that was sent.
  func everyOpenSent(isWithin shipped: Int64) -> Bool {
    actions.values.allSatisfy { action in
      !action.intent.kind.opens || action.performed.allSatisfy { (action.intents[$0] ?? .max) <= shipped }
    }
  }

  /// A person wants everything about it forgotten: its day, its latches, its lineage.
  mutating func forgot(_ id: AgentID, after sequence: Int64) {
    anchors.removeAll { $0.agent == id }
    earlyAnchors.removeAll { $0.agent == id }
    latches.append(Latch(agent: id, sequence: sequence, pause: nil, byPerson: true))
    agents[id]?.adopted = [:]
    agents[id]?.lineage = [:]
    agents[id]?.day.anchors = []
    endings.removeAll { $0.agent == id }
    elsewhere[id]?.adopted = [:]
    elsewhere[id]?.lineage = [:]
    remembered[id] = nil
  }
}
