import Reconciler

/// The tables of an export, derived line by line from the records: the same lines give the same tables, byte for byte.
struct ExportTables {
  static let names = ["records.csv", "actions.csv", "trades.csv", "flows.csv"]

  /// Of these agents, `nil` for all.
  private let agents: Set<String>?
  private let records: ExportFile
  private let actions: ExportFile
  private let trades: ExportFile
  private let flows: ExportFile
  /// Actions without their last word, by chain and id, and the order of their intents.
  private var open: [String: ActionRow] = [:]
  private var count = 0

  /// - Parameter folder: where they go; `nil` only hashes them.
  init(agents: Set<String>?, in folder: String?) throws(JournalError) {
    self.agents = agents
    records = try ExportFile(Self.names[0], in: folder)
    actions = try ExportFile(Self.names[1], in: folder)
    trades = try ExportFile(Self.names[2], in: folder)
    flows = try ExportFile(Self.names[3], in: folder)
    try records.add(CSVText.row(RecordRow.columns))
    try actions.add(CSVText.row(ActionRow.columns))
    try trades.add(CSVText.row(Self.tradeColumns))
    try flows.add(CSVText.row(Self.flowColumns))
  }

  mutating func take(_ line: JournalLine) throws(JournalError) {
    if let agents, !(line.record?.agent.map { agents.contains($0.text) } ?? false) { return }
    try records.add(row: CSVText.row(RecordRow.values(line)))
    guard let record = line.record else { return }
    switch record.type {
    case .tradeClosed: try trades.add(row: Self.row(line, record, Self.tradeColumns))
    case .flow: try flows.add(row: Self.row(line, record, Self.flowColumns))
    case .intent, .outcome, .unknown, .resolved: try follow(line, record)
    case .controllerStarted, .controllerStopped, .revisionLoaded, .revisionRejected, .agentOnline, .agentOffline,
      .dayAnchor, .riskWarning, .breach, .paused, .resumed, .refused, .targetSpent, .externalPosition, .orphaned,
      .suspiciousSnapshot, .emergencyStop, .emergencyCleared, .confirmedFlat, .notFlat, .journalDegraded,
      .journalRecovered, .operatorCommand, .heartbeat, .snapshot:
      break
    }
  }

  /// An action is one row, written at its last word. One whose intent is before the range has no row.
  private mutating func follow(_ line: JournalLine, _ record: Record) throws(JournalError) {
    guard let id = record.actionID else { return }
    let key = "\(line.chain) \(id)"
    if record.type == .intent, open[key] == nil {
      count += 1
      open[key] = ActionRow(line, record, order: count)
    } else {
      open[key]?.add(line, record)
    }
    guard record.type == .outcome || record.type == .resolved, let row = open.removeValue(forKey: key) else { return }
    try actions.add(row: CSVText.row(row.values))
  }

  /// The files, in the order of their names; actions that are still open come last.
  mutating func finish() throws(JournalError) -> [ExportManifest.File] {
    for row in open.values.sorted(by: { $0.order < $1.order }) { try actions.add(row: CSVText.row(row.values)) }
    open = [:]
    return [try records.finish(), try actions.finish(), try trades.finish(), try flows.finish()]
  }

  // MARK: Columns

  private static let tradeColumns = [
    "chain", "record_id", "agent_id", "ticket", "symbol", "action", "lots", "open_price", "close_price", "stop_loss",
    "take_profit", "profit", "swap", "commission", "open_time", "close_time", "signal_id", "action_id", "day",
    "created_at",
  ]

  private static let flowColumns = [
    "chain", "record_id", "agent_id", "day", "kind", "amount", "balance", "credit", "comment", "inferred", "created_at",
  ]

  private static func row(_ line: JournalLine, _ record: Record, _ columns: [String]) -> String {
    CSVText.row(
      columns.map { name in
        switch name {
        case "chain": line.chain
        case "record_id": "\(line.sequence)"
        case "agent_id": record.agent?.text ?? ""
        case "created_at": record.createdAt.rfc3339
        case "action" where record.type == .tradeClosed:
          RecordRow.text(record.metadata["action"] ?? record.metadata["side"])
        case "action_id": record.actionID ?? RecordRow.text(record.metadata["action_id"])
        default: RecordRow.text(record.metadata[name])
        }
      })
  }
}
