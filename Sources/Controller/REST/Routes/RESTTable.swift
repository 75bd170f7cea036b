import Reconciler

/// What the routes are made of.
struct RESTParts: Sendable {
  let board: StatusBoard
  let feed: RecordFeed
  let history: RecordHistory
  var streams = StreamSlots(limit: 200)
  /// How long a stream's client may take to accept what was sent.
  var patience: Duration = .seconds(20)
  /// Reads durable lines of the journal after a sequence; blocks.
  var journal: (@Sendable (_ after: Int64, _ limit: Int) throws(JournalError) -> [JournalLine])?
  var revisions: RevisionReader?
  /// Reads a quote.
  var quotes: TickDesk?
  /// Another number once the keys are others.
  var keysGeneration: @Sendable () -> Int = { 0 }
  /// What `/metrics` answers.
  var metrics: (@Sendable () async -> [UInt8])?
}

/// Every path that is served.
enum RESTTable {
  static func routes(_ parts: RESTParts) -> [RESTRoute] {
    let routes =
      open(parts) + agents(parts) + quotes(parts) + history(parts) + revisions(parts) + events(parts) + metrics(parts)
    return routes + [description(of: routes)] + dashboard.map { $0.with { $0.isDescribed = false } }
  }

  /// The description of all the others, and of itself.
  private static func description(of routes: [RESTRoute]) -> RESTRoute {
    let summary = "This interface, as OpenAPI describes it."
    let itself = RESTRoute("/openapi.json", .open, summary, answer: .json(.map(.any))) { _ throws(Problem) in
      RESTReply(json: .null)
    }
    let document = TaggedDocument(OpenAPIDocument.json(routes + [itself]))
    return RESTRoute(itself.path, itself.access, summary, answer: itself.answer) { _ throws(Problem) in
      .document(document)
    }
  }
}
