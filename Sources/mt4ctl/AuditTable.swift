import Controller
import Foundation
import Reconciler

/// Prints records as a table, as CSV (RFC 4180) or as their exact lines.
struct AuditTable {
  private static let columns = [
    "chain", "id", "created_at", "agent_id", "event_type", "reason", "action_id", "revision", "observed_at", "message",
    "metadata", "prev_hash", "hash",
  ]

  private let lines: [JournalLine]

  init(_ lines: [JournalLine]) { self.lines = lines }

  func write(_ format: AuditFormat) {
    switch format {
    case .jsonl: for line in lines { print(line.text) }
    case .csv:
      Self.writeCSV(Self.columns)
      for line in lines { Self.writeCSV(Self.values(line)) }
    case .table: writeTable()
    }
  }

  private static func values(_ line: JournalLine) -> [String] {
    guard let record = line.record else {
      return [line.chain, "\(line.sequence)", "", "", "(unknown)", "", "", "", "", "", "", line.prevHash, line.hash]
    }
    return [
      line.chain, "\(line.sequence)", record.createdAt.rfc3339, record.agent?.text ?? "", record.type.rawValue,
      record.reason?.rawValue ?? "", record.actionID ?? "", "\(record.revision)", record.observedAt?.rfc3339 ?? "",
      record.message, record.metadata.canonicalText, line.prevHash, line.hash,
    ]
  }

  private static func writeCSV(_ values: [String]) {
    let fields = values.map { value in
      value.contains { "\",\r\n".contains($0) } ? "\"" + value.replacing("\"", with: "\"\"") + "\"" : value
    }
    print(fields.joined(separator: ","), terminator: "\r\n")
  }

  private func writeTable() {
    let head = ["ID", "TIME", "AGENT", "EVENT", "REASON", "ACTION", "MESSAGE"]
    let rows = lines.map { line in
      let value = Self.values(line)
      return [value[1], value[2], value[3], value[4], value[5], value[6], value[9]].map { $0.isEmpty ? "-" : $0 }
    }
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    for row in [head] + rows {
      let cells = row.enumerated().map { index, cell in
        index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
      }
      print(cells.joined(separator: "  "))
    }
  }
}
