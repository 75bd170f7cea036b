import Bridge
import Dispatch
import Logging
import Reconciler
import Synchronization

// The start, in its order: the journal, the database, the bridge, the manifests, the loop.
extension ControllerService {
  func start() throws(StartError) -> Running {
    log.info("mt4-controller \(ControllerVersion.text) starts", metadata: .keys([.path: options.state]))
    for warning in SecretHygiene.warnings(database: options.database, environment: options.environment) {
      log.warning("\(warning)")
    }
    try checkBeforeStart()
    let journal = try openJournal()
    let (reconciler, foldedFrom) = try fold(journal)
    let destination = try database()
    let store = revisions()
    let keeper = JournalDesk(mailbox: mailbox, hasDatabase: true, durable: journal.durableSequence)
    let wasTrouble = Mutex(false)
    let shipper = Shipper(
      destination: destination.shipper, source: JournalSource(journal: journal),
      callbacks: ShipperCallbacks(
        onShipped: { sequence in
          journal.markShipped(sequence)
          keeper.shipped(sequence)
        },
        onStatus: { [log] status in
          keeper.take(status)
          let isNews = wasTrouble.withLock { last in
            defer { last = status.isTrouble }
            return last != status.isTrouble
          }
          log.log(
            level: status.isTrouble ? .warning : isNews ? .info : .debug, "database: \(status.sentence)",
            metadata: .keys([.sequence: "\(status.shipped)"]))
        },
        revisionFiles: { number in RevisionFiles.of(number, in: store) }))
    journal.onEvent { [self] event in
      keeper.take(event)
      tell(event, to: shipper)
    }
    showRecords(of: journal)
    shipper.start()
    do throws(StartError) {
      return try start(journal, (reconciler, foldedFrom), keeper, shipper, destination.embedded)
    } catch {
      abandon(shipper, destination.embedded)
      journal.close()
      throw error
    }
  }

  /// The rest of the start, with the journal open and the shipper under way.
  private func start(
    _ journal: Journal, _ folded: (reconciler: Reconciler, from: Int64), _ keeper: JournalDesk, _ shipper: Shipper,
    _ embedded: EmbeddedPostgres?
  ) throws(StartError) -> Running {
    let reconciler = folded.reconciler
    waitForDatabase(keeper, shipper.destination)
    if case .forked(let why) = keeper.current.database { throw StartError(exitCode: 1, description: why) }
    let engine = try bridge()
    metrics.attach(bridge: { [weak engine] in engine?.counters() ?? [] })
    let latches = latchReader(journal, reconciler, keeper, shipper.destination)
    // What an earlier process recorded without them is merged when they come.
    let memories = journal.recovered.isNew ? latches?.atOnce() ?? EarlierMemories() : EarlierMemories()
    let desk = ManifestDesk(
      options: options, store: revisions(), mailbox: mailbox, log: log, names: names, now: seams.now, manager: manager)
    mailbox.post(
      .event(
        .started(
          StartFacts(
            version: ControllerVersion.text, chain: journal.chain, tornBytes: journal.recovered.torn?.bytes ?? 0,
            memories: memories, awaitsMemories: latches?.isWaiting ?? false,
            journalLost: journal.recovered.isLost))))
    let watcher: ManifestWatcher?
    let sight = options.watch ? ManifestWatcher.Sight(directory: options.manifests) : nil
    do throws(StartError) {
      try desk.first()
      watcher = try watch(desk, from: sight)
    } catch {
      _ = engine.stop(within: .seconds(2))
      throw error
    }
    self.desk.withLock { $0 = desk }
    latches?.start()
    let performance = PerformanceDesk()
    let publisher = StatePublisher { news in
      let chain = journal.chain
      shipper.publish(performance: performance.changed(news.agents))
      shipper.publish(states: news.agents.map { AgentStateRow($0, news.fleet, chain: chain) })
      guard news.hasNewRevision else { return }
      shipper.publish(
        revision: RevisionInForce(chain: chain, revision: news.fleet.revision, agents: news.fleet.agents))
    }
    let recorder = startRecorder(of: journal, foldedFrom: folded.from)
    let loop = ControllerLoop(
      ControllerLoop.Parts(
        mailbox: mailbox, journal: journal, board: board, log: log, connect: metrics.metering(engine.connector()),
        terminals: terminals,
        now: seams.now, observe: observer, metrics: metrics, recorder: recorder, retentionEvery: seams.retentionEvery,
        publish: { agents, fleet in publisher.publish(agents, fleet) }
      ))
    return Running(
      journal: journal, keeper: keeper, engine: engine, shipper: shipper, embedded: embedded, watcher: watcher,
      control: startControl(), latches: latches, publisher: publisher, recorder: recorder, loop: loop,
      reconciler: reconciler)
  }

  /// The database's first word is waited for, but not long: a shared one may have another controller, and one that holds
  /// another record than the journal ends the start.
  private func waitForDatabase(_ keeper: JournalDesk, _ destination: Shipper.Destination) {
    let limit: Duration
    switch destination {
    case .server: limit = .seconds(2)
    case .embedded(let server):
      guard server.hadCluster else { return }
      limit = .seconds(5)
    }
    let deadline = ContinuousClock.now + limit
    while keeper.current.database == .connecting, ContinuousClock.now < deadline { Blocking.pause(.milliseconds(20)) }
  }

  /// Ends what a failed start has begun.
  private func abandon(_ shipper: Shipper, _ embedded: EmbeddedPostgres?) {
    let ended = DispatchSemaphore(value: 0)
    Task {
      _ = await shipper.stop(withinSeconds: 1)
      ended.signal()
    }
    _ = ended.wait(timeout: .now() + 5)
    embedded?.stop()
  }
}
