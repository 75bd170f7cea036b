import Foundation
import Reconciler
import Testing

@testable import Controller

@Suite("A set of manifests is taken whole or not at all")
struct ManifestSetTests {
  static let fleet = """
    apiVersion: mt4-controller/v1alpha1
    kind: FleetPolicy
    metadata: { name: fleet }
    spec: { correlation_limit: 0.5 }

    """

  @Test(
    "what one set may hold once only",
    arguments: [
      (
        ["  mode: enforce", "  mode: enforce", "8081"],
        "f1.yaml:4:9: error: an agent is named `atlas` already, at f0.yaml:4"
      ),
      (
        ["  name: atlas", "  name: other", "8082"],
        "f1.yaml:6:7: error: an agent has the id `agent_1` already, at f0.yaml:6"
      ),
      (["  id: agent_1", "  id: atlas", "8082"], "f1.yaml:6:7: error: the id `atlas` is the name of another agent"),
      (
        ["  id: agent_1", "  id: b", "8081"],
        "f1.yaml:10:10: error: another agent has this terminal already, at f0.yaml:10"
      ),
    ])
  func duplicates(_ change: [String], _ error: String) {
    let second = ManifestFixture.agent(change[0], change[1])
      .replacingOccurrences(of: "http://127.0.0.1:8081", with: "HTTP://127.0.0.1:\(change[2])/")
    let errors = ManifestFixture.errors(ManifestFixture.load(ManifestFixture.agent, second)).map(\.headline)
    #expect(errors.contains { $0.hasPrefix(error) }, "\(errors.joined(separator: "\n"))")
  }

  @Test("two policies are one too many")
  func policies() {
    let errors = ManifestFixture.errors(ManifestFixture.load(Self.fleet, Self.fleet)).map(\.headline)
    #expect(errors == ["f1.yaml:1:1: error: a set has at most one FleetPolicy, and there is one at f0.yaml:1"])
  }

  @Test(
    "urls are the same however they are written",
    arguments: [
      ("http://Example.com:80/", "http://example.com"), ("HTTPS://a.b:443", "https://a.b/"),
      ("http://[::1]:8081", "http://[::1]:8081/"), ("http://a.:81", "http://a:81"),
    ])
  func urls(_ a: String, _ b: String) { #expect(TerminalURL.identity(a) == TerminalURL.identity(b)) }

  @Test("all errors of a file come at once, each with its line and a caret")
  func golden() {
    let text = """
      apiVersion: mt4-controller/v1alpha1
      kind: TradingAgent
      metadata: { name: atlas }
      spec:
        enabled: yes
        terminal: { url: "http://127.0.0.1:8081", tokn: hunter2, timout: 5s }
        pairs: [XAUUSD]
        risk:
          initial_balance: 200
          max_positons: 1
          max_daily_loss: 5%
          max_risk_per_trade: 1%
      """
    let errors = ManifestFixture.errors(ManifestFixture.load(text)).map(\.description).joined(separator: "\n")
    #expect(
      errors == """
        f0.yaml:5:12: error: `enabled` takes `true` or `false`, not `yes`; write `true`
          enabled: yes
                   ^
        f0.yaml:6:45: error: unknown key `tokn` in `terminal`; did you mean `token`?
          terminal: { url: "http://127.0.0.1:8081", tokn: ***, timout: 5s }
                                                    ^
        f0.yaml:6:60: error: unknown key `timout` in `terminal`; did you mean `timeout`?
          terminal: { url: "http://127.0.0.1:8081", tokn: ***, timout: 5s }
                                                               ^
        f0.yaml:8:3: error: `lot_size` is missing in `risk`: The largest size of one position, in lots.
          risk:
          ^
        f0.yaml:9:22: error: `initial_balance` takes an amount above 0 with its currency, such as `200 USD`, not the bare \
        number `200`; an amount carries its currency: write `200 USD`
            initial_balance: 200
                             ^
        f0.yaml:10:5: error: unknown key `max_positons` in `risk`; did you mean `max_positions`?
            max_positons: 1
            ^
        """)
  }

  @Test(
    "a token that stands in a manifest is never printed",
    arguments: [
      "token: hunter2", "token: \"hunter2\"", "token: 'hunter2", "token: &x hunter2", "token: !t hunter2",
      "tokn: hunter2", "Token: [hunter2]", "token: { value: hunter2 }", "token: { credentail: hunter2 }",
      "api_token: hunter2", "password: hunter2", "timout: 5s, token: hunter2", "token: hunter2, timout: 5s",
      "token: |\n      hunter2\n    bogus: 1", "token: \"a\n      hunter2\"\n    bogus: 1",
      "token: \"a\n      hunter2\n    bogus: 1", "token: [hunter2", "token: hunter2: 5", "token: @hunter2",
      "token: 12hunter2", "url: http://u:hunter2@x/",
    ])
  func secrets(_ line: String) {
    for text in [
      "spec:\n  terminal:\n    \(line)\n", "spec: { terminal: { \(line) } }\n",
      ManifestFixture.agent("    token: { credential: atlas-token }", "    \(line)"), "\(line)\n",
    ] {
      let errors = ManifestFixture.errors(ManifestFixture.load(text))
      #expect(!errors.isEmpty)
      let shown = errors.map(\.description).joined(separator: "\n")
      #expect(!shown.contains("hunter2"), "\(shown)")
    }
  }

