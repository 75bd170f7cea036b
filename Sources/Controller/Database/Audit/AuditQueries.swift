public import Reconciler

/// Asks the database as an auditor. Blocks: use it through `DatabaseThread`.
public struct AuditQueries: Sendable {
  /// The largest story of one action or ticket, in records.
  static let longestStory = 2_000

  private let target: DatabaseTarget

  public init(_ target: DatabaseTarget) {
    self.target = target
  }

  /// The newest records that match, oldest first; `nil` when nothing is known of the filter's agent.
  public func log(_ filter: AuditFilter) throws(DatabaseError) -> [JournalLine]? {
    let connection = try connect()
    if let agent = filter.agent {
      let known = try connection.query(
        """
        SELECT EXISTS (SELECT FROM trading.agent_logs WHERE agent_id = $1)
          OR EXISTS (SELECT FROM trading.agent_state WHERE agent_id = $1 OR lower(name) = lower($1))
        """, [agent], seconds: 60)
      guard known.value == "t" else { return nil }
    }
    let rows = try connection.query(
      """
      SELECT record FROM (
        SELECT record, created_at, chain, id FROM trading.agent_logs
        WHERE ($1::text IS NULL OR agent_id = $1
            OR agent_id IN (SELECT s.agent_id FROM trading.agent_state s WHERE lower(s.name) = lower($1)))
          AND ($2::timestamptz IS NULL OR created_at >= $2) AND ($3::timestamptz IS NULL OR created_at < $3)
          AND ($5::text[] = '{}' OR event_type = ANY ($5)) AND ($6::text[] = '{}' OR reason = ANY ($6))
        ORDER BY created_at DESC, chain DESC, id DESC LIMIT $4::bigint) newest
      ORDER BY created_at, chain, id
      """,
      [
        filter.agent, filter.since?.rfc3339, filter.until?.rfc3339, "\(filter.limit)",
        PostgresRows.array(filter.events.map(\.rawValue)), PostgresRows.array(filter.reasons.map(\.rawValue)),
      ], seconds: 60)
    return try Self.lines(rows)
  }

  /// The whole story of an action, or of every action on a ticket.
  ///
  /// - Parameter key: an action's id, or a ticket with or without `#`.
  /// - Returns: `nil` when nothing is known of it.
  public func explain(_ key: String) throws(DatabaseError) -> ActionStory? {
    let connection = try connect()
    let ticket = ActionStory.ticket(key)
    let rows = try connection.query(
      """
      WITH about AS (
        SELECT chain, id, action_id FROM trading.agent_logs WHERE action_id = $1
        UNION SELECT chain, id, action_id FROM trading.agent_logs
          WHERE metadata ->> 'ticket' IS NOT NULL AND metadata ->> 'ticket' = $2
        UNION SELECT chain, id, action_id FROM trading.agent_logs
          WHERE metadata ->> 'new_ticket' IS NOT NULL AND metadata ->> 'new_ticket' = $2)
      SELECT record FROM trading.agent_logs l
      WHERE EXISTS (SELECT FROM about a WHERE a.chain = l.chain AND a.id = l.id)
        OR l.action_id IN (SELECT a.action_id FROM about a)
      ORDER BY created_at, chain, id LIMIT $3::bigint
      """, [key, ticket, "\(Self.longestStory)"], seconds: 60)
    guard var story = ActionStory(key: key, lines: try Self.lines(rows)) else { return nil }
    for revision in story.revisions {
      let found = try connection.query(
        """
        SELECT sha256, actor, git_commit, trading.to_text(loaded_at) FROM trading.manifest_revisions
        WHERE revision = $1 ORDER BY loaded_at LIMIT 1
        """, ["\(revision)"])
      guard let row = found.rows.first else { continue }
      story.sources[revision] = .init(sha256: row[0], actor: row[1], commit: row[2], loadedAt: row[3])
    }
    return story
  }

  /// What the statement of an agent's day is made of; the agent is named by its id or its name.
  public func statementRecords(agent: String, day: String) throws(DatabaseError) -> [Record] {
    let rows = try connect().query(
      """
      SELECT record FROM trading.agent_logs
      WHERE (agent_id = $1
          OR agent_id IN (SELECT s.agent_id FROM trading.agent_state s WHERE lower(s.name) = lower($1)))
        AND (event_type = 'day_anchor' AND metadata ->> 'day' >= $2
          OR event_type IN ('flow', 'trade_closed') AND metadata ->> 'day' = $2
          OR event_type = 'flow' AND metadata ->> 'day' IS NULL
          OR event_type = 'heartbeat' AND metadata -> 'day_state' -> 'anchor' ->> 'day' = $2)
      ORDER BY created_at, chain, id
      """, [agent, day], seconds: 60)
    return try Self.lines(rows).compactMap(\.record)
  }

  func connect() throws(DatabaseError) -> PostgresConnection {
    let connection = try PostgresConnection(
      target,
      options: PostgresOptions(
        connectSeconds: 10, querySeconds: 60, statementSeconds: 60, applicationName: "mt4ctl audit"))
    guard try connection.query("SELECT to_regclass('trading.agent_logs')").value != nil else {
      throw DatabaseError(.missing, "\(target) has no schema trading: no controller has written there yet")
    }
    return connection
  }

  /// Lines as they stand; a row that is no line of ours is for `verify` to tell, here it cannot be shown as a record.
  private static func lines(_ rows: PostgresRows) throws(DatabaseError) -> [JournalLine] {
    var lines: [JournalLine] = []
    for row in rows.rows {
      do throws(JournalError) {
        lines.append(try JournalLine.parse(row[0] ?? ""))
      } catch {
        throw DatabaseError(.data, "a record in the database is not readable (\(error)): run \"mt4ctl audit verify\"")
      }
    }
    return lines
  }
}
