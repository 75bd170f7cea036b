import Bridge
import Reconciler
import Synchronization

/// Everything that is counted. The loop's thread, the bridge's and the journal's tell it; a scrape reads it.
final class ControllerMetrics: Sendable {
  /// What a look at a terminal led to.
  enum Pass: String, Hashable, Sendable, CaseIterable {
    case inSync = "in_sync"
    case acted
    case held
    /// Something is to be done that waits for its turn, or for quotes.
    case pending
    case readFailed = "read_failed"
  }

  let now: MomentSource
  let started: Moment
  let tradeRequests = Counter([0])
  let tradeLatency = Histogram(MetricCatalogue.tradeLatency)
  let passes = Counter(Pass.allCases)
  let passDuration = Histogram(MetricCatalogue.reconcileDuration)
  let actions = Counter(ActionLedger.knownLabels)
  let actionLatency = Dictionary(
    uniqueKeysWithValues: ActionKind.allCases.map { ($0, Histogram(MetricCatalogue.actionLatency)) })
  let resolved = Counter(
    ActionLedger.results.flatMap { result in
      ActionLedger.evidence.map { ActionLedger.Resolution(result: result, evidence: $0) }
    })
  let breaches = Counter([0])
  let breachToFlat = Histogram(MetricCatalogue.breachToFlat)
  let records = Counter(EventType.allCases)
  let rejections = Counter([0])
  let journalFsync = Histogram(MetricCatalogue.journalFsync)
  private let ledger = Mutex(ActionLedger())
  private let recording: Mutex<(@Sendable () -> RecordingStatus)?> = Mutex(nil)
  private let bridge: Mutex<(@Sendable () -> [BridgeCounter])?> = Mutex(nil)

  init(now: @escaping MomentSource) {
    self.now = now
    started = now()
  }

  /// Where the terminals' counts come from, once there is a bridge.
  func attach(bridge counters: @escaping @Sendable () -> [BridgeCounter]) { bridge.withLock { $0 = counters } }

  /// How the recording is, once there is one.
  func attach(recording status: @escaping @Sendable () -> RecordingStatus) { recording.withLock { $0 = status } }

  var recordingStatus: RecordingStatus { recording.withLock { $0 }?() ?? RecordingStatus() }

  var terminalRequests: [BridgeCounter] { bridge.withLock { $0 }?() ?? [] }

  // MARK: The loop's thread

  /// A record was made.
  func made(_ record: Record) {
    records.add(record.type)
    switch record.type {
    case .intent: ledger.withLock { $0.intent(record, at: now().steady) }
    case .outcome: ended(record, as: record.metadata["result"]?.string ?? "done")
    case .unknown: ended(record, as: "unknown")
    case .resolved:
      resolved.add(
        ActionLedger.Resolution(
          result: record.metadata["result"]?.string ?? "executed",
          evidence: record.metadata["evidence"]?.string ?? "operator"))
    case .breach:
      breaches.add(0)
      if let agent = record.agent { ledger.withLock { $0.breach(agent, at: now().steady) } }
    case .paused:
      if record.metadata["cause"] == "breach", record.metadata["pause"]?["closes_all"]?.bool == false {
        forgetBreach(record)
      }
    case .resumed: forgetBreach(record)
    case .revisionRejected: rejections.add(0)
    case .controllerStarted, .controllerStopped, .revisionLoaded, .agentOnline, .agentOffline, .dayAnchor, .flow,
      .riskWarning, .refused, .targetSpent, .tradeClosed, .externalPosition, .orphaned, .suspiciousSnapshot,
      .emergencyStop, .emergencyCleared, .confirmedFlat, .notFlat, .journalDegraded, .journalRecovered,
      .operatorCommand, .heartbeat, .snapshot:
      break
    }
  }

  /// A look was taken up, and what followed from it is under way.
  func passed(_ event: Event, _ effects: [Effect], plan: Plan?, since began: Moment) {
    let ended = now().steady
    switch event {
    case .snapshot(let snapshot):
      guard let positions = snapshot.positions else { return }
      passes.add(Self.pass(effects, plan))
      let flat = ledger.withLock {
        $0.looked(snapshot.request.agent, isFlat: positions.value.isEmpty, at: positions.span.ended.steady)
      }
      if let flat { breachToFlat.observe(flat.inMicroseconds) }
    case .readFailed: passes.add(.readFailed)
    case .started, .fleetAccepted, .fleetRejected, .actionEnded, .journal, .memories, .command, .timePassed, .drain:
      return
    }
    passDuration.observe((ended - began.steady).inMicroseconds)
  }

  private static func pass(_ effects: [Effect], _ plan: Plan?) -> Pass {
    for case .record(let record) in effects where record.type == .intent { return .acted }
    guard let plan else { return .pending }
    if !plan.held.isEmpty { return .held }
    return plan.actions.isEmpty ? .inSync : .pending
  }

  private func ended(_ record: Record, as outcome: String) {
    guard let end = ledger.withLock({ $0.end(record, as: outcome, at: now().steady) }) else { return }
    actions.add(end.labels)
    // One that was never sent took no time that says anything.
    if outcome != "withdrawn" { actionLatency[end.labels.kind]?.observe(end.took.inMicroseconds) }
  }

  private func forgetBreach(_ record: Record) {
    if let agent = record.agent { ledger.withLock { $0.forgetBreach(agent) } }
  }
}