  @Test("a file torn at any byte is refused, or means the same to the letter up to there")
  func torn() throws {
    let bytes = Array((ManifestFixture.agent + "---\n" + Self.fleet).utf8)
    let whole = try ManifestFixture.accepted(ManifestLoader.load(files: [ManifestFile(name: "f", bytes: bytes)]))
    var accepted = 0
    for end in bytes.indices {
      switch ManifestLoader.load(files: [ManifestFile(name: "f", bytes: Array(bytes[..<end]))]) {
      case .rejected(let errors): #expect(!errors.map(\.description).isEmpty)
      case .accepted(let loaded):
        accepted += 1
        #expect(loaded.fleet.agents.map(\.id) == whole.fleet.agents.map(\.id))
        #expect(loaded.fleet.agents.first?.targets?.count ?? 0 <= 1)
      }
    }
    #expect(accepted < 60)
  }

  @Test("bytes at random are refused, and nothing worse", arguments: 0..<40)
  func garbage(seed: UInt64) {
    var state = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var bytes = Array(ManifestFixture.agent.utf8)
    let marks = Array("{}[]:,&*!|>'\"%@`#-?\n \u{7F}\u{0}".utf8)
    for _ in 0..<40 {
      bytes[random(bytes.count)] = random(2) == 0 ? UInt8(random(256)) : marks[random(marks.count)]
      _ = ManifestFixture.errors(ManifestLoader.load(files: [ManifestFile(name: "f", bytes: bytes)])).map(\.description)
    }
  }

  @Test("the same set in other words has the same fingerprint, another one has not")
  func fingerprint() throws {
    let plain = try ManifestFixture.accepted(ManifestFixture.load(ManifestFixture.agent))
    for (old, new) in [
      ("lot_size: 0.01", "lot_size: 0.010"), ("  mode: enforce\n", ""), ("200 USD", "\"200.00 USD\""),
      ("url: http://127.0.0.1:8081", "timeout: 5000ms\n    url: \"http://127.0.0.1:8081/\" # note"),
    ] {
      let same = try ManifestFixture.accepted(ManifestFixture.load(ManifestFixture.agent(old, new)))
      #expect(same.fleet.fingerprint == plain.fleet.fingerprint, "\(new)")
    }
    let other = try ManifestFixture.accepted(
      ManifestFixture.load(ManifestFixture.agent("lot_size: 0.01", "lot_size: 0.02")))
    #expect(other.fleet.fingerprint != plain.fleet.fingerprint)
    #expect(plain.normalised["agents"]?["agent_1"]?["spec"]?["risk"]?["lot_size"] == "0.01")
    #expect(plain.normalised["agents"]?["agent_1"]?["spec"]?["terminal"]?["post_timeout"] == "10s")
  }

  @Test("the core gets exact values, places and zones")
  func values() throws {
    let text = ManifestFixture.agent(
      "    max_positions: 2", "    max_drawdown: { limit: 20 USD, kind: trailing }\n    max_positions: 2")
    let fleet = try ManifestFixture.accepted(ManifestFixture.load(text)).fleet
    let agent = try #require(fleet.agents.first)
    #expect(agent.terminal.token == .credential("atlas-token"))
    #expect(agent.terminal.timeout == .seconds(5))
    #expect(agent.risk.maxDailyLoss == .percent(5))
    #expect(agent.risk.maxDrawdown == .init(limit: .amount(Money(amount: 20, currency: "USD")), kind: .trailing))
    #expect(agent.targets?.first?.entry == FixedDecimal("2641"))
    #expect(agent.targets?.first?.size == .lots(FixedDecimal("0.01") ?? 0))
    #expect(agent.displayName == "atlas")
    let places = try #require(fleet.places[agent.id])
    #expect(places.document == SourcePlace(file: "f0.yaml", line: 1))
    #expect(places.target("core") == SourcePlace(file: "f0.yaml", line: 23))
    #expect(places.target("other") == nil)
    let lines = DecidingField.allCases.reduce(into: [:]) { $0[$1] = places[$1]?.line }
    #expect(
      lines == [
        .enabled: 7, .pairs: 13, .targets: 22, .maxPositions: 19, .lotSize: 20, .maxDailyLoss: 17, .maxDrawdown: 18,
      ])
    #expect(Set(fleet.zones.keys) == ["UTC", "America/New_York", "Europe/Athens"])
  }
}
