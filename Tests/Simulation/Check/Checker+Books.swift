import PaperTerminal

@testable import Reconciler

// The true books, execution by execution: whose a position is, and what it came from.
extension Checker {
  /// - Parameter isAway: its agent has been moved to another account.
  mutating func look(at terminal: borrowing VirtualTerminal, isAway: Bool = false) {
    let id = terminal.id
    var agent = (isAway ? elsewhere[id] : agents[id]) ?? Agent()
    guard terminal.books.executions.count > agent.executionsSeen else { return }
    while agent.executionsSeen < terminal.books.executions.count {
      let execution = terminal.books.executions[agent.executionsSeen]
      take(execution, &agent)
      if execution.kind == .balance || execution.kind == .credit,
        let row = terminal.books.closed.last(where: { $0.row.ticket == execution.ticket })?.row
      {
        agent.day.take(row, at: clock)
      }
      agent.executionsSeen += 1
    }
    agent.open = Set(terminal.books.positions.map(\.facts.ticket))
    if isAway { elsewhere[id] = agent } else { agents[id] = agent }
  }

  private mutating func take(_ execution: PaperExecution, _ agent: inout Agent) {
    if execution.cause == .stopLoss { stopsHit += 1 }
    if execution.kind == .opened {
      agent.arrive(execution.ticket, execution, comment: execution.comment, lots: execution.lots, clock)
      if execution.cause != .client { agent.strangers.insert(execution.ticket) }
    }
    if execution.kind == .placed { agent.placed[execution.ticket] = clock }
    if let rest = execution.newTicket {
      agent.lineage[rest] = agent.lineage[execution.ticket]
      agent.parents[rest] = execution.ticket
      let lots = (agent.origins[execution.ticket]?.lots ?? execution.lots) - execution.lots
      agent.arrive(rest, execution, comment: "from #\(execution.ticket)", lots: lots, clock)
      if agent.renumbered.contains(execution.ticket) { agent.renumbered.insert(rest) }
    }
    guard let request = execution.requestID else { return }
    let id = String(request.prefix { $0 != "." })
    guard var action = actions[id], !action.performed.isEmpty else {
      if lostExits.contains(id) { return }
      return fail(
        "S15", "the books have \(execution.kind.rawValue) #\(execution.ticket) by \(request), and no record has")
    }
    action.executions += 1
    action.executedAt = action.executedAt ?? clock
    if execution.kind == .opened {
      agent.lineage[execution.ticket] = id
      action.opened = execution.ticket
      // Nobody awaits it any more, or somebody else's position is taken for it.
      if !action.isOpenEnded { agent.strangers.insert(execution.ticket) }
    }
    if action.executions > 1 {
      fail("S1", "action \(id) was executed \(action.executions) times, the last as #\(execution.ticket)")
    }
    actions[id] = action
  }

  /// The broker gave a position another ticket: it looks as if somebody had opened it.
  mutating func renumbered(_ id: AgentID, _ old: Ticket, to new: Ticket) {
    var agent = agents[id] ?? Agent()
    agent.renumbered.insert(new)
    agent.strangers.insert(new)
    agent.open.remove(old)
    agent.open.insert(new)
    if var origin = agent.origins[old] {
      origin.at = clock
      agent.origins[new] = origin
    }
    agents[id] = agent
  }

  /// The agent's manifest names another terminal, at which another account answers.
  mutating func moved(_ id: AgentID, to account: Int64) {
    let old = agents[id]
    agents[id] = elsewhere[id] ?? Agent()
    elsewhere[id] = old
    agents[id]?.lastAnswerAt = old?.lastAnswerAt ?? -1
    agents[id]?.snapshot = nil
    agents[id]?.orders = []
    agents[id]?.taken = -1
    agents[id]?.lies = []
    agents[id]?.known = []
    agents[id]?.believed = []
    agents[id]?.day.disturbed()
    // The day's anchor is the agent's, whatever account answers.
    agents[id]?.day.anchors = old?.day.anchors ?? []
    accounts[id] = account
  }

  func wasExecuted(_ id: String) -> Bool { (actions[id]?.executions ?? 0) > 0 }

  func openedTicket(of id: String) -> Ticket? { actions[id]?.opened }
}

extension Checker.Agent {
  fileprivate mutating func arrive(
    _ ticket: Ticket, _ execution: PaperExecution, comment: String, lots: FixedDecimal, _ clock: Int64
  ) {
    guard let symbol = execution.symbol, let side = execution.side else { return }
    origins[ticket] = Checker.Origin(symbol: symbol, side: side, lots: lots, comment: comment, at: clock)
  }

  /// The ticket that it was opened under, before any partial close.
  func root(of ticket: Ticket) -> Ticket {
    var root = ticket
    while let parent = parents[root] { root = parent }
    return root
  }

  /// Whether a ticket between it and its root was never listed, and the terminal does not show who became whom.
  func isUntraceable(_ ticket: Ticket) -> Bool {
    guard showsNoHistory else { return false }
    var one = ticket
    while let parent = parents[one] {
      if !known.contains(parent) { return true }
      one = parent
    }
    return false
  }
}
