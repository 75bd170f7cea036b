import Controller
import Foundation
import Reconciler

/// Prints records as a table, as CSV (RFC 4180) or as their exact lines.
struct AuditTable {
  private let lines: [JournalLine]

  init(_ lines: [JournalLine]) { self.lines = lines }

  func write(_ format: AuditFormat) {
    switch format {
    case .jsonl: for line in lines { print(line.text) }
    case .csv:
      print(CSVText.row(RecordRow.columns), terminator: "")
      for line in lines { print(CSVText.row(RecordRow.values(line)), terminator: "") }
    case .table: writeTable()
    }
  }

  private func writeTable() {
    let head = ["ID", "TIME", "AGENT", "EVENT", "REASON", "ACTION", "MESSAGE"]
    let rows = lines.map { line in
      let value = RecordRow.values(line)
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
