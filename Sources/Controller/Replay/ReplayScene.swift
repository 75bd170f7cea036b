import Reconciler

/// What stood before a record, and whether the record may come there.
struct ReplayScene {
  let chain: String
  /// The memory of the record's agent; empty for a new one.
  let before: AgentMemory
  let emergency: EmergencyState
  let story: ReplayStory

  /// What is wrong with it; empty for a record that may come now.
  func judge(_ record: Record) -> [String] {
    var problems = judgeOrder(record)
    switch record.type {
    case .intent: problems += judgeIntent(record)
    case .outcome: problems += judgeOutcome(record)
    case .unknown: problems += judgeUnknown(record)
    case .resolved: problems += judgeResolved(record)
    case .dayAnchor: problems += judgeAnchor(record)
    case .paused: problems += judgePaused(record)
    case .resumed: problems += judgeResumed(record)
    case .agentOnline: if before.online == true { problems.append("the agent was online already") }
    case .agentOffline: if before.online == false { problems.append("the agent was offline already") }
    case .targetSpent: problems += judgeSpent(record)
    case .externalPosition:
      if let ticket = record.metadata["ticket"]?.int, before.noted.contains(Ticket(ticket)) {
        problems.append("#\(ticket) was reported before; a position of somebody else is reported once")
      }
    case .emergencyStop, .emergencyCleared, .confirmedFlat, .notFlat: problems += judgeEmergency(record)
    case .journalDegraded: if story.isDegraded { problems.append("the record was behind already") }
    case .journalRecovered: if !story.isDegraded { problems.append("the record was not behind") }
    case .controllerStarted, .controllerStopped, .revisionLoaded, .revisionRejected, .flow, .riskWarning, .breach,
      .refused, .tradeClosed, .orphaned, .suspiciousSnapshot, .operatorCommand, .heartbeat, .snapshot:
      break
    }
    return problems
  }

  /// Records that come in a fixed order.
  private func judgeOrder(_ record: Record) -> [String] {
    var problems: [String] = []
    if record.type == .controllerStarted, story.last?.type != .snapshot {
      problems.append("a start records a snapshot first")
    }
    if story.last?.type == .controllerStopped { problems.append("nothing but a start follows controller_stopped") }
    if story.last?.type == .breach, record.type != .paused || record.agent != story.last?.agent {
      problems.append("the breach before it is not followed by its pause")
    }
    if Self.isAboutAgent(record.type), record.agent == nil { problems.append("it names no agent") }
    if Self.isAboutAction(record.type), record.actionID == nil { problems.append("it names no action") }
    return problems
  }

  private static func isAboutAgent(_ type: EventType) -> Bool {
    [
      .agentOnline, .agentOffline, .dayAnchor, .flow, .riskWarning, .breach, .paused, .resumed, .intent, .outcome,
      .unknown, .resolved, .targetSpent, .tradeClosed, .externalPosition, .orphaned,
    ].contains(type)
  }

  private static func isAboutAction(_ type: EventType) -> Bool {
    [.intent, .outcome, .unknown, .resolved].contains(type)
  }

  // MARK: Day, pauses and targets

  private func judgeAnchor(_ record: Record) -> [String] {
    guard let anchor = record.metadata["day_state"]?["anchor"], let day = anchor["day"]?.string else {
      return ["it does not state its day"]
    }
    guard let old = before.dailyLoss.anchor else { return [] }
    return day > old.dayKey ? [] : ["the day \(old.dayKey) has its anchor, so \(day) must not begin"]
  }

  private func judgePaused(_ record: Record) -> [String] {
    guard record.metadata["cause"]?.string == "breach" else {
      return before.operatorPause == nil ? [] : ["the agent was paused by a person already"]
    }
    guard story.last?.type == .breach, story.last?.agent == record.agent else {
      return ["a pause for a breach must follow the record of the breach"]
    }
    return record.metadata["pause"].map { $0["reason"] == nil } ?? true ? ["it does not state its pause"] : []
  }

  private func judgeResumed(_ record: Record) -> [String] {
    if record.metadata["cause"]?.string == "operator" {
      let isHeld = before.breachPause != nil || before.operatorPause != nil
      let waits = !before.refusals.isEmpty || !before.heldUnknown.isEmpty
      var problems = isHeld || waits ? [] : ["the agent was not paused"]
      if let open = before.unresolved.first { problems.append("the outcome of action \(open.id) was not known") }
      return problems
    }
    guard let pause = before.breachPause else { return ["the agent was not paused for a breach"] }
    var problems: [String] = []
    if pause.needsPerson || pause.reason == .maxDrawdown { problems.append("the breach waited for a person") }
    if before.operatorPause != nil { problems.append("a person had paused the agent") }
    if let open = before.unresolved.first { problems.append("the outcome of action \(open.id) was not known") }
    if (before.dailyLoss.anchor?.dayKey ?? "") <= pause.dayKey {
      problems.append("no day had begun since the breach of \(pause.dayKey)")
    }
    return problems
  }

  private func judgeSpent(_ record: Record) -> [String] {
    guard let number = record.metadata["ticket"]?.int, let target = record.metadata["target"]?.string else {
      return ["it names no target and ticket"]
    }
    guard let ownership = before.owned[Ticket(number)], ownership.target == target else {
      return ["#\(number) was not known as a position of target \(target)"]
    }
    return ownership.ended ? ["#\(number) had ended before"] : []
  }

  private func judgeEmergency(_ record: Record) -> [String] {
    let isManifest = record.metadata["source"]?.string == "manifest"
    if record.type == .emergencyStop {
      return isManifest && emergency.byManifest ? ["the manifest's stop was in force already"] : []
    }
    if record.type == .emergencyCleared {
      if isManifest { return emergency.byManifest ? [] : ["the manifest had raised no stop"] }
      return emergency.host == nil ? ["nobody had raised a stop"] : []
    }
    guard emergency.isActive else { return ["no emergency stop was in force"] }
    guard record.type == .confirmedFlat else { return [] }
    let isTwice = record.agent.map { emergency.flat.contains($0) } ?? emergency.isFleetFlat
    return isTwice ? ["it was confirmed flat already"] : []
  }
}
