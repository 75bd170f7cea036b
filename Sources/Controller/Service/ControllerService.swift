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
  let streams = StreamSlots(limit: 200)
  /// For quotes over REST.
  let terminals = TerminalDirectory()
  /// Who may read over REST; `nil` before the start.
  let access: Mutex<AccessDesk?> = Mutex(nil)
  let observer: @Sendable (Record) -> Void
  let desk: Mutex<ManifestDesk?> = Mutex(nil)
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

  /// Reads the manifests and REST's keys again.
  public func reload(actor: String, _ done: @escaping @Sendable ([ManifestDiagnostic]) -> Void = { _ in }) {
    _ = reloadAll(actor: actor, done)
  }

  /// - Returns: why the keys stay as they were, where they cannot be read.
  func reloadAll(
    actor: String, _ done: @escaping @Sendable ([ManifestDiagnostic]) -> Void
  ) -> AccessKeyError? {
    guard let desk = desk.withLock({ $0 }) else {
      let why = "the controller is still starting; try again"
      done([
        ManifestDiagnostic(.error, file: options.manifests, at: YAMLMark(line: 1, column: 1), why, source: nil)
      ])
      return nil
    }
    let keys = access.withLock { $0 }?.reload()
    desk.reload(actor: actor, done)
    return keys
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

  /// What is up once it has started.
  struct Running: Sendable {
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
}
