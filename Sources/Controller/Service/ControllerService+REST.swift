import Reconciler

// What REST is made of, and how its streams end.
extension ControllerService {
  /// From here on each durable line is shown to who follows along.
  func showRecords(of journal: Journal) {
    let feed = feed
    feed.begin(after: journal.durableSequence)
    journal.onLines { lines in feed.take(lines) }
  }

  func statusServer(_ journal: Journal) -> StatusServer {
    var parts = RESTParts(board: board, feed: feed)
    parts.journal = { after, limit throws(JournalError) in try journal.lines(after: after, limit: limit) }
    parts.metrics = { [self] in await metricsText() }
    return StatusServer(address: options.listen, routes: RESTTable.routes(parts), feed: feed, log: log)
  }

  /// Lets the streams end with the last record, and none of them hold up a stop.
  func endStreams(_ journal: Journal) async {
    await Blocking.value("mt4-stop") { Self.settle(journal) }
    feed.close()
  }
}
