/// The two roles of least privilege.
///
/// `mt4_controller` writes what the service writes and can change nothing that is append-only; `mt4_auditor` reads.
enum DatabaseRoles {
  /// Says plainly what the session's role lacks, before anything is changed: the server itself would only warn.
  ///
  /// - Throws: `permission`.
  static func require(_ connection: PostgresConnection) throws(DatabaseError) {
    let row =
      try connection.query(
        """
        SELECT current_user, (SELECT pg_get_userbyid(n.nspowner) FROM pg_namespace n WHERE n.nspname = 'trading'
            AND NOT pg_has_role(n.nspowner, 'USAGE')),
          to_regnamespace('trading') IS NOT NULL OR has_database_privilege(current_database(), 'CREATE'),
          (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)
            OR (SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('mt4_controller', 'mt4_auditor'))
        """
      ).rows.first ?? []
    guard row.count == 4, let user = row[0] else { return }
    if let owner = row[1] {
      throw DatabaseError(
        .permission,
        "the role \(user) may not prepare the schema trading, which belongs to \(owner): use that role or a superuser")
    }
    guard row[2] == "t" else {
      throw DatabaseError(
        .permission, "the role \(user) may not create a schema here: use the database's owner or a superuser")
    }
    guard row[3] == "t" else {
      throw DatabaseError(
        .permission,
        "the role \(user) may not create the roles mt4_controller and mt4_auditor: use a role with CREATEROLE")
    }
  }

  /// Makes the roles where they are missing. They may log in and have no password: an administrator gives them one.
  static func create(_ connection: PostgresConnection) throws(DatabaseError) {
    try connection.run(
      script: """
        DO $$
        DECLARE role text;
        BEGIN
          FOREACH role IN ARRAY ARRAY['mt4_controller', 'mt4_auditor'] LOOP
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
              BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION', role);
              EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
              END;
            END IF;
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role);
          END LOOP;
        END $$;
        """)
  }

  /// Grants each existing role what it needs and takes everything else away; may be repeated.
  static func grant(_ connection: PostgresConnection) throws(DatabaseError) {
    try connection.run(
      script: """
        REVOKE ALL ON SCHEMA trading FROM PUBLIC;
        REVOKE ALL ON ALL TABLES IN SCHEMA trading FROM PUBLIC;
        DO $$
        BEGIN
          IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mt4_controller' AND rolname <> current_user) THEN
            REVOKE ALL ON ALL TABLES IN SCHEMA trading FROM mt4_controller;
            GRANT USAGE ON SCHEMA trading TO mt4_controller;
            GRANT SELECT ON ALL TABLES IN SCHEMA trading TO mt4_controller;
            GRANT INSERT ON trading.agent_logs, trading.agent_trades, trading.manifest_revisions, trading.checkpoints
              TO mt4_controller;
            GRANT INSERT, UPDATE ON trading.agent_state, trading.performance_snapshots TO mt4_controller;
          END IF;
          IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mt4_auditor' AND rolname <> current_user) THEN
            REVOKE ALL ON ALL TABLES IN SCHEMA trading FROM mt4_auditor;
            GRANT USAGE ON SCHEMA trading TO mt4_auditor;
            GRANT SELECT ON ALL TABLES IN SCHEMA trading TO mt4_auditor;
          END IF;
        END $$;
        """)
  }
}
