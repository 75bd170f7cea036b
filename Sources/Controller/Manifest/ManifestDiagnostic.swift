/// An error or a warning about a place in a file.
public struct ManifestDiagnostic: Sendable, CustomStringConvertible {
  public enum Severity: String, Sendable {
    case error, warning
  }

  public let severity: Severity
  /// The file or folder as the person named it.
  public let file: String
  /// From 1.
  public let line: Int
  /// From 1, in Unicode scalars.
  public let column: Int
  /// One line, without a secret.
  public let message: String
  private let source: SourceText?

  init(_ severity: Severity, file: String, at mark: YAMLMark, _ message: String, source: SourceText?) {
    self.severity = severity
    self.file = source?.shownName ?? file
    line = Int(mark.line)
    column = Int(mark.column)
    self.message = message
    self.source = source
  }

  /// `FILE:LINE:COL: error: MESSAGE`.
  public var headline: String { "\(file):\(line):\(column): \(severity.rawValue): \(message)" }

  /// The offending line with its secrets hidden, and a caret below it; `nil` where there is no such line.
  public var excerpt: String? {
    source?.excerpt(at: YAMLMark(line: Int32(clamping: line), column: Int32(clamping: column)))
  }

  /// The headline, and below it the excerpt.
  public var description: String { excerpt.map { "\(headline)\n\($0)" } ?? headline }
}
