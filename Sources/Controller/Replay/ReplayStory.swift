import Reconciler

/// What a judgement needs of the records before, beside what the core remembers.
struct ReplayStory: Sendable {
  /// The record before; `nil` at the beginning.
  private(set) var last: Record?
  /// Actions that have their final outcome.
  private(set) var ended: Set<String> = []
  /// Every action that had an intent.
  private(set) var begun: Set<String> = []
  /// Starts of the controller in this chain, as far as the journal tells.
  private(set) var starts = 0
  /// The database fell behind and has not caught up, in this run of the controller.
  private(set) var isDegraded = false
  /// In this chain's first run a snapshot may bring in, once, what the database remembered of an earlier state directory.
  private(set) var tookMemories = false
  /// Agents that `forget` was said of since the last snapshot; `nil` in it stands for one without a manifest.
  private(set) var forgotten: Set<AgentID?> = []
  /// Actions that a person resolves with the next record.
  private(set) var operatorResolves = false

  mutating func take(_ record: Record) {
    operatorResolves = false
    switch record.type {
    case .intent: if let id = record.actionID { begun.insert(id) }
    case .outcome, .resolved: if let id = record.actionID { ended.insert(id) }
    case .controllerStarted:
      starts += 1
      isDegraded = false
    case .journalDegraded: isDegraded = true
    case .journalRecovered: isDegraded = false
    case .operatorCommand:
      let command = record.metadata["command"]?.string
      if command == "forget" { forgotten.insert(record.agent) }
      operatorResolves = command == "resolve"
    case .snapshot: forgotten = []
    case .controllerStopped, .revisionLoaded, .revisionRejected, .agentOnline, .agentOffline, .dayAnchor, .flow,
      .riskWarning, .breach, .paused, .resumed, .unknown, .refused, .targetSpent, .tradeClosed, .externalPosition,
      .orphaned, .suspiciousSnapshot, .emergencyStop, .emergencyCleared, .confirmedFlat, .notFlat, .heartbeat:
      break
    }
    last = record
  }

  /// Whether a snapshot may hold more than the records tell.
  var mayTakeMemories: Bool { starts == 1 && !tookMemories }

  mutating func noteMemories() { tookMemories = true }
}
