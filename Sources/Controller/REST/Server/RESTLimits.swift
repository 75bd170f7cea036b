/// The bounds of the HTTP face.
public struct RESTLimits: Hashable, Sendable {
  /// Requests a second of one client, beyond a burst of twice as many; 0 is no limit.
  public var requestsPerSecond = 250
  /// Whether `/metrics` may be read without a token, where there are keys.
  public var openMetrics = true
  /// Connections at a time; more are turned away.
  public var connections = 1000
  /// Of all header fields of a request together, with its first line.
  public var headerBytes = 16 << 10
  public var headerFields = 100
  /// From the first byte of a request to its last.
  public var sendTimeout: Duration = .seconds(10)
  /// Without any request.
  public var idleTimeout: Duration = .seconds(30)

  public init() {}
}
