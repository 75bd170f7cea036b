/// What is disallowed, and why: the first reason that holds, in the order of manifest.md.
struct CloseRules {
  /// What a rule wants of one position.
  enum Verdict: Hashable {
    case allowed
    case close(Reason, String)
    /// Down to `keep` lots.
    case reduce(Reason, keep: FixedDecimal, String)
  }

  let input: PlanInput
  let owners: Classification

  /// The verdict on each position, by ticket.
  func verdicts() -> [Ticket: Verdict] {
    var verdicts: [Ticket: Verdict] = [:]
    for position in input.positions { verdicts[position.ticket] = verdict(on: position) }
    let early = input.positions.filter { !isClosed(verdicts[$0.ticket], before: .tooManyPositions) }
    let survivors = input.positions.filter { !isClosed(verdicts[$0.ticket], before: nil) }
    let limit = input.spec.risk.maxPositions
    // Only what would stay counts: closing one position for its symbol must not cost a good one its place.
    let over = over(survivors)
    for position in survivors where over.contains(position.ticket) { verdicts[position.ticket] = tooMany(position) }
    // A position that goes anyway, and is one too many as well, is called by the reason that stands first.
    for position in newest(early, over: limit) where isClosed(verdicts[position.ticket], before: nil) {
      verdicts[position.ticket] = tooMany(position)
    }
    return verdicts
  }

  /// Whether an order that waits at the terminal may stay, and why not. `ordersOver` are those over `max_positions`.
  func verdict(on order: PendingOrder) -> Verdict {
    if let reason = forEverything(ticket: order.ticket) { return .close(reason.0, reason.1) }
    if !input.spec.pairs.contains(order.symbol) {
      return .close(.pairNotAllowed, "\(order.symbol) is not in the agent's pairs")
    }
    if order.lots > input.spec.risk.lotSize {
      return .close(.lotSizeExceeded, "\(order.lots) lots are over lot_size \(input.spec.risk.lotSize)")
    }
    if input.spec.positions == .exact {
      return .close(.notInTargets, "a pending order is no target's, and positions is exact")
    }
    return .allowed
  }

  /// Positions and pending orders that would stay, ranked together by age: the tickets of the newest over
  /// `max_positions`. An order whose list is not of this very look may have become a position, so it takes no position's
  /// place. An unknown open is the newest of all, and takes nobody's.
  func over(_ survivors: [Position]) -> Set<Ticket> {
    // Where all fit in, nobody is one too many.
    guard survivors.count + input.orders.count > input.spec.risk.maxPositions else { return [] }
    let filled = Set(input.positions.map(\.ticket))
    let orders = input.ordersFresh ? input.orders.filter { verdict(on: $0) == .allowed } : []
    var ranked = survivors.map { (age: $0.openTime, ticket: $0.ticket) }
    ranked += orders.filter { !filled.contains($0.ticket) }.map { (age: $0.openTime, ticket: $0.ticket) }
    ranked.sort { a, b in
      if let first = a.age, let second = b.age, first != second { return first < second }
      return a.ticket < b.ticket
    }
    return Set(ranked.dropFirst(input.spec.risk.maxPositions).map(\.ticket))
  }

  func tooManyMessage() -> String { "more than max_positions \(input.spec.risk.maxPositions)" }

  private func tooMany(_ position: Position) -> Verdict {
    .close(
      .tooManyPositions, "\(input.positions.count) positions are over max_positions \(input.spec.risk.maxPositions)")
  }

  private func newest(_ positions: [Position], over limit: Int) -> [Position] {
    guard positions.count > limit else { return [] }
    return Array(positions.sorted(by: Classification.older).dropFirst(max(0, limit)))
  }

  /// Whether it is to be closed whole, by a reason that stands before `limit` in the order (`nil`: by any).
  private func isClosed(_ verdict: Verdict?, before limit: Reason?) -> Bool {
    guard case .close(let reason, _) = verdict else { return false }
    guard let limit else { return true }
    return Reason.closeRank(reason) < Reason.closeRank(limit)
  }

  private func verdict(on position: Position) -> Verdict {
    if let reason = forEverything(ticket: position.ticket, comment: position.comment) {
      return .close(reason.0, reason.1)
    }
    if !input.spec.pairs.contains(position.symbol) {
      let pairs = input.spec.pairs.map(\.text).joined(separator: ", ")
      return .close(.pairNotAllowed, "\(position.symbol) is not in the agent's pairs (\(pairs))")
    }
    if position.lots > input.spec.risk.lotSize {
      let message = "\(position.lots) lots are over lot_size \(input.spec.risk.lotSize)"
      // What another rule would close whole is not reduced first; of the reasons the first is given.
      if let whole = closesWhole(position) { return .close(.lotSizeExceeded, "\(message), and \(whole)") }
      return .reduce(.lotSizeExceeded, keep: input.spec.risk.lotSize, message)
    }
    if let missing = missingStop(position) { return missing }
    return targetVerdict(position)
  }

