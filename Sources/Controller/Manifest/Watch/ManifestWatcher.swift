// Watch: tells that a folder of manifests changed, however editors, package managers and deployments change it. What
// changed, and whether it is any good, is the loader's business.

import CDispatch
import Glibc
import Synchronization

/// Follows a folder of manifests on a thread of its own: by inotify, and by looking again at times for what inotify does
/// not see (a link further up that now leads elsewhere, a file that is a link out of the folder).
public final class ManifestWatcher: Sendable {
  private let stopEnd: Int32
  private let ended: Monitor<Bool>
  private let stopping = Mutex(false)

  /// A folder as it was at a moment, from which on it is watched: taken before its files are read for the first time, so that
  /// an edit in between is seen.
  struct Sight: Sendable {
    fileprivate let folder: WatchedFolder
    fileprivate let appearance: [String]

    init(directory: String) {
      folder = WatchedFolder(path: directory)
      appearance = folder.appearance()
    }

    /// For a test of the look alone: inotify has nothing to tell.
    func discardEvents() -> Bool { folder.takeEvents() }
  }

  /// Follows `directory` until `stop`. Whatever changes after this returns leads to a call of `onChange`, on the watcher's
  /// thread, once things are quiet for `debounce` or, if they never are, after ten times that.
  ///
  /// - Parameter lookAgain: how often to look at the folder without any event.
  public convenience init(
    directory: String, debounce: Duration = .milliseconds(200), lookAgain: Duration = .seconds(5),
    onChange: @escaping @Sendable () -> Void
  ) throws(WatchError) {
    try self.init(from: Sight(directory: directory), debounce: debounce, lookAgain: lookAgain, onChange: onChange)
  }

  /// The same for whatever changed after `sight` was taken.
  init(
    from sight: Sight, debounce: Duration = .milliseconds(200), lookAgain: Duration = .seconds(5),
    onChange: @escaping @Sendable () -> Void
  ) throws(WatchError) {
    var ends: [Int32] = [-1, -1]
    guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw WatchError(problem: SystemText.message(errno))
    }
    let ended = Monitor(false)
    self.ended = ended
    stopEnd = ends[1]
    let loop = WatchLoop(
      folder: sight.folder, begin: sight.appearance, stop: ends[0], debounce: debounce, lookAgain: lookAgain,
      onChange: onChange)
    do throws(JournalError) {
      try OwnThread.start(name: "manifests") {
        loop.run()
        ended.withLock { $0 = true }
      }
    } catch {
      close(ends[0])
      throw WatchError(problem: "no thread can be started")
    }
  }

  /// Ends the thread; waits up to a second for it. No call of `onChange` begins after that.
  public func stop() {
    let isFirst = stopping.withLock { stopping in
      defer { stopping = true }
      return !stopping
    }
    guard isFirst else { return }
    close(stopEnd)
    _ = ended.wait(atMost: .seconds(1)) { $0 ? true : nil }
  }

  deinit { if !stopping.withLock({ $0 }) { close(stopEnd) } }
}

/// Why a folder cannot be watched.
public struct WatchError: Error, Hashable, Sendable, CustomStringConvertible {
  public let problem: String

  public var description: String { "the manifests cannot be watched: \(problem)" }
}

/// The thread's work.
private struct WatchLoop: Sendable {
  let folder: WatchedFolder
  let begin: [String]
  let stop: Int32
  let debounce: Duration
  let lookAgain: Duration
  let onChange: @Sendable () -> Void

  func run() {
    let clock = ContinuousClock()
    var seen = begin
    var first: ContinuousClock.Instant?
    var last = clock.now
    // The first look comes at once.
    var looked = clock.now - lookAgain
    while true {
      let now = clock.now
      let due = first.map { min(last + debounce, $0 + debounce * 10) } ?? (looked + lookAgain)
      let wake = wait(atMost: due - now)
      if wake.stopped { break }
      if wake.events, folder.takeEvents() {
        last = clock.now
        first = first ?? last
        continue
      }
      guard clock.now >= due else { continue }
      let moved = folder.follow()
      let appearance = folder.appearance()
      looked = clock.now
      if first == nil, moved || appearance != seen {
        // Found by looking, so it may still be going on: wait until it is quiet, as for events.
        first = looked
        last = looked
      } else if first != nil {
        first = nil
        onChange()
      }
      seen = appearance
    }
    close(stop)
  }

  /// Waits for events or the end.
  private func wait(atMost duration: Duration) -> (events: Bool, stopped: Bool) {
    let milliseconds = max(
      0, min(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000 + 1, 60_000))
    var descriptors = [
      pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
      pollfd(fd: folder.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    let count = unsafe poll(&descriptors, 2, Int32(milliseconds))
    guard count > 0 else { return (false, false) }
    return (descriptors[1].revents != 0, descriptors[0].revents != 0)
  }
}
