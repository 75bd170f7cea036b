import Logging
import Reconciler
import Synchronization

// What REST is made of, and how its streams end.
extension ControllerService {
  /// From here on each durable line is shown to who follows along.
  func showRecords(of journal: Journal) {
    let (feed, history) = (feed, history)
    feed.begin(after: journal.durableSequence)
    HistorySeed(journal: journal, history: history, log: log).start()
    journal.onLines { lines in
      feed.take(lines)
      history.take(lines)
    }
  }

  func statusServer(_ journal: Journal) -> StatusServer {
    var parts = RESTParts(board: board, feed: feed, history: history)
    parts.streams = streams
    parts.journal = { after, limit throws(JournalError) in try journal.lines(after: after, limit: limit) }
    parts.revisions = RevisionReader(RevisionStore(stateDirectory: options.state))
    parts.quotes = TickDesk(terminals)
    if let desk = access.withLock({ $0 }) { parts.keysGeneration = { desk.generation } }
    parts.metrics = { [self] in await metricsText() }
    return StatusServer(
      address: options.listen, routes: RESTTable.routes(parts), feed: feed, access: access.withLock { $0 },
      limits: options.rest, log: log)
  }

  /// Reads the keys, so that a start without the right ones leaves no trace.
  func openAccess() throws(StartError) {
    guard options.hasKeys || options.listen.isLoopback else {
      throw StartError(
        exitCode: 1,
        description:
          "cannot listen on \(options.listen) without a key: give --token-file or --jwt-key, or a loopback address"
      )
    }
    do throws(AccessKeyError) {
      let desk = try AccessDesk(tokenFile: options.tokenFile, jwtKey: options.jwtKey, log: log)
      access.withLock { $0 = desk }
      let keys = desk.current
      let kinds = [keys.tokens.map { Count.of($0.count, "token") }, keys.jwt.map { "\($0.algorithm) web tokens" }]
      let words = kinds.compactMap { $0 }.joined(separator: " and ")
      log.info(
        keys.isEmpty
          ? "REST has no key: whoever can reach this address on loopback may read everything"
          : "REST asks for a token: \(words)")
    } catch {
      throw StartError(exitCode: 1, description: "REST: \(error)")
    }
  }

  /// Lets the streams end with the last record, and none of them hold up a stop.
  func endStreams(_ journal: Journal) async {
    await Blocking.value("mt4-stop") { Self.settle(journal) }
    feed.close()
    // A stream that is cancelled before it has run again does not send its last records.
    await streams.emptied(within: .seconds(2))
  }
}
