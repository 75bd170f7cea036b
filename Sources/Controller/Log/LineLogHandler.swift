import Bridge
import CDispatch
import Glibc
public import Logging
import Reconciler
import Synchronization

/// Writes one plain line an entry to stderr: time, level, agent, message, then the keys.
///
/// `2026-11-21T01:33:00.123Z INFO    agent_1  close buy 0.05 EURUSD #1001: …  event=intent reason=pair_not_allowed`
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
    var values = metadata.merging(event.metadata ?? [:]) { _, new in new }
    let agent = values.removeValue(forKey: LogKey.agent.rawValue).map { "\($0)" } ?? "-"
    let keys = values.keys.sorted().map { "\($0)=\(Self.quoted("\(values[$0] ?? "")"))" }.joined(separator: " ")
    let time = SystemClock.now().wall.rfc3339.dropLast(4)
    let level = "\(event.level)".uppercased()
    let padding = String(repeating: " ", count: max(0, 7 - level.count))
    let tail = keys.isEmpty ? "" : "  \(keys)"
    let line = "\(time)Z \(level)\(padding) \(agent)  \(Self.oneLine(event.message.description))\(tail)\n"
    Self.turn.withLock { _ in
      // A log that cannot be written must not stop the controller.
      _ = unsafe Array(line.utf8).withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
  }

  private static func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline || $0 == "\u{1B}" ? " " : $0 })
  }

  private static func quoted(_ text: String) -> String {
    let needsQuotes = text.isEmpty || text.contains { $0 == " " || $0 == "\"" || $0 == "=" || $0.isNewline }
    guard needsQuotes else { return text }
    return "\"" + oneLine(text.replacing("\"", with: "'")) + "\""
  }
}
