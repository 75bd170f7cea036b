@testable import Reconciler

// S10: what a pause lets stay is what was there, and what is left of that; nothing widens it.
extension Checker {
  mutating func followPauses(_ id: AgentID, at sequence: Int64, _ core: borrowing Reconciler) {
    guard let i = core.index[id] else { return }
    if listsAreAnew.remove(id) != nil { beginAnew(id, isPinned: core.agents[i].spec.terminal.account != nil) }
    if core.agents[i].memory.breachPause != nil {
      follow(core.agents[i].memory.breachPause?.tickets, breach: true, id, sequence)
    }
    if core.agents[i].memory.operatorPause != nil {
      follow(core.agents[i].memory.operatorPause?.tickets, breach: false, id, sequence)
    }
  }

  /// The record says that what the pauses let stay is known anew. So it is where another account answers than the one
  /// that they were of; where none is pinned, another one may have answered for a while.
  private mutating func beginAnew(_ id: AgentID, isPinned: Bool) {
    for breach in [true, false] {
      guard let k = latch(id, breach: breach), let known = latches[k].roots else { continue }
      if !isPinned || known.account != accounts[id] ?? 0 { latches[k].roots = nil }
    }
  }

  private mutating func follow(_ tickets: [Ticket]?, breach: Bool, _ id: AgentID, _ sequence: Int64) {
    guard let k = latch(id, breach: breach), latches[k].pause != nil, let agent = agents[id] else { return }
    let name = breach ? "the breach's pause" : "a person's pause"
    if let known = latches[k].roots, known.account != accounts[id] ?? 0 {
      // Its tickets are another account's; it may begin anew here.
      if tickets == nil { latches[k].roots = nil }
      return
    }
    guard let tickets else {
      if latches[k].roots != nil { fail("S10", "\(id): \(name) has forgotten what may stay") }
      return
    }
    // A ticket that the broker changed may name one that may stay.
    let roots = Set(tickets.filter { !agent.renumbered.contains($0) }.map { agent.root(of: $0) })
    guard let known = latches[k].roots else {
      latches[k].roots = (roots, accounts[id] ?? 0, clock, sequence)
      let foreign = tickets.sorted().filter { !agent.listed.contains($0) }
      if !foreign.isEmpty {
        fail("S10", "\(id): \(name) lets stay \(foreign.map { "#\($0)" }), which this terminal never listed")
      }
      return
    }
    let more = roots.subtracting(known.tickets).sorted()
    if !more.isEmpty { fail("S10", "\(id): \(name) lets stay \(more.map { "#\($0)" }) as well, which came after it") }
  }

  /// Whether a pause disallows the ticket.
  func disallows(_ ticket: Ticket, _ id: AgentID, breach: Bool) -> Bool {
    guard let agent = agents[id], let k = latch(id, breach: breach), let pause = latches[k].pause, !pause.closesAll,
      let roots = latches[k].roots
    else { return false }
    // A list of a ticket that is gone closes nothing.
    guard agent.open.contains(ticket) || agent.placed[ticket] != nil else { return true }
    // Of another account's positions the list says nothing.
    guard roots.account == accounts[id] ?? 0 else { return true }
    return !roots.tickets.contains(agent.root(of: ticket)) || agent.isUntraceable(ticket)
  }

  /// Positions that came after a pause, once all is quiet: they have to be gone.
  func intruders(_ id: AgentID) -> [Ticket] {
    guard let agent = agents[id] else { return [] }
    return agent.open.sorted().filter { ticket in
      // Of a ticket that the broker changed, and what is left of it, nobody can tell since when it is there.
      if agent.renumbered.contains(ticket) { return false }
      return [true, false].contains { breach in
        guard disallows(ticket, id, breach: breach), let k = latch(id, breach: breach),
          let (at, account) = latches[k].roots.map({ ($0.at, $0.account) }), account == accounts[id] ?? 0,
          let origin = agent.origins[agent.root(of: ticket)]
        else { return false }
        return origin.at > at
      }
    }
  }
}
