/// Every metric that there is, in the order of `/metrics`. All of them are there from the first scrape on, at zero where
/// nothing has happened yet; counters begin anew with the process.
///
/// Money is in the currency of the label `currency`, times are seconds, shares are ratios (1 is the whole).
enum MetricCatalogue {
  // MARK: The gateway's names

  static let gatewayHealth = Metric.gauge(
    "gateway_health", "1 while /health says healthy, 0 while it says degraded.")
  static let agentsOnline = Metric.gauge("agents_online", "Agents whose terminal answers.")
  static let totalPositions = Metric.gauge(
    "total_positions", "Open market positions of all agents whose terminal answers.")
  static let tradeRequests = Metric.counter(
    "trade_requests_total", "Trades that were handed to a terminal, whatever came of them.")
  static let tradeLatency = Metric.histogram(
    "trade_latency_seconds", "From the moment a trade was sent to its answer, or to the end of waiting for one.",
    bounds: Bounds.trades)

  // MARK: The loop

  static let reconciles = Metric.counter(
    "mt4_reconcile_total",
    "Looks at an agent's terminal that were taken up, by what they led to: in_sync, acted, held, pending or read_failed.",
    ["result"])
  static let reconcileDuration = Metric.histogram(
    "mt4_reconcile_duration_seconds", "From a look's arrival in the loop to the end of what was decided by it.",
    bounds: Bounds.steps)
  static let stepAge = Metric.gauge(
    "mt4_loop_step_age_seconds", "Since the loop last published a step. It grows when the loop is stuck.")

  // MARK: Agents

  static let agentInfo = Metric.gauge(
    "mt4_agent_info", "1 for each agent, with its names and strategy to join by.",
    ["agent", "name", "metadata_name", "strategy"])
  static let agentEnabled = Metric.gauge("mt4_agent_enabled", "1 if the manifest enables the agent, else 0.", ["agent"])
  static let agentOnline = Metric.gauge("mt4_agent_online", "1 while the agent's terminal answers, else 0.", ["agent"])
  static let agentActive = Metric.gauge(
    "mt4_agent_active", "1 while the agent is enabled, not paused and its terminal answers, else 0.", ["agent"])
  static let agentPaused = Metric.gauge(
    "mt4_agent_paused", "1 while the agent is paused, after a breach or by a person, else 0.", ["agent"])
  static let agentBreached = Metric.gauge(
    "mt4_agent_breached", "1 while the latch of a breach holds the agent, else 0.", ["agent"])
  static let agentClosing = Metric.gauge(
    "mt4_agent_breach_closes", "1 while the latch of a breach wants every position of the agent closed, else 0.",
    ["agent"])
  static let agentOrphaned = Metric.gauge(
    "mt4_agent_orphaned", "1 if the agent's manifest is gone: its positions are left alone.", ["agent"])
  static let agentCondition = Metric.gauge(
    "mt4_agent_condition", "An agent's condition: 1 is True, 0 is False, -1 is Unknown.", ["agent", "condition"])
  static let snapshotAge = Metric.gauge(
    "mt4_snapshot_age_seconds",
    "Since the last good look at the agent's terminal began; before the first, since the controller started.", ["agent"]
  )
  static let agentPositions = Metric.gauge("mt4_agent_positions", "Open market positions at the last look.", ["agent"])
  static let agentOrders = Metric.gauge("mt4_agent_pending_orders", "Pending orders at the last look.", ["agent"])
  static let agentHeld = Metric.gauge(
    "mt4_agent_held_actions", "Actions that the agent's plan wants and that something holds back.", ["agent"])
  static let agentBalance = Metric.gauge(
    "mt4_agent_balance", "Balance at the last look, in the account's currency.", ["agent", "currency"])
  static let agentEquity = Metric.gauge(
    "mt4_agent_equity", "Equity at the last look, in the account's currency.", ["agent", "currency"])
  static let agentMargin = Metric.gauge(
    "mt4_agent_margin", "Margin in use at the last look, in the account's currency.", ["agent", "currency"])
  static let agentFloor = Metric.gauge(
    "mt4_agent_floor", "The equity at which the day's loss is used up, in the account's currency.",
    ["agent", "currency"])
  static let dailyLoss = Metric.gauge(
    "mt4_daily_loss_ratio", "The part of the day's allowed loss that is used: 1 is a breach.", ["agent"])

  // MARK: Actions

  static let actions = Metric.counter(
    "mt4_actions_total",
    "Actions that ended, by kind, reason and outcome: done, refused, withdrawn (never sent) or unknown.",
    ["kind", "reason", "outcome"])
  static let actionLatency = Metric.histogram(
    "mt4_action_latency_seconds", "From an action's intent to its outcome, the journal and further attempts included.",
    ["kind"], bounds: Bounds.trades)
  static let resolved = Metric.counter(
    "mt4_unknown_resolved_total", "Unknown outcomes that were resolved, by result and evidence.",
    ["result", "evidence"])
  static let unknownOutcomes = Metric.gauge("mt4_unknown_outcomes", "Actions whose outcome is not known now.")
  static let heldActions = Metric.gauge(
    "mt4_held_actions", "Actions that are held back now, by the first reason that holds each.", ["reason"])
  static let breaches = Metric.counter("mt4_breaches_total", "Breaches of a limit since the controller started.")
  static let breachToFlat = Metric.histogram(
    "mt4_breach_to_flat_seconds",
    "From the record of a breach that closes everything to the first look without a position.", bounds: Bounds.flat)

