import Bridge
import Dispatch
public import Logging
import NIOCore
public import Reconciler
import Synchronization

/// The controller as a service: journal, database, manifests, bridge, loop and REST, started in this order and stopped in
/// reverse.
public final class ControllerService: Sendable {
  let options: ControllerOptions
  let log: Logger
  /// What the loop last showed.
  public let board = StatusBoard()
  let mailbox = Mailbox()
  let metrics: ControllerMetrics
  /// The newest records.
  let feed = RecordFeed()
  let history = RecordHistory()
  /// For quotes over REST.
  let terminals = TerminalDirectory()
  /// Who may read over REST; `nil` before the start.
  let access: Mutex<AccessDesk?> = Mutex(nil)
  private let observer: @Sendable (Record) -> Void
  private let desk: Mutex<ManifestDesk?> = Mutex(nil)
  let seams: ServiceSeams
  var manifestDesk: ManifestDesk? { desk.withLock { $0 } }
  let manager: ServiceManager
  let names: AgentNames

  /// - Parameters:
  ///   - names: told the names of the agents, for a log that shows them.
  ///   - observer: sees each record as it is made, on the loop's thread; it must not block.
  public convenience init(
    options: ControllerOptions, log: Logger, names: AgentNames = AgentNames(),
    observer: @escaping @Sendable (Record) -> Void = { _ in }
  ) {
    self.init(options: options, log: log, names: names, seams: ServiceSeams(), observer: observer)
  }

  init(
    options: ControllerOptions, log: Logger, names: AgentNames = AgentNames(), seams: ServiceSeams,
    observer: @escaping @Sendable (Record) -> Void = { _ in }
  ) {
    self.options = options
    self.log = log
    self.seams = seams
    self.names = names
    metrics = ControllerMetrics(now: seams.now)
    manager =
      seams.manager ?? ServiceManager.systemd(environment: options.environment, log: log) { SystemClock.now().steady }
    self.observer = observer
  }

  /// Asks for a drain: nothing new is begun, what runs is ended, and `run` returns.
  public func stop() {
    manager.stopping()
    mailbox.post(.event(.drain))
  }

  /// Reads the manifests again.
  public func reload(actor: String, _ done: @escaping @Sendable ([ManifestDiagnostic]) -> Void = { _ in }) {
    guard let desk = desk.withLock({ $0 }) else {
      let why = "the controller is still starting; try again"
      return done([
        ManifestDiagnostic(.error, file: options.manifests, at: YAMLMark(line: 1, column: 1), why, source: nil)
      ])
    }
    access.withLock { $0 }?.reload()
    desk.reload(actor: actor, done)
  }

  /// Runs until it is stopped; returns the process's exit code. `ready` is told the port once everything is up.
  public func run(ready: @escaping @Sendable (Int) -> Void = { _ in }) async -> Int32 {
    manager.begin()
    let code: Int32
    do throws(StartError) {
      let parts = try await Blocking.run("mt4-start") { [self] () throws(StartError) in try start() }
      code = await serve(parts, ready: ready)
    } catch {
      log.critical("\(error.description)")
      code = error.exitCode
    }
    await Blocking.value("mt4-stop") { [manager] in manager.end() }
    return code
  }

  private struct Running: Sendable {
    var journal: Journal
    var keeper: JournalDesk
    var engine: BridgeEngine
    var shipper: Shipper
    var embedded: EmbeddedPostgres?
    var watcher: ManifestWatcher?
    var control: ControlServer?
    var latches: LatchReader?
    var publisher: StatePublisher
    var recorder: EventRecorder?
    var loop: ControllerLoop
    var reconciler: Reconciler
  }

  // MARK: Start

