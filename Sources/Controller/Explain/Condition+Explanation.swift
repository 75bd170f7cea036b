public import Reconciler

extension Condition.Kind {
  /// What it means that the condition is True.
  public var explanation: String {
    switch self {
    case .ready: "The agent is enabled and not paused, its account is the pinned one, and its terminal answers."
    case .synced: "What the terminal has is what the manifest wants; nothing is to be done, held back or on its way."
    case .healthy:
      "Nothing is wrong that a person should look at: no order waits for `mt4ctl resolve`, looks make sense."
    case .riskOK: "The agent is within its limits: no breach, and less than 80 % of the day's loss limit are used up."
    case .terminalConnected: "The last look at the terminal was answered."
    case .paused: "Nothing is opened, because of a breach or a person; True is the exception here."
    case .drifted: "What the terminal has differs from what the manifest wants; True is the exception here."
    case .journalAvailable: "Every record reaches the database, and the journal's disk has room; else opens are held."
    case .manifestAccepted:
      "The newest manifests are in force, or a rollback is (reason `pinned`); False while a newer set is refused."
    }
  }
}
