import Reconciler
import Synchronization

/// A terminal's configuration, checked and ready for use on the wire.
final class TerminalPlan: Sendable {
  /// Unique in the process.
  let id: UInt64
  let agent: AgentID
  let url: TerminalURL
  let headers: [String]
  let authorityFile: String?
  let timeout: Duration
  let postTimeout: Duration
  let readsAccountBeside: Bool
  let context: DecodingContext
  let classifier: ReplyClassifier
  private let closed = Atomic(false)

  private static let nextID = Atomic<UInt64>(1)

  init(_ configuration: TerminalConfiguration) throws(BridgeError) {
    let spec = configuration.spec
    id = Self.nextID.add(1, ordering: .relaxed).oldValue
    agent = configuration.agent
    url = try TerminalURL(spec.url)
    headers = try Self.headers(configuration)
    try Self.checkText(spec.symbolSuffix, "the symbol suffix")
    try Self.checkText(spec.caFile ?? "", "the name of the CA file")
    authorityFile = spec.caFile.flatMap { $0.isEmpty ? nil : $0 }
    timeout = spec.timeout
    postTimeout = spec.postTimeout
    readsAccountBeside = spec.connections >= 2
    let account = spec.account.map { Secret(String($0)) }
    let cleaner = TextCleaner(hiding: [configuration.token, account].compactMap { $0 })
    context = DecodingContext(
      symbols: SymbolNames(suffix: spec.symbolSuffix), zone: configuration.serverZone, cleaner: cleaner)
    classifier = ReplyClassifier(cleaner: cleaner)
  }

  var isClosed: Bool { closed.load(ordering: .acquiring) }

  func close() { closed.store(true, ordering: .releasing) }

  func url(of part: ReadPart) -> String {
    switch part {
    case .positions, .account, .orders: url.text + part.endpoint.rawValue
    case .history(let days): "\(url.text)/history?days=\(days)"
    case .tick(let symbol): url.text + context.symbols.tickPath(symbol)
    }
  }

  private static func headers(_ configuration: TerminalConfiguration) throws(BridgeError) -> [String] {
    var lines = ["Accept: application/json"]
    guard let token = configuration.token?.exposed else { return lines }
    // Visible ASCII and inner spaces: a line break would let a token write headers of its own.
    let isPlain = token.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    guard !token.isEmpty, isPlain, token.first != " ", token.last != " " else {
      throw BridgeError(
        code: .invalidToken,
        message:
          "the token must be visible ASCII on one line, without spaces around it; check for a line break at its end")
    }
    switch configuration.spec.authorization {
    case .raw: lines.append("Authorization: \(token)")
    case .bearer: lines.append("Authorization: Bearer \(token)")
    }
    return lines
  }

  private static func checkText(_ text: String, _ what: String) throws(BridgeError) {
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw BridgeError(code: .invalidText, message: "\(what) has a control character in it")
    }
  }
}

/// The url of a terminal: http or https, a host, optionally a port and a path; nothing that would send requests elsewhere.
struct TerminalURL: Hashable, Sendable {
  /// Without a trailing slash.
  let text: String
  /// Scheme, host and port: what a connection belongs to.
  let origin: String
  /// The host is an address and no name.
  let isNumeric: Bool

  init(_ url: String) throws(BridgeError) {
    var rest = Substring(url)
    while rest.hasSuffix("/") { rest.removeLast() }
    text = String(rest)
    let lowercased = text.lowercased()
    guard let scheme = ["http://", "https://"].first(where: { lowercased.hasPrefix($0) }) else {
      throw BridgeError(code: .invalidURL, message: "the terminal's url must begin with http:// or https://")
    }
    let authority = lowercased.dropFirst(scheme.count).prefix { $0 != "/" }
    let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }
    guard !authority.isEmpty, isPlain, !authority.contains("@"), !text.contains("?"), !text.contains("#") else {
      throw BridgeError(
        code: .invalidURL,
        message: "the terminal's url must be http(s)://HOST[:PORT][/PATH], without user, query and fragment")
    }
    origin = scheme + authority
    isNumeric = authority.hasPrefix("[") || authority.prefix { $0 != ":" }.allSatisfy { $0 == "." || $0.isNumber }
  }
}
