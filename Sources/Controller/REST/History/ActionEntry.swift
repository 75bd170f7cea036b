// History: what was done lately, joined out of the records, in memory. The journal and the database have all of it; a request
// waits for neither.

import Reconciler

/// One action out of its records, which may come in any order.
struct ActionEntry: Sendable {
  /// The first intent and the last.
  private(set) var first: Record?
  private(set) var last: Record?
  private(set) var outcome: Record?
  private(set) var unknown: Record?
  private(set) var resolved: Record?
  private(set) var attempts = 0

  /// Takes up a record of this action, each once.
  mutating func take(_ record: Record) {
    switch record.type {
    case .intent:
      attempts += 1
      if record.sequence < first?.sequence ?? .max { first = record }
      if record.sequence > last?.sequence ?? 0 { last = record }
    case .outcome: if record.sequence > outcome?.sequence ?? 0 { outcome = record }
    case .unknown: if record.sequence < unknown?.sequence ?? .max { unknown = record }
    case .resolved: if record.sequence > resolved?.sequence ?? 0 { resolved = record }
    case .controllerStarted, .controllerStopped, .revisionLoaded, .revisionRejected, .agentOnline, .agentOffline,
      .dayAnchor, .flow, .riskWarning, .breach, .paused, .resumed, .refused, .targetSpent, .tradeClosed,
      .externalPosition, .orphaned, .suspiciousSnapshot, .emergencyStop, .emergencyCleared, .confirmedFlat, .notFlat,
      .journalDegraded, .journalRecovered, .operatorCommand, .heartbeat, .snapshot:
      break
    }
  }

  /// In the words of the database's view `trading.actions`.
  var result: String {
    resolved?.metadata["result"]?.string ?? outcome?.metadata["result"]?.string
      ?? (unknown == nil ? "pending" : "unknown")
  }

  static let results = ["pending", "done", "refused", "withdrawn", "unknown", "executed", "not_executed"]

  /// The records that say how it ended, the one that counts most first.
  private var ends: [Record] { [outcome, resolved, unknown].compactMap { $0 } }

  private func answered(_ name: String) -> JSONValue? {
    ends.lazy.compactMap { $0.metadata[name] }.first { !$0.isNull }
  }

  private func asked(_ name: String) -> JSONValue? { last?.metadata[name] }

  /// As `/api/actions` lists it.
  static let document = Document<ActionEntry>(
    "Action",
    [
      .word("action_id") { $0.first?.actionID ?? "" },
      .text("agent_id") { $0.first?.agent?.text },
      .text("kind") { $0.asked("kind")?.string },
      .text("symbol") { $0.asked("symbol")?.string },
      .text("side") { $0.asked("side")?.string },
      .maybeCount("ticket") { ($0.answered("ticket") ?? $0.asked("ticket"))?.int },
      .maybeNumber("lots") { $0.asked("lots")?.decimal },
      .maybeNumber("stop_loss") { $0.asked("stop_loss")?.decimal },
      .maybeNumber("take_profit") { $0.asked("take_profit")?.decimal },
      .text("target") { $0.asked("target")?.string },
      .text("reason") { $0.first?.reason?.rawValue },
      .word("message") { $0.first?.message ?? "" },
      .value("numbers", .map(.any)) { $0.first?.metadata["numbers"] ?? [:] },
      .word("result", of: results) { $0.result },
      .value("error_code", .nullable(.int)) { entry in
        entry.answered("error_code")?.int.map { .int($0) } ?? .null
      },
      .text("answer_message") { $0.ends.first?.message },
      .text("evidence") { $0.resolved?.metadata["evidence"]?.string },
      .maybeNumber("price") { $0.answered("price")?.decimal },
      .count("attempts") { $0.attempts },
      .maybeCount("latency_ms") { $0.answered("latency_ms")?.int },
      .count("revision") { $0.first?.revision ?? 0 },
      .text("manifest_file") { $0.asked("manifest_file")?.string },
      .maybeCount("manifest_line") { $0.asked("manifest_line")?.int },
      .time("observed_at") { $0.first?.observedAt },
      .time("intent_at") { $0.first?.createdAt },
      .time("outcome_at") { $0.outcome?.createdAt },
      .time("unknown_at") { $0.unknown?.createdAt },
      .time("resolved_at") { $0.resolved?.createdAt },
      .value("record", .int) { .int($0.first?.sequence ?? 0) },
    ])
}

/// A closed trade as `/trades` lists it, out of its record.
enum TradeDocument {
  static let document = Document<Record>(
    "Trade",
    [
      .text("agent_id") { $0.agent?.text },
      .maybeCount("ticket") { $0.metadata["ticket"]?.int },
      .text("symbol") { $0.metadata["symbol"]?.string },
      .text("side") { $0.metadata["side"]?.string },
      .maybeNumber("lots") { $0.metadata["lots"]?.decimal },
      .maybeNumber("open_price") { $0.metadata["open_price"]?.decimal },
      .maybeNumber("close_price") { $0.metadata["close_price"]?.decimal },
      .maybeNumber("stop_loss") { $0.metadata["stop_loss"]?.decimal },
      .maybeNumber("take_profit") { $0.metadata["take_profit"]?.decimal },
      .maybeNumber("profit") { $0.metadata["profit"]?.decimal },
      .maybeNumber("swap") { $0.metadata["swap"]?.decimal },
      .maybeNumber("commission") { $0.metadata["commission"]?.decimal },
      .maybeNumber("net") { $0.metadata["net"]?.decimal },
      .time("open_time") { $0.metadata["open_time"]?.time },
      .time("close_time") { $0.metadata["close_time"]?.time },
      .text("how") { $0.metadata["how"]?.string },
      .text("target") { $0.metadata["target"]?.string },
      .text("action_id") { $0.metadata["action_id"]?.string },
      .maybeCount("remainder") { $0.metadata["remainder"]?.int },
      .value("record", .int) { .int($0.sequence) },
    ])
}
