// Relinking: a position that was closed in part more than once between two looks names a ticket that nobody saw.

extension Reconciler {
  /// How many partial closes between two looks are followed; a chain of the terminal's that is longer, or a ring, is left.
  static let mostLinks = 64

  /// The positions, each remainder under a `from #OLD` that is known, where the history has the tickets between.
  ///
  /// - Returns: `nil` where the history has to be asked first: until then a remainder may be taken for a stranger's.
  mutating func relinked(_ i: Int, _ positions: Reply<[Position]>) -> Reply<[Position]>? {
    let strays = positions.value.indices.filter { isStray(i, positions.value[$0]) }
    guard !strays.isEmpty else { return positions }
    // A reread that came for another reason did not ask for it.
    guard agents[i].history.unsupported || agents[i].snapshot?.request.historyDays != nil else {
      agents[i].rereads = max(agents[i].rereads, 1)
      agents[i].wantsHistory = true
      return nil
    }
    let parents = Self.parents(agents[i].history.reply?.value ?? [])
    var value = positions.value
    for k in strays {
      var ticket = AgentMemory.ancestor(in: value[k].comment)
      var links = 0
      while let child = ticket, !isKnown(i, child), links < Self.mostLinks {
        ticket = parents[child]
        links += 1
      }
      if let ticket, isKnown(i, ticket) { value[k].comment = "from #\(ticket)" }
    }
    return Reply(value, positions.span)
  }

  /// Who became whom, by the rows' `to #NEW` and by their own `from #OLD`.
  static func parents(_ rows: [HistoryRow]) -> [Ticket: Ticket] {
    var parents: [Ticket: Ticket] = [:]
    for row in rows {
      if let old = AgentMemory.ancestor(in: row.comment) { parents[row.ticket] = old }
      if let new = AgentMemory.descendant(in: row.comment) { parents[new] = row.ticket }
    }
    return parents
  }

  /// A remainder of a ticket that nobody knows, and that is not known itself.
  private func isStray(_ i: Int, _ position: Position) -> Bool {
    guard let old = AgentMemory.ancestor(in: position.comment) else { return false }
    return !isKnown(i, position.ticket) && !isKnown(i, old)
  }

  private func isKnown(_ i: Int, _ ticket: Ticket) -> Bool {
    let memory = agents[i].memory
    return memory.owned[ticket] != nil || memory.noted.contains(ticket)
      || memory.operatorPause?.tickets?.contains(ticket) ?? false
      || memory.breachPause?.tickets?.contains(ticket) ?? false
  }
}
