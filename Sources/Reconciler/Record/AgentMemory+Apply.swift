/// What each record does to an agent's memory. A start folds records through this, and the running controller applies each
/// record that it makes through it too, so that both always agree.
extension AgentMemory {
  /// `live`: the running controller's day has already seen what a `day_anchor`, `flow` or `breach` tells.
  mutating func apply(_ record: Record, live: Bool) {
    let data = record.metadata
    switch record.type {
    case .agentOnline: online = true
    case .agentOffline: online = false
    case .dayAnchor, .flow, .riskWarning, .breach:
      if !live { dailyLoss.fold(data) }
      if record.type == .dayAnchor { trades.begin(data) }
      if record.type == .flow { trades.flow(record) }
    case .tradeClosed: trades.take(record)
    case .heartbeat:
      for ticket in Self.tickets(data["noted"]) { note(ticket) }
      takePauses(data)
      takeUp(data["adopted"])
      follow(data["specs"])
      if !live { dailyLoss.fold(data) }
    case .paused: pause(record)
    case .resumed: resume(data)
    case .intent: intend(record)
    case .outcome: end(record)
    case .unknown: doubt(record)
    case .resolved: resolve(record)
    case .refused: if let subject = data["subject"]?.string { verdicts[subject] = record.reason }
    case .targetSpent: spend(data)
    case .externalPosition: if let ticket = data["ticket"]?.int { note(Ticket(ticket)) }
    case .orphaned: orphaned = true
    case .controllerStarted, .controllerStopped, .revisionLoaded, .revisionRejected, .suspiciousSnapshot,
      .emergencyStop, .emergencyCleared, .confirmedFlat, .notFlat, .journalDegraded, .journalRecovered,
      .operatorCommand,
      .snapshot:
      break
    }
  }

  private mutating func takeUp(_ adopted: JSONValue?) {
    for item in adopted?.array ?? [] {
      guard let ticket = item["ticket"]?.int, let target = item["target"]?.string else { continue }
      let parent = item["parent"]?.int.map { Ticket($0) }
      let id = item["action_id"]?.string
      // The remainder carries its parent's place on; a late execution is one position, not the next one as well.
      if let parent { owned[parent]?.ended = true }
      if let id { suspects.removeAll { $0.id == id } }
      own(Ticket(ticket), Ownership(target: target, actionID: id, parent: parent, specKey: item["spec_key"]?.string))
      // Somebody else chose the lots of a position that is adopted; only limits bound them.
      if item["action_id"]?.string == nil { sizes[target] = nil }
      spent[target] = nil
    }
  }

  /// The spec that a position follows now.
  private mutating func follow(_ specs: JSONValue?) {
    for item in specs?.array ?? [] {
      guard let ticket = item["ticket"]?.int else { continue }
      owned[Ticket(ticket)]?.specKey = item["spec_key"]?.string
    }
  }

  /// What each pause lets stay is its own: a person's pause must not let stay what a breach's forbids. Records of earlier
  /// versions have one list for both.
  private mutating func takePauses(_ data: JSONValue) {
    if data["pause_lists"]?.string == "unknown" {
      operatorPause?.tickets = nil
      breachPause?.tickets = nil
    }
    let both = Self.knownTickets(data["pause_tickets"])
    if let tickets = Self.knownTickets(data["operator_pause_tickets"]) ?? both { operatorPause?.tickets = tickets }
    if let tickets = Self.knownTickets(data["breach_pause_tickets"]) ?? both { breachPause?.tickets = tickets }
    if let account = data["account_key"]?.string { pausesAccount = account }
  }

  private mutating func pause(_ record: Record) {
    let data = record.metadata
    if let account = data["account_key"]?.string { pausesAccount = account }
    if data["cause"]?.string == "breach" {
      breachPause = data["pause"].flatMap { Self.breachPause($0) }
    } else {
      operatorPause = OperatorPause(
        actor: data["actor"]?.string ?? "somebody", note: data["note"]?.string ?? "",
        since: data["since"]?.time ?? record.createdAt, tickets: Self.knownTickets(data["tickets"]))
    }
  }

