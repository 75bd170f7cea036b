import Bridge
import Reconciler

/// `GET /metrics`: counters as they stand, and gauges read off one published picture.
struct MetricsPage {
  private var out = Exposition()
  private let metrics: ControllerMetrics
  /// By agent.
  private let agents: [AgentStatus]
  private let picture: StatusBoard.Picture?
  private let now: Moment

  /// The whole page. It reads `/proc` and takes its time with a large fleet: not for the cooperative pool.
  static func render(_ metrics: ControllerMetrics, _ picture: StatusBoard.Picture?, _ process: ProcessFacts) -> [UInt8]
  {
    var page = MetricsPage(metrics, picture)
    page.gateway()
    page.loop()
    page.state()
    page.money()
    page.deeds()
    page.fleet()
    page.record()
    page.manifests()
    page.terminals()
    page.process(process)
    return page.out.bytes
  }

  private init(_ metrics: ControllerMetrics, _ picture: StatusBoard.Picture?) {
    self.metrics = metrics
    self.picture = picture
    now = metrics.now()
    agents = (picture?.agents.values.map(\.self) ?? []).sorted { $0.id < $1.id }
  }

  // MARK: Families

  private mutating func gateway() {
    let isHealthy = StatusDocument.health.json(picture)["status"]?.string == "healthy"
    let online = agents.filter(\.online)
    out.gauge(MetricCatalogue.gatewayHealth, isHealthy ? 1 : 0)
    out.gauge(MetricCatalogue.agentsOnline, online.count)
    out.gauge(MetricCatalogue.totalPositions, online.reduce(0) { $0 + $1.positions.count })
    total(MetricCatalogue.tradeRequests, metrics.tradeRequests)
    out.family(MetricCatalogue.tradeLatency)
    out.histogram(MetricCatalogue.tradeLatency, [], metrics.tradeLatency.current)
  }

  private mutating func loop() {
    out.family(MetricCatalogue.reconciles)
    let passes = metrics.passes.current
    for pass in ControllerMetrics.Pass.allCases {
      out.sample(MetricCatalogue.reconciles, [pass.rawValue], passes[pass] ?? 0)
    }
    out.family(MetricCatalogue.reconcileDuration)
    out.histogram(MetricCatalogue.reconcileDuration, [], metrics.passDuration.current)
    out.gauge(MetricCatalogue.stepAge, age(of: picture?.steppedAt))
  }

  private mutating func state() {
    each(MetricCatalogue.agentInfo) { agent in
      [([agent.spec.displayName, agent.metadataName, agent.spec.strategy?.type ?? ""], "1")]
    }
    flag(MetricCatalogue.agentEnabled) { $0.spec.enabled }
    flag(MetricCatalogue.agentOnline) { $0.online }
    flag(MetricCatalogue.agentActive) { $0.isActive }
    flag(MetricCatalogue.agentPaused) { $0.memory.breachPause != nil || $0.memory.operatorPause != nil }
    flag(MetricCatalogue.agentBreached) { $0.memory.breachPause != nil }
    flag(MetricCatalogue.agentClosing) { $0.memory.breachPause?.closesAll == true }
    flag(MetricCatalogue.agentOrphaned) { $0.orphaned }
    each(MetricCatalogue.agentCondition) { agent in
      agent.conditions.map { ([$0.kind.rawValue], Self.number($0.status)) }
    }
    let ages = agents.map { age(of: $0.seenAt) }
    out.family(MetricCatalogue.snapshotAge)
    for (agent, age) in zip(agents, ages) { out.sample(MetricCatalogue.snapshotAge, [agent.id.text], age) }
    one(MetricCatalogue.agentPositions) { String($0.positions.count) }
    one(MetricCatalogue.agentOrders) { String($0.orders.count) }
    one(MetricCatalogue.agentHeld) { String($0.plan.held.count) }
  }

  private mutating func money() {
    amount(MetricCatalogue.agentBalance) { $0.account?.balance }
    amount(MetricCatalogue.agentEquity) { $0.account?.equity }
    amount(MetricCatalogue.agentMargin) { $0.account?.margin }
    amount(MetricCatalogue.agentFloor) { $0.day?.floor }
    one(MetricCatalogue.dailyLoss) { $0.day.map { Self.part($0.usedPercent, of: .hundred) } }
  }

