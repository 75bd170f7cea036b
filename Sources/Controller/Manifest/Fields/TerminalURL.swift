/// The urls of terminals: http or https, a host, perhaps a port and a path, and nothing that could hide a secret.
enum TerminalURL {
  /// `nil` when it is one. A url may hold a password, so no message repeats it.
  static func problem(_ text: String) -> String? { isPlain(text) ? nil : thoroughProblem(text) }

  private static func thoroughProblem(_ text: String) -> String? {
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), text.utf8.count <= 2000 else {
      return "text with spaces or odd characters"
    }
    guard let parts = split(text) else { return "something that does not begin with `http://` or `https://`" }
    if parts.authority.utf8.contains(UInt8(ascii: "@")) {
      return "a url with a user or a password; use `token` for a secret"
    }
    if text.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) {
      return "a url with a query or a fragment; leave out `?` and `#`"
    }
    guard let (host, port) = hostAndPort(parts.authority), isHost(host) else { return "a url without a valid host" }
    if let port {
      let digits = port.utf8.allSatisfy(TextRule.isDigit) && port.utf8.first != 0x30
      guard digits, let number = Int(port), (1...65535).contains(number) else {
        return "a url whose port is not from 1 to 65535"
      }
    }
    return nil
  }

  /// Without slashes at its end.
  static func trimmed(_ text: String) -> String {
    var text = text
    while text.utf8.last == UInt8(ascii: "/") { text.removeLast() }
    return text
  }

  /// One text for all ways to write the same url: lower-case scheme and host, no default port, no slash at its end.
  static func identity(_ text: String) -> String {
    if isPlain(text) { return text }
    guard let parts = split(trimmed(text)), let (host, port) = hostAndPort(parts.authority) else { return text }
    let isDefault =
      port == nil || (parts.scheme == "http" && port == "80") || (parts.scheme == "https" && port == "443")
    let name = host.hasSuffix(".") ? String(host.dropLast()) : host
    return "\(parts.scheme)://\(name.lowercased())" + (isDefault ? "" : ":\(port ?? "")") + parts.path
  }

  /// Whether it is the usual `http://host:port` in small letters, with nothing that could be written in another way: then
  /// there is nothing wrong with it, and it is its own identity. Anything else is looked at more closely.
  private static func isPlain(_ text: String) -> Bool { isPlain(text.utf8Span.span) }

  static func isPlain(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count < 60, bytes.count > 7, begins(bytes, with: "http://") else { return false }
    var port: Int?
    var before = UInt8(ascii: ".")
    for at in 7..<bytes.count {
      let byte = bytes[at]
      defer { before = byte }
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        guard let digits = port else { continue }
        port = digits * 10 + Int(byte - 48)
        if digits > 6553 || port == 0 { return false }
      case UInt8(ascii: "a")...UInt8(ascii: "z") where port == nil: continue
      case UInt8(ascii: ".") where port == nil && before != byte: continue
      case UInt8(ascii: ":") where port == nil && before != UInt8(ascii: "."): port = 0
      default: return false
      }
    }
    return (port ?? 0) > 80 && (port ?? 0) <= 65_535
  }

  private static func begins(_ bytes: Span<UInt8>, with word: StaticString) -> Bool {
    for at in 0..<word.utf8CodeUnitCount where unsafe word.utf8Start[at] != bytes[at] { return false }
    return true
  }

  private static func split(_ text: String) -> (scheme: String, authority: String, path: String)? {
    let bytes = text.utf8
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), text[colon...].hasPrefix("://") else { return nil }
    let scheme = text[..<colon].lowercased()
    guard scheme == "http" || scheme == "https" else { return nil }
    let rest = text[bytes.index(colon, offsetBy: 3)...]
    let end =
      rest.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
      ?? rest.endIndex
    return (scheme, String(rest[..<end]), String(rest[end...]))
  }

  private static func hostAndPort(_ authority: String) -> (host: String, port: String?)? {
    if authority.hasPrefix("[") {
      guard let close = authority.firstIndex(of: "]") else { return nil }
      let rest = authority[authority.index(after: close)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      return (String(authority[...close]), rest.isEmpty ? nil : String(rest.dropFirst()))
    }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let host = parts.first else { return nil }
    return (String(host), parts.count == 2 ? String(parts[1]) : nil)
  }

  private static func isHost(_ host: String) -> Bool {
    if host.hasPrefix("[") {
      let inner = host.dropFirst().dropLast().utf8
      return inner.count >= 2
        && inner.allSatisfy { TextRule.isDigit($0) || (0x41...0x46).contains($0 & 0xDF) || $0 == 0x3A || $0 == 0x2E }
    }
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    let named = labels.last == "" && labels.count > 1 ? labels.dropLast() : labels[...]
    return host.utf8.count <= 253
      && named.allSatisfy { label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.utf8.allSatisfy {
            TextRule.isDigit($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == UInt8(ascii: "-") || $0 == 0x5F
          }
      }
  }
}