  /// A person's resume clears every latch; the next day's only the breach.
  private mutating func resume(_ data: JSONValue) {
    breachPause = nil
    guard data["cause"]?.string == "operator" else { return }
    operatorPause = nil
    refusals = [:]
    heldUnknown = [:]
  }

  private mutating func intend(_ record: Record) {
    guard let action = LiveAction(intent: record) else { return }
    if let k = unresolved.firstIndex(where: { $0.id == action.id }) {
      unresolved[k].attempt = action.attempt
      unresolved[k].sequence = action.sequence
    } else {
      unresolved.append(action)
    }
    if action.kind.opens, let target = action.target {
      noteMark(Mark(mark: action.mark, target: target, actionID: action.id))
      sizes[target] = action.specKey.map { FrozenSize(specKey: $0, lots: action.lots) }
    }
  }

  private mutating func end(_ record: Record) {
    guard let k = unresolved.firstIndex(where: { $0.id == record.actionID }) else { return }
    let action = unresolved.remove(at: k)
    let data = record.metadata
    switch data["result"]?.string {
    case "done": settle(action, ticket: data["ticket"]?.int, newTicket: data["new_ticket"]?.int)
    case "refused":
      let refusal = Refusal(
        code: Int(data["error_code"]?.int ?? 0), message: data["message"]?.string ?? "",
        specKey: data["spec_key"]?.string ?? "", dayKey: data["day"]?.string ?? "")
      for key in [data["held_as"]?.string, data["held_target"]?.string].compactMap({ $0 }) { refusals[key] = refusal }
    default: break
    }
  }

  /// What an executed action means for whose tickets these are.
  private mutating func settle(_ action: LiveAction, ticket: Int64?, newTicket: Int64?) {
    switch action.kind {
    case .open:
      guard let ticket, ticket > 0, let target = action.target else { return }
      own(Ticket(ticket), Ownership(target: target, actionID: action.id, specKey: action.specKey))
      spent[target] = nil
      refusals[target] = nil
    case .close, .delete:
      guard let closed = action.ticket else { return }
      noteClosed(closed)
      if action.kind == .close { trades.noteCloser(closed, action.id) }
    case .reduce:
      if let reduced = action.ticket { trades.noteCloser(reduced, action.id) }
      guard let newTicket, newTicket > 0, let old = action.ticket, newTicket != old.number, var ownership = owned[old]
      else { return }
      owned[old]?.ended = true
      ownership.parent = old
      own(Ticket(newTicket), ownership)
    case .modify: if let ticket = action.ticket { refusals["modify \(ticket)"] = nil }
    }
  }

  private mutating func doubt(_ record: Record) {
    guard let k = unresolved.firstIndex(where: { $0.id == record.actionID }) else { return }
    unresolved[k].wasUnknown = true
    if record.metadata["needs_person"]?.bool == true { unresolved[k].needsPerson = true }
  }

  private mutating func resolve(_ record: Record) {
    guard let k = unresolved.firstIndex(where: { $0.id == record.actionID }) else { return }
    let action = unresolved.remove(at: k)
    let data = record.metadata
    if data["result"]?.string == "executed" {
      let found = data["ticket"]?.int
      settle(action, ticket: found, newTicket: action.kind == .reduce ? found : nil)
      guard action.kind.opens, found == nil, let target = action.target else { return }
      // Nobody knows its ticket: it is taken for one that ended. Should it turn up, it is known by its mark.
      spent[target] = Spent(
        specKey: action.specKey ?? "", ticket: Ticket(0), dayKey: data["day"]?.string ?? "", how: "unknown")
      return
    }
    if action.kind.opens { suspect(action) }
    if data["held"]?.bool == true, let target = action.target { heldUnknown[target] = action.id }
  }

  private mutating func spend(_ data: JSONValue) {
    guard let target = data["target"]?.string, let ticket = data["ticket"]?.int else { return }
    owned[Ticket(ticket)]?.ended = true
    spent[target] = Spent(
      specKey: data["spec_key"]?.string ?? "", ticket: Ticket(ticket), dayKey: data["day"]?.string ?? "",
      how: data["how"]?.string ?? "unknown")
  }
}
