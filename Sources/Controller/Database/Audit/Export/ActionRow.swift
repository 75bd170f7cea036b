import Reconciler

/// One action as a row: its first intent, its last attempt, and what came of it.
struct ActionRow {
  static let columns = [
    "chain", "action_id", "agent_id", "revision", "kind", "symbol", "side", "ticket", "lots", "reason", "result",
    "attempts", "price", "done_lots", "error_code", "evidence", "latency_ms", "target", "manifest_file",
    "manifest_line", "manifest_field", "mark", "magic", "request_id", "intent_at", "last_intent_at", "outcome_at",
    "unknown_at", "resolved_at", "observed_at", "intent_id", "outcome_id", "message", "answer_message", "numbers",
  ]

  /// Of its first intent among all.
  let order: Int
  private let chain: String
  private let first: Record
  private var last: Record
  private var attempts = 1
  private var unknown: Record?
  private var outcome: Record?
  private var resolved: Record?

  init(_ line: JournalLine, _ intent: Record, order: Int) {
    self.order = order
    chain = line.chain
    first = intent
    last = intent
  }

  mutating func add(_ line: JournalLine, _ record: Record) {
    switch record.type {
    case .intent:
      last = record
      attempts += 1
    case .unknown: unknown = unknown ?? record
    case .outcome: outcome = record
    case .resolved: resolved = record
    case .controllerStarted, .controllerStopped, .revisionLoaded, .revisionRejected, .agentOnline, .agentOffline,
      .dayAnchor, .flow, .riskWarning, .breach, .paused, .resumed, .refused, .targetSpent, .tradeClosed,
      .externalPosition, .orphaned, .suspiciousSnapshot, .emergencyStop, .emergencyCleared, .confirmedFlat, .notFlat,
      .journalDegraded, .journalRecovered, .operatorCommand, .heartbeat, .snapshot:
      break
    }
  }

  var values: [String] {
    let answer = outcome ?? resolved
    let result =
      RecordRow.text(resolved?.metadata["result"] ?? outcome?.metadata["result"])
    var cells: [String: String] = [
      "chain": chain, "action_id": first.actionID ?? "", "agent_id": first.agent?.text ?? "",
      "revision": "\(first.revision)", "reason": first.reason?.rawValue ?? "",
      "result": result.isEmpty ? (unknown == nil ? "pending" : "unknown") : result, "attempts": "\(attempts)",
      "ticket": RecordRow.text(
        outcome?.metadata["ticket"] ?? resolved?.metadata["ticket"] ?? last.metadata["ticket"]),
      "lots": RecordRow.text(last.metadata["lots"]), "price": RecordRow.text(outcome?.metadata["price"]),
      "done_lots": RecordRow.text(outcome?.metadata["lots"]),
      "error_code": RecordRow.text(outcome?.metadata["error_code"] ?? unknown?.metadata["error_code"]),
      "evidence": RecordRow.text(resolved?.metadata["evidence"]),
      "latency_ms": RecordRow.text(outcome?.metadata["latency_ms"]), "intent_at": first.createdAt.rfc3339,
      "last_intent_at": last.createdAt.rfc3339, "outcome_at": outcome?.createdAt.rfc3339 ?? "",
      "unknown_at": unknown?.createdAt.rfc3339 ?? "", "resolved_at": resolved?.createdAt.rfc3339 ?? "",
      "observed_at": first.observedAt?.rfc3339 ?? "", "intent_id": "\(first.sequence)",
      "outcome_id": answer.map { "\($0.sequence)" } ?? "", "message": first.message,
      "answer_message": (answer ?? unknown)?.message ?? "", "request_id": RecordRow.text(last.metadata["request_id"]),
    ]
    for name in Self.columns where cells[name] == nil { cells[name] = RecordRow.text(first.metadata[name]) }
    return Self.columns.map { cells[$0] ?? "" }
  }
}
