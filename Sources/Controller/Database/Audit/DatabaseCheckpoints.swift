import Reconciler

/// The checkpoints of `trading.checkpoints`.
struct DatabaseCheckpoints {
  private static let page = 5_000

  let connection: PostgresConnection

  /// Adds all of them, in the state that the connection's transaction sees.
  func add(to set: inout CheckpointSet) throws(DatabaseError) {
    set.begin(.database)
    try each(chain: nil, after: 0) { set.add($0, .database) }
  }

  /// Goes through the checkpoints of one chain, or of all, in order.
  func each(chain: String?, after sequence: Int64, _ body: (Checkpoint) -> Void) throws(DatabaseError) {
    var last = (chain: chain ?? "", sequence: "\(sequence)")
    while true {
      let rows = try connection.query(
        """
        SELECT c.chain, c.id::text, c.hash, to_char(c.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
          c.key_id, c.signature
        FROM trading.checkpoints c WHERE (c.chain, c.id) > ($1, $2::bigint) AND ($3::text IS NULL OR c.chain = $3)
        ORDER BY c.chain, c.id LIMIT $4::bigint
        """, [last.chain, last.sequence, chain, "\(Self.page)"], seconds: 300
      ).rows
      for row in rows {
        guard let chain = row[0], let id = row[1], let number = Int64(id), let hash = row[2] else { continue }
        last = (chain, id)
        body(
          Checkpoint(
            chain: chain, sequence: number, hash: hash,
            at: row[3].flatMap { Timestamp(rfc3339: $0) } ?? Timestamp(seconds: 0), keyID: row[4], signature: row[5]))
      }
      if rows.count < Self.page { return }
    }
  }
}
