import HTTPTypes
import Hummingbird
import NIOCore
import Reconciler

// The records as they come.
extension RESTTable {
  private static let lastEventID = HTTPField.Name("Last-Event-ID")

  static func events(_ parts: RESTParts) -> [RESTRoute] {
    let places = Schema.intBetween(0, 1 << 53)
    return [
      RESTRoute(
        "/api/events", .auditor,
        "Each record as it becomes durable, as server-sent events; `Last-Event-ID` goes on after that record.",
        query: [
          QueryParameter("after", places, "Begin after the record of this sequence; `Last-Event-ID` counts more."),
          QueryParameter("tail", .intBetween(0, 10_000), "Begin with the newest so many records."),
          QueryParameter("agent", .string, "Only records about this agent: its id, or its name in the manifest."),
        ],
        answer: .other("text/event-stream")
      ) { request throws(Problem) in try stream(request, parts) }.with {
        $0.headers = [QueryParameter("Last-Event-ID", places, "Go on after this event.")]
        $0.otherFailures = [404, 503]
      }
    ]
  }

  private static func stream(_ request: RESTRequest, _ parts: RESTParts) throws(Problem) -> RESTReply {
    var after = try request.query.int("after", in: 0...(1 << 53))
    let tail = try request.query.int("tail", in: 0...10_000)
    if let name = lastEventID, let text = request.header(name) {
      guard let id = Int64(text), id >= 0 else {
        throw .badParameter("Last-Event-ID", "write the id of an event: the sequence of a record.")
      }
      after = id
    }
    let agent: AgentID?
    if let name = request.query["agent"] { agent = try parts.board.find(name).id } else { agent = nil }
    guard let slot = parts.streams.take() else {
      throw Problem(
        .serviceUnavailable, "Too many streams", "\(parts.streams.limit) streams of events are open; try again later."
      ).with(.retryAfter, "10")
    }
    let feed = parts.feed
    let start = after ?? feed.place(beforeLast: Int(tail ?? 0))
    let keys = parts.keysGeneration()
    let events = EventStream(
      feed: feed, journal: parts.journal, agent: agent, patience: parts.patience,
      isStillOpen: { [generation = parts.keysGeneration] in generation() == keys })
    let source = request.request
    let channel = request.context.channel
    let end = request.principal?.expires
    var reply = RESTReply(
      body: ResponseBody { writer in
        defer { withExtendedLifetime(slot) {} }
        // The client's going ends it at once.
        try await source.body.consumeWithCancellationOnInboundClose { _ in
          try await events.run(after: start, until: end, to: &writer, channel: channel)
        }
        try await writer.finish(nil)
      }, type: "text/event-stream")
    reply.headers[.connection] = "close"
    if let accelerated = HTTPField.Name("X-Accel-Buffering") { reply.headers[accelerated] = "no" }
    return reply
  }
}
