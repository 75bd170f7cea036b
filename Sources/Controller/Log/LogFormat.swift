/// How a service writes its log.
public enum LogFormat: String, Sendable, CaseIterable {
  /// A line for people.
  case text
  /// An object a line.
  case json
  /// Entries with fields, to journald.
  case journal

  /// What fits this process: the journal if standard error is one, else lines.
  public static func fitting(_ environment: [String: String]) -> LogFormat {
    StandardError.isJournal(environment) ? .journal : .text
  }
}
