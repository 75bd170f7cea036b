import Bridge
import Logging
import Reconciler
import Synchronization

/// Takes manifests from their folder to the loop: read, check, number, resolve secrets, hand over. One reload at a time; a
/// second one waits its turn, and what is asked while one waits is answered by that one.
final class ManifestDesk: Sendable {
  let directory: String
  let store: RevisionStore
  let mailbox: Mailbox
  let log: Logger
  private let environment: [String: String]
  static let atStart = "start"
  let now: MomentSource
  let queue = QuietQueue("mt4-manifests")
  private let names: AgentNames
  private let manager: ServiceManager
  private let waiting = Mutex(Waiting())
  private let memory = ReadingMemory()

  /// Who asked for the reload that has not begun yet.
  private struct Waiting {
    var actors: [String] = []
    var answers: [@Sendable ([ManifestDiagnostic]) -> Void] = []
  }

  init(
    options: ControllerOptions, store: RevisionStore, mailbox: Mailbox, log: Logger, names: AgentNames,
    now: @escaping MomentSource, manager: ServiceManager
  ) {
    self.names = names
    self.manager = manager
    directory = options.manifests
    self.store = store
    self.mailbox = mailbox
    self.log = log
    environment = options.environment
    self.now = now
  }

  /// The folder's set. Files that have not changed since the last time are not read again.
  func load() -> ManifestOutcome { ManifestLoader.load(directory: directory, memory: memory) }

  /// What is in force at the start: the revision that was rolled back to, the folder's set, or the last good one of the
  /// state directory.
  ///
  /// Throws 3 if there is none. To be called once, before the loop runs, on a thread that may block.
  func first() throws(StartError) {
    let pin = try StartError.wrapping { () throws(RevisionError) in try store.pin() }
    switch load() {
    case .accepted(let loaded):
      if let pin, pin.holds(against: loaded.fleet.fingerprint) { return try keep(pin, actor: Self.atStart) }
      try take(loaded, actor: Self.atStart, releasing: pin)
    case .rejected(let errors):
      for error in errors { log.error("\(error)", metadata: .keys([.path: directory])) }
      if let pin {
        try keep(pin, actor: Self.atStart)
        reject(errors.map(\.headline), Self.atStart)
      } else {
        try lastGood(errors)
      }
    }
  }

  /// Reads the folder again. The answer, the errors or none, comes once the loop has taken up what was found.
  func reload(actor: String, _ done: @escaping @Sendable ([ManifestDiagnostic]) -> Void = { _ in }) {
    let isFirst = waiting.withLock { waiting in
      defer {
        if !waiting.actors.contains(actor) { waiting.actors.append(actor) }
        waiting.answers.append(done)
      }
      return waiting.answers.isEmpty
    }
    if isFirst { queue.async { self.reloadNow() } }
  }

  private func reloadNow() {
    manager.reloading()
    let asked = waiting.withLock { waiting in
      defer { waiting = Waiting() }
      return waiting
    }
    let errors = read(actor: asked.actors.joined(separator: ", "))
    mailbox.post(
      .ping { [manager] in
        manager.reloaded()
        for answer in asked.answers { answer(errors) }
      })
  }

  private func read(actor: String) -> [ManifestDiagnostic] {
    switch load() {
    case .accepted(let loaded):
      do throws(StartError) {
        try takeUnlessPinned(loaded, actor: actor)
        return []
      } catch {
        let problem = "the set is valid but cannot be kept as a revision: \(error)"
        reject([problem], actor)
        return [ManifestDiagnostic(.error, file: directory, at: YAMLMark(line: 1, column: 1), problem, source: nil)]
      }
    case .rejected(let errors):
      reject(errors.map(\.headline), actor)
      return errors
    }
  }

  private func takeUnlessPinned(_ loaded: LoadedManifests, actor: String) throws(StartError) {
    let pin = try StartError.wrapping { () throws(RevisionError) in try store.pin() }
    guard let pin, pin.holds(against: loaded.fleet.fingerprint) else {
      return try take(loaded, actor: actor, releasing: pin)
    }
    log.info("the files say what they said at the rollback to revision \(pin.pin.rollbackOf), which stays in force")
    try keep(pin, actor: actor)
  }

