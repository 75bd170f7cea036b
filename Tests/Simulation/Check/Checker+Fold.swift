@testable import Reconciler

// The record is the memory: a start from a whole record knows what the process before it knew.
extension Checker {
  mutating func remember(_ core: Reconciler) {
    remembered = [:]
    for agent in core.agents { remembered[agent.id] = agent.memory }
  }

  mutating func compareFold(_ core: Reconciler) {
    for id in remembered.keys.sorted() {
      guard let old = remembered[id], let new = core.waitingMemories[id] ?? blank(old) else {
        fail("S15", "the record has forgotten \(id)")
        continue
      }
      // What is over and one too many may be forgotten by either at another moment.
      let (was, now) = (pruned(old), pruned(new))
      for (name, same) in Self.comparison(was, now) where !same {
        fail(
          "S10",
          "\(id): \(name) is not what it was before the restart: \(Self.text(was, name)) -> \(Self.text(now, name))")
      }
    }
  }

  private func pruned(_ memory: AgentMemory) -> AgentMemory {
    var memory = memory
    memory.prune(present: nil, declared: nil)
    return memory
  }

  private func blank(_ old: AgentMemory) -> AgentMemory? { old == AgentMemory() ? old : nil }

  private static func comparison(_ a: AgentMemory, _ b: AgentMemory) -> [(String, Bool)] {
    [
      ("breach_pause", a.breachPause.map { AgentMemory.encode($0) } == b.breachPause.map { AgentMemory.encode($0) }),
      ("operator_pause", a.operatorPause == b.operatorPause), ("spent", a.spent == b.spent),
      ("refusals", a.refusals == b.refusals),
      ("owned", a.owned.mapValues(\.target) == b.owned.mapValues(\.target)),
      ("closed_by_us", a.closedByUs == b.closedByUs),
      ("marks", a.marks == b.marks), ("unresolved", a.unresolved.map(\.id) == b.unresolved.map(\.id)),
      ("suspects", a.suspects.map(\.id) == b.suspects.map(\.id)), ("noted", a.noted == b.noted),
      ("held_unknown", a.heldUnknown == b.heldUnknown), ("orphaned", a.orphaned == b.orphaned || !a.orphaned),
      ("anchor", a.dailyLoss.anchor == b.dailyLoss.anchor), ("flows", a.dailyLoss.flows == b.dailyLoss.flows),
    ]
  }

  private static func text(_ memory: AgentMemory, _ name: String) -> String {
    switch name {
    case "anchor": "\(memory.dailyLoss.anchor.map { "\($0)" } ?? "none")"
    case "flows": memory.dailyLoss.flows.description
    default: String((memory.json[name] ?? .null).canonicalText.prefix(600))
    }
  }
}
