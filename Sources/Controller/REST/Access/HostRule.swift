/// Without a key, whoever can make a browser on this host ask a question gets the answer, unless the question must be put by
/// a name of this host: a page of another name that points here (DNS rebinding) is turned away.
struct HostRule: Sendable {
  let listen: ListenAddress

  /// - Parameter host: the header `Host`; a client so old that it sends none is no browser.
  func allows(_ host: String?) -> Bool {
    guard let host else { return true }
    var name = host.lowercased()[...]
    if name.hasPrefix("[") {
      name = name.dropFirst().prefix { $0 != "]" }
    } else if let colon = name.lastIndex(of: ":") {
      name = name[..<colon]
    }
    if name.hasSuffix(".") { name = name.dropLast() }
    return name == "localhost" || name == "::1" || name == listen.host.lowercased() || Self.isLoopback(name)
  }

  /// 127.0.0.0/8, in four plain numbers.
  private static func isLoopback(_ name: Substring) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0).map { String($0) } == String($0) }
  }
}
