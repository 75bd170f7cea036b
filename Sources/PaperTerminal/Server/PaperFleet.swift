public import Reconciler

/// Paper terminals for the agents of a set of manifests.
public enum PaperFleet {
  /// One for each agent, on the port of its `terminal.url`: its account from the pins, else derived from its id; its
  /// first deposit is `initial_balance`; its symbols are its pairs and those of its targets.
  ///
  /// - Parameters:
  ///   - tokens: by agent; a terminal without one admits everybody.
  ///   - zones: by name, for `terminal.server_zone`; a server whose zone is not there is three hours ahead of UTC.
  /// - Throws: `address` when a url is not a loopback http address.
  public static func agents(
    from fleet: Fleet, tokens: [AgentID: String], prices: PaperPrices = .sample, zones: [String: ZoneRules] = [:]
  ) throws(PaperError) -> [PaperAgent] {
    var agents: [PaperAgent] = []
    for spec in fleet.agents {
      let address = try address(of: spec.terminal.url, agent: spec.id)
      let terminal = spec.terminal
      let money = spec.risk.initialBalance
      var account = PaperAccount(
        number: terminal.account ?? number(of: spec.id), name: spec.displayName,
        server: terminal.server ?? "Paper-Demo",
        currency: terminal.currency ?? money.currency)
      account.refusesStopsOnOpen = terminal.stopsOnOpen == .after
      if let zone = zones[terminal.serverZone] { account.serverZone = zone }
      account.firstTicket = 10_000_000 + number(of: spec.id) * 10
      var agent = PaperAgent(id: spec.id, account: account, deposit: money.amount)
      agent.host = address.host
      agent.port = address.port
      agent.symbols = spec.pairs + (spec.targets ?? []).map(\.symbol)
      agent.suffix = terminal.symbolSuffix
      agent.prices = prices
      agent.options.token = tokens[spec.id].map { PaperToken($0) }
      agents.append(agent)
    }
    return agents
  }

  /// A number of seven digits that an id always gets.
  static func number(of agent: AgentID) -> Int64 {
    var generator = PaperGenerator.named(agent.text, seed: 0)
    return 1_000_000 + Int64(generator.below(9_000_000))
  }

  static func address(of url: String, agent: AgentID) throws(PaperError) -> (host: String, port: Int) {
    let wrong = PaperError(
      .address,
      "agent \(agent): terminal.url must be a loopback http address with a port, such as http://127.0.0.1:8081")
    guard url.hasPrefix("http://") else { throw wrong }
    let authority = url.dropFirst("http://".count)
    guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[authority.index(after: colon)...]),
      (1...65_535).contains(port)
    else { throw wrong }
    switch authority[..<colon] {
    case "localhost": return ("127.0.0.1", port)
    case "[::1]": return ("::1", port)
    case let host where isLoopback(host): return (String(host), port)
    default: throw wrong
    }
  }

  private static func isLoopback(_ host: Substring) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
