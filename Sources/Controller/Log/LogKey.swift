// Log: what operators read on stderr. Every record of the journal worth reading is one line; the rest is about the
// service itself. No line holds a token, an account number or a secret.

public import Logging
public import Reconciler

/// The closed set of keys that a log line may carry.
public enum LogKey: String, Sendable, CaseIterable {
  case agent, event, reason, action, revision, sequence, error, path, address, database, count
}

extension Logger.Metadata {
  /// Metadata by the closed set of keys; those without a value are left out.
  public static func keys(_ values: KeyValuePairs<LogKey, String?>) -> Logger.Metadata {
    var metadata: Logger.Metadata = [:]
    for (key, value) in values {
      if let value { metadata[key.rawValue] = .string(value) }
    }
    return metadata
  }
}

extension Logger {
  /// One line for one record.
  public func log(_ record: Record) {
    log(
      level: record.type.logLevel, "\(record.message)",
      metadata: .keys([
        .agent: record.agent?.text, .event: record.type.rawValue, .reason: record.reason?.rawValue,
        .action: record.actionID, .revision: String(record.revision),
      ]))
  }
}

extension EventType {
  /// How loud a record is in the log.
  var logLevel: Logger.Level {
    switch self {
    case .breach, .emergencyStop, .notFlat: .error
    case .unknown, .agentOffline, .revisionRejected, .suspiciousSnapshot, .journalDegraded, .orphaned, .riskWarning,
      .paused:
      .warning
    case .heartbeat, .snapshot: .debug
    case .controllerStarted, .controllerStopped, .revisionLoaded, .agentOnline, .dayAnchor, .flow, .resumed, .intent,
      .outcome, .resolved, .refused, .targetSpent, .tradeClosed, .externalPosition, .emergencyCleared, .confirmedFlat,
      .journalRecovered, .operatorCommand:
      .info
    }
  }
}
