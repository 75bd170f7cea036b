import Reconciler

/// Why the shipper stops for good.
struct JournalForked: Error {
  let message: String
}

/// The shipper while it is connected: it has the lock of the database and a schema of its own version.
///
/// `position` is unknown until the journal has a line; then it is the last sequence in the database, after that line was
/// found to be the local one.
final class ShipperSession {
  /// Checkpoints a batch.
  private static let maximumCheckpoints = 500

  let connection: PostgresConnection
  private(set) var position: Int64?
  /// What was read of the next batch while the server took the one before; begins where that one ends.
  private var ahead: ShipBatch?
  /// The last record of the chain on which the database has a checkpoint.
  private var checkpointed: Int64 = 0

  /// - Throws: `conflict` with the holder's name when another controller has the lock.
  init(
    _ target: DatabaseTarget, previousProcess: Int32?, limit: @escaping () -> ContinuousClock.Instant?
  ) throws(DatabaseError) {
    connection = try PostgresConnection(target, options: PostgresOptions(statementSeconds: 30), limit: limit)
    try lock(previousProcess)
    try Migrator.migrate(connection)
  }

  private func lock(_ previousProcess: Int32?) throws(DatabaseError) {
    guard try connection.query("SELECT pg_try_advisory_lock(19796, 1)").value != "t" else { return }
    let holder = try connection.query(
      """
      SELECT l.pid, coalesce(a.usename, ''), coalesce(a.client_addr::text, 'the same host') FROM pg_locks l
      LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 19796 AND l.objid = 1 AND l.objsubid = 2
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      """
    ).rows.first
    let process = holder?.first.flatMap { $0 }.flatMap { Int32($0) }
    if let process, process == previousProcess {
      // Our own session of before, which the server still waits for.
      _ = try connection.query("SELECT pg_terminate_backend($1)", ["\(process)"])
      throw DatabaseError(.unreachable, "the server still holds this controller's session of before; it is ended")
    }
    let name = holder.map { row in
      "server process \(row[0] ?? "?"), role \(row[1] ?? "?"), from \(row[2] ?? "?")"
    }
    throw DatabaseError(
      .conflict, "another controller writes to this database (\(name ?? "just ended")); give each its own database")
  }

  /// Finds where the chain ends in the database and compares that record with the local one.
  private func findPosition(_ source: any ShipperSource) throws -> Int64? {
    guard let first = try source.lines(after: 0, limit: 1).first else { return nil }
    let last = try connection.query(
      "SELECT id, hash FROM trading.agent_logs WHERE chain = $1 ORDER BY id DESC LIMIT 1", [first.chain]
    ).rows.first
    checkpointed =
      try connection.query("SELECT max(id) FROM trading.checkpoints WHERE chain = $1", [first.chain]).value.flatMap {
        Int64($0)
      } ?? 0
    guard let last, let id = last[0].flatMap({ Int64($0) }) else { return first.sequence - 1 }
    guard let local = try source.lines(after: id - 1, limit: 1).first else {
      throw JournalForked(
        message: "the database holds record \(id) of chain \(first.chain), and the journal here ends before it: "
          + "the state directory is older than the database")
    }
    guard local.sequence <= id + 1 else {
      throw ShipperGap(after: id, next: local.sequence)
    }
    guard (local.sequence == id ? local.hash : local.prevHash) == last[1] else { throw Self.forked(id, first.chain) }
    return id
  }

  private static func forked(_ id: Int64, _ chain: String) -> JournalForked {
    JournalForked(
      message: "record \(id) of chain \(chain) is another one in the database than in the journal here: "
        + "compare both with \"mt4ctl audit verify\"")
  }

