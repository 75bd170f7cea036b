import Reconciler

/// The lines that go to the database together, gathered piece by piece: also while the server is busy with the batch before.
struct ShipBatch {
  /// Rows a statement, where they do not go by COPY.
  static let rowsPerStatement = 500
  static let maximumLines = 4 * rowsPerStatement
  /// A batch ends early when its lines have this many bytes.
  static let maximumBytes = 4 << 20
  /// Fewer lines are one round trip as a statement, and soon there.
  static let leastCopied = 200
  /// Lines a piece: a fraction of a millisecond, as long as lines are not large.
  private static let linesPerPiece = 50

  private(set) var lines: [JournalLine] = []
  private(set) var bytes = 0
  /// The sequence of the last line; before there is one, of the line that the first one must follow.
  private(set) var last: Int64
  private var copied = CopyRows()
  private var copiedLines = 0
  private var isCopyable = true

  init(after sequence: Int64) { last = sequence }

  /// Whether no more go into it.
  var isFull: Bool { lines.count >= Self.maximumLines || bytes >= Self.maximumBytes }

  /// Takes the next lines.
  ///
  /// - Returns: whether there may be more for this batch.
  /// - Throws: `ShipperGap`, and what the source throws.
  mutating func read(_ source: any ShipperSource) throws -> Bool {
    guard !isFull else { return false }
    let more = try source.lines(after: last, limit: min(Self.linesPerPiece, Self.maximumLines - lines.count))
    guard let first = more.first, let end = more.last else { return false }
    guard first.sequence == last + 1 else { throw ShipperGap(after: last, next: first.sequence) }
    lines += more
    bytes += more.reduce(0) { $0 + $1.text.utf8.count }
    last = end.sequence
    if lines.count >= Self.leastCopied { copy() }
    return !isFull
  }

  /// The rows of the lines, if there are many and they can be had without the server's help.
  var rows: [UInt8]? { isCopyable && copiedLines == lines.count && !lines.isEmpty ? copied.bytes : nil }

  /// The lines of each statement, where rows do not do.
  var statements: [ArraySlice<JournalLine>] {
    stride(from: 0, to: lines.count, by: Self.rowsPerStatement).map { start in
      lines[start..<min(start + Self.rowsPerStatement, lines.count)]
    }
  }

  private mutating func copy() {
    while isCopyable, copiedLines < lines.count {
      isCopyable = copied.append(lines[copiedLines])
      copiedLines += 1
    }
  }
}
