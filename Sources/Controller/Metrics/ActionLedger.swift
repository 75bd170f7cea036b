import Reconciler

/// Follows records and looks, so that actions can be counted once and a breach timed to its end. It belongs to the loop's
/// thread; what it remembers is bounded by one action an agent and one breach an agent.
struct ActionLedger {
  /// What an ended action is counted by.
  struct Labels: Hashable, Sendable {
    var kind: ActionKind
    var reason: Reason
    var outcome: String
  }

  /// What an unknown outcome turned out to be.
  struct Resolution: Hashable, Sendable {
    var result: String
    var evidence: String
  }

  /// How an action ends, as far as this process sees it.
  static let outcomes = ["done", "refused", "withdrawn", "unknown"]
  static let results = ["executed", "not_executed"]
  static let evidence = ["mark", "ticket", "absence", "operator"]

  private struct Begun {
    var kind: ActionKind
    var reason: Reason
    var at: Steady
  }

  private var begun: [String: Begun] = [:]
  private var breachedAt: [AgentID: Steady] = [:]

  /// An intent was recorded; a further attempt belongs to the first.
  mutating func intent(_ record: Record, at now: Steady) {
    guard let id = record.actionID, begun[id] == nil, let reason = record.reason,
      let kind = record.metadata["kind"]?.string.flatMap({ ActionKind(rawValue: $0) })
    else { return }
    begun[id] = Begun(kind: kind, reason: reason, at: now)
  }

  /// The action of an outcome, or of the first word that its outcome is unknown; each is told once. `nil` for one whose
  /// intent an earlier process recorded.
  mutating func end(_ record: Record, as outcome: String, at now: Steady) -> (labels: Labels, took: Duration)? {
    guard let id = record.actionID, let action = begun.removeValue(forKey: id) else { return nil }
    return (Labels(kind: action.kind, reason: action.reason, outcome: outcome), now - action.at)
  }

  mutating func breach(_ agent: AgentID, at now: Steady) {
    if breachedAt[agent] == nil { breachedAt[agent] = now }
  }

  /// A breach that closes nothing, or one that is over, is not timed.
  mutating func forgetBreach(_ agent: AgentID) { breachedAt[agent] = nil }

  /// A good look: how long it took from the breach until there was nothing left.
  mutating func looked(_ agent: AgentID, isFlat: Bool, at now: Steady) -> Duration? {
    guard isFlat, let since = breachedAt.removeValue(forKey: agent) else { return nil }
    return now - since
  }

  /// Every set of labels that is known beforehand.
  static var knownLabels: [Labels] {
    let closes: [Reason] = [
      .agentDisabled, .pairNotAllowed, .notInTargets, .tooManyPositions, .lotSizeExceeded, .missingStopLoss,
      .targetChanged, .dailyLoss, .maxDrawdown, .emergencyStop, .paused,
    ]
    var pairs: [(ActionKind, Reason)] = [(.open, .target), (.modify, .stopDrift), (.reduce, .targetChanged)]
    pairs += closes.flatMap { [(.close, $0), (.delete, $0)] }
    return pairs.flatMap { pair in outcomes.map { Labels(kind: pair.0, reason: pair.1, outcome: $0) } }
  }
}
