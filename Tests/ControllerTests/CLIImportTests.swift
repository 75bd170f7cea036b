import Foundation
import Reconciler
import Testing

@testable import Controller

@Suite("An old registry becomes manifests")
struct CLIImportTests {
  private static let agent = """
        name: Atlas
        enabled: true
        bridge_port: 8081
        account: 22437
        currency: USD
        strategy: amd
        timeframe: M5
        pairs: [XAUUSD]
        initial_balance: 200
        risk_per_trade: 1%
        max_daily_loss: 5%
        max_positions: 1
        lot_size: 0.01

    """

  private static func read(_ text: String) throws -> RegistryImport {
    try RegistryImport(Array(text.utf8), path: "agents.yml")
  }

  private static func map(_ change: (String) -> String = { $0 }) -> String { "agents:\n  agent_1:\n" + change(agent) }

  private static func spec(_ imported: RegistryImport) throws -> AgentSpec {
    let files = imported.files.map { ManifestFile(name: $0.name, bytes: Array($0.text.utf8)) }
    return try #require(ManifestFixture.accepted(ManifestLoader.load(files: files)).fleet.agents.first)
  }

  @Test(arguments: ["map below agents", "map alone", "list below agents", "list alone"])
  func `every shape of a registry gives the same agent`(_ shape: String) throws {
    let item = "- id: agent_1\n" + Self.agent.split(separator: "\n").map { "  \($0.drop { $0 == " " })\n" }.joined()
    let text =
      switch shape {
      case "map below agents": Self.map()
      case "map alone": "agent_1:\n" + Self.agent
      case "list below agents": "agents:\n" + item
      default: item
      }
    let imported = try Self.read(text)
    #expect(imported.files.map(\.name) == ["atlas.yaml", "fleet.yaml"])
    #expect(imported.warnings.isEmpty, "\(imported.warnings)")
    let spec = try Self.spec(imported)
    #expect(spec.id == AgentID("agent_1"))
    #expect(spec.terminal.url == "http://127.0.0.1:8081")
    #expect(spec.terminal.account == 22437)
    #expect(spec.strategy == AgentSpec.Strategy(type: "amd", timeframe: "5m"))
    #expect(spec.risk.maxRiskPerTrade == 1)
    #expect(spec.risk.initialBalance.amount == 200)
  }

  @Test(arguments: ["0", "12345", "123456789", "111111", "YOUR_ACCOUNT", "<account>"])
  func `a placeholder account is left out with a warning`(_ account: String) throws {
    let imported = try Self.read(Self.map { $0.replacing("22437", with: "\"\(account)\"") })
    #expect(try Self.spec(imported).terminal.account == nil)
    #expect(imported.warnings.contains { $0.contains("agents.yml:6: warning:") && $0.contains("placeholder") })
  }

  @Test func `a secret is referred to, and is nowhere in what is written or said`() throws {
    let imported = try Self.read(
      Self.map {
        $0 + "    token: s3cr3t-abc\n    password: hunter2\n"
      })
    let everything = imported.files.map(\.text).joined() + imported.warnings.joined()
    #expect(!everything.contains("s3cr3t") && !everything.contains("hunter2"))
    #expect(imported.files[0].text.contains("token: { credential: atlas-token }"))
    #expect(imported.warnings.count == 2)
    let fromEnvironment = try Self.read(Self.map { $0 + "    token: ${ATLAS_TOKEN}\n" })
    #expect(fromEnvironment.files[0].text.contains("token: { env: ATLAS_TOKEN }"))
  }

  @Test(arguments: [("1.0", "1%"), ("0.01", "1%"), ("0.015", "1.5%"), ("0.5", "0.5%"), ("2", "2%")])
  func `a percentage without a unit is read, and said how`(_ text: String, _ percent: String) throws {
    let imported = try Self.read(Self.map { $0.replacing("risk_per_trade: 1%", with: "risk_per_trade: \(text)") })
    #expect(imported.files[0].text.contains("max_risk_per_trade: \(percent)\n"))
    #expect(imported.warnings.contains { $0.contains("is read as \(percent)") })
  }

  @Test func `what is missing or cannot be understood is an error with its line, and everything is reported`() {
    let text = Self.map {
      $0.replacing("    lot_size: 0.01\n", with: "").replacing("5%", with: "plenty").replacing(
        "    bridge_port: 8081\n", with: "")
    }
    #expect {
      try Self.read(text)
    } throws: { error in
      let problems = (error as? ImportError)?.problems ?? []
      return problems.count == 3 && problems.allSatisfy { $0.hasPrefix("agents.yml:") && $0.contains("error: atlas: ") }
    }
    #expect(throws: ImportError.self) { try Self.read("agents: {}\n") }
    #expect(throws: ImportError.self) { try Self.read("a: [\n") }
    #expect(throws: ImportError.self) { try Self.read(Self.map() + "  agent_2:\n" + Self.agent) }
  }

  @Test func `the fleet's limits come from beside the agents, a symbol's ending becomes its suffix`() throws {
    let text =
      Self.map { $0.replacing("[XAUUSD]", with: "[XAUUSD.r, EURUSD.r]") }
      + "global:\n  max_total_exposure: 10%\n  correlation_limit: 0.5\n  emergency_stop: true\n"
    let imported = try Self.read(text)
    let fleet = imported.files[1].text
    #expect(fleet.contains("max_total_exposure: 10%") && fleet.contains("correlation_limit: 0.5"))
    #expect(fleet.contains("emergency_stop: true"))
    let spec = try Self.spec(imported)
    #expect(spec.terminal.symbolSuffix == ".r")
    #expect(spec.pairs == [Symbol("XAUUSD"), Symbol("EURUSD")])
  }

  @Test func `nothing is written over a manifest`() throws {
    let folder = try TemporaryFolder()
    let imported = try Self.read(Self.map())
    try imported.write(to: "\(folder.path)/new")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/new").sorted() == [
        "atlas.yaml", "fleet.yaml",
      ])
    #expect(throws: ImportError.self) { try imported.write(to: "\(folder.path)/new") }
  }
}
