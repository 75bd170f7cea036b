import Bridge
import Dispatch
import Logging
import Reconciler

/// Takes manifests from their folder to the loop: read, check, number, resolve secrets, hand over. One reload at a time; a
/// second one waits its turn.
final class ManifestDesk: Sendable {
  private let directory: String
  private let store: RevisionStore
  private let mailbox: Mailbox
  private let log: Logger
  private let environment: [String: String]
  private static let atStart = "start"
  private let now: MomentSource
  private let queue = DispatchQueue(label: "mt4-manifests")

  init(options: ControllerOptions, store: RevisionStore, mailbox: Mailbox, log: Logger, now: @escaping MomentSource) {
    directory = options.manifests
    self.store = store
    self.mailbox = mailbox
    self.log = log
    environment = options.environment
    self.now = now
  }

  /// What is in force at the start: the folder's set, or the last good one of the state directory.
  ///
  /// Throws 3 if there is neither. To be called once, before the loop runs, on a thread that may block.
  func first() throws(StartError) {
    switch ManifestLoader.load(directory: directory) {
    case .accepted(let loaded): try take(loaded, actor: Self.atStart)
    case .rejected(let errors):
      for error in errors { log.error("\(error)", metadata: .keys([.path: directory])) }
      try lastGood(errors)
    }
  }

  /// Reads the folder again; the answer comes on the desk's own queue: the errors, or none.
  func reload(actor: String, _ done: @escaping @Sendable ([ManifestDiagnostic]) -> Void = { _ in }) {
    queue.async { [self] in
      switch ManifestLoader.load(directory: directory) {
      case .accepted(let loaded):
        do throws(StartError) {
          try take(loaded, actor: actor)
          done([])
        } catch {
          let problem = "the set is valid but cannot be kept as a revision: \(error)"
          reject([problem], actor)
          done([ManifestDiagnostic(.error, file: directory, at: YAMLMark(line: 1, column: 1), problem, source: nil)])
        }
      case .rejected(let errors):
        reject(errors.map(\.headline), actor)
        done(errors)
      }
    }
  }

  private func reject(_ errors: [String], _ actor: String) {
    mailbox.post(.event(.fleetRejected(errors: errors, actor: actor)))
  }

  private func take(_ loaded: LoadedManifests, actor: String) throws(StartError) {
    do throws(RevisionError) {
      let accepted = try store.accept(loaded, actor: actor, at: now().wall)
      // A reload that changes nothing warns of nothing new.
      if accepted.isNew || actor == Self.atStart {
        for warning in loaded.warnings { log.warning("\(warning.headline)") }
      }
      var fleet = loaded.fleet
      fleet.revision = accepted.revision.number
      if !accepted.isNew, actor != Self.atStart {
        log.info(
          "the manifests say what revision \(fleet.revision) says; it stays in force",
          metadata: .keys([.revision: String(fleet.revision)]))
      }
      hand(fleet, RevisionFacts(isNew: accepted.isNew, actor: actor, gitCommit: loaded.gitCommit))
    } catch {
      throw StartError(exitCode: 1, description: error.description)
    }
  }

  private func lastGood(_ errors: [ManifestDiagnostic]) throws(StartError) {
    let latest: StoredRevision?
    do throws(RevisionError) {
      latest = try store.latest().revision
    } catch {
      throw StartError(exitCode: 1, description: error.description)
    }
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

  private func hand(_ fleet: Fleet, _ facts: RevisionFacts) {
    let (resolved, outcomes) = Credentials.resolve(fleet, environment: environment)
    for agent in resolved.agents {
      if case .failed(let why)? = outcomes[agent.id] {
        log.error("\(why)", metadata: .keys([.agent: agent.id.text]))
      }
    }
    mailbox.post(.fleet(resolved, facts, credentials: outcomes))
  }
}
