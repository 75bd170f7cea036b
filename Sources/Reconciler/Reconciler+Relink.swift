// Relinking: a position that was closed in part more than once between two looks names a ticket that nobody saw.

/// A remainder that no history has linked to a known ticket yet.
struct Unlinked: Hashable, Sendable {
  var since: Steady
  /// How many usable histories, an interval apart, do not tell whose it is, and when the last of them began.
  var failures = 0
  var failedAt: Steady?
  /// It may be what is left of a position that is missing: until that is known, it is neither closed, nor reported, nor
  /// adopted, and proves nothing.
  var waits = false

  /// One reply that lies ends no position.
  static let mostFailures = 2
}

extension Reconciler {
  /// How many partial closes between two looks are followed; a chain of the terminal's that is longer, or a ring, is left.
  static let mostLinks = 64

  /// The positions, each remainder under a `from #OLD` that is known, where the history has the tickets between.
  ///
  /// - Returns: `nil` where the history has to be asked first: until then a remainder may be taken for a stranger's.
  mutating func relinked(
    _ i: Int, _ positions: Reply<[Position]>, _ trust: SnapshotTrust.Verdict, _ now: Moment
  ) -> Reply<[Position]>? {
    let strays = positions.value.indices.filter { isStray(i, positions.value[$0]) }
    let missing = agents[i].memory.owned.isEmpty ? [] : agents[i].memory.missing(from: positions.value)
    if strays.isEmpty {
      if !agents[i].unlinked.isEmpty { agents[i].unlinked = [:] }
      if missing.isEmpty { return positions }
    }
    if asksHistory(i, strays.map { positions.value[$0] }, now) { return nil }
    let parents = Self.parents(agents[i].history.reply?.value ?? [])
    var value = positions.value
    for k in strays {
      guard let old = knownAncestor(i, AgentMemory.ancestor(in: value[k].comment), parents) else { continue }
      value[k].comment = "from #\(old)"
    }
    // Where brokers and bridges rewrite comments, the row of the part that was closed may say whose the rest is.
    for k in value.indices where !missing.isEmpty && AgentMemory.ancestor(in: value[k].comment) == nil {
      guard !isClaimed(i, value[k].ticket), let old = knownAncestor(i, parents[value[k].ticket], parents),
        missing.contains(old)
      else { continue }
      value[k].comment = "from #\(old)"
    }
    noteUnlinked(i, strays.map { value[$0] }.filter { isStray(i, $0) }, value, trust, now)
    for k in strays where trust.isTrusted {
      guard let old = likelyParent(i, value[k], value) else { continue }
      value[k].comment = "from #\(old)"
    }
    return Reply(value, positions.span)
  }

  /// A remainder that is seen for the first time needs a history of after its list. A reread that came for another reason
  /// did not ask for one.
  private mutating func asksHistory(_ i: Int, _ strays: [Position], _ now: Moment) -> Bool {
    let fresh = strays.filter { agents[i].unlinked[$0.ticket] == nil && isNew(i, $0) }
    guard !fresh.isEmpty, agents[i].snapshot?.request.historyDays == nil else { return false }
    for position in fresh { agents[i].unlinked[position.ticket] = Unlinked(since: now.steady) }
    agents[i].rereads = max(agents[i].rereads, 1)
    agents[i].wantsHistory = true
    return true
  }

  /// Keeps count of the histories that do not tell whose these are. One that was reported as a stranger's waits for
  /// nothing, but is its owner's again should a later history say so.
  private mutating func noteUnlinked(
    _ i: Int, _ strays: [Position], _ positions: [Position], _ trust: SnapshotTrust.Verdict, _ now: Moment
  ) {
    let present = Set(positions.map(\.ticket))
    let usable = agents[i].history.lacksRows || !trust.isTrusted ? nil : agents[i].snapshot?.history.reply
    var left: [Ticket: Unlinked] = [:]
    for position in strays where isNew(i, position) {
      var stray = agents[i].unlinked[position.ticket] ?? Unlinked(since: now.steady)
      if let began = usable?.span.began.steady,
        stray.failedAt.map({ began - $0 >= configuration.interval }) ?? true
      {
        stray.failures += 1
        stray.failedAt = began
      }
      stray.waits =
        stray.failures < Unlinked.mostFailures
        && now.steady - stray.since < agents[i].spec.terminal.quarantine && mayBeRest(i, position, present)
      if stray.waits { agents[i].wantsHistory = true }
      left[position.ticket] = stray
    }
    agents[i].unlinked = left
  }

