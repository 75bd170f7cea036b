// Writing: the recorder beside a running controller: a queue with a bound, a thread of its own, and files with a limit. It
// may fail in any way; the controller never notices but by a line in its log and a metric.

import Dispatch
import Reconciler
import Synchronization

/// Takes what goes into the core, on the loop's thread, and hands it to a thread of its own that writes it down. The loop
/// never waits for it: what does not fit into the queue ends the recording, and nothing else.
final class EventRecorder: Sendable {
  private struct Waiting {
    var events: [RecordedEvent] = []
    var weight = 0
    /// Nothing more is taken.
    var isClosed = false
    var overflowed = false
    var isFinished = false
  }

  private let waiting = Mutex(Waiting())
  private let status = Mutex(RecordingStatus(state: .recording))
  private let bell = DispatchSemaphore(value: 0)
  private let finished = DispatchSemaphore(value: 0)
  private let maximumWaiting: Int
  private let tell: @Sendable (RecordingStatus) -> Void

  /// What has come together meanwhile is written together.
  static let rest: Duration = .milliseconds(100)

  /// - Parameter tell: hears of the end, if it comes before the controller's; from the recorder's thread.
  init(
    _ options: RecordingOptions, head: RecordingHead, tell: @escaping @Sendable (RecordingStatus) -> Void = { _ in }
  ) {
    maximumWaiting = options.maximumWaiting
    self.tell = tell
    Blocking.start("mt4-recorder") { [self] in work(RecordingSink(options, head: head)) }
  }

  var current: RecordingStatus { status.withLock { $0 } }

  /// To be called on the loop's thread, in order, with what the core made of it.
  func take(_ input: RecordedEvent.Input, at moment: Moment, _ effects: [Effect]) {
    var event = RecordedEvent(input: input, moment: moment)
    for effect in effects {
      switch effect {
      case .record(let record): event.lastSequence = record.sequence
      case .perform(let request, _, _): event.sends.append(request)
      case .read: break
      }
    }
    let weight = Self.weight(input)
    let ring = waiting.withLock { waiting in
      guard !waiting.isClosed else { return false }
      guard waiting.weight + weight <= maximumWaiting || waiting.events.isEmpty else {
        waiting.isClosed = true
        waiting.overflowed = true
        return false
      }
      waiting.weight += weight
      waiting.events.append(event)
      return waiting.events.count == 1
    }
    if ring { bell.signal() }
  }

  private static func weight(_ input: RecordedEvent.Input) -> Int {
    guard case .event(.snapshot(let snapshot)) = input else { return 1 }
    return 1 + (snapshot.positions?.value.count ?? 0) + (snapshot.orders.reply?.value.count ?? 0)
      + (snapshot.history.reply?.value.count ?? 0)
  }

  /// Writes what is left; waits for it no longer than `limit`, so that a stuck disk stops nobody.
  func close(within limit: Duration = .seconds(2)) {
    waiting.withLock { $0.isClosed = true }
    bell.signal()
    _ = finished.wait(timeout: .now() + .microseconds(Int(clamping: limit.inMicroseconds)))
  }

  // MARK: The recorder's thread

  private func work(_ sink: RecordingSink) {
    var sink = sink
    defer { finished.signal() }
    do throws(RecordingError) {
      try sink.begin()
      while true {
        bell.wait()
        let (events, overflowed, isClosed) = next()
        try sink.write(events)
        note(sink)
        if overflowed {
          throw .unusable("the disk did not keep up: over \(maximumWaiting) events were waiting to be written")
        }
        if isClosed {
          return try sink.end(sink.isWhole ? .stopped : .gaveUp("the controller did not stop in good order"))
        }
        Blocking.pause(Self.rest)
      }
    } catch {
      giveUp("\(error)", &sink)
    }
  }

  private func next() -> (events: [RecordedEvent], overflowed: Bool, isClosed: Bool) {
    waiting.withLock { waiting in
      defer {
        waiting.events = []
        waiting.weight = 0
      }
      return (waiting.events, waiting.overflowed, waiting.isClosed)
    }
  }

  private func note(_ sink: RecordingSink) {
    status.withLock { status in
      status.bytes = sink.written
      status.events = sink.events
    }
  }

  private func giveUp(_ why: String, _ sink: inout RecordingSink) {
    waiting.withLock { waiting in
      waiting.isClosed = true
      waiting.events = []
    }
    // The mark is a courtesy: a recording without one has ended as by a kill.
    try? sink.end(.gaveUp(why))
    let last = status.withLock { status in
      status.state = .ended
      status.problem = why
      status.bytes = sink.written
      return status
    }
    tell(last)
  }
}
