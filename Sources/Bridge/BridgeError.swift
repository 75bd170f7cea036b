/// Why a terminal or the engine could not be set up. What goes wrong on the wire is a `ReadFailure` or a `TradeAnswer`.
public struct BridgeError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The terminal's url is not one that may be used.
    case invalidURL = "invalid_url"
    /// The token cannot stand in a header.
    case invalidToken = "invalid_token"
    /// The symbol suffix or the CA file's name has characters that cannot be sent.
    case invalidText = "invalid_text"
    /// The system refused a thread or a descriptor, or libcurl did not start.
    case system
  }

  public var code: Code
  /// For people; holds no secret.
  public var message: String

  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { "\(code.rawValue): \(message)" }
}
