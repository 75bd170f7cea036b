@testable import Reconciler

// What the records say, each looked at when it is made.
extension Checker {
  mutating func take(_ record: Record, after event: Event?, _ core: Reconciler, _ clock: Int64) {
    self.clock = clock
    switch record.type {
    case .intent: intent(record, core)
    case .outcome: outcome(record)
    case .unknown: unknown(record)
    case .resolved: resolved(record)
    case .paused:
      paused(record)
      if let id = record.agent { followPauses(id, at: record.sequence, core) }
    case .resumed: resumed(record)
    // Until the database is read, the day goes by what is seen; then it begins where it began.
    case .dayAnchor:
      if core.awaitsMemories {
        if let id = record.agent {
          disturb(id)
          earlyAnchors.append((id, record.sequence, record.metadata["day"]?.string ?? ""))
        }
      } else {
        anchor(record)
      }
    case .breach: judgeBreach(record)
    case .confirmedFlat: judgeFlat(record, core)
    case .targetSpent: spent(record)
    case .heartbeat:
      adopted(record)
      if let id = record.agent, record.metadata["pause_lists"]?.string == "unknown" { listsAreAnew.insert(id) }
      if let id = record.agent { followPauses(id, at: record.sequence, core) }
    case .emergencyStop, .emergencyCleared:
      guard record.metadata["source"]?.string == "host" else { return }
      hostStops.append((record.sequence, record.type == .emergencyStop))
    case .controllerStarted, .controllerStopped, .revisionLoaded, .revisionRejected, .agentOnline,
      .agentOffline, .flow, .riskWarning, .refused, .tradeClosed, .externalPosition, .orphaned, .suspiciousSnapshot,
      .notFlat, .journalDegraded, .journalRecovered,
      .operatorCommand, .snapshot:
      break
    }
  }

  private mutating func intent(_ record: Record, _ core: Reconciler) {
    guard let id = record.actionID, let agentID = record.agent, let fresh = LiveAction(intent: record) else {
      return fail("S15", "intent \(record.sequence) cannot be read back")
    }
    var action = actions[id] ?? Action(agent: agentID, intent: fresh)
    if !action.finals.isEmpty { fail("S3", "action \(id) had ended and is intended again") }
    if action.intents[fresh.attempt] != nil { fail("S3", "attempt \(fresh.attempt) of \(id) is intended twice") }
    if fresh.attempt > 1 {
      guard case .refused? = action.answers[fresh.attempt - 1] else {
        return fail("S5", "attempt \(fresh.attempt) of \(id) without a definite answer to the one before")
      }
    }
    action.intents[fresh.attempt] = record.sequence
    action.quarantine = spec(agentID)?.terminal.quarantine ?? .zero
    actions[id] = action
    guard snapshotIsBeingTaken == agentID || answerIsBeingTaken == agentID else {
      return fail("S7", "intent \(record.sequence) for \(agentID) was made on no look at its terminal")
    }
    if fresh.kind.opens {
      if fresh.attempt == 1 { freshLook(agentID) }
      holdsBack(agentID, fresh.symbol, id)
      if fresh.attempt == 1 {
        judgeFleet(fresh, agentID, core)
        judgeRoom(agentID, id)
        judgeReopening(fresh, agentID)
      }
    } else {
      judgeExit(fresh, agentID, core)
    }
  }

  private mutating func outcome(_ record: Record) {
    guard let id = record.actionID, let action = actions[id] else {
      return fail("S3", "an outcome without an intent: \(record.actionID ?? "")")
    }
    let result = record.metadata["result"]?.string ?? ""
    if !action.finals.isEmpty { fail("S3", "action \(id) ends twice: \(action.finals.map(\.result)), \(result)") }
    actions[id]?.finals.append((record.sequence, result))
    if result == "done", action.intent.kind.opens {
      noteEnding(record.agent, action.intent.target, record.sequence, specKey: nil)
      judgeDone(id, record.agent ?? action.agent, record.metadata["ticket"]?.int.map { Ticket($0) }, record.sequence)
    }
    let last = action.intents.keys.max() ?? 1
    if result == "withdrawn", action.performed.contains(last) {
      if case .refused? = action.answers[last], !record.message.contains("never sent") { return }
      fail("S3", "action \(id) is withdrawn, and its attempt \(last) was sent")
    }
    if result == "refused", action.executions > 0 {
      fail("S3", "action \(id) is recorded as refused, and the books have it")
    }
  }

  private mutating func unknown(_ record: Record) {
    guard let id = record.actionID, let action = actions[id] else { return }
    if !action.finals.isEmpty { fail("S3", "action \(id) had ended and is unknown now") }
    actions[id]?.unknowns.append(record.sequence)
    if action.unknownAt == nil {
      actions[id]?.unknownAt = clock
      actions[id]?.looks = 0
    }
  }

