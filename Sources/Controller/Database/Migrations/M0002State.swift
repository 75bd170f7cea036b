extension Migration {
  /// What is known now and per day: the two tables that are upserted.
  static let m0002 = Migration(
    version: 2, name: "agent state, performance",
    script: """
      CREATE TABLE trading.agent_state (
        agent_id text PRIMARY KEY, name text, chain text NOT NULL, record_id bigint NOT NULL, revision integer NOT NULL,
        enabled boolean NOT NULL, paused boolean NOT NULL, paused_reason text, paused_at timestamptz, day date,
        day_anchor numeric, floor numeric, high_water_mark numeric, balance numeric, equity numeric,
        snapshot_at timestamptz, snapshot jsonb, memory jsonb, updated_at timestamptz NOT NULL);
      COMMENT ON TABLE trading.agent_state IS 'The current word on each agent; upserted. How it came about is in agent_logs.';
      COMMENT ON COLUMN trading.agent_state.agent_id IS 'The agent.';
      COMMENT ON COLUMN trading.agent_state.name IS 'Its name in the manifests.';
      COMMENT ON COLUMN trading.agent_state.chain IS 'The chain that wrote this.';
      COMMENT ON COLUMN trading.agent_state.record_id IS 'The newest record that this takes into account.';
      COMMENT ON COLUMN trading.agent_state.revision IS 'The revision of the manifests in force.';
      COMMENT ON COLUMN trading.agent_state.enabled IS 'What the manifest says.';
      COMMENT ON COLUMN trading.agent_state.paused IS 'Whether it is paused; a paused agent opens nothing.';
      COMMENT ON COLUMN trading.agent_state.paused_reason IS 'Why it is paused.';
      COMMENT ON COLUMN trading.agent_state.paused_at IS 'Since when it is paused, UTC.';
      COMMENT ON COLUMN trading.agent_state.day IS 'The trading day of day_anchor, in the agent''s own zone.';
      COMMENT ON COLUMN trading.agent_state.day_anchor IS 'The equity from which the day''s loss counts.';
      COMMENT ON COLUMN trading.agent_state.floor IS 'The equity at which the day''s limit is reached.';
      COMMENT ON COLUMN trading.agent_state.high_water_mark IS 'The highest equity, from which the drawdown counts.';
      COMMENT ON COLUMN trading.agent_state.balance IS 'The balance of the last snapshot.';
      COMMENT ON COLUMN trading.agent_state.equity IS 'The equity of the last snapshot.';
      COMMENT ON COLUMN trading.agent_state.snapshot_at IS 'When the last snapshot was complete, UTC.';
      COMMENT ON COLUMN trading.agent_state.snapshot IS 'The last snapshot.';
      COMMENT ON COLUMN trading.agent_state.memory IS 'The controller''s own state for this agent: its latches, for a start with an empty state directory.';
      COMMENT ON COLUMN trading.agent_state.updated_at IS 'When this was written, UTC.';

      CREATE TABLE trading.performance_snapshots (
        agent_id text NOT NULL, snapshot_date date NOT NULL, period_type text NOT NULL, opening_balance numeric,
        closing_balance numeric, profit_loss numeric, total_trades integer, winning_trades integer,
        updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (agent_id, snapshot_date, period_type));
      COMMENT ON TABLE trading.performance_snapshots IS 'Each agent''s result by period; upserted until the period is over.';
      COMMENT ON COLUMN trading.performance_snapshots.agent_id IS 'The agent.';
      COMMENT ON COLUMN trading.performance_snapshots.snapshot_date IS 'The first day of the period, in the agent''s own zone.';
      COMMENT ON COLUMN trading.performance_snapshots.period_type IS 'daily, weekly or monthly.';
      COMMENT ON COLUMN trading.performance_snapshots.opening_balance IS 'The balance at the start, in the account''s currency.';
      COMMENT ON COLUMN trading.performance_snapshots.closing_balance IS 'The balance at the end, or now.';
      COMMENT ON COLUMN trading.performance_snapshots.profit_loss IS 'Profit and loss, without deposits and withdrawals.';
      COMMENT ON COLUMN trading.performance_snapshots.total_trades IS 'Trades closed.';
      COMMENT ON COLUMN trading.performance_snapshots.winning_trades IS 'Trades closed with a profit after swap and commission.';
      COMMENT ON COLUMN trading.performance_snapshots.updated_at IS 'When this was written, UTC.';
      """)
}
