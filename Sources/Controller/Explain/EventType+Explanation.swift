public import Reconciler

extension EventType {
  /// When such a record is made.
  public var explanation: String {
    switch self {
    case .controllerStarted: "The controller started; its version is in the metadata."
    case .controllerStopped: "The controller stopped; what was still on its way is in the metadata."
    case .revisionLoaded:
      "A set of manifests came into force under a new revision number; the metadata says who and why."
    case .revisionRejected: "A set of manifests was refused; the revision before it stays in force."
    case .agentOnline: "The agent's terminal answers (again)."
    case .agentOffline: "The agent's terminal does not answer any more."
    case .dayAnchor: "The agent's day began; the anchor is the equity that its loss is measured from."
    case .flow: "Money came to the account or went from it without a trade; it is no profit and no loss."
    case .riskWarning: "A limit comes near, or something about risk cannot be known."
    case .breach: "A loss limit was touched; the pause is latched before anything is closed."
    case .paused: "The agent was paused, by a breach or a person."
    case .resumed: "A pause ended, by a person or the next day."
    case .intent: "An action is about to be sent; nothing is sent before this record is on disk."
    case .outcome: "How an action ended: done, refused by the terminal, or withdrawn before it was sent."
    case .unknown: "The answer to an action was lost: it may have run or not."
    case .resolved: "Evidence or a person said what became of an action whose outcome was UNKNOWN."
    case .refused: "The planner holds an action back; recorded when its reason changes, not on every look."
    case .targetSpent:
      "A target's position ended otherwise than by the controller, so it is not opened again by itself."
    case .tradeClosed: "A trade is over; its result is in the metadata."
    case .externalPosition: "A position is there that no target asked for; recorded once."
    case .orphaned:
      "The agent's manifest is gone; its positions are left alone until it is declared again or forgotten."
    case .suspiciousSnapshot: "A look contradicted itself or what was there before; nothing is opened on it."
    case .emergencyStop: "The emergency stop was raised, by the manifest or a person."
    case .emergencyCleared: "The emergency stop ended."
    case .confirmedFlat: "After an emergency stop the agent (or the whole fleet) was seen without any position twice."
    case .notFlat: "After an emergency stop something could not be closed; the record says what and why."
    case .journalDegraded: "The database is over 5 s behind; opens are held."
    case .journalRecovered: "The database has caught up."
    case .operatorCommand: "A person on the host said something to the controller; obeyed or refused, with the reason."
    case .heartbeat: "Looks in which nothing changed, collapsed into one record an agent and minute."
    case .snapshot: "The whole folded state, for the next start."
    }
  }
}
