extension Migration {
  /// One row an action, joined from its records.
  static let m0003 = Migration(
    version: 3, name: "actions",
    script: """
      CREATE VIEW trading.actions AS SELECT
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
        coalesce(o.id, r.id) AS outcome_id
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
      COMMENT ON VIEW trading.actions IS
        'One row an action: what was decided and why, what was asked of the terminal, and what came of it.';
      COMMENT ON COLUMN trading.actions.chain IS 'The chain of its records.';
      COMMENT ON COLUMN trading.actions.action_id IS 'The action.';
      COMMENT ON COLUMN trading.actions.agent_id IS 'The agent.';
      COMMENT ON COLUMN trading.actions.revision IS 'The revision of the manifests in force at the first intent.';
      COMMENT ON COLUMN trading.actions.kind IS 'open, close, reduce, modify or delete.';
      COMMENT ON COLUMN trading.actions.symbol IS 'The symbol, without the broker''s suffix.';
      COMMENT ON COLUMN trading.actions.side IS 'buy or sell.';
      COMMENT ON COLUMN trading.actions.ticket IS 'The position: of a close or modify the one it is about, of an open the one it made.';
      COMMENT ON COLUMN trading.actions.lots IS 'The lots asked for.';
      COMMENT ON COLUMN trading.actions.reason IS 'Why, of a closed list.';
      COMMENT ON COLUMN trading.actions.message IS 'The first intent in words.';
      COMMENT ON COLUMN trading.actions.result IS 'done, refused or withdrawn; executed or not_executed after an unknown; unknown; pending.';
      COMMENT ON COLUMN trading.actions.error_code IS 'The terminal''s error, if it gave one.';
      COMMENT ON COLUMN trading.actions.evidence IS 'What resolved an unknown: mark, ticket, absence or operator.';
      COMMENT ON COLUMN trading.actions.price IS 'The price that the terminal gave.';
      COMMENT ON COLUMN trading.actions.done_lots IS 'The lots that the terminal did.';
      COMMENT ON COLUMN trading.actions.attempts IS 'How often it was sent.';
      COMMENT ON COLUMN trading.actions.latency_ms IS 'From sending to the answer, in milliseconds.';
      COMMENT ON COLUMN trading.actions.observed_at IS 'When the reply that led to it was complete, UTC.';
      COMMENT ON COLUMN trading.actions.intent_at IS 'When it was first decided, UTC.';
      COMMENT ON COLUMN trading.actions.last_intent_at IS 'When the last attempt was decided, UTC.';
      COMMENT ON COLUMN trading.actions.outcome_at IS 'When the outcome was recorded, UTC.';
      COMMENT ON COLUMN trading.actions.unknown_at IS 'When its outcome became unknown, UTC; null when it never was.';
      COMMENT ON COLUMN trading.actions.resolved_at IS 'When an unknown was resolved, UTC.';
      COMMENT ON COLUMN trading.actions.target IS 'The target of the manifest, for an open or modify.';
      COMMENT ON COLUMN trading.actions.mark IS 'The mark in the order''s comment or magic number by which it is recognised.';
      COMMENT ON COLUMN trading.actions.numbers IS 'The numbers that decided.';
      COMMENT ON COLUMN trading.actions.desired IS 'What was wanted at the first intent.';
      COMMENT ON COLUMN trading.actions.observed_before IS 'What was there before it.';
      COMMENT ON COLUMN trading.actions.requested IS 'What the last attempt asked the terminal for.';
      COMMENT ON COLUMN trading.actions.answered IS 'What came back.';
      COMMENT ON COLUMN trading.actions.answer_message IS 'The outcome in words.';
      COMMENT ON COLUMN trading.actions.intent_id IS 'The record of the first intent.';
      COMMENT ON COLUMN trading.actions.outcome_id IS 'The record of the outcome or of the resolution; null while it is open.';
      """)
}
