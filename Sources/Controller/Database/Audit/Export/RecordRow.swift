import Reconciler

/// A record as a row of cells, for `audit log` and for exports.
public enum RecordRow {
  public static let columns = [
    "chain", "id", "created_at", "agent_id", "event_type", "reason", "action_id", "revision", "observed_at", "message",
    "metadata", "prev_hash", "hash",
  ]

  /// In the order of `columns`. A record that this version does not know has the event type `(unknown)`.
  public static func values(_ line: JournalLine) -> [String] {
    guard let record = line.record else {
      return [line.chain, "\(line.sequence)", "", "", "(unknown)", "", "", "", "", "", "", line.prevHash, line.hash]
    }
    return [
      line.chain, "\(line.sequence)", record.createdAt.rfc3339, record.agent?.text ?? "", record.type.rawValue,
      record.reason?.rawValue ?? "", record.actionID ?? "", "\(record.revision)", record.observedAt?.rfc3339 ?? "",
      record.message, record.metadata.canonicalText, line.prevHash, line.hash,
    ]
  }

  /// A value as a cell: texts and numbers as they are, anything else as JSON.
  static func text(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null?: ""
    case .string(let text)?, .number(let text)?: text
    case .bool?, .array?, .object?: value?.canonicalText ?? ""
    }
  }
}
