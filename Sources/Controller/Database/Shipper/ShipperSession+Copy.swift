import Reconciler

// Many lines at once: after a start with a long journal, or when the database was away. COPY takes a third of the time that
// the statement needs which derives the columns from the line in the server.
extension ShipperSession {
  /// Fewer lines are one round trip as a statement, and soon there.
  static let leastCopied = 200

  /// The rows of the lines, if they can be had without the server's help.
  static func rows(of chunks: [[JournalLine]]) -> [UInt8]? {
    guard chunks.reduce(0, { $0 + $1.count }) >= leastCopied else { return nil }
    var rows = CopyRows()
    for line in chunks.joined() {
      guard line.isPlain, let record = line.record, rows.append(line, record) else { return nil }
    }
    return rows.bytes
  }

  /// Adds rows and runs the statements that derive from them, in one transaction.
  ///
  /// - Returns: `false`, and nothing happened, when a row is there already: the statements tell which, and what it holds.
  func copy(_ rows: [UInt8], then statements: [PostgresStatement]) throws(DatabaseError) -> Bool {
    let more = rows.count >> 20
    _ = try connection.query("BEGIN")
    do throws(DatabaseError) {
      try connection.copy(CopyRows.sql, rows: rows, seconds: 5 + more)
      _ = try connection.pipeline(statements + [PostgresStatement("COMMIT")], extraSeconds: more)
      return true
    } catch {
      guard !connection.isBroken else { throw error }
      _ = try connection.query("ROLLBACK")
      // Only a row that is there: whatever else is wrong is said as it is.
      guard error.code == "23505" else { throw error }
      return false
    }
  }
}

/// Rows of `trading.agent_logs` as COPY reads them: what `ShipSQL.records` derives in the server, derived here.
struct CopyRows {
  private(set) var bytes: [UInt8] = []

  static let sql: StaticString = """
    COPY trading.agent_logs (chain, id, agent_id, event_type, reason, message, metadata, action_id, revision,
      observed_at, created_at, prev_hash, hash, record) FROM STDIN
    """

  /// - Returns: `false` for a time that the server might read in another way.
  mutating func append(_ line: JournalLine, _ record: Record) -> Bool {
    guard Self.isUsual(record.createdAt), record.observedAt.map(Self.isUsual) ?? true else { return false }
    var metadata = CanonicalBytes(capacity: 256)
    metadata.append(record.metadata)
    add(line.chain, isFirst: true)
    add(String(line.sequence))
    add(record.agent?.text)
    add(record.type.rawValue)
    add(record.reason?.rawValue)
    add(record.message)
    next()
    escape(metadata.bytes)
    add(record.actionID)
    add(String(record.revision))
    add(record.observedAt?.rfc3339)
    add(record.createdAt.rfc3339)
    add(line.prevHash)
    add(line.hash)
    add(line.text)
    bytes.append(UInt8(ascii: "\n"))
    return true
  }

  /// A year of four digits.
  private static func isUsual(_ time: Timestamp) -> Bool {
    (0..<253_402_300_800_000_000).contains(time.microseconds)
  }

  private mutating func next() { bytes.append(UInt8(ascii: "\t")) }

  private mutating func add(_ text: String?, isFirst: Bool = false) {
    if !isFirst { next() }
    guard var text else { return bytes.append(contentsOf: "\\N".utf8) }
    text.withUTF8 { utf8 in
      if unsafe utf8.contains(where: { $0 == 0x5C || $0 < 0x20 }) {
        escape(unsafe Array(utf8))
      } else {
        unsafe bytes.append(contentsOf: utf8)
      }
    }
  }

  private mutating func escape(_ text: [UInt8]) {
    for byte in text {
      switch byte {
      case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      default: bytes.append(byte)
      }
    }
  }
}
