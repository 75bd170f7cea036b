/// Columns of text. The last column is as wide as it likes; numbers stand at the right.
struct TextTable {
  struct Cell {
    var text: String
    var tone = Tone.plain

    init(_ text: String?, _ tone: Tone = .plain) {
      self.text = text.map { $0.isEmpty ? "-" : $0 } ?? "-"
      self.tone = tone
    }

    init(title column: Column) {
      text = column.title
      tone = .faint
    }
  }

  struct Column {
    var title: String
    var isNumber = false
  }

  private let columns: [Column]
  private(set) var rows: [[Cell]] = []

  /// - Parameter titles: a title that begins with `>` is of a column of numbers.
  init(_ titles: [String]) {
    columns = titles.map {
      $0.hasPrefix(">") ? Column(title: String($0.dropFirst()), isNumber: true) : Column(title: $0)
    }
  }

  mutating func add(_ cells: [Cell]) { rows.append(cells) }

  /// Ends with a line end.
  var text: String {
    let widths = columns.indices.map { column in
      max(columns[column].title.count, rows.map { $0[column].text.count }.max() ?? 0)
    }
    var out = ""
    for row in [columns.map(Cell.init(title:))] + rows {
      let cells = row.indices.map { index in
        let padding = String(repeating: " ", count: max(0, widths[index] - row[index].text.count))
        let painted = row[index].tone.paint(row[index].text)
        if columns[index].isNumber { return padding + painted }
        return index == row.count - 1 ? painted : painted + padding
      }
      out += cells.joined(separator: "  ") + "\n"
    }
    return out
  }
}
