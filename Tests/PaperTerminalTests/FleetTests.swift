import PaperTerminal
import Reconciler
import Testing

@Suite("Paper terminals for manifests")
struct FleetTests {
  private func fleet(_ change: (inout AgentSpec) -> Void = { _ in }) -> Fleet {
    let risk = RiskSpec(
      initialBalance: Money(amount: 500, currency: "EUR"), maxRiskPerTrade: 1, maxDailyLoss: .percent(5),
      maxPositions: 1, lotSize: d("0.02"))
    var spec = AgentSpec(
      id: AgentID("agent_2"), metadataName: "orion", displayName: "Orion", enabled: true,
      terminal: TerminalSpec(url: "http://127.0.0.1:8082"), pairs: [Symbol("EURUSD"), Symbol("GBPJPY")], risk: risk)
    change(&spec)
    return Fleet(revision: 0, fingerprint: "", agents: [spec], policy: FleetPolicy(), zones: [:])
  }

  @Test("Port, pins, balance, currency, suffix and token come from the manifest")
  func fields() throws {
    let fleet = fleet {
      $0.terminal.account = 22_437
      $0.terminal.server = "EBCFinancialGroupKY-Demo02"
      $0.terminal.symbolSuffix = ".r"
      $0.terminal.stopsOnOpen = .after
      $0.terminal.serverZone = "Europe/Athens"
    }
    let athens = ZoneRules(name: "Europe/Athens", initialOffsetSeconds: 7200, transitions: [])
    let agent = try #require(
      try PaperFleet.agents(
        from: fleet, tokens: [AgentID("agent_2"): "canary"], zones: ["Europe/Athens": athens]
      ).first)
    #expect(agent.account.serverZone == athens)
    #expect(agent.port == 8082)
    #expect(agent.host == "127.0.0.1")
    #expect(agent.account.number == 22_437)
    #expect(agent.account.server == "EBCFinancialGroupKY-Demo02")
    #expect(agent.account.currency == "EUR")
    #expect(agent.account.leverage == 100)
    #expect(agent.account.refusesStopsOnOpen)
    #expect(agent.deposit == 500)
    #expect(agent.options.token == PaperToken("canary"))
    let books = try agent.model(start: noon).books
    #expect(books.quote(Symbol("GBPJPY.r")) != nil)
    #expect(books.quote(Symbol("EURUSD")) == nil)
    #expect(books.balance == 500)
  }

  @Test("Without pins the account is derived from the id: always the same, of seven digits")
  func derived() throws {
    let first = try #require(try PaperFleet.agents(from: fleet(), tokens: [:]).first?.account.number)
    let again = try #require(try PaperFleet.agents(from: fleet(), tokens: [:]).first?.account.number)
    let other = try #require(
      try PaperFleet.agents(from: fleet { $0.id = AgentID("agent_3") }, tokens: [:]).first?.account.number)
    #expect(first == again)
    #expect(first != other)
    #expect((1_000_000..<10_000_000).contains(first))
  }

  @Test(
    "A url that is not loopback http with a port is refused",
    arguments: [
      "https://127.0.0.1:8081", "http://10.0.0.5:8081", "http://127.0.0.1", "http://127.0.0.1:0",
      "http://127.0.0.1:8081/a",
      "http://127.0.0.1.example.com:80", "http://localhost:99999", "",
    ])
  func badAddress(url: String) {
    #expect(
      throws: PaperError(
        .address,
        "agent agent_2: terminal.url must be a loopback http address with a port, such as http://127.0.0.1:8081")
    ) { try PaperFleet.agents(from: fleet { $0.terminal.url = url }, tokens: [:]) }
  }

  @Test(
    "Loopback addresses",
    arguments: [
      ("http://localhost:8081", "127.0.0.1"), ("http://127.0.0.9:8081", "127.0.0.9"), ("http://[::1]:8081", "::1"),
    ])
  func goodAddress(url: String, host: String) throws {
    let agent = try #require(try PaperFleet.agents(from: fleet { $0.terminal.url = url }, tokens: [:]).first)
    #expect(agent.host == host)
    #expect(agent.port == 8081)
  }
}
