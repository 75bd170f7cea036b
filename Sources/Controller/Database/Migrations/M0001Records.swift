extension Migration {
  /// The schema, its helpers, and the append-only tables.
  static let m0001 = Migration(
    version: 1, name: "records, trades, revisions, checkpoints",
    script: """
      COMMENT ON SCHEMA trading IS
        'The record of mt4-controller: why each trade was made, by which manifest, and what came of it. Start with the view actions.';

      CREATE FUNCTION trading.as_numeric(value text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
        $$ SELECT CASE WHEN value ~ '^-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$' THEN value::numeric END $$;
      COMMENT ON FUNCTION trading.as_numeric(text) IS 'The number that a record''s text holds; null when it is none.';
      CREATE FUNCTION trading.as_bigint(value text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
        $$ SELECT CASE WHEN value ~ '^-?[0-9]{1,18}$' THEN value::bigint END $$;
      COMMENT ON FUNCTION trading.as_bigint(text) IS 'The whole number that a record''s text holds; null when it is none.';
      CREATE FUNCTION trading.as_time(value text) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
        $$ SELECT CASE WHEN value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})$'
          THEN value::timestamptz END $$;
      COMMENT ON FUNCTION trading.as_time(text) IS 'The instant that a record''s RFC 3339 text holds; null when it is none.';

      CREATE FUNCTION trading.to_text(value timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
        $$ SELECT to_char(value AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;
      COMMENT ON FUNCTION trading.to_text(timestamptz) IS 'The instant as records write it: RFC 3339 in UTC with microseconds.';

      CREATE FUNCTION trading.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'trading.% is append-only: % is refused to everybody', TG_TABLE_NAME, TG_OP
          USING ERRCODE = 'insufficient_privilege', HINT = 'A correction is a new record; nothing is edited or deleted.';
      END $$;
      COMMENT ON FUNCTION trading.refuse_change() IS 'Refuses UPDATE, DELETE and TRUNCATE on the append-only tables.';

      CREATE TABLE trading.agent_logs (
        chain text NOT NULL, id bigint NOT NULL CHECK (id > 0), agent_id text, event_type text NOT NULL, reason text,
        message text NOT NULL, metadata jsonb NOT NULL, action_id text, revision integer NOT NULL,
        observed_at timestamptz, created_at timestamptz NOT NULL, prev_hash text NOT NULL, hash text NOT NULL,
        record text NOT NULL, PRIMARY KEY (chain, id));
      COMMENT ON TABLE trading.agent_logs IS
        'Every record, append-only and chained by hashes. The column record is the exact line; all others derive from it, and mt4ctl audit verify compares them.';
      COMMENT ON COLUMN trading.agent_logs.chain IS 'The chain: one per state directory.';
      COMMENT ON COLUMN trading.agent_logs.id IS 'The sequence, gapless from 1 in its chain.';
      COMMENT ON COLUMN trading.agent_logs.agent_id IS 'The agent; null when the record is about the whole fleet.';
      COMMENT ON COLUMN trading.agent_logs.event_type IS 'What happened, of a closed list: intent, outcome, unknown, resolved, breach, paused and others.';
      COMMENT ON COLUMN trading.agent_logs.reason IS 'Why, of a closed list; mt4ctl explain documents each.';
      COMMENT ON COLUMN trading.agent_logs.message IS 'One sentence for people, with the numbers.';
      COMMENT ON COLUMN trading.agent_logs.metadata IS 'The details; decimals are strings, times RFC 3339.';
      COMMENT ON COLUMN trading.agent_logs.action_id IS 'Shared by an action''s intents and its outcome, or unknown and resolved.';
      COMMENT ON COLUMN trading.agent_logs.revision IS 'The revision of the manifests in force; 0 before the first.';
      COMMENT ON COLUMN trading.agent_logs.observed_at IS 'When the terminal''s reply that led to it was complete, UTC.';
      COMMENT ON COLUMN trading.agent_logs.created_at IS 'When the record was made, UTC; before it was durable.';
      COMMENT ON COLUMN trading.agent_logs.prev_hash IS 'The hash of the record before, in hex; zeros for the first.';
      COMMENT ON COLUMN trading.agent_logs.hash IS 'SHA-256, in hex, of the 32 bytes of prev_hash and the line without its member hash.';
      COMMENT ON COLUMN trading.agent_logs.record IS 'The exact line, RFC 8785 JSON.';
      CREATE INDEX agent_logs_by_agent ON trading.agent_logs (agent_id, created_at);
      CREATE INDEX agent_logs_by_time ON trading.agent_logs (created_at);
      CREATE INDEX agent_logs_by_action ON trading.agent_logs (action_id, chain, id) WHERE action_id IS NOT NULL;
      CREATE INDEX agent_logs_by_type ON trading.agent_logs (event_type, created_at)
        WHERE event_type NOT IN ('heartbeat', 'snapshot');
      CREATE INDEX agent_logs_by_ticket ON trading.agent_logs ((metadata ->> 'ticket'))
        WHERE metadata ->> 'ticket' IS NOT NULL;
      CREATE INDEX agent_logs_by_new_ticket ON trading.agent_logs ((metadata ->> 'new_ticket'))
        WHERE metadata ->> 'new_ticket' IS NOT NULL;

      CREATE TABLE trading.agent_trades (
        agent_id text NOT NULL, ticket bigint, symbol text, action text, lots numeric, open_price numeric,
        close_price numeric, stop_loss numeric, take_profit numeric, profit numeric, swap numeric, commission numeric,
        open_time timestamptz, close_time timestamptz, signal_id text, action_id text,
        created_at timestamptz NOT NULL, chain text NOT NULL, record_id bigint NOT NULL,
        PRIMARY KEY (chain, record_id));
      COMMENT ON TABLE trading.agent_trades IS 'Closed trades, append-only; each from its record of type trade_closed.';
      COMMENT ON COLUMN trading.agent_trades.agent_id IS 'The agent.';
      COMMENT ON COLUMN trading.agent_trades.ticket IS 'The position''s number at its terminal.';
      COMMENT ON COLUMN trading.agent_trades.symbol IS 'The symbol, without the broker''s suffix.';
      COMMENT ON COLUMN trading.agent_trades.action IS 'buy or sell: the side of the position that was closed.';
      COMMENT ON COLUMN trading.agent_trades.lots IS 'The volume closed, in lots.';
      COMMENT ON COLUMN trading.agent_trades.open_price IS 'The price at which it was opened.';
      COMMENT ON COLUMN trading.agent_trades.close_price IS 'The price at which it was closed.';
      COMMENT ON COLUMN trading.agent_trades.stop_loss IS 'The stop at the close; null without one.';
      COMMENT ON COLUMN trading.agent_trades.take_profit IS 'The take-profit at the close; null without one.';
      COMMENT ON COLUMN trading.agent_trades.profit IS 'Profit in the account''s currency, without swap and commission.';
      COMMENT ON COLUMN trading.agent_trades.swap IS 'Swap in the account''s currency.';
      COMMENT ON COLUMN trading.agent_trades.commission IS 'Commission in the account''s currency.';
      COMMENT ON COLUMN trading.agent_trades.open_time IS 'When it was opened, UTC.';
      COMMENT ON COLUMN trading.agent_trades.close_time IS 'When it was closed, UTC.';
      COMMENT ON COLUMN trading.agent_trades.signal_id IS 'The signal that asked for it, if one did.';
      COMMENT ON COLUMN trading.agent_trades.action_id IS 'The action of the controller that closed it; null when somebody else did.';
      COMMENT ON COLUMN trading.agent_trades.created_at IS 'When its record was made, UTC.';
      COMMENT ON COLUMN trading.agent_trades.chain IS 'The chain of its record.';
      COMMENT ON COLUMN trading.agent_trades.record_id IS 'The id of its record in agent_logs.';
      CREATE INDEX agent_trades_by_agent ON trading.agent_trades (agent_id, close_time);
      CREATE INDEX agent_trades_by_ticket ON trading.agent_trades (ticket);

      CREATE TABLE trading.manifest_revisions (
        revision integer NOT NULL, sha256 text NOT NULL, loaded_at timestamptz NOT NULL, actor text, git_commit text,
        files jsonb, normalised jsonb, chain text NOT NULL, record_id bigint NOT NULL,
        PRIMARY KEY (chain, record_id));
      COMMENT ON TABLE trading.manifest_revisions IS 'What operators declared, append-only: a row each time a revision took effect.';
      COMMENT ON COLUMN trading.manifest_revisions.revision IS 'The revision''s number.';
      COMMENT ON COLUMN trading.manifest_revisions.sha256 IS 'SHA-256, in hex, of the canonical JSON of the column normalised.';
      COMMENT ON COLUMN trading.manifest_revisions.loaded_at IS 'When it took effect, UTC.';
      COMMENT ON COLUMN trading.manifest_revisions.actor IS 'Who loaded it.';
      COMMENT ON COLUMN trading.manifest_revisions.git_commit IS 'HEAD of the git work tree of the manifests when they were loaded; files that were not committed may differ from it.';
      COMMENT ON COLUMN trading.manifest_revisions.files IS 'The original bytes of each file by its name.';
      COMMENT ON COLUMN trading.manifest_revisions.normalised IS 'What the files say, with every default filled in.';
      COMMENT ON COLUMN trading.manifest_revisions.chain IS 'The chain of its record.';
      COMMENT ON COLUMN trading.manifest_revisions.record_id IS 'The id of its record in agent_logs.';
      CREATE INDEX manifest_revisions_by_revision ON trading.manifest_revisions (revision, loaded_at);

      CREATE TABLE trading.checkpoints (
        chain text NOT NULL, id bigint NOT NULL, hash text NOT NULL, created_at timestamptz NOT NULL, key_id text,
        signature text, PRIMARY KEY (chain, id));
      COMMENT ON TABLE trading.checkpoints IS 'Heads of the chain at times, append-only, signed where a key is configured; also in checkpoints.jsonl.';
      COMMENT ON COLUMN trading.checkpoints.chain IS 'The chain.';
      COMMENT ON COLUMN trading.checkpoints.id IS 'The last record that the checkpoint covers.';
      COMMENT ON COLUMN trading.checkpoints.hash IS 'That record''s hash.';
      COMMENT ON COLUMN trading.checkpoints.created_at IS 'When the checkpoint was made, UTC.';
      COMMENT ON COLUMN trading.checkpoints.key_id IS 'The public key''s fingerprint; null when unsigned.';
      COMMENT ON COLUMN trading.checkpoints.signature IS 'The Ed25519 signature; null when unsigned.';

      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.agent_logs
        FOR EACH STATEMENT EXECUTE FUNCTION trading.refuse_change();
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.agent_trades
        FOR EACH STATEMENT EXECUTE FUNCTION trading.refuse_change();
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.manifest_revisions
        FOR EACH STATEMENT EXECUTE FUNCTION trading.refuse_change();
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.checkpoints
        FOR EACH STATEMENT EXECUTE FUNCTION trading.refuse_change();
      ALTER TABLE trading.agent_logs ENABLE ALWAYS TRIGGER append_only;
      ALTER TABLE trading.agent_trades ENABLE ALWAYS TRIGGER append_only;
      ALTER TABLE trading.manifest_revisions ENABLE ALWAYS TRIGGER append_only;
      ALTER TABLE trading.checkpoints ENABLE ALWAYS TRIGGER append_only;
      """)
}
