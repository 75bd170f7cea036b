// What a person on the host said. Each command is recorded, whether it was obeyed or refused.

/// Whether a command was obeyed.
public enum CommandVerdict: Hashable, Sendable {
  case done(String)
  /// Refused by a guard; the message says why.
  case refused(String)
  case unknownName(String)
}

extension Reconciler {
  mutating func obey(_ command: Command, _ actor: String, _ now: Moment) {
    _ = answer(command, actor: actor, at: now)
  }

  /// Obeys a command and says what became of it; the effects come with the next call of `receive`.
  public mutating func command(
    _ command: Command, actor: String, at now: Moment
  ) -> (verdict: CommandVerdict, effects: [Effect]) {
    let verdict = answer(command, actor: actor, at: now)
    defer { effects.removeAll() }
    return (verdict, effects)
  }

  private mutating func answer(_ command: Command, actor: String, at now: Moment) -> CommandVerdict {
    let verdict: CommandVerdict
    switch command {
    case .pause(let id, let reason): verdict = pause(id, reason, actor, now)
    case .resume(let id, let reason): verdict = resume(id, reason, actor, now)
    case .resolve(let actionID, let executed, let ticket, let reason):
      verdict = resolve(actionID, executed, ticket, reason, actor, now)
    case .forget(let id, let reason): verdict = forget(id, reason, actor, now)
    case .emergencyStop(let reason):
      say(nil, "emergency-stop", reason, actor, "done", now)
      verdict = emergencyStop(reason, actor, now)
    case .emergencyClear(let reason):
      verdict = emergencyClear(reason, actor, now)
      if case .refused(let why) = verdict { say(nil, "emergency-clear", reason, actor, "refused: \(why)", now) }
    case .revision(let word):
      verdict = word.verdict
      switch word.verdict {
      case .done: say(nil, word.verb, word.note, actor, "done", now)
      case .refused(let why): say(nil, word.verb, word.note, actor, "refused: \(why)", now)
      case .unknownName(let name): say(nil, word.verb, word.note, actor, "refused: there is no \(name)", now)
      }
    }
    return verdict
  }

  /// By id or by metadata name.
  public func agentID(named name: String) -> AgentID? {
    if index[AgentID(name)] != nil { return AgentID(name) }
    return agents.first { $0.spec.metadataName == name }?.id
  }

  private mutating func say(
    _ i: Int?, _ verb: String, _ reason: String, _ actor: String, _ outcome: String, _ now: Moment
  ) {
    record(
      .operatorCommand, agent: i, "\(actor): \(verb), because \(reason); \(outcome)",
      ["command": .string(verb), "actor": .string(actor), "reason": .string(reason), "outcome": .string(outcome)], now)
  }

  private mutating func pause(_ id: AgentID, _ why: String, _ actor: String, _ now: Moment) -> CommandVerdict {
    guard let i = index[id] else { return .unknownName(id.text) }
    if let pause = agents[i].memory.operatorPause {
      // The first pause knows which positions were there; a second must not make later ones its own.
      let already = "it is paused already, by \(pause.actor): \(pause.note)"
      say(i, "pause", why, actor, already, now)
      return .done("\(id): \(already)")
    }
    say(i, "pause", why, actor, "done", now)
    record(
      .paused, agent: i, "paused by \(actor): \(why); existing positions stay and are policed",
      .fields([
        "cause": "operator", "actor": .string(actor), "note": .string(why), "since": .time(now.wall),
        "tickets": agents[i].goodTickets.map { AgentMemory.encode($0) },
        "account_key": agents[i].goodTickets.flatMap { _ in pausesAccount(i) },
      ]), now)
    forgetPlan(i)
    refreshConditions(i, now)
    return .done("\(id) is paused")
  }

  private mutating func resume(_ id: AgentID, _ why: String, _ actor: String, _ now: Moment) -> CommandVerdict {
    guard let i = index[id] else { return .unknownName(id.text) }
    let memory = agents[i].memory
    var obstacle: String?
    if !memory.unresolved.isEmpty { obstacle = "the outcome of action \(memory.unresolved[0].id) is not known" }
    if memory.breachPause != nil, agents[i].dayVerdict?.figures?.isBreached ?? true {
      obstacle = "equity is still at or below the day's floor, so it would be paused again at once"
    }
    if memory.breachPause?.needsPerson == true, agents[i].dayVerdict?.drawdown?.isBreached ?? false {
      obstacle =
        "the drawdown is still over max_drawdown, so it would be paused again at once; raise the limit in its manifest first"
    }
    if let obstacle {
      say(i, "resume", why, actor, "refused: \(obstacle)", now)
      return .refused(obstacle)
    }
    guard memory.breachPause != nil || memory.operatorPause != nil || memory.isHeldForPerson else {
      say(i, "resume", why, actor, "nothing to do: it was not paused", now)
      return .done("\(id) was not paused; there is nothing to resume")
    }
    say(i, "resume", why, actor, "done", now)
    record(.resumed, agent: i, "resumed by \(actor): \(why)", ["cause": "operator"], now)
    forgetPlan(i)
    refreshConditions(i, now)
    return .done("\(id) is resumed")
  }

  private mutating func resolve(
    _ actionID: String, _ executed: Bool, _ ticket: Ticket?, _ why: String, _ actor: String, _ now: Moment
  ) -> CommandVerdict {
    for i in agents.indices {
      guard let action = agents[i].memory.unresolved.first(where: { $0.id == actionID }) else { continue }
      if agents[i].live?.id == actionID { return .refused("the action is on its way; its answer is awaited") }
      say(i, "resolve", why, actor, executed ? "executed" : "not executed", now)
      resolve(i, action, executed: executed, evidence: "operator", ticket: ticket, why, now)
      refreshConditions(i, now)
      return .done("action \(actionID) is resolved: " + (executed ? "executed" : "not executed"))
    }
    return .unknownName(actionID)
  }

  private mutating func forget(_ id: AgentID, _ why: String, _ actor: String, _ now: Moment) -> CommandVerdict {
    if let i = index[id] {
      guard agents[i].memory.orphaned else { return .refused("\(id) is declared; take it out of the manifests first") }
      guard agents[i].memory.unresolved.isEmpty else {
        return .refused("the outcome of action \(agents[i].memory.unresolved[0].id) is not known")
      }
      say(i, "forget", why, actor, "done", now)
      if let key = agents[i].accountKey { leaveAccount(key, id) }
      agents.remove(at: i)
      index = Dictionary(uniqueKeysWithValues: agents.enumerated().map { ($0.element.id, $0.offset) })
      sortIDs()
    } else if let memory = waitingMemories[id] {
      guard memory.unresolved.isEmpty else {
        return .refused("the outcome of action \(memory.unresolved[0].id) is not known")
      }
      say(nil, "forget", why, actor, "done", now)
      waitingMemories[id] = nil
    } else {
      return .unknownName(id.text)
    }
    recordSnapshot(now)
    return .done("\(id) is forgotten")
  }
}
