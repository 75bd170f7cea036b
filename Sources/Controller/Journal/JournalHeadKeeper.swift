import CDispatch
import CoreFoundation
import Glibc

/// Rewrites `journal/head` when it is due: at most once a second, and at the moments that ask for it.
struct JournalHeadKeeper {
  private let directory: String
  private let files: any JournalFileSystem
  private var written: JournalHead?
  private var writtenAt: Int64?

  private static let interval: Int64 = 1_000_000_000

  init(directory: String, head: JournalHead?, files: any JournalFileSystem) {
    self.directory = directory
    self.files = files
    written = head
  }

  /// Only what is durable may be stated, so this comes after the sync. A full disk leaves the old head, which is still true.
  ///
  /// - Parameter now: does not wait for the interval.
  mutating func update(to head: JournalHead, now: Bool) throws(JournalError) {
    guard head != written, head.sequence > 0 else { return }
    var clock = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &clock)
    let time = Int64(clock.tv_sec) * 1_000_000_000 + Int64(clock.tv_nsec)
    if !now, let writtenAt, time - writtenAt < Self.interval { return }
    do throws(JournalError) {
      try head.write(in: directory, by: files)
      written = head
    } catch {
      guard error.isOutOfSpace else { throw error }
    }
    writtenAt = time
  }
}
