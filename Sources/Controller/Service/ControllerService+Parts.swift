import Bridge
import Logging
import Reconciler

// What the service is made of, one by one, each made from the options or refused with a sentence.
extension ControllerService {
  func openJournal() throws(StartError) -> Journal {
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

  func fold(_ journal: Journal) throws(StartError) -> (reconciler: Reconciler, from: Int64) {
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

  func database() throws(StartError) -> (shipper: Shipper.Destination, embedded: EmbeddedPostgres?) {
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

  func revisions() -> RevisionStore {
    RevisionStore(stateDirectory: options.state, remembersNewest: true)
  }

  func bridge() throws(StartError) -> BridgeEngine {
    do throws(BridgeError) {
      return try BridgeEngine(now: seams.now)
    } catch {
      throw StartError(exitCode: 1, description: "the bridge cannot start: \(error)")
    }
  }

  func watch(_ desk: ManifestDesk, from sight: ManifestWatcher.Sight?) throws(StartError) -> ManifestWatcher? {
    guard let sight else { return nil }
    do throws(WatchError) {
      return try ManifestWatcher(from: sight) { desk.reload(actor: "watch") }
    } catch {
      throw StartError(exitCode: 1, description: error.description)
    }
  }

  /// With an empty state directory the agents' latches come from the database, and so they do when an
  /// earlier process with this journal ended before it had read them.
  func latchReader(
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
    return LatchReader(chain: journal.chain, target: target, mailbox: mailbox, log: log) {
      keeper.current.database == .up
    }
  }
}
