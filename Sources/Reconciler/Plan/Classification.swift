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
  /// Strangers that stay as they are for now: a target would adopt them, each another one, and the look cannot be believed;
  /// or they may be what is left of a position that is not listed any more.
  var waiting: Set<Ticket> = []
  /// Tickets whose ownership was not known before this look, or that were believed to have ended.
  var learned: [(ticket: Ticket, ownership: AgentMemory.Ownership)] = []

  /// By lineage, else by mark, else by adoption (manifest.md: a position belongs to a target …).
  init(_ input: PlanInput) {
    let positions = input.positions
    let targets = input.spec.targets ?? []
    let names = Set(targets.map(\.name))
    var used: Set<String> = []
    waiting = input.unlinked
    for position in positions.inOrder {
      guard let ownership = Self.ownership(of: position, input, used: used) else {
        owners[position.ticket] = .external
        continue
      }
      if input.memory.owned[position.ticket] == nil {
        learned.append((position.ticket, ownership))
        if let id = ownership.actionID { used.insert(id) }
      } else if ownership.ended, input.memory.hasReturned(position.ticket) {
        learned.append((position.ticket, ownership))
      }
      assign(position.ticket, to: ownership.target, declared: names, hasTargets: input.spec.targets != nil)
    }
    for target in targets
    where (tickets[target.name] ?? []).isEmpty && input.memory.spent[target.name]?.specKey != target.specKey {
      // While an open of this target may still turn up, a stranger's position is no stand-in for it.
      if input.unresolved.contains(where: { $0.kind == .open && $0.target == target.name }) { continue }
      // Nor while its own is only missing from this list, which may be stale; but what a partial close of ours left of it
      // goes by another ticket, and not every broker says of which.
      let gone = input.vanishing(target)
      let rest = gone.flatMap { input.reduced[$0]?.rest }
      if gone != nil, rest == nil { continue }
      let candidate = positions.filter {
        owners[$0.ticket] == .external && $0.symbol == target.symbol && $0.side == target.side
          && (rest == nil || $0.lots == rest) && !input.mayBeInDoubt($0) && !waiting.contains($0.ticket)
      }.min(by: Self.older)
      guard let candidate else { continue }
      guard input.trust.isTrusted, !input.awaitsMemories else {
        waiting.insert(candidate.ticket)
        continue
      }
      learned.append(
        (candidate.ticket, AgentMemory.Ownership(target: target.name, parent: gone, specKey: target.specKey)))
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

  private static func ownership(
    of position: Position, _ input: PlanInput, used: Set<String>
  ) -> AgentMemory.Ownership? {
    if let known = input.memory.owned[position.ticket] { return known }
    if let old = AgentMemory.ancestor(in: position.comment), var known = input.memory.owned[old] {
      known.parent = old
      return known
    }
    if let mark = input.memory.mark(in: position.comment) {
      let key = input.spec.targets?.first { $0.name == mark.target }?.specKey
      return AgentMemory.Ownership(target: mark.target, actionID: mark.actionID, specKey: key)
    }
    return input.memory.lateExecution(position, used: used, at: input.now.wall)
  }

  /// By open time, then by ticket; a position without an open time counts as the youngest of its ticket order.
  static func older(_ a: Position, _ b: Position) -> Bool {
    if let first = a.openTime, let second = b.openTime, first != second { return first < second }
    return a.ticket < b.ticket
  }
}
