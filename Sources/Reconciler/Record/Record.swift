// Record: the one stream that is memory, audit trail and outbox (journal.md). The core makes records and folds them
// back; hashing, files and the database are the journal's.

/// The closed list of what can be recorded.
public enum EventType: String, Hashable, Sendable, CaseIterable {
  case controllerStarted = "controller_started"
  case controllerStopped = "controller_stopped"
  case revisionLoaded = "revision_loaded"
  case revisionRejected = "revision_rejected"
  case agentOnline = "agent_online"
  case agentOffline = "agent_offline"
  case dayAnchor = "day_anchor"
  case flow
  case riskWarning = "risk_warning"
  case breach
  case paused
  case resumed
  case intent
  case outcome
  case unknown
  case resolved
  case refused
  case targetSpent = "target_spent"
  case tradeClosed = "trade_closed"
  case externalPosition = "external_position"
  case orphaned
  case suspiciousSnapshot = "suspicious_snapshot"
  case emergencyStop = "emergency_stop"
  case emergencyCleared = "emergency_cleared"
  case confirmedFlat = "confirmed_flat"
  case notFlat = "not_flat"
  case journalDegraded = "journal_degraded"
  case journalRecovered = "journal_recovered"
  case operatorCommand = "operator_command"
  case heartbeat
  case snapshot
}

/// One record, before the journal gives it a chain and a hash.
public struct Record: Hashable, Sendable {
  /// Gapless from 1 in its chain; given by the core.
  public var sequence: Int64
  /// `nil`: about the whole fleet.
  public var agent: AgentID?
  public var type: EventType
  public var reason: Reason?
  /// One sentence for people, with the numbers.
  public var message: String
  /// An object; decimals are strings, times RFC 3339.
  public var metadata: JSONValue
  public var actionID: String?
  /// The revision in force; 0 before the first.
  public var revision: Int
  /// When the terminal's reply that led to it was complete, where there was one.
  public var observedAt: Timestamp?
  public var createdAt: Timestamp

  public init(
    sequence: Int64, agent: AgentID?, type: EventType, reason: Reason?, message: String, metadata: JSONValue,
    actionID: String?, revision: Int, observedAt: Timestamp?, createdAt: Timestamp
  ) {
    self.sequence = sequence
    self.agent = agent
    self.type = type
    self.reason = reason
    self.message = message
    self.metadata = metadata
    self.actionID = actionID
    self.revision = revision
    self.observedAt = observedAt
    self.createdAt = createdAt
  }
}

extension Record {
  /// The members of the record's line, without `chain`, `prev_hash` and `hash`, which the journal adds. Members that are
  /// not there are `null`, so that every line has the same names.
  public var json: [String: JSONValue] {
    [
      "seq": .int(sequence), "agent_id": agent.map { .string($0.text) } ?? .null, "event_type": .string(type.rawValue),
      "reason": reason.map { .string($0.rawValue) } ?? .null, "message": .string(message), "metadata": metadata,
      "action_id": actionID.map { .string($0) } ?? .null, "revision": .int(revision),
      "observed_at": observedAt.map { .time($0) } ?? .null, "created_at": .time(createdAt),
    ]
  }

  /// Reads what `json` wrote; other members are ignored. `nil` names nothing: the journal reports the line's offset.
  public init?(json: JSONValue) {
    guard let sequence = json["seq"]?.int, let typeText = json["event_type"]?.string,
      let type = EventType(rawValue: typeText), let message = json["message"]?.string, let metadata = json["metadata"],
      let revision = json["revision"]?.int, let createdAt = json["created_at"]?.time
    else { return nil }
    var reason: Reason?
    if let text = json["reason"]?.string {
      guard let known = Reason(rawValue: text) else { return nil }
      reason = known
    }
    self.init(
      sequence: sequence, agent: json["agent_id"]?.string.map { AgentID($0) }, type: type, reason: reason,
      message: message, metadata: metadata, actionID: json["action_id"]?.string, revision: Int(revision),
      observedAt: json["observed_at"]?.time, createdAt: createdAt)
  }
}
