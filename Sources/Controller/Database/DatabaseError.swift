/// Why the database did not do what was asked.
public struct DatabaseError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A closed list, also the label of metrics and the reason in `JournalAvailable`.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// No connection, or the server went away.
    case unreachable
    /// No answer in time.
    case timeout
    /// The password or the role was refused.
    case authentication
    /// The role may not do this.
    case permission
    /// The database does not exist.
    case missing
    /// A standby, or a server that was set read-only.
    case readOnly = "read_only"
    /// The disk is full, or the server has no memory or connections left.
    case full
    /// Two writers collided.
    case conflict
    /// The server refused a value.
    case data
    /// The schema is not there and the role may not make it.
    case needsInit = "needs_init"
    /// The schema is of a newer program.
    case newerSchema = "newer_schema"
    /// The connection string, or a state directory, cannot be used.
    case invalid
    /// PostgreSQL is not installed, or does not start.
    case server
    case other
  }

  public let kind: Kind
  /// The SQLSTATE, five characters, where the server gave one.
  public let code: String?
  /// One sentence without secrets.
  public let message: String

  public init(_ kind: Kind, code: String? = nil, _ message: String) {
    self.kind = kind
    self.code = code
    self.message = message
  }

  public var description: String { code.map { "\(message) (SQLSTATE \($0))" } ?? message }

  /// An error of the server, classed by its SQLSTATE.
  init(sqlstate code: String?, message: String) {
    self.init(Self.kind(code), code: code, message)
  }

  private static func kind(_ code: String?) -> Kind {
    guard let code else { return .unreachable }
    switch code {
    case "57014": return .timeout
    case "25006": return .readOnly
    case "42501": return .permission
    case "3D000": return .missing
    case "23505", "40001", "40P01", "55P03": return .conflict
    default: break
    }
    switch code.prefix(2) {
    case "08", "57": return .unreachable
    case "28": return .authentication
    case "53", "58": return .full
    case "22", "23": return .data
    default: return .other
    }
  }
}
