// REST: the published picture over HTTP, read-only. A request never touches a terminal, except `tick`, and never the loop.

/// A host and a port, as `--listen` names them: `127.0.0.1:8090`, `[::1]:8090`, `localhost:0`.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  public let host: String
  /// 0 lets the system choose.
  public let port: Int

  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65535).contains(port)
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    guard !host.isEmpty else { return nil }
    self.host = host
    self.port = port
  }

  /// Whether only this host can reach it.
  public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
