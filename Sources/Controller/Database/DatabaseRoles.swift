/// The two roles of least privilege.
///
/// `mt4_controller` writes what the service writes and can change nothing that is append-only; `mt4_auditor` reads.
enum DatabaseRoles {
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
