import CDispatch
import Glibc

/// Watches the room for records and keeps the reserve: a file of real blocks that is given back piece by piece when the
/// disk is full. Belongs to the writer's thread.
struct SpaceKeeper {
  private let options: JournalOptions
  private let directory: String
  private let file: DiskFile
  /// Bytes that the reserve still holds.
  private(set) var reserveBytes: Int64
  private(set) var state: SpaceState = .ok

  /// The least that is given back at once, so that a full disk does not cost a system call a line.
  private static let step: Int64 = 256 << 10

  init(directory: String, options: JournalOptions) throws(JournalError) {
    self.directory = directory
    self.options = options
    file = try DiskFile(path: directory + "/reserve", flags: O_RDWR | O_CREAT)
    reserveBytes = try file.size()
    // At start the reserve comes first, even where little is free: without it a full disk stops everything.
    let missing = options.reserveBytes - reserveBytes
    if missing < 0 { try shrink(to: options.reserveBytes) }
    if missing > 0, try options.files.freeBytes(directory) >= missing * 2 { refill() }
  }

  /// Gives blocks back for `bytes` more of the log; `false` when nothing is left to give.
  mutating func release(atLeast bytes: Int64) throws(JournalError) -> Bool {
    guard reserveBytes > 0 else { return false }
    try shrink(to: max(0, reserveBytes - max(bytes, Self.step)))
    return true
  }

  /// Looks again; returns the new state if it changed.
  mutating func look(unshippedBytes: Int64) throws(JournalError) -> SpaceState? {
    let free = try options.files.freeBytes(directory)
    let missing = options.reserveBytes - reserveBytes
    if missing > 0, free >= options.minimumFreeBytes + missing { refill() }
    let next: SpaceState
    if unshippedBytes > options.maximumUnshippedBytes + options.reserveBytes {
      next = .exhausted
    } else if reserveBytes < options.reserveBytes || unshippedBytes >= options.maximumUnshippedBytes {
      next = .reserve
    } else if unshippedBytes >= options.maximumUnshippedBytes / 10 * 9 || free < options.minimumFreeBytes {
      next = .low
    } else {
      next = .ok
    }
    return change(to: next)
  }

  /// Sets the state; returns it if it changed.
  mutating func change(to next: SpaceState) -> SpaceState? {
    guard next != state else { return nil }
    state = next
    return next
  }

  private mutating func shrink(to size: Int64) throws(JournalError) {
    try options.files.truncate(file, to: size)
    reserveBytes = size
  }

  /// Best effort: without room the reserve stays as it is, and the state says so.
  private mutating func refill() {
    do throws(JournalError) {
      try options.files.allocate(file, size: options.reserveBytes)
      try options.files.synchronize(file)
      reserveBytes = options.reserveBytes
    } catch {
      try? options.files.truncate(file, to: reserveBytes)
    }
  }
}
