import CDispatch
import CoreFoundation
import Dispatch
import Glibc
import Synchronization

/// Rewrites `journal/head` when it is due: at most once a second, and at the moments that ask for it. The former is done
/// beside the writer: a head takes three syncs, and a breach must not wait for them.
final class JournalHeadKeeper: Sendable {
  private struct State {
    var written: JournalHead?
    var begunAt: Int64?
    var isUnderWay = false
    var failure: JournalError?
  }

  private let directory: String
  private let files: any JournalFileSystem
  private let state: Mutex<State>
  private let queue = DispatchQueue(label: "journal-head")

  private static let interval: Int64 = 1_000_000_000

  init(directory: String, head: JournalHead?, files: any JournalFileSystem) {
    self.directory = directory
    self.files = files
    state = Mutex(State(written: head))
  }

  /// Only what is durable may be stated, so this comes after the sync. A full disk leaves the old head, which is still true.
  ///
  /// - Parameter now: writes it before it returns, and does not wait for the interval.
  /// - Throws: what went wrong, also with the one before.
  func update(to head: JournalHead, now: Bool) throws(JournalError) {
    let clock = Self.clock()
    let (isDue, failure) = state.withLock { state in
      let failure = state.failure
      state.failure = nil
      guard failure == nil, head != state.written, head.sequence > 0 else { return (false, failure) }
      guard now || !state.isUnderWay && clock - (state.begunAt ?? .min / 2) >= Self.interval else {
        return (false, nil)
      }
      state.begunAt = clock
      state.isUnderWay = true
      return (true, nil)
    }
    if let failure { throw failure }
    guard isDue else { return now ? queue.sync {} : () }
    if now {
      queue.sync { write(head) }
      if let failure = state.withLock({ $0.failure }) { throw failure }
    } else {
      queue.async { [self] in write(head) }
    }
  }

  /// Waits until nothing is under way.
  func settle() { queue.sync {} }

  private func write(_ head: JournalHead) {
    do throws(JournalError) {
      try head.write(in: directory, by: files)
      state.withLock { state in
        state.written = head
        state.isUnderWay = false
      }
    } catch {
      state.withLock { state in
        if !error.isOutOfSpace { state.failure = error }
        state.isUnderWay = false
      }
    }
  }

  private static func clock() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
