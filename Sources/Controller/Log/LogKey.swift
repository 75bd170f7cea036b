// Log: what operators read on stderr. Every record of the journal worth reading is one line; the rest is about the
// service itself. No line holds a token, an account number or a secret.

public import Logging
public import Reconciler

/// The closed set of keys that a log line may carry.
public enum LogKey: String, Sendable, CaseIterable {
  case agent, event, reason, action, revision, pass, sequence, error, path, address, database, count
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
  ///
  /// - Parameter pass: the number of the first record of the step that made it; all of a step's lines share it.
  public func log(_ record: Record, pass: Int64? = nil) {
    log(
      level: record.type.logLevel, "\(record.message)",
      metadata: .keys([
        .agent: record.agent?.text, .event: record.type.rawValue, .reason: record.reason?.rawValue,
        .action: record.actionID, .revision: String(record.revision), .pass: pass.map { String($0) },
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
