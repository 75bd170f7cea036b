import Bridge
public import Logging
public import Reconciler

/// One entry of the log, before it has a form.
public struct LogLine: Sendable {
  public let time: Timestamp
  public let level: Logger.Level
  public let message: String
  /// By the names of `LogKey`.
  public let values: [String: String]

  init(_ event: LogEvent, _ metadata: Logger.Metadata) {
    time = SystemClock.now().wall
    level = event.level
    message = event.message.description
    values = metadata.merging(event.metadata ?? [:]) { _, new in new }.mapValues { "\($0)" }
  }

  init(time: Timestamp, level: Logger.Level, message: String, values: [String: String] = [:]) {
    self.time = time
    self.level = level
    self.message = message
    self.values = values
  }

  /// For people: time, level, agent, message, then the keys.
  ///
  /// `2026-11-21T01:33:00.123Z INFO    agent_1  close buy 0.05 EURUSD #1001: …  event=intent reason=pair_not_allowed`
  var text: String {
    let keys = values.keys.sorted().filter { $0 != LogKey.agent.rawValue }
      .map { "\($0)=\(Self.quoted(values[$0] ?? ""))" }.joined(separator: " ")
    let word = "\(level)".uppercased()
    let padding = String(repeating: " ", count: max(0, 7 - word.count))
    let agent = values[LogKey.agent.rawValue] ?? "-"
    let tail = keys.isEmpty ? "" : "  \(keys)"
    return "\(time.rfc3339.dropLast(4))Z \(word)\(padding) \(agent)  \(Self.oneLine(message))\(tail)"
  }

  /// For programs: an object with `time`, `level`, `message` and the keys. All values are strings.
  var json: JSONValue {
    var fields = values.mapValues { JSONValue.string($0) }
    fields["time"] = .string(time.rfc3339)
    fields["level"] = .string("\(level)")
    fields["message"] = .string(message)
    return .object(fields)
  }

  /// Neither a line's end nor anything that a terminal would obey.
  private static func oneLine(_ text: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { line.append(isPlain(scalar) ? scalar : " ") }
    return String(line)
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    let breaks: [Unicode.GeneralCategory] = [.control, .lineSeparator, .paragraphSeparator]
    return !breaks.contains(scalar.properties.generalCategory)
  }

  private static func quoted(_ text: String) -> String {
    // By scalars: a quotation mark under an accent is another character, and still the end of the value.
    let scalars = text.unicodeScalars
    let needsQuotes =
      scalars.isEmpty || scalars.contains { $0 == " " || $0 == "\"" || $0 == "=" || !isPlain($0) }
    guard needsQuotes else { return text }
    return "\"" + oneLine(scalars.map { $0 == "\"" ? "'" : String($0) }.joined()) + "\""
  }
}
