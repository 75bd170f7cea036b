import CDispatch
import CoreFoundation
import Glibc
public import Logging
import Synchronization

/// Writes one plain line an entry to stderr, at once: for commands that end soon. A service logs by `ServiceLog`.
public struct LineLogHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level

  /// Lines of several threads never mix.
  private static let turn = Mutex(())

  public init(logLevel: Logger.Level = .info) { self.logLevel = logLevel }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let line = LogLine(event, metadata).text + "\n"
    // A log that cannot be written must not stop the program.
    Self.turn.withLock { _ in StandardError.write(line) }
  }
}

/// The process's standard error.
enum StandardError {
  /// Writes the whole text, or as much of it as is taken.
  static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Whether the service manager gave its journal as standard error: then entries can be sent there with their fields.
  static func isJournal(_ environment: [String: String]) -> Bool {
    guard let parts = environment["JOURNAL_STREAM"]?.split(separator: ":"), parts.count == 2 else { return false }
    var info = stat()
    guard unsafe fstat(STDERR_FILENO, &info) == 0 else { return false }
    return UInt64(parts[0]) == UInt64(info.st_dev) && UInt64(parts[1]) == UInt64(info.st_ino)
  }
}
