// Client: how `mt4ctl` asks a running controller over HTTP: GET alone, with deadlines and limits, on a thread that may
// block. What the answers look like is the affair of those who print them.

/// Why a running controller could not be asked, or did not answer as wanted.
public struct ClientError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// Nothing answers there, or not in time.
    case unreachable
    /// No token, or one that is not accepted, or of the wrong role.
    case denied
    /// There is no such thing; the answer says what.
    case notFound
    /// Too many requests.
    case throttled
    /// The request makes no sense.
    case invalid
    /// The answer is no controller's.
    case foreign
  }

  public let kind: Kind
  public let description: String

  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// 7 when nothing answers, else 1.
  public var exitCode: Int32 { kind == .unreachable ? 7 : 1 }
}
