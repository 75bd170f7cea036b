@testable import Reconciler

// Whose a position is: what the records say, compared with the books.
extension Checker {
  // MARK: Opens

  /// S5: an open that is taken for executed, by the ticket it is said to have come to.
  mutating func judgeExecuted(_ id: String, _ agentID: AgentID, _ ticket: Ticket?, _ evidence: String, _ at: Int64) {
    guard let action = actions[id], let agent = agents[agentID] else { return }
    guard let ticket else { return fail("S5", "action \(id) is taken for executed by \(evidence), as no ticket") }
    let root = agent.root(of: ticket)
    defer { actions[id]?.claimed = (root, at) }
    if root == action.opened || agent.isUntraceable(ticket) || hasLostMemory { return }
    let truth = action.opened.map { "it is #\($0)" } ?? "nobody opened anything"
    if let why = objection(to: ticket, root, for: action, agent) {
      return fail("S5", "action \(id) is taken for executed as #\(ticket) by \(evidence), and \(truth): \(why)")
    }
    // Nobody can tell; what follows from it is what the core has to do.
    if let target = action.intent.target { agents[agentID]?.adopted[root] = (target, at) }
    if let mine = action.opened { agents[agentID]?.strangers.insert(mine) }
  }

  /// Why a position that is another's cannot be taken for the one that an order came to; `nil` where nobody can tell.
  private func objection(to ticket: Ticket, _ root: Ticket, for action: Action, _ agent: Agent) -> String? {
    if let other = actions.first(where: { $0.value.agent == action.agent && $0.value.claimed?.root == root }),
      other.key != action.intent.id
    {
      return "that one is taken for order \(other.key)"
    }
    guard let origin = agent.origins[ticket] else { return "there never was one of that number" }
    if agent.renumbered.contains(ticket) { return nil }
    if let owner = agent.adopted[root] { return "that one is target \(owner.target)'s" }
    if origin.symbol != action.intent.symbol || origin.side != action.intent.side { return "that one is another" }
    if origin.lots > action.intent.lots { return "that one has \(origin.lots) lots" }
    if let other = agent.lineage[root], other != action.intent.id, let theirs = actions[other] {
      if carriesMark(origin.comment, of: theirs) { return "that one has the mark of order \(other)" }
      if theirs.isOpenEnded || theirs.gaveUp { return nil }
      return agent.strangers.contains(root) ? nil : "that one is order \(other)'s"
    }
    return agent.strangers.contains(root) ? nil : "that one was known before"
  }

  /// Whole, or as the broker has cut it.
  private func carriesMark(_ comment: String, of action: Action) -> Bool {
    let mark = action.intent.mark
    guard !mark.isEmpty else { return false }
    return comment.contains(mark) || (comment.utf8.count >= 4 && mark.hasPrefix(comment))
  }

  /// After a look that leaves nothing open, the core knows of everything that it has shown.
  mutating func believe(_ snapshot: Snapshot, _ core: borrowing Reconciler) {
    let id = snapshot.request.agent
    guard let i = core.index[id], core.agents[i].trustVerdict == .trusted, core.agents[i].identity == nil else {
      return
    }
    agents[id]?.believedAt = clock
    for position in snapshot.positions?.value ?? [] where agents[id]?.believed.contains(position.ticket) == false {
      agents[id]?.believed.insert(position.ticket)
    }
    guard agents[id]?.strangers.isEmpty == false, core.agents[i].memory.unresolved.isEmpty, var agent = agents[id],
      agent.lies.last == .some(nil)
    else { return }
    let taken = agent.taken
    let listed = Set((snapshot.positions?.value ?? []).map(\.ticket))
    let rows = snapshot.history.reply != nil
    agent.strangers = agent.strangers.filter { stranger in
      guard let origin = agent.origins[stranger], origin.at <= taken else { return true }
      return !listed.contains(stranger) && !rows
    }
    agents[id] = agent
  }

  // MARK: Adoptions

  mutating func judgeAdoption(_ ticket: Ticket, _ target: String, _ item: JSONValue, _ id: AgentID) {
    guard let agent = agents[id] else { return }
    if agent.renumbered.contains(ticket) || agent.isUntraceable(ticket) || hasLostMemory { return }
    guard let origin = agent.origins[ticket] else {
      return fail("S8", "\(id): #\(ticket) becomes target \(target)'s, and there never was one of that number")
    }
    let root = agent.root(of: ticket)
    if let owner = owner(of: ticket, id) {
      if owner != target { fail("S8", "\(id): #\(ticket) becomes target \(target)'s, and it is target \(owner)'s") }
      return
    }
    if let parent = item["parent"]?.int.map({ Ticket($0) }), agent.root(of: parent) != root,
      root != ticket || origin.lots > agent.origins[parent]?.lots ?? .zero
    {
      fail("S8", "\(id): #\(ticket) is said to be left of #\(parent), and it is of #\(root)")
    }
    if let maker = item["action_id"]?.string {
      guard let action = actions[maker], action.intent.symbol == origin.symbol, action.intent.side == origin.side,
        action.gaveUp || action.isOpenEnded || action.opened == root
      else { return fail("S8", "\(id): #\(ticket) is said to be order \(maker)'s, and it cannot be") }
      return
    }
    let isDeceived = agent.lies.suffix(2).allSatisfy { $0 != nil }
    guard !isDeceived, item["parent"]?.int == nil else { return }
    for held in agent.open.sorted()
    where agent.known.contains(held) && agent.root(of: held) != root && owner(of: held, id) == target
      && !agent.renumbered.contains(held) && !agent.isUntraceable(held)
    {
      fail("S8", "\(id): target \(target) takes #\(ticket), and #\(held) is open for it")
    }
  }

  /// By the true lineage, else by what the record says of an adoption. A late execution under a comment that the broker
  /// rewrote is nobody's, until the core finds out.
  func owner(of ticket: Ticket, _ id: AgentID) -> String? {
    guard let agent = agents[id] else { return nil }
    var ancestor: Ticket? = ticket
    while let one = ancestor {
      if let adopted = agent.adopted[one] { return adopted.target }
      ancestor = agent.parents[one]
    }
    guard let actionID = agent.lineage[ticket], let action = actions[actionID], !action.gaveUp else { return nil }
    // Another position was taken for its own, and nobody could have told.
    if let claimed = action.claimed, claimed.root != agent.root(of: ticket) { return nil }
    return action.intent.target
  }

  // MARK: Ends

  /// S7: a target is spent by what has ended, and by nothing that goes on under another ticket.
  mutating func judgeSpent(_ ticket: Ticket, _ target: String, _ id: AgentID) {
    guard let agent = agents[id] else { return }
    // One list that lies must not be enough.
    let isDeceived = agent.lies.suffix(2).allSatisfy { $0 != nil }
    guard !isDeceived else { return }
    if agent.open.contains(ticket) {
      return fail("S7", "\(id): #\(ticket) is taken for ended, and the books have it")
    }
    guard agent.origins[ticket] != nil else { return }
    for rest in agent.open.sorted() where isLeft(rest, of: ticket, agent) && !agent.isUntraceable(rest) {
      fail("S7", "\(id): target \(target) is spent by #\(ticket), and #\(rest), which is left of it, is open")
    }
  }

  private func isLeft(_ rest: Ticket, of ticket: Ticket, _ agent: Agent) -> Bool {
    var one = rest
    while let parent = agent.parents[one] {
      if parent == ticket { return true }
      one = parent
    }
    return false
  }
}
