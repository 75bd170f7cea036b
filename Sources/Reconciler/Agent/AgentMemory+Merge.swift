/// A new state directory learns late what the database knows: an earlier controller's word joins what was seen meanwhile.
extension AgentMemory {
  /// Takes in an earlier memory of the same agent. Of two latches the stricter one stands; what this memory knows of a
  /// ticket or a target is newer.
  ///
  /// - Returns: the actions whose outcome the earlier controller left unknown.
  mutating func merge(earlier: AgentMemory) -> [LiveAction] {
    mergePauses(earlier)
    mergeDay(earlier.dailyLoss)
    owned.merge(earlier.owned) { now, _ in now }
    let held = Set(owned.values.lazy.filter { !$0.ended }.map(\.target))
    for (target, old) in earlier.spent where spent[target] == nil {
      // Its position may be one that is still there; then it is not over.
      if held.contains(target), owned[old.ticket]?.ended ?? true { continue }
      spent[target] = old
    }
    refusals.merge(earlier.refusals) { now, _ in now }
    sizes.merge(earlier.sizes) { now, _ in now }
    heldUnknown.merge(earlier.heldUnknown) { now, _ in now }
    closedByUs = earlier.closedByUs.filter { !closedByUs.contains($0) } + closedByUs
    noted = earlier.noted.filter { !noted.contains($0) } + noted
    let known = Set(marks.map(\.mark))
    marks = earlier.marks.filter { !known.contains($0.mark) } + marks
    suspects = (earlier.suspects + suspects).suffix(Self.maximumSuspects)
    let new = earlier.unresolved.filter { old in !unresolved.contains { $0.id == old.id } }
    unresolved += new
    return new
  }

  private mutating func mergePauses(_ earlier: AgentMemory) {
    var earlier = earlier
    if let theirs = earlier.pausesAccount, let ours = pausesAccount, theirs != ours {
      earlier.operatorPause?.tickets = nil
      earlier.breachPause?.tickets = nil
    }
    pausesAccount = pausesAccount ?? earlier.pausesAccount
    operatorPause = operatorPause ?? earlier.operatorPause
    guard let old = earlier.breachPause else { return }
    guard var pause = breachPause else {
      breachPause = old
      return
    }
    pause.closesAll = pause.closesAll || old.closesAll
    pause.needsPerson = pause.needsPerson || old.needsPerson
    breachPause = pause
  }

  /// The day began where the earlier controller saw it begin; only a day that began later than all it saw is ours.
  private mutating func mergeDay(_ earlier: DailyLoss) {
    guard let theirs = earlier.anchor else { return }
    guard let ours = dailyLoss.anchor, ours.dayKey > theirs.dayKey else {
      dailyLoss = earlier
      return
    }
    // Flows are counted since the agent was first seen, and that was earlier than this controller knew.
    dailyLoss.highWater = [dailyLoss.highWater.map { $0 - earlier.lifetimeFlows }, earlier.highWater].compactMap { $0 }
      .max()
    dailyLoss.lifetimeFlows += earlier.lifetimeFlows
  }

  /// A memory that cannot be read may have held any latch: its agent waits for a person.
  static func unreadable(_ error: FoldError, _ now: Moment) -> AgentMemory {
    var memory = AgentMemory()
    memory.operatorPause = OperatorPause(
      actor: "mt4-controller", note: "its state in the database cannot be taken up: \(error); look at it, then resume",
      since: now.wall, tickets: nil)
    return memory
  }
}
