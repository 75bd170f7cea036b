// Events: the newest records in memory, and the streams that are read from there. Whoever is slow is left behind; nobody
// that makes records ever waits for a reader.

import Reconciler
import Synchronization

/// The newest durable records, for those who follow along: a bounded ring. A reader keeps nothing here but its place, so any
/// number of them costs no memory and none can hold up the journal, which fills the ring.
///
/// `snapshot` records, the whole folded state for a restart, are left out.
final class RecordFeed: Sendable {
  struct Entry: Sendable {
    let sequence: Int64
    let agent: AgentID?
    let type: EventType
    /// The record's line as it stands in the journal.
    let line: String
  }

  /// What there is after a place.
  enum Answer: Sendable {
    case entries([Entry])
    /// The ring begins after this sequence; what is before it, the journal has.
    case behind(ringAfter: Int64)
    /// Nothing yet.
    case nothing
    /// Nothing will come any more.
    case closed
  }

  private struct State {
    var entries: [Entry] = []
    /// The first of `entries` that is still held; those before it are dropped now and then, together.
    var start = 0
    var bytes = 0
    /// Everything after this is in the ring.
    var after: Int64 = 0
    /// The last record that came.
    var last: Int64 = 0
    var isClosed = false
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
  }

  private let state = Mutex(State())
  private let capacity: Int
  private let maximumBytes: Int

  init(capacity: Int = 10_000, maximumBytes: Int = 32 << 20) {
    self.capacity = capacity
    self.maximumBytes = maximumBytes
  }

  /// The last record that was durable before this process began.
  func begin(after sequence: Int64) {
    state.withLock { state in
      state.after = sequence
      state.last = sequence
    }
  }

  /// The last record that came.
  var last: Int64 { state.withLock { $0.last } }

  /// Takes durable lines, in order. Never waits; called from the journal's thread.
  func take(_ lines: [JournalLine]) {
    let waiters = state.withLock { state in
      for line in lines {
        state.last = line.sequence
        guard let record = line.record, record.type != .snapshot else { continue }
        state.entries.append(
          Entry(sequence: line.sequence, agent: record.agent, type: record.type, line: line.text))
        state.bytes += line.text.utf8.count
      }
      while state.entries.count - state.start > capacity
        || (state.bytes > maximumBytes && state.entries.count - state.start > 1)
      {
        let gone = state.entries[state.start]
        state.after = gone.sequence
        state.bytes -= gone.line.utf8.count
        state.start += 1
      }
      if state.start > capacity / 2 {
        state.entries.removeFirst(state.start)
        state.start = 0
      }
      return Self.takeWaiters(&state)
    }
    for waiter in waiters { waiter.resume() }
  }

  /// At most `limit` records after `sequence`, and no more than about a megabyte of them.
  func read(after sequence: Int64, limit: Int) -> Answer {
    state.withLock { state in
      guard sequence >= state.after else { return .behind(ringAfter: state.after) }
      var low = state.start
      var high = state.entries.count
      while low < high {
        let middle = (low + high) / 2
        if state.entries[middle].sequence > sequence { high = middle } else { low = middle + 1 }
      }
      var found: [Entry] = []
      var bytes = 0
      for entry in state.entries[low...].prefix(limit) {
        found.append(entry)
        bytes += entry.line.utf8.count
        if bytes > 1 << 20 { break }
      }
      if !found.isEmpty { return .entries(found) }
      return state.isClosed ? .closed : .nothing
    }
  }

  /// The place from which the newest `count` records of the ring follow.
  func place(beforeLast count: Int) -> Int64 {
    state.withLock { state in
      let held = state.entries.count - state.start
      return count >= held
        ? state.after : count <= 0 ? state.last : state.entries[state.entries.count - count - 1].sequence
    }
  }

  /// Waits until something is there after `sequence`, or for the next `wakeAll`, or until the caller's task is cancelled.
  func wait(after sequence: Int64) async {
    let id = state.withLock { state in
      defer { state.nextWaiter += 1 }
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = state.withLock { state in
          if state.last > sequence || state.isClosed || Task.isCancelled { return true }
          state.waiters[id] = continuation
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  /// Lets everybody look up, if only to say that they are still there.
  func wakeAll() {
    for waiter in state.withLock({ Self.takeWaiters(&$0) }) { waiter.resume() }
  }

  /// Nothing more will come: who has read everything is done.
  func close() {
    state.withLock { $0.isClosed = true }
    wakeAll()
  }

  private static func takeWaiters(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
    guard !state.waiters.isEmpty else { return [] }
    defer { state.waiters = [:] }
    return Array(state.waiters.values)
  }
}
