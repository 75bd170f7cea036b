import Foundation
import Reconciler

/// The record in a database, in one consistent state.
struct DatabaseRecords: RecordReader {
  private static let page = 1_000

  let kind = "database"
  private let connection: PostgresConnection
  /// Checkpoints of a state directory beside it.
  private let local: [Checkpoint]

  /// Begins the transaction in which all of it is read; it ends with the connection.
  init(_ target: DatabaseTarget, stateDirectory: String?) throws {
    local = try stateDirectory.map { try JournalRecords.allCheckpoints($0) } ?? []
    connection = try AuditQueries(target).connect()
    // An export may take longer than the session's limit between two pages.
    try connection.run(
      script: "SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
  }

  func spans(since: Timestamp?, until: Timestamp?) throws -> [ChainSpan] {
    let chains = try connection.query("SELECT DISTINCT chain FROM trading.agent_logs ORDER BY chain", seconds: 300)
    var spans: [ChainSpan] = []
    for chain in chains.rows.compactMap({ $0.first ?? nil }) {
      let row = try connection.query(
        """
        WITH begun AS (SELECT min(id) AS id FROM trading.agent_logs
          WHERE chain = $1 AND ($2::timestamptz IS NULL OR created_at >= $2))
        SELECT b.id::text, (SELECT (min(l.id) - 1)::text FROM trading.agent_logs l
          WHERE l.chain = $1 AND l.id >= b.id AND l.created_at >= $3::timestamptz) FROM begun b
        """, [chain, since?.rfc3339, until?.rfc3339], seconds: 300
      ).rows.first
      guard let row, let first = row[0].flatMap({ Int64($0) }) else { continue }
      let last = row[1].flatMap { Int64($0) }
      if let last, last < first { continue }
      spans.append(ChainSpan(chain: chain, first: first, last: last))
    }
    return spans
  }

  func lines(_ span: ChainSpan, _ body: (_ text: String) throws -> Void) throws {
    var after = span.first - 1
    while true {
      let rows = try connection.query(
        """
        SELECT l.record, l.id::text FROM trading.agent_logs l
        WHERE l.chain = $1 AND l.id > $2::bigint AND ($3::bigint IS NULL OR l.id <= $3)
        ORDER BY l.id LIMIT $4::bigint
        """, [span.chain, "\(after)", span.last.map { "\($0)" }, "\(Self.page)"], seconds: 300
      ).rows
      for row in rows {
        after = row[1].flatMap { Int64($0) } ?? after
        try body(row[0] ?? "")
      }
      if rows.count < Self.page { return }
    }
  }

  /// Those of the database, and of the state directory on records that the database has.
  func checkpoints(of chain: String) throws -> [Checkpoint] {
    var found: [Checkpoint] = []
    try DatabaseCheckpoints(connection: connection).each(chain: chain, after: 0) { found.append($0) }
    let end =
      try connection.query("SELECT max(id)::text FROM trading.agent_logs WHERE chain = $1", [chain]).value.flatMap {
        Int64($0)
      } ?? 0
    let known = Set(found.map(\.sequence))
    found += local.filter { $0.chain == chain && $0.sequence <= end && !known.contains($0.sequence) }
    return found.sorted { $0.sequence < $1.sequence }
  }

  func revisions(_ body: (JSONValue) throws -> Void) throws {
    var last = ("", "0")
    while true {
      let rows = try connection.query(
        """
        SELECT chain, record_id::text, jsonb_build_object('revision', revision, 'sha256', sha256,
          'loaded_at', to_char(loaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'actor', actor,
          'git_commit', git_commit, 'files', files, 'normalised', normalised)::text
        FROM trading.manifest_revisions WHERE (chain, record_id) > ($1, $2::bigint) ORDER BY chain, record_id LIMIT 1
        """, [last.0, last.1], seconds: 300
      ).rows
      guard let row = rows.first, let chain = row[0], let id = row[1], let text = row[2] else { return }
      last = (chain, id)
      try body(try JSONParser.parse(text))
    }
  }

  func agents(named text: String) throws -> Set<String> {
    let rows = try connection.query(
      """
      SELECT $1 WHERE EXISTS (SELECT FROM trading.agent_logs WHERE agent_id = $1)
      UNION SELECT agent_id FROM trading.agent_state WHERE agent_id = $1 OR lower(name) = lower($1)
      """, [text], seconds: 60)
    return Set(rows.rows.compactMap { $0.first ?? nil })
  }
}
