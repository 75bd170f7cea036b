extension Migration {
  /// The manifest's line in the view of actions, a view of flows, and truer words on some columns.
  static let m0004 = Migration(
    version: 4, name: "manifest lines, flows",
    script: """
      CREATE OR REPLACE VIEW trading.actions AS SELECT
        f.chain AS chain,
        f.action_id AS action_id,
        f.agent_id AS agent_id,
        f.revision AS revision,
        f.metadata ->> 'kind' AS kind,
        f.metadata ->> 'symbol' AS symbol,
        f.metadata ->> 'side' AS side,
        trading.as_bigint(coalesce(o.metadata ->> 'ticket', r.metadata ->> 'ticket', l.metadata ->> 'ticket')) AS ticket,
        trading.as_numeric(l.metadata ->> 'lots') AS lots,
        f.reason AS reason,
        f.message AS message,
        coalesce(r.metadata ->> 'result', o.metadata ->> 'result', CASE WHEN u.id IS NOT NULL THEN 'unknown' ELSE 'pending' END) AS result,
        coalesce(o.metadata ->> 'error_code', u.metadata ->> 'error_code') AS error_code,
        r.metadata ->> 'evidence' AS evidence,
        trading.as_numeric(o.metadata ->> 'price') AS price,
        trading.as_numeric(o.metadata ->> 'lots') AS done_lots,
        l.attempts AS attempts,
        trading.as_numeric(o.metadata ->> 'latency_ms') AS latency_ms,
        f.observed_at AS observed_at,
        f.created_at AS intent_at,
        l.created_at AS last_intent_at,
        o.created_at AS outcome_at,
        u.created_at AS unknown_at,
        r.created_at AS resolved_at,
        f.metadata ->> 'target' AS target,
        f.metadata ->> 'mark' AS mark,
        f.metadata -> 'numbers' AS numbers,
        f.metadata -> 'desired' AS desired,
        f.metadata -> 'before' AS observed_before,
        jsonb_strip_nulls(jsonb_build_object('kind', l.metadata -> 'kind', 'symbol', l.metadata -> 'symbol',
          'side', l.metadata -> 'side', 'ticket', l.metadata -> 'ticket', 'lots', l.metadata -> 'lots',
          'stop_loss', l.metadata -> 'stop_loss', 'take_profit', l.metadata -> 'take_profit', 'mark', l.metadata -> 'mark',
          'magic', l.metadata -> 'magic', 'slippage_points', l.metadata -> 'slippage_points',
          'request_id', l.metadata -> 'request_id')) AS requested,
        coalesce(o.metadata, r.metadata, u.metadata) AS answered,
        coalesce(o.message, r.message, u.message) AS answer_message,
        f.id AS intent_id,
        coalesce(o.id, r.id) AS outcome_id,
        f.metadata ->> 'manifest_file' AS manifest_file,
        trading.as_bigint(f.metadata ->> 'manifest_line') AS manifest_line,
        f.metadata ->> 'manifest_field' AS manifest_field
      FROM trading.agent_logs f
      JOIN LATERAL (SELECT x.*, count(*) OVER () AS attempts FROM trading.agent_logs x
          WHERE x.action_id = f.action_id AND x.chain = f.chain AND x.event_type = 'intent'
          ORDER BY x.id DESC LIMIT 1) l ON true
      LEFT JOIN LATERAL (SELECT * FROM trading.agent_logs x WHERE x.action_id = f.action_id AND x.chain = f.chain
          AND x.event_type = 'outcome' ORDER BY x.id DESC LIMIT 1) o ON true
      LEFT JOIN LATERAL (SELECT * FROM trading.agent_logs x WHERE x.action_id = f.action_id AND x.chain = f.chain
          AND x.event_type = 'unknown' ORDER BY x.id ASC LIMIT 1) u ON true
      LEFT JOIN LATERAL (SELECT * FROM trading.agent_logs x WHERE x.action_id = f.action_id AND x.chain = f.chain
          AND x.event_type = 'resolved' ORDER BY x.id DESC LIMIT 1) r ON true
      WHERE f.event_type = 'intent' AND NOT EXISTS (SELECT FROM trading.agent_logs e WHERE e.action_id = f.action_id
        AND e.chain = f.chain AND e.event_type = 'intent' AND e.id < f.id);
      COMMENT ON COLUMN trading.actions.manifest_file IS 'The file of the manifest line that decided; null when no manifest asked for it.';
      COMMENT ON COLUMN trading.actions.manifest_line IS 'That line, from 1, in the revision in force.';
      COMMENT ON COLUMN trading.actions.manifest_field IS 'The field there, such as risk.lot_size; null when the field was left to its default, and the line is the agent''s document.';
      COMMENT ON COLUMN trading.actions.requested IS 'What the last attempt asked the terminal for, its magic number and request id among it.';
      COMMENT ON COLUMN trading.agent_trades.action_id IS 'The action of the controller that closed it, else the one that opened it; null when both were somebody else''s. Its record has both, as closed_by and opened_by.';
      COMMENT ON COLUMN trading.manifest_revisions.git_commit IS 'HEAD of the git work tree of the manifests when they were loaded, with -dirty behind it when they differed from it; null outside of one, and where git could not tell.';
      COMMENT ON COLUMN trading.checkpoints.key_id IS 'The public key''s id: SHA-256, in hex, of its 32 bytes; null when unsigned.';
      COMMENT ON COLUMN trading.checkpoints.signature IS 'Ed25519, in base64, over the checkpoint''s line without its member signature; null when unsigned.';

      CREATE VIEW trading.flows AS SELECT
        chain AS chain,
        id AS record_id,
        agent_id AS agent_id,
        metadata ->> 'day' AS day,
        metadata ->> 'kind' AS kind,
        trading.as_numeric(metadata ->> 'amount') AS amount,
        trading.as_numeric(metadata ->> 'balance') AS balance,
        trading.as_numeric(metadata ->> 'credit') AS credit,
        metadata ->> 'comment' AS comment,
        coalesce(metadata ->> 'inferred' = 'true', false) AS inferred,
        coalesce(trading.as_time(metadata ->> 'close_time'), observed_at, created_at) AS at
      FROM trading.agent_logs WHERE event_type = 'flow' AND agent_id IS NOT NULL;
      COMMENT ON VIEW trading.flows IS 'Money that moved without a trade, from the records of type flow.';
      COMMENT ON COLUMN trading.flows.chain IS 'The chain of its record.';
      COMMENT ON COLUMN trading.flows.record_id IS 'The id of its record in agent_logs.';
      COMMENT ON COLUMN trading.flows.agent_id IS 'The agent.';
      COMMENT ON COLUMN trading.flows.day IS 'The trading day, in the agent''s own zone; null when it is of none that is known.';
      COMMENT ON COLUMN trading.flows.kind IS 'balance: a deposit or withdrawal, which is capital and never profit or loss; credit: the broker''s credit; result: a cost or correction that the broker booked on the balance, which counts as profit or loss.';
      COMMENT ON COLUMN trading.flows.amount IS 'In the account''s currency; negative when it left the account.';
      COMMENT ON COLUMN trading.flows.balance IS 'The balance when it was seen.';
      COMMENT ON COLUMN trading.flows.credit IS 'The credit when it was seen.';
      COMMENT ON COLUMN trading.flows.comment IS 'What the broker wrote beside it.';
      COMMENT ON COLUMN trading.flows.inferred IS 'No row of the account''s history says so: it follows from the balance alone.';
      COMMENT ON COLUMN trading.flows.at IS 'When it was booked, or else seen, UTC.';
      """)
}