  private func start() throws(StartError) -> Running {
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
    let memories = journal.recovered.isNew ? latches?.atOnce() ?? [:] : [:]
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
    do throws(StartError) {
      try desk.first()
      watcher = try watch(desk)
    } catch {
      _ = engine.stop(within: .seconds(2))
      throw error
    }
    self.desk.withLock { $0 = desk }
    latches?.start()
    let performance = PerformanceDesk()
    let publisher = StatePublisher { statuses, fleet in
      shipper.publish(performance: performance.changed(statuses))
      shipper.publish(states: statuses.map { AgentStateRow($0, fleet, chain: journal.chain) })
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

  private func openJournal() throws(StartError) -> Journal {
    var journalOptions = metrics.metering(seams.journal)
    journalOptions.retention = options.journalRetention
    journalOptions.checkpointKey = try checkpointKey()
    do throws(JournalError) {
      let journal = try Journal.open(stateDirectory: options.state, options: journalOptions)
      keepPublicKey(of: journalOptions.checkpointKey)
      if let torn = journal.recovered.torn {
        log.warning(
          "an unfinished line of \(torn.bytes) bytes was cut from the journal's end at \(torn.offset)",
          metadata: .keys([.path: torn.file]))
      }
      if journal.recovered.isLost {
        let problem =
          "the journal is gone, though this state directory has revisions: a new chain begins, and pauses, breaches and "
          + "unknown outcomes are known only as far as the database has them"
        log.error("\(problem)", metadata: .keys([.path: options.state]))
      }
      return journal
    } catch {
      throw StartError(exitCode: 1, description: error.description)
    }
  }

  private func fold(_ journal: Journal) throws(StartError) -> (reconciler: Reconciler, from: Int64) {
    var reconciler = Reconciler(configuration: ReconcilerConfiguration(interval: options.interval))
    var first: Int64?
    do throws(JournalError) {
      try journal.replay { record in
        first = first ?? record.sequence
        try reconciler.fold(record)
      }
    } catch {
      throw StartError(exitCode: 1, description: "the journal cannot be taken up: \(error)")
    }
    return (reconciler, first ?? 0)
  }

  private func database() throws(StartError) -> (shipper: Shipper.Destination, embedded: EmbeddedPostgres?) {
    do throws(DatabaseError) {
      switch try DatabaseOption(options.database, environment: options.environment) {
      case .embedded:
        let embedded = EmbeddedPostgres(stateDirectory: options.state)
        return (.embedded(embedded), embedded)
      case .server(let target): return (.server(target), nil)
      }
    } catch {
      throw StartError(exitCode: 1, description: "--database: \(error)")
    }
  }

  private func revisions() -> RevisionStore {
    RevisionStore(stateDirectory: options.state, remembersNewest: true)
  }

  private func bridge() throws(StartError) -> BridgeEngine {
    do throws(BridgeError) {
      return try BridgeEngine(now: seams.now)
    } catch {
      throw StartError(exitCode: 1, description: "the bridge cannot start: \(error)")
    }
  }

  private func watch(_ desk: ManifestDesk) throws(StartError) -> ManifestWatcher? {
    guard options.watch else { return nil }
    do throws(WatchError) {
      return try ManifestWatcher(directory: options.manifests) { desk.reload(actor: "watch") }
    } catch {
      throw StartError(exitCode: 1, description: error.description)
    }
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

  /// With an empty state directory the latches of these agents come from `trading.agent_state`, and so they do when an
  /// earlier process with this journal ended before it had read them.
  private func latchReader(
    _ journal: Journal, _ reconciler: Reconciler, _ keeper: JournalDesk, _ destination: Shipper.Destination
  ) -> LatchReader? {
    guard journal.recovered.isNew || reconciler.awaitsMemories else { return nil }
    let target: @Sendable () -> DatabaseTarget?
    switch destination {
    case .server(let server): target = { server }
    case .embedded(let server):
      // A new cluster remembers nothing.
      guard server.hadCluster else { return nil }
      target = { [state = options.state] in EmbeddedPostgres.running(stateDirectory: state)?.asReader }
    }
    return LatchReader(target: target, mailbox: mailbox, log: log) { keeper.current.database == .up }
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

  // MARK: Serve

  private func serve(_ parts: Running, ready: @escaping @Sendable (Int) -> Void) async -> Int32 {
    let (bound, told) = AsyncStream.makeStream(of: Int.self)
    let server = statusServer(parts.journal)
    let web = Task {
      await listen(server) {
        told.yield($0)
      } whenDone: {
        told.finish()
      }
    }
    var ports = bound.makeAsyncIterator()
    // Nothing is done, and nothing is recorded, by a controller that cannot show what it does.
    guard let port = await ports.next() else {
      _ = await close(parts)
      return 1
    }
    log.info(
      "serving on \(options.listen.host):\(port)", metadata: .keys([.address: "\(options.listen.host):\(port)"]))
    tellReady(parts.journal, parts.engine)
    ready(port)
    let end = await Blocking.value("mt4-loop") { parts.loop.run(parts.reconciler) }
    manager.closing()
    await endStreams(parts.journal)
    web.cancel()
    let served = await web.value
    let behind = await close(parts)
    switch end {
    case .drained:
      let rest = behind > 0 ? "; \(behind) records are in the journal and not in the database yet" : ""
      log.info("stopped in good order\(rest)")
      return served ? 0 : 1
    case .journalFailed(let why):
      log.critical("the journal cannot be written, so nothing is sent any more: \(why)")
      return 1
    }
  }

  /// Serves HTTP until cancelled.
  ///
  /// - Returns: whether it could.
  private func listen(
    _ server: StatusServer, bound: @escaping @Sendable (Int) -> Void, whenDone: @Sendable () -> Void
  ) async -> Bool {
    defer { whenDone() }
    do {
      try await server.run(bound: bound)
      return true
    } catch is CancellationError {
      return true
    } catch {
      let why = (error as? IOError).map { SystemText.message($0.errnoCode) } ?? "\(error)"
      log.critical("cannot listen on \(options.listen): \(why)")
      stop()
      return false
    }
  }

  /// Ends everything but the loop and HTTP, in the reverse order of the start.
  ///
  /// - Returns: how many records are not in the database.
  private func close(_ parts: Running) async -> Int64 {
    parts.control?.stop()
    parts.watcher?.stop()
    parts.latches?.stop()
    if let recorder = parts.recorder { await Blocking.value("mt4-stop") { recorder.close() } }
    await Blocking.value("mt4-stop") { parts.publisher.settle() }
    _ = await Blocking.value("mt4-stop") { parts.engine.stop(within: .seconds(5)) }
    // The loop's last records are shipped too, and a checkpoint on them, so they must be durable first.
    parts.journal.makeCheckpoint()
    await Blocking.value("mt4-stop") { Self.settle(parts.journal) }
    // A database that is away is not waited for: the journal has everything, and the next start ships it.
    _ = await parts.shipper.stop(withinSeconds: parts.keeper.current.database == .up ? 5 : 1)
    return await Blocking.value("mt4-stop") {
      let behind = parts.journal.durableSequence - parts.keeper.current.shipped
      parts.embedded?.stop()
      parts.journal.close()
      return max(0, behind)
    }
  }

  /// Waits until everything that was appended is durable, but not long: a journal that is stuck or failed cannot.
  static func settle(_ journal: Journal) {
    let settled = DispatchSemaphore(value: 0)
    journal.ping { settled.signal() }
    _ = settled.wait(timeout: .now() + 5)
  }
}
