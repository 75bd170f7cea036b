/// Where a controller serves: scheme, host, port and a path before its own.
public struct ServerURL: Hashable, Sendable, CustomStringConvertible {
  public let description: String
  let host: String
  let isSecure: Bool

  public static let usual = "http://127.0.0.1:8090"

  /// - Throws: `.invalid` unless it is an http or https url without user, query and fragment.
  public init(_ text: String) throws(ClientError) {
    let wrong = ClientError(.invalid, "--server \(text): write a url such as \(Self.usual) or https://mt4.example")
    var rest = text[...]
    if rest.hasPrefix("http://") {
      isSecure = false
      rest = rest.dropFirst(7)
    } else if rest.hasPrefix("https://") {
      isSecure = true
      rest = rest.dropFirst(8)
    } else {
      throw wrong
    }
    while rest.hasSuffix("/") { rest = rest.dropLast() }
    let allowed = rest.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"?#@\"<>\\".utf8.contains($0) }
    let authority = rest.prefix { $0 != "/" }
    guard allowed, !authority.isEmpty, authority.first != ":" else { throw wrong }
    host = Self.host(of: authority)
    description = (isSecure ? "https://" : "http://") + rest
  }

  private static func host(of authority: Substring) -> String {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      return String(authority[authority.index(after: authority.startIndex)..<end])
    }
    return String(authority.prefix { $0 != ":" })
  }

  /// Whether a token may go there: encrypted, or not over any wire.
  var isPrivate: Bool { isSecure || host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}
