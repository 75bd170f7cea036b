/// Brings the schema to the version of this program: forward only, each step in its transaction, one migrator at a time.
enum Migrator {
  /// The key of the lock that migrators take, any constant of ours.
  private static let lockKey = "5571948263001"
  /// Building an index may take longer than a query of the day.
  private static let stepSeconds = 120

  /// Does nothing, and needs no right but SELECT, when the schema is up to date.
  ///
  /// - Returns: how many steps were taken.
  /// - Throws: `needsInit` when the role may not do it, `newerSchema` when a newer program was here.
  @discardableResult
  static func migrate(_ connection: PostgresConnection) throws(DatabaseError) -> Int {
    do throws(DatabaseError) {
      guard try version(connection) < Migration.latest else { return 0 }
      return try run(connection)
    } catch  where error.kind == .permission {
      throw DatabaseError(
        .needsInit, code: error.code,
        "the schema trading is not ready (program: version \(Migration.latest)) and this role may not change it "
          + "(\(error.message)): run \"mt4ctl db init --database URL\" once with a role that may create schemas and roles"
      )
    }
  }

  /// The schema's version; 0 when there is none.
  private static func version(_ connection: PostgresConnection) throws(DatabaseError) -> Int {
    guard try connection.query("SELECT to_regclass('trading.schema_migrations')").value != nil else { return 0 }
    let text = try connection.query("SELECT coalesce(max(version), 0) FROM trading.schema_migrations").value
    let version = text.flatMap { Int($0) } ?? 0
    guard version <= Migration.latest else {
      throw DatabaseError(
        .newerSchema,
        "the schema trading is of version \(version), and this program knows \(Migration.latest): use the newer program"
      )
    }
    return version
  }

  private static func run(_ connection: PostgresConnection) throws(DatabaseError) -> Int {
    // The lock is the session's: it is let go below, or with the session when a step fails.
    _ = try connection.query("SELECT set_config('statement_timeout', $1, false)", ["\(stepSeconds * 1000)"])
    _ = try connection.query("SELECT pg_advisory_lock($1)", [lockKey], seconds: stepSeconds)
    let start = try version(connection)
    if start == 0 {
      try connection.run(
        script: """
          CREATE SCHEMA IF NOT EXISTS trading;
          CREATE TABLE IF NOT EXISTS trading.schema_migrations (
            version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
          COMMENT ON TABLE trading.schema_migrations IS 'The steps by which this schema came to be.';
          COMMENT ON COLUMN trading.schema_migrations.version IS 'The step.';
          COMMENT ON COLUMN trading.schema_migrations.name IS 'What it brought.';
          COMMENT ON COLUMN trading.schema_migrations.applied_at IS 'When it was taken, UTC.';
          """, seconds: stepSeconds)
    }
    for step in Migration.all where step.version > start {
      try connection.run(script: "BEGIN")
      do throws(DatabaseError) {
        try connection.run(script: step.script, seconds: stepSeconds)
        _ = try connection.query(
          "INSERT INTO trading.schema_migrations (version, name) VALUES ($1, $2)", ["\(step.version)", step.name])
        try connection.run(script: "COMMIT", seconds: stepSeconds)
      } catch {
        if !connection.isBroken {
          try connection.run(script: "ROLLBACK")
          _ = try connection.query("SELECT pg_advisory_unlock($1)", [lockKey])
        }
        throw error
      }
    }
    try DatabaseRoles.grant(connection)
    _ = try connection.query("SELECT pg_advisory_unlock($1)", [lockKey])
    _ = try connection.query(
      "SELECT set_config('statement_timeout', $1, false)", ["\(PostgresOptions().statementSeconds * 1000)"])
    return Migration.latest - start
  }
}
