import Crypto
import Reconciler

/// The rows of `agent_trades` and `manifest_revisions`, compared with the records that they derive from. Like the records,
/// they are compared here and not by the schema's own functions, which somebody may have replaced.
struct DerivedRows {
  private static let page = 2_000

  let connection: PostgresConnection
  /// A table, a chain, a record's sequence and one sentence.
  typealias Report = (_ table: String, _ chain: String, _ sequence: Int64?, _ message: String) -> Void

  func compare(_ report: Report) throws(DatabaseError) {
    let chains = try connection.query(
      """
      SELECT chain FROM trading.agent_logs UNION SELECT chain FROM trading.agent_trades
      UNION SELECT chain FROM trading.manifest_revisions ORDER BY 1
      """, seconds: 300)
    for chain in chains.rows.compactMap({ $0.first ?? nil }) {
      try each(Self.trades, chain) { row in
        Self.tell(row, in: "agent_trades", chain, Self.tradeColumns, Self.trade, report)
      }
      try each(Self.revisions, chain) { row in
        Self.tell(row, in: "manifest_revisions", chain, Self.revisionColumns, Self.revision, report)
        if row[0] != nil, row[1] != nil, let problem = Self.contentProblem(row) {
          report(
            "manifest_revisions", chain, Int64(row[2] ?? ""),
            "trading.manifest_revisions of record \(row[2] ?? "?"): \(problem)")
        }
      }
    }
  }

  private func each(_ sql: StaticString, _ chain: String, _ body: ([String?]) -> Void) throws(DatabaseError) {
    var last = "0"
    while true {
      let rows = try connection.query(sql, [chain, last, "\(Self.page)"], seconds: 300).rows
      guard let end = rows.last?[2] else { return }
      for row in rows { body(row) }
      last = end
    }
  }

  /// - Parameter row: the record, what the row has instead of null when it is there, the sequence, then the columns.
  private static func tell(
    _ row: [String?], in table: String, _ chain: String, _ columns: [Column], _ want: (JSONValue) -> Bool,
    _ report: Report
  ) {
    let sequence = row[2] ?? "?"
    func say(_ text: String) { report(table, chain, Int64(sequence), "trading.\(table) \(text)") }
    guard let text = row[0] else { return say("has a row of record \(sequence), which is not there") }
    // A record that cannot be read is told by the walk.
    guard let record = try? JSONParser.parse(text) else { return }
    guard want(record) else {
      if row[1] != nil { say("has a row of record \(sequence), which asks for none") }
      return
    }
    guard row[1] != nil else { return say("lacks the row of record \(sequence)") }
    let differences = zip(columns, row.dropFirst(3)).filter { !$0.agrees($1, record) }.map(\.0.name)
    if !differences.isEmpty {
      let names = differences.joined(separator: ", ")
      say("does not say what record \(sequence) says: \(names)")
    }
  }
}

// MARK: What the rows must say

extension DerivedRows {
  /// A column and where its value stands in a record.
  struct Column: Sendable {
    enum Kind: Sendable { case text, number, integer, time }

    let name: String
    let kind: Kind
    /// Of the record's metadata, or with a leading `/` of the record itself; the first that is there counts.
    let from: [String]

    init(_ name: String, _ kind: Kind = .text, _ from: String...) {
      self.name = name
      self.kind = kind
      self.from = from.isEmpty ? [name] : from
    }

    func agrees(_ column: String?, _ record: JSONValue) -> Bool {
      let found = from.lazy.compactMap { name in
        Self.text(name.hasPrefix("/") ? record[String(name.dropFirst())] : record["metadata"]?[name])
      }.first
      // What is no number or no time is null in the table.
      switch kind {
      case .text: return column == found
      case .integer: return column.map { Int64($0) } == found.flatMap { Int64($0) }.map { .some($0) }
      case .number:
        return column.map { FixedDecimal(wire: $0) } == found.flatMap { FixedDecimal(wire: $0) }.map { .some($0) }
      case .time:
        return column.map { Timestamp(rfc3339: $0) } == found.flatMap { Timestamp(rfc3339: $0) }.map { .some($0) }
      }
    }

    private static func text(_ value: JSONValue?) -> String? {
      switch value {
      case nil, .null?: nil
      case .string(let text)?, .number(let text)?: text
      case .bool?, .array?, .object?: value?.canonicalText
      }
    }
  }

