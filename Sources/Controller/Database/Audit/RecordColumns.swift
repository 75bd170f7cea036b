import Reconciler

/// The columns of a row of `trading.agent_logs` beside the record that they derive from.
enum RecordColumns {
  /// Asked for in this order; without the schema's own functions, which somebody may have replaced.
  static let query: StaticString = """
    SELECT record, id::text, chain, agent_id, event_type, reason, message, metadata::text, action_id, revision::text,
      to_char(observed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), prev_hash, hash
    FROM trading.agent_logs l WHERE l.chain = $1 AND l.id > $2::bigint ORDER BY l.id LIMIT $3::bigint
    """

  private static let names = [
    "seq", "chain", "agent_id", "event_type", "reason", "message", "metadata", "action_id", "revision", "observed_at",
    "created_at", "prev_hash", "hash",
  ]

  /// The names of the columns that say something else than the record; `seq` is the column `id`.
  static func differences(_ row: [String?]) -> [String] {
    guard let record = row.first.flatMap({ $0 }), let json = try? JSONParser.parse(record) else { return [] }
    return zip(names, row.dropFirst()).filter { name, value in !agrees(name, value, json[name]) }.map(\.0)
  }

  private static func agrees(_ name: String, _ column: String?, _ member: JSONValue?) -> Bool {
    switch (column, member) {
    case (nil, nil), (nil, .null?): true
    case (nil, _), (_, nil), (_, .null?): false
    case (let column?, let member?):
      switch name {
      case "metadata": (try? JSONParser.parse(column)) == member
      case "observed_at", "created_at": Timestamp(rfc3339: column) == member.time
      case "seq", "revision": Int64(column) == member.int
      default: column == member.string
      }
    }
  }
}