  /// An answer names the ticket that the books have.
  private mutating func judgeDone(_ id: String, _ agentID: AgentID, _ ticket: Ticket?, _ sequence: Int64) {
    guard let opened = actions[id]?.opened else {
      return fail("S3", "action \(id) is recorded as done, and nobody opened anything")
    }
    if let ticket, ticket != opened { fail("S3", "action \(id) is said to be #\(ticket), and it is #\(opened)") }
    actions[id]?.claimed = (opened, sequence)
  }

  private mutating func resolved(_ record: Record) {
    guard let id = record.actionID, let action = actions[id] else {
      // Its row in the database outlived its record.
      if lostExits.contains(record.actionID ?? "") { return }
      return fail("S3", "resolved without an intent: \(record.actionID ?? "")")
    }
    let result = record.metadata["result"]?.string ?? ""
    let evidence = record.metadata["evidence"]?.string ?? ""
    if !action.finals.isEmpty { fail("S3", "action \(id) ends twice: \(action.finals.map(\.result)), \(result)") }
    actions[id]?.finals.append((record.sequence, result))
    if result == "executed", action.intent.kind.opens {
      noteEnding(record.agent, action.intent.target, record.sequence, specKey: nil)
    }
    guard evidence != "operator", let agentID = record.agent else { return }
    let agent = agents[agentID] ?? Agent()
    if action.intent.kind == .close, result == "executed", let ticket = action.intent.ticket,
      agent.snapshot?.positions?.value.contains(where: { $0.ticket == ticket }) == true
    {
      fail("S5", "close \(id) is said to have run, and the list shows #\(ticket)")
    }
    guard action.intent.kind.opens else { return }
    if result == "not_executed" {
      let waited = Duration.microseconds(clock - (action.unknownAt ?? clock))
      // The manifest that is in force says how long.
      let quarantine = specs[agentID]?.terminal.quarantine ?? action.quarantine
      if waited < quarantine {
        fail("S5", "action \(id) is given up after \(waited), the quarantine is \(quarantine)")
      }
      if action.looks < 2 { fail("S5", "action \(id) is given up after \(action.looks) looks") }
      let honest = agent.lies.suffix(2).allSatisfy { $0 == nil }
      // A list that was taken before it ran cannot show it; how long after the answer it may run, the quarantine says.
      if honest, let executed = action.executedAt, executed <= agent.taken {
        fail("S5", "action \(id) is given up as not executed, and the books have it as #\(action.opened?.number ?? 0)")
      }
    } else {
      judgeExecuted(id, agentID, record.metadata["ticket"]?.int.map { Ticket($0) }, evidence, record.sequence)
    }
  }

  private mutating func paused(_ record: Record) {
    guard let id = record.agent else { return }
    let isBreach = record.metadata["cause"]?.string == "breach"
    let data = isBreach ? record.metadata["pause"] ?? .null : record.metadata
    latches.append(
      Latch(
        agent: id, sequence: record.sequence,
        pause: Pause(
          closesAll: data["closes_all"]?.bool ?? false, isBreach: isBreach, day: data["day"]?.string ?? "")))
  }

  private mutating func resumed(_ record: Record) {
    guard let id = record.agent else { return }
    if record.metadata["cause"]?.string == "breach" { judgeResume(id) }
    latches.append(
      Latch(
        agent: id, sequence: record.sequence, pause: nil,
        byPerson: record.metadata["cause"]?.string == "operator"))
  }

  private mutating func anchor(_ record: Record) {
    guard let id = record.agent, let day = record.metadata["day"]?.string ?? record.metadata["day_key"]?.string else {
      return fail("S12", "anchor \(record.sequence) names no day")
    }
    if let last = anchors.last(where: { $0.agent == id }), last.day >= day {
      fail("S12", "\(id) has an anchor for \(day) after one for \(last.day)")
    }
    anchors.append((id, record.sequence, day))
    beginDay(record, id)
  }

  private mutating func spent(_ record: Record) {
    guard let id = record.agent, let number = record.metadata["ticket"]?.int else { return }
    judgeSpent(Ticket(number), record.metadata["target"]?.string ?? "", id)
    noteEnding(id, record.metadata["target"]?.string, record.sequence, specKey: record.metadata["spec_key"]?.string)
  }

  private mutating func adopted(_ record: Record) {
    guard let id = record.agent else { return }
    for item in record.metadata["adopted"]?.array ?? [] {
      guard let ticket = item["ticket"]?.int, let target = item["target"]?.string else { continue }
      judgeAdoption(Ticket(ticket), target, item, id)
      noteEnding(id, target, record.sequence, specKey: nil)
      agents[id, default: Agent()].adopted[Ticket(ticket)] = (target, record.sequence)
    }
  }
}