  private mutating func deeds() {
    out.family(MetricCatalogue.actions)
    let actions = metrics.actions.current.map { ([$0.kind.rawValue, $0.reason.rawValue, $0.outcome], $1) }
    for (labels, count) in actions.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
      out.sample(MetricCatalogue.actions, labels, count)
    }
    out.family(MetricCatalogue.actionLatency)
    for kind in ActionKind.allCases {
      if let histogram = metrics.actionLatency[kind] {
        out.histogram(MetricCatalogue.actionLatency, [kind.rawValue], histogram.current)
      }
    }
    out.family(MetricCatalogue.resolved)
    let resolved = metrics.resolved.current.map { ([$0.result, $0.evidence], $1) }
    for (labels, count) in resolved.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
      out.sample(MetricCatalogue.resolved, labels, count)
    }
    out.gauge(MetricCatalogue.unknownOutcomes, picture?.fleet.unknownOutcomes ?? 0)
    out.family(MetricCatalogue.heldActions)
    var held: [Reason: Int] = [:]
    for agent in agents {
      for action in agent.plan.held { if let hold = action.holds.first { held[hold.reason, default: 0] += 1 } }
    }
    for reason in Reason.allCases { out.sample(MetricCatalogue.heldActions, [reason.rawValue], held[reason] ?? 0) }
    total(MetricCatalogue.breaches, metrics.breaches)
    out.family(MetricCatalogue.breachToFlat)
    out.histogram(MetricCatalogue.breachToFlat, [], metrics.breachToFlat.current)
  }

  private mutating func fleet() {
    let exposure = picture?.fleet.exposure
    let policy = picture?.fleet.policy
    for (metric, value) in [
      (MetricCatalogue.equity, exposure?.equity), (MetricCatalogue.openRisk, exposure?.openRisk),
      (MetricCatalogue.gross, exposure?.gross),
    ] {
      out.family(metric)
      if let exposure, let value { out.sample(metric, [exposure.currency], value) }
    }
    out.gauge(MetricCatalogue.openRiskRatio, Self.part(exposure?.openRisk ?? .zero, of: exposure?.equity ?? .zero))
    out.gauge(MetricCatalogue.leverage, Self.part(exposure?.gross ?? .zero, of: exposure?.equity ?? .zero))
    let riskLimit = policy?.maxTotalExposure.map { Self.part($0, of: .hundred) }
    out.gauge(MetricCatalogue.openRiskLimit, riskLimit ?? "NaN")
    out.gauge(MetricCatalogue.leverageLimit, policy?.maxGrossLeverage?.description ?? "NaN")
    out.gauge(MetricCatalogue.emergency, picture?.fleet.emergency.isActive == true ? 1 : 0)
  }

  private mutating func record() {
    out.family(MetricCatalogue.records)
    let records = metrics.records.current
    for type in EventType.allCases { out.sample(MetricCatalogue.records, [type.rawValue], records[type] ?? 0) }
    let fleet = picture?.fleet
    out.gauge(
      MetricCatalogue.journalLag, fleet.map { Int(clamping: max(0, $0.lastSequence - $0.journal.shipped)) } ?? 0)
    out.family(MetricCatalogue.journalFsync)
    out.histogram(MetricCatalogue.journalFsync, [], metrics.journalFsync.current)
    out.family(MetricCatalogue.journalSpace)
    for state in JournalFacts.Space.allCases {
      out.sample(MetricCatalogue.journalSpace, [state.rawValue], (fleet?.journal.space ?? .ok) == state)
    }
    out.gauge(MetricCatalogue.databaseUp, fleet?.journal.database == .up ? 1 : 0)
    let recording = metrics.recordingStatus
    out.family(MetricCatalogue.recording)
    for state in RecordingState.allCases {
      out.sample(MetricCatalogue.recording, [state.rawValue], recording.state == state)
    }
    out.family(MetricCatalogue.recordingBytes)
    out.sample(MetricCatalogue.recordingBytes, [], String(recording.bytes))
  }

  private mutating func manifests() {
    out.gauge(MetricCatalogue.revision, picture?.fleet.revision ?? 0)
    total(MetricCatalogue.manifestRejected, metrics.rejections)
    out.gauge(MetricCatalogue.manifestAccepted, picture?.fleet.manifestErrors.isEmpty == false ? 0 : 1)
  }

  private mutating func terminals() {
    out.family(MetricCatalogue.terminalRequests)
    var counts = metrics.terminalRequests.map { ([$0.agent.text, $0.endpoint.rawValue, $0.result], $0.count) }
    // What an alert takes the rate of is there before the first of its kind; the rest would be many lines for nothing.
    let counted = Set(counts.map(\.0))
    for agent in agents {
      for (endpoint, result) in Self.knownRequests where !counted.contains([agent.id.text, endpoint, result]) {
        counts.append(([agent.id.text, endpoint, result], 0))
      }
    }
    for (labels, count) in counts.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
      out.sample(MetricCatalogue.terminalRequests, labels, count)
    }
  }

  private static let knownRequests = [
    ("/account", "ok"), ("/positions", "ok"), ("/positions", "timeout"), ("/positions", "unreachable"),
    ("/trade", "done"), ("/trade", "refused"), ("/trade", "unknown"),
  ]

  private mutating func process(_ facts: ProcessFacts) {
    out.family(MetricCatalogue.build)
    out.sample(MetricCatalogue.build, [ControllerVersion.text], 1)
    let hundredth = 1_000_000 / ProcessFacts.ticksPerSecond
    optional(MetricCatalogue.processStart, facts.startTicks.map { Exposition.seconds($0 * hundredth) })
    optional(MetricCatalogue.processCPU, facts.cpuTicks.map { Exposition.seconds($0 * hundredth) })
    optional(MetricCatalogue.processResident, facts.residentBytes.map { String($0) })
    optional(MetricCatalogue.processVirtual, facts.virtualBytes.map { String($0) })
    optional(MetricCatalogue.processOpenFiles, facts.openFiles.map { String($0) })
    optional(MetricCatalogue.processMaximumFiles, facts.maximumFiles.map { String($0) })
    optional(MetricCatalogue.processThreads, facts.threads.map { String($0) })
  }

  // MARK: Means

  private mutating func total(_ metric: Metric, _ counter: Counter<Int>) {
    out.family(metric)
    out.sample(metric, [], counter.current[0] ?? 0)
  }

  private mutating func optional(_ metric: Metric, _ value: String?) {
    out.family(metric)
    if let value { out.sample(metric, [], value) }
  }

  /// So many samples an agent, each with the labels that follow the agent's.
  private mutating func each(_ metric: Metric, _ samples: (AgentStatus) -> [([String], String)]) {
    out.family(metric)
    for agent in agents {
      for (labels, value) in samples(agent) { out.sample(metric, [agent.id.text] + labels, value) }
    }
  }

  /// At most one sample an agent.
  private mutating func one(_ metric: Metric, _ value: (AgentStatus) -> String?) {
    each(metric) { agent in value(agent).map { [([], $0)] } ?? [] }
  }

  private mutating func flag(_ metric: Metric, _ isSet: (AgentStatus) -> Bool) { one(metric) { isSet($0) ? "1" : "0" } }

  /// Money of an agent, once its account is known.
  private mutating func amount(_ metric: Metric, _ value: (AgentStatus) -> FixedDecimal?) {
    each(metric) { agent in
      guard let account = agent.account, let value = value(agent) else { return [] }
      return [([account.currency], value.description)]
    }
  }

  private func age(of moment: Moment?) -> String {
    let since = moment?.steady ?? metrics.started.steady
    return Exposition.seconds(max(0, (now.steady - since).inMicroseconds))
  }

  private static func part(_ value: FixedDecimal, of whole: FixedDecimal) -> String {
    whole.isZero ? "0" : value.divided(by: whole)?.description ?? "0"
  }

  private static func number(_ status: Condition.Status) -> String {
    switch status {
    case .yes: "1"
    case .no: "0"
    case .unknown: "-1"
    }
  }
}
