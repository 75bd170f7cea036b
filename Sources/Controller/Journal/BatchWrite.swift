import Dispatch
import Synchronization

/// A batch that is written and synced while the next one is encoded: only where so much waits that there is a next one.
final class BatchWrite: Sendable {
  enum Failure: Sendable {
    /// Nothing of it counts; it can be tried again from its offset.
    case write
    /// A sync that failed is never tried again: the system may have dropped what was to be synced.
    case sync(JournalError)
  }

  let bytes: [UInt8]
  let records: Int
  let lines: [JournalLine]
  let offset: Int64
  private let done = DispatchSemaphore(value: 0)
  private let result = Mutex<(isOver: Bool, failure: Failure?)>((false, nil))
  private static let queue = DispatchQueue(label: "journal-write")

  init(
    _ bytes: [UInt8], records: Int, lines: [JournalLine], to file: DiskFile, at offset: Int64,
    by files: any JournalFileSystem
  ) {
    self.bytes = bytes
    self.records = records
    self.lines = lines
    self.offset = offset
    Self.queue.async { [self] in
      var failure: Failure?
      do throws(JournalError) {
        try files.writeAll(bytes, to: file, at: offset)
        do throws(JournalError) { try files.synchronize(file) } catch { failure = .sync(error) }
      } catch {
        failure = .write
      }
      result.withLock { [failure] in $0 = (true, failure) }
      done.signal()
    }
  }

  /// Whether `end` would not wait.
  var isOver: Bool { result.withLock { $0.isOver } }

  /// Waits for its end.
  func end() -> Failure? {
    done.wait()
    return result.withLock { $0.failure }
  }
}