  /// Why a rule further down would close the position whole, where one would.
  private func closesWhole(_ position: Position) -> String? {
    for verdict in [missingStop(position), targetVerdict(position)] {
      if case .close(_, let why)? = verdict { return why }
    }
    return nil
  }

  private func forEverything(ticket: Ticket, comment: String = "") -> (Reason, String)? {
    if input.policy.emergencyStop { return (.emergencyStop, "the fleet's emergency stop is raised") }
    if let pause = input.memory.breachPause {
      if pause.closesAll { return (pause.reason, "the agent is paused since its \(pause.reason.rawValue) breach") }
      if isNew(ticket, comment, since: pause.tickets) {
        return (.paused, "it was opened while the agent is paused after a breach")
      }
    }
    if let pause = input.memory.operatorPause, isNew(ticket, comment, since: pause.tickets) {
      return (.paused, "it was opened while the agent is paused by \(pause.actor)")
    }
    if !input.spec.enabled { return (.agentDisabled, "the agent is disabled") }
    return nil
  }

  /// What is left of an allowed position after a partial close has a new ticket, and stays allowed.
  private func isNew(_ ticket: Ticket, _ comment: String, since tickets: [Ticket]?) -> Bool {
    // What was there is not known yet: nothing is closed on a guess.
    guard let tickets else { return false }
    if tickets.contains(ticket) || input.unlinked.contains(ticket) { return false }
    return AgentMemory.ancestor(in: comment).map { !tickets.contains($0) } ?? true
  }

  private func missingStop(_ position: Position) -> Verdict? {
    guard position.stopLoss == nil else { return nil }
    let afterFailed =
      input.spec.terminal.stopsOnOpen == .after && input.stopRefused.contains(position.ticket)
    if afterFailed { return .close(.missingStopLoss, "the terminal refused its stop after the open") }
    guard input.spec.risk.requireStopLoss, let since = input.withoutStopSince[position.ticket],
      input.now.steady - since >= PlanInput.stopGrace
    else {
      return nil
    }
    return .close(.missingStopLoss, "it has had no stop for 60 s, and require_stop_loss is true")
  }

  private func targetVerdict(_ position: Position) -> Verdict {
    if input.awaitsMemories || owners.waiting.contains(position.ticket) { return .allowed }
    switch owners.owners[position.ticket] ?? .external {
    case .external:
      guard input.spec.positions == .exact else { return .allowed }
      // It may be our own, of an open whose answer was lost: evidence says so first, and looks that cannot be believed
      // bring none.
      if input.mayBeInDoubt(position) { return .allowed }
      return .close(.notInTargets, "no target claims it, and positions is exact")
    case .removedTarget(let name):
      return .close(.notInTargets, "its target \(name) is no longer in the manifest")
    case .target(let name):
      guard let target = input.spec.targets?.first(where: { $0.name == name }) else { return .allowed }
      if target.symbol != position.symbol || target.side != position.side {
        return .close(
          .targetChanged, "its target \(name) is now \(target.side.rawValue) \(target.symbol)")
      }
      return surplus(position, of: target)
    }
  }

  /// Too many lots are partly closed; where a target holds several tickets, the newest go first.
  private func surplus(_ position: Position, of target: TargetSpec) -> Verdict {
    guard let declared = input.lots(of: target) else { return .allowed }
    let mine = Set(owners.tickets[target.name] ?? [])
    let older = input.positions.filter { mine.contains($0.ticket) && Classification.older($0, position) }
    let room = declared - older.reduce(FixedDecimal.zero) { $0 + $1.lots }
    if position.lots <= room { return .allowed }
    let message = "its target \(target.name) is \(declared) lots"
    return room.isPositive
      ? .reduce(.targetChanged, keep: room, message) : .close(.targetChanged, message + ", and others fill it")
  }
}

extension Reason {
  /// The order in which reasons to close are given where several hold (manifest.md).
  static let closeOrder: [Reason] = [
    .emergencyStop, .dailyLoss, .maxDrawdown, .paused, .agentDisabled, .pairNotAllowed, .tooManyPositions,
    .lotSizeExceeded, .missingStopLoss, .targetChanged, .notInTargets,
  ]

  static func closeRank(_ reason: Reason) -> Int { closeOrder.firstIndex(of: reason) ?? closeOrder.count }
}
