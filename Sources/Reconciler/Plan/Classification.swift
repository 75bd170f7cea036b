/// Each position falls into exactly one bucket, once, before anything is decided about it.
struct Classification {
  enum Owner: Hashable {
    /// A declared target's position.
    case target(String)
    /// Opened or held for a target that the manifest no longer has.
    case removedTarget(String)
    /// Nobody's: another program's, or a person's.
    case external
  }

  var owners: [Ticket: Owner] = [:]
  /// Each target's tickets, lowest first.
  var tickets: [String: [Ticket]] = [:]
  /// Tickets whose ownership was not known before this look.
  var learned: [(ticket: Ticket, ownership: AgentMemory.Ownership)] = []

  /// By lineage, else by mark, else by adoption (manifest.md: a position belongs to a target …).
  init(spec: AgentSpec, memory: AgentMemory, positions: [Position], unresolved: [LiveAction]) {
    let targets = spec.targets ?? []
    let names = Set(targets.map(\.name))
    for position in positions.sorted(by: { $0.ticket < $1.ticket }) {
      guard let ownership = Self.ownership(of: position, memory: memory) else {
        owners[position.ticket] = .external
        continue
      }
      if memory.owned[position.ticket] == nil { learned.append((position.ticket, ownership)) }
      assign(position.ticket, to: ownership.target, declared: names, hasTargets: spec.targets != nil)
    }
    for target in targets
    where (tickets[target.name] ?? []).isEmpty && memory.spent[target.name]?.specKey != target.specKey {
      // While an open of this target may still turn up, a stranger's position is no stand-in for it.
      if unresolved.contains(where: { $0.kind == .open && $0.target == target.name }) { continue }
      let candidate = positions.filter {
        owners[$0.ticket] == .external && $0.symbol == target.symbol && $0.side == target.side
      }.min(by: Self.older)
      guard let candidate else { continue }
      learned.append((candidate.ticket, AgentMemory.Ownership(target: target.name, actionID: nil)))
      assign(candidate.ticket, to: target.name, declared: names, hasTargets: true)
    }
  }

  private mutating func assign(_ ticket: Ticket, to target: String, declared: Set<String>, hasTargets: Bool) {
    if declared.contains(target) {
      owners[ticket] = .target(target)
      tickets[target, default: []].append(ticket)
    } else {
      // No `targets` key at all is absence, and absence is not an order: the position is let go.
      owners[ticket] = hasTargets ? .removedTarget(target) : .external
    }
  }

  private static func ownership(of position: Position, memory: AgentMemory) -> AgentMemory.Ownership? {
    if let known = memory.owned[position.ticket] { return known }
    if let old = AgentMemory.ancestor(in: position.comment), let known = memory.owned[old] { return known }
    if let mark = memory.mark(in: position.comment) {
      return AgentMemory.Ownership(target: mark.target, actionID: mark.actionID)
    }
    return memory.lateExecution(position)
  }

  /// By open time, then by ticket; a position without an open time counts as the youngest of its ticket order.
  static func older(_ a: Position, _ b: Position) -> Bool {
    if let first = a.openTime, let second = b.openTime, first != second { return first < second }
    return a.ticket < b.ticket
  }
}