  // MARK: The fleet

  static let equity = Metric.gauge(
    "mt4_fleet_equity", "Equity that the fleet's limits are measured by, in the fleet's currency.", ["currency"])
  static let openRisk = Metric.gauge(
    "mt4_fleet_open_risk", "Money from each open price to its stop, in the fleet's currency.", ["currency"])
  static let gross = Metric.gauge(
    "mt4_fleet_gross_exposure", "Sum of lots times contract times price, in the fleet's currency.", ["currency"])
  static let openRiskRatio = Metric.gauge("mt4_fleet_open_risk_ratio", "Open risk as a part of the fleet's equity.")
  static let leverage = Metric.gauge("mt4_fleet_gross_leverage_ratio", "Gross exposure over the fleet's equity.")
  static let openRiskLimit = Metric.gauge(
    "mt4_fleet_open_risk_limit_ratio", "The policy's max_total_exposure; NaN without one.")
  static let leverageLimit = Metric.gauge(
    "mt4_fleet_gross_leverage_limit_ratio", "The policy's max_gross_leverage; NaN without one.")
  static let emergency = Metric.gauge("mt4_emergency_stop", "1 while the emergency stop is in force, else 0.")

  // MARK: The record

  static let records = Metric.counter("mt4_records_total", "Records that were made, by event type.", ["type"])
  static let journalLag = Metric.gauge(
    "mt4_journal_lag_records", "Records that are made and not yet in the database.")
  static let journalFsync = Metric.histogram(
    "mt4_journal_fsync_seconds", "How long the disk took to make a batch of records durable.", bounds: Bounds.disk)
  static let journalSpace = Metric.gauge(
    "mt4_journal_space", "1 for the state that the journal's disk is in, 0 for the others.", ["state"])
  static let databaseUp = Metric.gauge("mt4_database_up", "1 while records reach the database, else 0.")

  static let recording = Metric.gauge(
    "mt4_recording", "1 for the state that the recording of the core's events is in, 0 for the others.", ["state"])
  static let recordingBytes = Metric.counter(
    "mt4_recording_bytes_total", "Bytes of the recording of the core's events.")

  // MARK: Manifests

  static let revision = Metric.gauge("mt4_manifest_revision", "The revision in force; 0 before the first.")
  static let manifestRejected = Metric.counter(
    "mt4_manifest_rejected_total", "Sets of manifests that were refused since the controller started.")
  static let manifestAccepted = Metric.gauge(
    "mt4_manifest_accepted", "1 if the manifests that were last read are in force, 0 if they were refused.")

  // MARK: Terminals

  static let terminalRequests = Metric.counter(
    "mt4_terminal_requests_total",
    "Requests to terminals by result: ok or the class of failure; of trades done, refused or unknown.",
    ["agent", "endpoint", "result"])

  // MARK: The process

  static let build = Metric.gauge("mt4_build_info", "1, with the version.", ["version"])
  static let processStart = Metric.gauge("process_start_time_seconds", "When the process began, since 1970 in UTC.")
  static let processCPU = Metric.counter("process_cpu_seconds_total", "Processor time of user and system.")
  static let processResident = Metric.gauge("process_resident_memory_bytes", "Memory that is resident.")
  static let processVirtual = Metric.gauge("process_virtual_memory_bytes", "Memory that is mapped.")
  static let processOpenFiles = Metric.gauge("process_open_fds", "File descriptors that are open.")
  static let processMaximumFiles = Metric.gauge("process_max_fds", "File descriptors that may be open.")
  static let processThreads = Metric.gauge("process_threads", "Threads of the process.")

  static let all: [Metric] = [
    gatewayHealth, agentsOnline, totalPositions, tradeRequests, tradeLatency, reconciles, reconcileDuration, stepAge,
    agentInfo, agentEnabled, agentOnline, agentActive, agentPaused, agentBreached, agentClosing, agentOrphaned,
    agentCondition,
    snapshotAge, agentPositions, agentOrders, agentHeld, agentBalance, agentEquity, agentMargin, agentFloor, dailyLoss,
    actions, actionLatency, resolved, unknownOutcomes, heldActions, breaches, breachToFlat, equity, openRisk, gross,
    openRiskRatio, leverage, openRiskLimit, leverageLimit, emergency, records, journalLag, journalFsync, journalSpace,
    databaseUp, recording, recordingBytes, revision, manifestRejected, manifestAccepted, terminalRequests, build,
    processStart, processCPU,
    processResident, processVirtual, processOpenFiles, processMaximumFiles, processThreads,
  ]

  /// Bounds of buckets, in microseconds.
  private enum Bounds {
    static let steps: [Int64] = [
      50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    ]
    static let disk: [Int64] = [
      100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000,
    ]
    static let trades: [Int64] = [
      1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
      30_000_000,
    ]
    static let flat: [Int64] = [
      100_000, 250_000, 500_000, 1_000_000, 2_000_000, 3_000_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000,
      300_000_000, 3_600_000_000,
    ]
  }
}