  private static let tradeColumns = [
    Column("agent_id", .text, "/agent_id"), Column("ticket", .integer), Column("symbol"),
    Column("action", .text, "action", "side"), Column("lots", .number), Column("open_price", .number),
    Column("close_price", .number), Column("stop_loss", .number), Column("take_profit", .number),
    Column("profit", .number), Column("swap", .number), Column("commission", .number), Column("open_time", .time),
    Column("close_time", .time), Column("signal_id"), Column("action_id", .text, "/action_id", "action_id"),
    Column("created_at", .time, "/created_at"),
  ]

  private static let trades: StaticString = """
    SELECT l.record, t.chain, coalesce(l.id, t.record_id)::text, t.agent_id, t.ticket::text, t.symbol, t.action,
      t.lots::text, t.open_price::text, t.close_price::text, t.stop_loss::text, t.take_profit::text, t.profit::text,
      t.swap::text, t.commission::text, to_char(t.open_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      to_char(t.close_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), t.signal_id, t.action_id,
      to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    FROM (SELECT id, record FROM trading.agent_logs
        WHERE chain = $1 AND id > $2::bigint AND event_type = 'trade_closed') l
    FULL JOIN (SELECT * FROM trading.agent_trades WHERE chain = $1 AND record_id > $2::bigint) t ON t.record_id = l.id
    ORDER BY coalesce(l.id, t.record_id) LIMIT $3::bigint
    """

  private static func trade(_ record: JSONValue) -> Bool { record["agent_id"]?.string != nil }

  private static let revisionColumns = [
    Column("revision", .integer, "/revision"), Column("sha256"), Column("loaded_at", .time, "/created_at"),
    Column("actor"), Column("git_commit"),
  ]

  private static let revisions: StaticString = """
    SELECT l.record, t.chain, coalesce(l.id, t.record_id)::text, t.revision::text, t.sha256,
      to_char(t.loaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), t.actor, t.git_commit,
      t.files::text, t.normalised::text
    FROM (SELECT id, record FROM trading.agent_logs
        WHERE chain = $1 AND id > $2::bigint AND event_type = 'revision_loaded') l
    FULL JOIN (SELECT * FROM trading.manifest_revisions WHERE chain = $1 AND record_id > $2::bigint) t
      ON t.record_id = l.id
    ORDER BY coalesce(l.id, t.record_id) LIMIT $3::bigint
    """

  private static func revision(_ record: JSONValue) -> Bool { record["metadata"]?["sha256"]?.string != nil }

  // MARK: Files

  /// What is wrong with the files of a revision and their normalised form; its hash stands in the record.
  private static func contentProblem(_ row: [String?]) -> String? {
    guard let record = row[0].flatMap({ try? JSONParser.parse($0) }),
      let wanted = record["metadata"]?["sha256"]?.string
    else { return nil }
    guard let normalised = row[9].flatMap({ try? JSONParser.parse($0) }) else {
      return "the column normalised is empty: what was declared cannot be told"
    }
    guard Hexadecimal.text(SHA256.hash(data: normalised.canonicalBytes)) == wanted else {
      return "the column normalised was changed: its hash is not the record's sha256"
    }
    guard let members = row[8].flatMap({ try? JSONParser.parse($0) })?.object else {
      return "the column files is empty: the manifests cannot be compared"
    }
    let files = members.map { ManifestFile(name: $0, bytes: Array(($1.string ?? "").utf8)) }
    switch ManifestLoader.load(files: files) {
    case .rejected: return "the column files was changed: they are no manifests that this version accepts"
    case .accepted(let loaded):
      return holds(normalised, in: loaded.normalised)
        ? nil : "the column files was changed: they do not say what the column normalised says"
    }
  }

  /// Whether `new` says all that `old` says; a newer version of the program may fill in more defaults.
  private static func holds(_ old: JSONValue, in new: JSONValue) -> Bool {
    switch (old, new) {
    case (.object(let old), .object(let new)):
      old.allSatisfy { name, value in new[name].map { holds(value, in: $0) } ?? false }
    case (.array(let old), .array(let new)): old.count == new.count && zip(old, new).allSatisfy { holds($0, in: $1) }
    case (.object, _), (.array, _), (.null, _), (.bool, _), (.number, _), (.string, _): old == new
    }
  }
}