  func reject(_ errors: [String], _ actor: String) {
    mailbox.post(.event(.fleetRejected(errors: errors, actor: actor)))
  }

  /// Puts the files' set in force, and ends a rollback that has held another one against them.
  func take(_ loaded: LoadedManifests, actor: String, releasing pin: StoredPin?) throws(StartError) {
    try StartError.wrapping { () throws(RevisionError) in
      let accepted = try store.accept(loaded, actor: actor, at: now().wall)
      if pin != nil { try store.removePin() }
      // A reload that changes nothing warns of nothing new.
      if accepted.isNew || actor == Self.atStart {
        warn(of: loaded)
        for warning in SecretHygiene.warnings(loaded.fleet) { log.warning("\(warning)") }
      }
      var fleet = loaded.fleet
      fleet.revision = accepted.revision.number
      if !accepted.isNew, actor != Self.atStart {
        log.info(
          "the manifests say what revision \(fleet.revision) says; it stays in force",
          metadata: .keys([.revision: String(fleet.revision)]))
      }
      hand(
        fleet,
        RevisionFacts(
          isNew: accepted.isNew, actor: actor, gitCommit: loaded.gitCommit, releasedRollbackOf: pin?.pin.rollbackOf))
      // Without a new revision there is no record that tells of the pin's end.
      if let pin, !accepted.isNew { recordRelease(pin, actor) }
    }
  }

  /// A few say what is the matter; ten thousand at each reload would hide the rest of the log.
  private func warn(of loaded: LoadedManifests) {
    let most = 100
    for warning in loaded.warnings.prefix(most) { log.warning("\(warning.headline)") }
    guard loaded.warnings.count > most else { return }
    log.warning(
      "\(Count.of(loaded.warnings.count - most, "more warning")); `mt4ctl validate \(directory)` shows all of them",
      metadata: .keys([.path: directory]))
  }

  private func lastGood(_ errors: [ManifestDiagnostic]) throws(StartError) {
    let latest = try StartError.wrapping { () throws(RevisionError) in try store.latest().revision }
    guard let latest, case .accepted(let loaded) = latest.load() else {
      throw StartError(
        exitCode: 3,
        description:
          "the manifests in \(directory) are refused (\(Count.of(errors.count, "error"))), and no last good set is kept"
      )
    }
    log.warning(
      "the manifests are refused; the last good set, revision \(latest.number), is in force",
      metadata: .keys([.path: directory, .revision: String(latest.number)]))
    var fleet = loaded.fleet
    fleet.revision = latest.number
    hand(fleet, RevisionFacts(isNew: false, actor: Self.atStart))
    reject(errors.map(\.headline), Self.atStart)
  }

  func hand(_ fleet: Fleet, _ facts: RevisionFacts) {
    names.update(fleet.agents)
    let (resolved, outcomes) = Credentials.resolve(fleet, environment: environment)
    for agent in resolved.agents {
      if case .failed(let why)? = outcomes[agent.id] {
        log.error("\(why)", metadata: .keys([.agent: agent.id.text]))
      }
    }
    var facts = facts
    facts.annotations = Self.annotations(of: fleet)
    mailbox.post(.fleet(resolved, facts, credentials: outcomes))
  }

  /// The notes of those who wrote the manifests, by agent.
  private static func annotations(_ agent: AgentSpec) -> JSONValue {
    .object(agent.annotations.mapValues { .string($0) })
  }

  private static func annotations(of fleet: Fleet) -> JSONValue {
    let noted = fleet.agents.filter { !$0.annotations.isEmpty }
    return .object(
      Dictionary(noted.map { ($0.id.text, annotations($0)) }, uniquingKeysWith: { first, _ in first }))
  }
}

extension StartError {
  /// What is wrong with a revision, as the end of a start.
  static func wrapping<Value>(_ work: () throws(RevisionError) -> Value) throws(StartError) -> Value {
    do throws(RevisionError) {
      return try work()
    } catch {
      throw StartError(exitCode: 1, description: error.description)
    }
  }
}
