import Dispatch
public import Logging
import Reconciler
import Synchronization

/// The log of a process that must not wait for its log: entries go through a bounded queue to a thread of their own. When
/// who reads does not keep up, entries are dropped, counted, and the count is logged.
public final class ServiceLog: Sendable {
  private struct Contents {
    var lines: [LogLine] = []
    var dropped = 0
    /// Taken from the queue and not written yet.
    var inHand = 0
  }

  /// Some minutes of a busy fleet.
  static let capacity = 20_000

  private let format: LogFormat
  private let names: AgentNames
  private let contents = Mutex(Contents())
  private let bell = DispatchSemaphore(value: 0)
  private let write: @Sendable (LogLine) -> Void

  public convenience init(format: LogFormat, names: AgentNames) {
    self.init(format: format, names: names) { line in Self.write(line, format, names) }
  }

  init(format: LogFormat, names: AgentNames, write: @escaping @Sendable (LogLine) -> Void) {
    self.format = format
    self.names = names
    self.write = write
    Blocking.start("mt4-log") { [self] in run() }
  }

  /// A logger that writes here.
  public func logger(_ level: Logger.Level) -> Logger {
    Logger(label: "mt4-controller") { _ in QueueLogHandler(log: self, logLevel: level) }
  }

  /// Waits until everything that was logged is written, but not long.
  public func flush(within limit: Duration = .seconds(2)) {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      if contents.withLock({ $0.lines.isEmpty && $0.inHand == 0 }) { return }
      Blocking.pause(.milliseconds(5))
    }
  }

  fileprivate func take(_ line: LogLine) {
    let isFirst = contents.withLock { contents in
      guard contents.lines.count < Self.capacity else {
        contents.dropped += 1
        return false
      }
      contents.lines.append(line)
      return contents.lines.count == 1
    }
    if isFirst { bell.signal() }
  }

  private func run() {
    while true {
      bell.wait()
      var (lines, dropped) = contents.withLock { contents in
        defer { contents = Contents(inHand: contents.lines.count) }
        return (contents.lines, contents.dropped)
      }
      if dropped > 0, let last = lines.last {
        lines.append(
          LogLine(time: last.time, level: .warning, message: "\(dropped) entries of the log were dropped here"))
      }
      for line in lines { write(line) }
      contents.withLock { $0.inHand = 0 }
    }
  }

  private static func write(_ line: LogLine, _ format: LogFormat, _ names: AgentNames) {
    switch format {
    case .text: StandardError.write(line.text + "\n")
    case .json: StandardError.write(String(decoding: line.json.canonicalBytes, as: UTF8.self) + "\n")
    case .journal:
      // Without journald's socket the stream that it gave still takes a line.
      if !JournalFields.send(JournalFields.of(line, names: names)) {
        StandardError.write("<\(JournalFields.priority(line.level))>" + line.text + "\n")
      }
    }
  }
}

private struct QueueLogHandler: LogHandler {
  let log: ServiceLog
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level

  init(log: ServiceLog, logLevel: Logger.Level) {
    self.log = log
    self.logLevel = logLevel
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { log.take(LogLine(event, metadata)) }
}
