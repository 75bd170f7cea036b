import Reconciler

// What the database remembers of the controllers before, for a start with an empty state directory.
extension DatabaseReader {
  /// A second chain is asked only where the process of the first had not read the database itself, and so on.
  private static let maximumChains = 1_000
  private static let page = 1_000

  /// The agents' states, from the newest chain's record and from `trading.agent_state`, and the emergency stop. Empty when
  /// there is no schema yet. Blocks up to some seconds.
  ///
  /// - Parameter chain: the reader's own, which began without any of this.
  static func loadEarlierMemories(_ target: DatabaseTarget, beside chain: String) throws(DatabaseError)
    -> EarlierMemories
  {
    let states = try loadAgentStates(target).map { row in
      EarlierMemories.State(agent: row.agent, chain: row.chain, record: row.record, memory: row.memory)
    }
    let connection = try PostgresConnection(target)
    guard try connection.query("SELECT to_regclass('trading.agent_logs')").value != nil else {
      return EarlierMemories()
    }
    // One look at one state of the database.
    try connection.run(script: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    var chains: [EarlierMemories.Chain] = []
    for name in try names(connection, beside: chain) {
      let earlier = try read(connection, name)
      chains.append(earlier)
      guard EarlierMemories.needsEarlier(earlier) else { break }
    }
    if chains.count == maximumChains, let oldest = chains.last, EarlierMemories.needsEarlier(oldest) {
      throw DatabaseError(.data, "\(maximumChains) chains in a row ended before they had read what the one before knew")
    }
    try connection.run(script: "ROLLBACK")
    return EarlierMemories(chains: chains, states: states)
  }

  /// The newest first. A state directory has one chain, so there are few, found by the primary key without reading all rows.
  private static func names(_ connection: PostgresConnection, beside chain: String) throws(DatabaseError) -> [String] {
    try connection.query(
      """
      WITH RECURSIVE chains AS (
        (SELECT chain, created_at FROM trading.agent_logs ORDER BY chain, id LIMIT 1)
        UNION ALL
        SELECT next.chain, next.created_at FROM chains, LATERAL (
          SELECT l.chain, l.created_at FROM trading.agent_logs l WHERE l.chain > chains.chain
          ORDER BY l.chain, l.id LIMIT 1) next)
      SELECT chain FROM chains WHERE chain <> $1 ORDER BY created_at DESC LIMIT $2::bigint
      """, [chain, "\(maximumChains)"], seconds: 30
    ).rows.compactMap { $0.first.flatMap { $0 } }
  }

  /// From the newest snapshot on: at most a segment of the journal.
  private static func read(_ connection: PostgresConnection, _ chain: String) throws(DatabaseError)
    -> EarlierMemories.Chain
  {
    let snapshot = try connection.query(
      "SELECT id FROM trading.agent_logs WHERE chain = $1 AND event_type = 'snapshot' ORDER BY id DESC LIMIT 1",
      [chain], seconds: 30
    ).value.flatMap { Int64($0) }
    var earlier = EarlierMemories.Chain(name: chain, records: [])
    var last = (snapshot ?? 1) - 1
    var hash: String?
    while true {
      let rows = try connection.query(
        "SELECT record FROM trading.agent_logs WHERE chain = $1 AND id > $2::bigint ORDER BY id LIMIT $3::bigint",
        [chain, "\(last)", "\(page)"], seconds: 30
      ).rows
      guard !rows.isEmpty else { return earlier }
      for row in rows {
        guard let line = try? JournalLine.parse(row.first.flatMap { $0 } ?? ""), let record = line.record,
          line.chain == chain, line.sequence == last + 1, line.verifyHash(), hash == nil || hash == line.prevHash
        else {
          earlier.problem = "record \(last + 1) is missing, changed or of a newer version; see mt4ctl audit verify"
          return earlier
        }
        earlier.records.append(record)
        last = line.sequence
        hash = line.hash
      }
    }
  }
}