  /// Of what a remainder is the rest by all that can be known, where no history has come to tell: of the one position of its
  /// target, which is missing beside it and was opened with more lots. Another target, or a stranger's name, would be a worse
  /// guess: then the missing one would count as ended, and its target could be opened a second time.
  private func likelyParent(_ i: Int, _ position: Position, _ all: [Position]) -> Ticket? {
    guard let stray = agents[i].unlinked[position.ticket], !stray.waits, stray.failures == 0 else { return nil }
    let memory = agents[i].memory
    let present = Set(all.map(\.ticket))
    let held = Set(
      all.compactMap { memory.owned[$0.ticket]?.target }
        + all.compactMap { AgentMemory.ancestor(in: $0.comment).flatMap { memory.owned[$0]?.target } })
    let rows = agents[i].history.reply?.value ?? []
    let gone = memory.owned.filter { ticket, ownership in
      !ownership.ended && isGone(ticket, memory, present) && mayBelong(i, position, to: ownership)
        && !held.contains(ownership.target)
        && (memory.sizes[ownership.target].map { position.lots < $0.lots } ?? false)
        && !rows.contains { $0.ticket == ticket && $0.closeTime != nil }
    }
    return gone.keys.min()
  }

  /// Not listed, and nobody knows why.
  private func isGone(_ ticket: Ticket, _ memory: AgentMemory, _ present: Set<Ticket>) -> Bool {
    !present.contains(ticket) && !memory.closedByUs.contains(ticket) && !memory.hasRest(ticket)
  }

  /// Whether it may be what is left of a target's position, or of one that a pause lets stay, that is not listed any more.
  private func mayBeRest(_ i: Int, _ position: Position, _ present: Set<Ticket>) -> Bool {
    let memory = agents[i].memory
    let allowed = (memory.operatorPause?.tickets ?? []) + (memory.breachPause?.tickets ?? [])
    if allowed.contains(where: { !present.contains($0) }) { return true }
    return memory.owned.contains { ticket, ownership in
      isGone(ticket, memory, present) && mayBelong(i, position, to: ownership)
    }
  }

  /// Whether it has the symbol and side of a target's position, as far as they are known.
  func mayBelong(_ i: Int, _ position: Position, to ownership: AgentMemory.Ownership) -> Bool {
    guard let target = agents[i].spec.targets?.first(where: { $0.name == ownership.target }),
      target.specKey == ownership.specKey
    else { return true }
    return target.symbol == position.symbol && target.side == position.side
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

  /// The nearest ticket of a chain that is a target's; where there is none, the nearest that a pause lets stay, or that was
  /// reported as a stranger's, since a remainder may have been taken for one.
  private func knownAncestor(_ i: Int, _ ticket: Ticket?, _ parents: [Ticket: Ticket]) -> Ticket? {
    var next = ticket
    var allowed: Ticket?
    var noted: Ticket?
    for _ in 0...Self.mostLinks {
      guard let ticket = next else { break }
      if agents[i].memory.owned[ticket] != nil { return ticket }
      if allowed == nil, isClaimed(i, ticket) { allowed = ticket }
      if noted == nil, agents[i].memory.noted.contains(ticket) { noted = ticket }
      next = parents[ticket]
    }
    return allowed ?? noted
  }

  /// A remainder that is no target's yet, also where a pause lets it stay.
  private func isStray(_ i: Int, _ position: Position) -> Bool {
    guard let old = AgentMemory.ancestor(in: position.comment) else { return false }
    return agents[i].memory.owned[position.ticket] == nil && agents[i].memory.owned[old] == nil
  }

  /// Whether neither the remainder nor the ticket that it names was ever seen: a stranger's is no second stranger.
  private func isNew(_ i: Int, _ stray: Position) -> Bool {
    let noted = agents[i].memory.noted
    return !noted.contains(stray.ticket)
      && AgentMemory.ancestor(in: stray.comment).map { !noted.contains($0) } ?? true
  }

  /// A target's, or one that a pause lets stay.
  private func isClaimed(_ i: Int, _ ticket: Ticket) -> Bool {
    let memory = agents[i].memory
    return memory.owned[ticket] != nil || memory.operatorPause?.tickets?.contains(ticket) ?? false
      || memory.breachPause?.tickets?.contains(ticket) ?? false
  }
}
