import Bridge
import Hummingbird
import NIOCore
import Reconciler

/// One client's stream of records, as server-sent events: `id` is the record's sequence, `event` its type, `data` its line.
///
/// What is older than the ring comes from the journal, on a thread of its own. What the journal has no longer is said first,
/// by an event `missed`, never passed over in silence.
struct EventStream: Sendable {
  let feed: RecordFeed
  /// Reads lines of the journal; blocks. `nil` where there is none.
  let journal: (@Sendable (_ after: Int64, _ limit: Int) throws(JournalError) -> [JournalLine])?
  let agent: AgentID?
  /// How long a client may take to accept what was sent; then its connection is closed.
  let patience: Duration
  /// Whether the keys are still those that let the client in; else the stream ends, and the client shows its token anew.
  let isStillOpen: @Sendable () -> Bool

  private static let pageSize = 256

  /// Writes until the feed ends, the client goes, or the task is cancelled.
  ///
  /// - Parameter end: when the client's right to read ends; then so does the stream.
  @concurrent func run(
    after start: Int64, until end: Timestamp?, to writer: inout any ResponseBodyWriter, channel: any Channel
  ) async throws {
    var place = start
    // Also tells the client that it is connected, before the first record comes.
    try await send(": mt4-controller\nretry: 2000\n\n", to: &writer, channel)
    let last = feed.last
    if place > last {
      try await send(
        missed(after: place, next: last + 1, "there is no such record; this is another chain"), to: &writer, channel)
      place = last
    }
    var spoke = ContinuousClock.now
    while !Task.isCancelled {
      if let end, SystemClock.now().wall >= end { return }
      guard isStillOpen() else { return }
      switch feed.read(after: place, limit: Self.pageSize) {
      case .entries(let entries):
        place = entries.last?.sequence ?? place
        let text = entries.filter { agent == nil || $0.agent == agent }
          .map { Self.event($0.sequence, $0.type.rawValue, $0.line) }.joined()
        if !text.isEmpty {
          try await send(text, to: &writer, channel)
          spoke = .now
        }
      case .behind(let ringAfter): place = try await catchUp(place, ringAfter, to: &writer, channel)
      case .nothing:
        await feed.wait(after: max(place, feed.last))
        // A stream of one agent may have nothing to say while others do.
        guard ContinuousClock.now - spoke >= StatusServer.streamsSpeakEvery, !Task.isCancelled else { continue }
        try await send(": still here\n\n", to: &writer, channel)
        spoke = .now
      case .closed: return
      }
    }
  }

  /// A page of what the ring has no longer.
  @concurrent private func catchUp(
    _ place: Int64, _ ringAfter: Int64, to writer: inout any ResponseBodyWriter, _ channel: any Channel
  ) async throws -> Int64 {
    guard let journal else {
      try await send(
        missed(after: place, next: ringAfter + 1, "there is no journal to read them from"), to: &writer, channel)
      return ringAfter
    }
    let lines: [JournalLine]
    do throws(JournalError) {
      let limit = Int(min(Int64(Self.pageSize), ringAfter - place))
      lines = try await Blocking.run("mt4-events") { () throws(JournalError) in try journal(place, limit) }
    } catch {
      let next: Int64
      if case .gone(_, let oldest) = error, oldest > place {
        next = min(oldest, ringAfter + 1)
      } else {
        next = ringAfter + 1
      }
      try await send(missed(after: place, next: next, "the journal does not hold them any more"), to: &writer, channel)
      return next - 1
    }
    guard let last = lines.last else { return ringAfter }
    var text = ""
    for line in lines {
      guard let record = line.record, record.type != .snapshot, agent == nil || record.agent == agent else { continue }
      text += Self.event(line.sequence, record.type.rawValue, line.text)
    }
    if !text.isEmpty { try await send(text, to: &writer, channel) }
    return last.sequence
  }

  private func missed(after: Int64, next: Int64, _ why: String) -> String {
    let data: JSONValue = [
      "after": .int(after), "next": .int(next), "message": .string("records after \(after) are missing here: \(why)"),
    ]
    return "event: missed\ndata: \(data.canonicalText)\n\n"
  }

  /// A line of the journal has no line break in it.
  static func event(_ sequence: Int64, _ type: String, _ line: String) -> String {
    "id: \(sequence)\nevent: \(type)\ndata: \(line)\n\n"
  }

  /// A client that does not read is not waited for: its connection is closed, and the write ends with an error.
  @concurrent private func send(_ text: String, to writer: inout any ResponseBodyWriter, _ channel: any Channel)
    async throws
  {
    let guardian = channel.eventLoop.scheduleTask(in: .microseconds(patience.inMicroseconds)) {
      channel.close(mode: .all, promise: nil)
    }
    defer { guardian.cancel() }
    try await writer.write(ByteBuffer(string: text))
  }
}