  /// Ships the next lines, and what is in the outbox once no line is left.
  ///
  /// - Returns: how many lines went; 0 when nothing is left.
  func ship(
    _ source: any ShipperSource, callbacks: ShipperCallbacks, outbox: () -> Outbox?
  ) throws -> Int {
    let start: Int64
    if let position {
      start = position
    } else {
      guard let found = try findPosition(source) else { return 0 }
      position = found
      start = found
      callbacks.onShipped(found)
    }
    var batch = ahead ?? ShipBatch(after: start)
    ahead = nil
    while try batch.read(source) {}
    var statements: [PostgresStatement] = []
    var checkpoints: [Checkpoint] = []
    if !batch.isFull {
      // Only on records that are there, or come in the same transaction.
      checkpoints = try source.checkpoints(after: checkpointed, upTo: batch.last, limit: Self.maximumCheckpoints)
      if !checkpoints.isEmpty {
        statements.append(
          PostgresStatement(ShipSQL.checkpoints, [JSONValue.array(checkpoints.map(\.row)).canonicalText]))
      }
      if let outbox = outbox() { statements += outbox.statements }
    }
    guard !batch.lines.isEmpty || !statements.isEmpty else { return 0 }
    // Behind a batch that is not full there is nothing yet.
    if batch.isFull { readAhead(source, after: batch.last) }
    defer { connection.meanwhile = nil }
    try send(batch, callbacks, then: statements)
    position = batch.last
    checkpointed = checkpoints.last?.sequence ?? checkpointed
    if batch.last > start { callbacks.onShipped(batch.last) }
    return Int(batch.last - start)
  }

  /// Has the next lines read, verified and made to rows wherever the server is waited for: one batch, and no more. It is
  /// given up with the session, so that nothing of it outlives a batch that did not come to its end.
  private func readAhead(_ source: any ShipperSource, after sequence: Int64) {
    ahead = ShipBatch(after: sequence)
    connection.meanwhile = { [weak self] in
      // What cannot be read is read again when it is its turn, and said then.
      (try? self?.ahead?.read(source)) ?? false
    }
  }

  /// Puts lines into the database with what derives from them, and runs the other statements with the last of them.
  private func send(_ batch: ShipBatch, _ callbacks: ShipperCallbacks, then others: [PostgresStatement]) throws {
    let chunks = batch.statements
    if let rows = batch.rows {
      if try copy(rows, then: chunks.flatMap { Self.derived($0, callbacks) } + others) { return }
    }
    guard let last = chunks.indices.last else { return _ = try connection.pipeline(others) }
    // One after the other: behind a record that is another one there, nothing may come.
    for (k, lines) in chunks.enumerated() {
      let records = PostgresStatement(ShipSQL.records, [PostgresRows.array(lines.lazy.map(\.text))])
      let answers = try connection.pipeline(
        [records] + Self.derived(lines, callbacks) + (k == last ? others : []), extraSeconds: batch.bytes >> 20)
      if let id = answers.first?.value.flatMap({ Int64($0) }), let chain = lines.first?.chain {
        throw Self.forked(id, chain)
      }
    }
  }

  /// The rows that derive from records, in the records' transaction.
  private static func derived(_ lines: ArraySlice<JournalLine>, _ callbacks: ShipperCallbacks) -> [PostgresStatement] {
    var statements: [PostgresStatement] = []
    let trades = lines.filter { $0.type == .tradeClosed }
    if !trades.isEmpty {
      statements.append(PostgresStatement(ShipSQL.trades, [PostgresRows.array(trades.map(\.text))]))
    }
    for line in lines where line.type == .revisionLoaded {
      guard let record = line.record else { continue }
      let revision = record.metadata["revision"]?.int.map { Int($0) } ?? record.revision
      let stored = callbacks.revisionFiles(revision)
      statements.append(
        PostgresStatement(
          ShipSQL.revision, [line.text, stored?.files.canonicalText, stored?.normalised.text]))
    }
    return statements
  }

  /// Asks for nothing, to notice that the server is gone.
  func probe() throws(DatabaseError) { _ = try connection.query("SELECT 1") }
}

/// The journal here no longer has the lines that the database lacks.
struct ShipperGap: Error {
  let after: Int64
  let next: Int64
}
