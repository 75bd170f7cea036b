/// The statements that ship. Every column is derived from the line by the INSERT itself.
enum ShipSQL {
  /// `$1`: lines. Adds what is not there and gives the first sequence whose record there has another hash; then nothing
  /// is added.
  static let records: StaticString = """
    WITH lines AS MATERIALIZED (SELECT line, line::jsonb AS r FROM unnest($1::text[]) AS line),
    forked AS MATERIALIZED (
      SELECT min(l.id) AS id FROM trading.agent_logs l
      JOIN lines ON l.chain = r ->> 'chain' AND l.id = (r ->> 'seq')::bigint WHERE l.hash <> r ->> 'hash'),
    added AS (
      INSERT INTO trading.agent_logs (chain, id, agent_id, event_type, reason, message, metadata, action_id, revision,
        observed_at, created_at, prev_hash, hash, record)
      SELECT r ->> 'chain', (r ->> 'seq')::bigint, r ->> 'agent_id', r ->> 'event_type', r ->> 'reason', r ->> 'message',
        r -> 'metadata', r ->> 'action_id', (r ->> 'revision')::integer, trading.as_time(r ->> 'observed_at'),
        trading.as_time(r ->> 'created_at'), r ->> 'prev_hash', r ->> 'hash', line
      FROM lines WHERE (SELECT id FROM forked) IS NULL
      ON CONFLICT (chain, id) DO NOTHING)
    SELECT id FROM forked
    """

  /// `$1`: lines of type `trade_closed`; their metadata has the columns by name. Only for records that are there.
  static let trades: StaticString = """
    WITH lines AS (SELECT line::jsonb AS r, (line::jsonb) -> 'metadata' AS m FROM unnest($1::text[]) AS line)
    INSERT INTO trading.agent_trades (agent_id, ticket, symbol, action, lots, open_price, close_price, stop_loss,
      take_profit, profit, swap, commission, open_time, close_time, signal_id, action_id, created_at, chain, record_id)
    SELECT l.agent_id, trading.as_bigint(m ->> 'ticket'), m ->> 'symbol', coalesce(m ->> 'action', m ->> 'side'),
      trading.as_numeric(m ->> 'lots'), trading.as_numeric(m ->> 'open_price'), trading.as_numeric(m ->> 'close_price'),
      trading.as_numeric(m ->> 'stop_loss'), trading.as_numeric(m ->> 'take_profit'), trading.as_numeric(m ->> 'profit'),
      trading.as_numeric(m ->> 'swap'), trading.as_numeric(m ->> 'commission'), trading.as_time(m ->> 'open_time'),
      trading.as_time(m ->> 'close_time'), m ->> 'signal_id', coalesce(l.action_id, m ->> 'action_id'), l.created_at,
      l.chain, l.id
    FROM lines JOIN trading.agent_logs l ON l.chain = r ->> 'chain' AND l.id = (r ->> 'seq')::bigint
      AND l.hash = r ->> 'hash'
    WHERE l.agent_id IS NOT NULL
    ON CONFLICT (chain, record_id) DO NOTHING
    """

  /// `$1`: a line of type `revision_loaded`, `$2` the files, `$3` what they say.
  static let revision: StaticString = """
    WITH lines AS (SELECT $1::jsonb AS r, ($1::jsonb) -> 'metadata' AS m)
    INSERT INTO trading.manifest_revisions (revision, sha256, loaded_at, actor, git_commit, files, normalised, chain,
      record_id)
    SELECT l.revision, m ->> 'sha256', l.created_at, m ->> 'actor', m ->> 'git_commit', $2::jsonb, $3::jsonb, l.chain,
      l.id
    FROM lines JOIN trading.agent_logs l ON l.chain = r ->> 'chain' AND l.id = (r ->> 'seq')::bigint
      AND l.hash = r ->> 'hash'
    WHERE m ->> 'sha256' IS NOT NULL
    ON CONFLICT (chain, record_id) DO NOTHING
    """

  /// `$1`: an array of `AgentStateRow.json`.
  static let states: StaticString = """
    INSERT INTO trading.agent_state (agent_id, name, chain, record_id, revision, enabled, paused, paused_reason,
      paused_at, day, day_anchor, floor, high_water_mark, balance, equity, snapshot_at, snapshot, memory, updated_at)
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(agent_id text, name text, chain text, record_id bigint,
      revision integer, enabled boolean, paused boolean, paused_reason text, paused_at timestamptz, day date,
      day_anchor numeric, floor numeric, high_water_mark numeric, balance numeric, equity numeric,
      snapshot_at timestamptz, snapshot jsonb, memory jsonb, updated_at timestamptz)
    ON CONFLICT (agent_id) DO UPDATE SET (name, chain, record_id, revision, enabled, paused, paused_reason, paused_at,
      day, day_anchor, floor, high_water_mark, balance, equity, snapshot_at, snapshot, memory, updated_at)
    = (excluded.name, excluded.chain, excluded.record_id, excluded.revision, excluded.enabled, excluded.paused,
      excluded.paused_reason, excluded.paused_at, excluded.day, excluded.day_anchor, excluded.floor,
      excluded.high_water_mark, excluded.balance, excluded.equity, excluded.snapshot_at, excluded.snapshot,
      excluded.memory, excluded.updated_at)
    """

  /// `$1`: the chain, `$2` the revision in force, `$3` an array of the agents whose rows have it. A row that was written
  /// under a later one is left as it is.
  static let revisionInForce: StaticString = """
    UPDATE trading.agent_state SET revision = $2::integer, updated_at = now()
    WHERE chain = $1 AND revision < $2::integer
      AND agent_id IN (SELECT jsonb_array_elements_text($3::jsonb))
    """

  /// `$1`: an array of `PerformanceRow.json`.
  static let performance: StaticString = """
    INSERT INTO trading.performance_snapshots (agent_id, snapshot_date, period_type, opening_balance, closing_balance,
      profit_loss, total_trades, winning_trades)
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(agent_id text, snapshot_date date, period_type text,
      opening_balance numeric, closing_balance numeric, profit_loss numeric, total_trades integer, winning_trades integer)
    ON CONFLICT (agent_id, snapshot_date, period_type) DO UPDATE SET (opening_balance, closing_balance, profit_loss,
      total_trades, winning_trades, updated_at)
    = (excluded.opening_balance, excluded.closing_balance, excluded.profit_loss, excluded.total_trades,
      excluded.winning_trades, now())
    """

  /// `$1`: an array of `Checkpoint.row`.
  static let checkpoints: StaticString = """
    INSERT INTO trading.checkpoints (chain, id, hash, created_at, key_id, signature)
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(chain text, id bigint, hash text, created_at timestamptz,
      key_id text, signature text)
    ON CONFLICT (chain, id) DO NOTHING
    """
}
