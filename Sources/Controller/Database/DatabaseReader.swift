import Reconciler

/// What the controller itself reads back.
public enum DatabaseReader {
  /// The agents' last states, for a start with an empty state directory: its latches. Empty when there is no schema yet.
  /// Blocks up to some seconds: call it through `DatabaseThread`.
  public static func loadAgentStates(_ target: DatabaseTarget) throws(DatabaseError) -> [AgentStateRow] {
    let connection = try PostgresConnection(target)
    guard try connection.query("SELECT to_regclass('trading.agent_state')").value != nil else { return [] }
    let rows = try connection.query(
      """
      SELECT to_jsonb(s) || jsonb_build_object(
        'day_anchor', day_anchor::text, 'floor', floor::text, 'high_water_mark', high_water_mark::text,
        'balance', balance::text, 'equity', equity::text, 'paused_at', trading.to_text(paused_at),
        'snapshot_at', trading.to_text(snapshot_at), 'updated_at', trading.to_text(updated_at))
      FROM trading.agent_state s ORDER BY agent_id
      """, seconds: 30)
    var states: [AgentStateRow] = []
    for row in rows.rows {
      guard let text = row.first.flatMap({ $0 }), let json = try? JSONParser.parse(text),
        let state = AgentStateRow(json: json)
      else { throw DatabaseError(.data, "a row of trading.agent_state cannot be read") }
      states.append(state)
    }
    return states
  }
}
