import Reconciler
import Testing

@testable import Controller

@Suite("Manifests are read strictly")
struct ManifestStrictnessTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    /// `LINE:COL: MESSAGE`, or its beginning.
    let error: String

    init(_ old: String, _ new: String, _ error: String) { (self.old, self.new, self.error) = (old, new, error) }

    var testDescription: String { new }
  }

  static let values = [
    Case("true", "yes", "7:12: `enabled` takes `true` or `false`, not `yes`; write `true`"),
    Case("true", "on", "7:12: `enabled` takes `true` or `false`, not `on`; write `true`"),
    Case("true", "no", "7:12: `enabled` takes `true` or `false`, not `no`; write `false`"),
    Case("true", "True", "7:12: `enabled` takes `true` or `false`, not `True`; write `true`"),
    Case("true", "\"true\"", "7:12: `enabled` takes `true` or `false`, not the quoted text \"true\"; write it without"),
    Case("true", "", "7:3: `enabled` has no value; it takes `true` or `false`"),
    Case(
      "mode: enforce", "mode: enforced",
      "8:9: `mode` takes `enforce`, `close_only` or `observe`, not `enforced`; did you mean `enforce`?"),
    Case(
      "22437", "010",
      "11:14: `account` takes a whole number from 1 to 9223372036854775807, not `010`; a number does not begin"),
    Case("22437", "12345678901234567890", "11:14: `account` takes a whole number from 1 to 9223372036854775807, not"),
    Case("22437", "0", "11:14: `account` takes a whole number from 1"),
    Case("22437", "-1", "11:14: `account` takes a whole number from 1"),
    Case("22437", "1.0", "11:14: `account` takes a whole number from 1"),
    Case("22437", "0x10", "11:14: `account` takes a whole number"),
    Case("22437", "1_000", "11:14: `account` takes a whole number"),
    Case("22437", "1:30", "11:14: `account` takes a whole number"),
    Case("22437", "1e1", "11:14: `account` takes a whole number"),
    Case("22437", "\"22437\"", "11:14: `account` takes a whole number"),
    Case("lot_size: 0.01", "lot_size: 0", "19:15: `lot_size` takes a plain decimal above 0, not `0`"),
    Case("lot_size: 0.01", "lot_size: -0.01", "19:15: `lot_size` takes a plain decimal above 0, not `-0.01`"),
    Case("lot_size: 0.01", "lot_size: .01", "19:15: `lot_size` takes a plain decimal above 0, not `.01`"),
    Case(
      "lot_size: 0.01", "lot_size: 1e1",
      "19:15: `lot_size` takes a plain decimal above 0, not `1e1`; a number has no exponent"),
    Case("lot_size: 0.01", "lot_size: .nan", "19:15: `lot_size` takes a plain decimal above 0, not `.nan`"),
    Case("lot_size: 0.01", "lot_size: .inf", "19:15: `lot_size` takes a plain decimal above 0, not `.inf`"),
    Case(
      "lot_size: 0.01", "lot_size: 1_000",
      "19:15: `lot_size` takes a plain decimal above 0, not `1_000`; digits are not"),
    Case("lot_size: 0.01", "lot_size: 0.0000000000001", "19:15: `lot_size` takes a plain decimal above 0, not"),
    Case("lot_size: 0.01", "lot_size: [1]", "19:15: `lot_size` takes a plain decimal above 0, not a list"),
    Case("lot_size: 0.01", "lot_size: { a: 1 }", "19:15: `lot_size` takes a plain decimal above 0, not a mapping"),
    Case(
      "200 USD", "200",
      "15:22: `initial_balance` takes an amount above 0 with its currency, such as `200 USD`, not the bare number `200`; an amount carries its currency: write `200 USD`"
    ),
    Case("200 USD", "0 USD", "15:22: `initial_balance` takes an amount"),
    Case("200 USD", "200 usd", "15:22: `initial_balance` takes an amount"),
    Case("200 USD", "2e2 USD", "15:22: `initial_balance` takes an amount"),
    Case(
      "max_daily_loss: 5%", "max_daily_loss: 5",
      "17:21: `max_daily_loss` takes a percentage above 0% and at most 100%, or an amount above 0 with its currency, such as `10 USD`, not the bare number `5`; a limit carries its unit: write `5%`"
    ),
    Case("max_daily_loss: 5%", "max_daily_loss: 0%", "17:21: `max_daily_loss` takes"),
    Case("max_daily_loss: 5%", "max_daily_loss: 101%", "17:21: `max_daily_loss` takes"),
    Case("max_daily_loss: 5%", "max_daily_loss: 05%", "17:21: `max_daily_loss` takes"),
    Case(
      "\"00:00\"", "00:00",
      "20:19: `reset` takes a time of day in quotes, from \"00:00\" to \"23:59\", not the plain text `00:00`; put it in quotes"
    ),
    Case("\"00:00\"", "\"24:00\"", "20:19: `reset` takes a time of day"),
    Case(
      "Europe/Athens", "Europe/Athen",
      "20:34: `zone` takes an IANA time zone such as `Europe/Athens`, not `Europe/Athen`"),
    Case("Europe/Athens", "EST", "20:34: `zone` takes an IANA time zone"),
    Case("Europe/Athens", "../../etc/passwd", "20:34: `zone` takes an IANA time zone"),
    Case("[XAUUSD, EURUSD]", "[XAUUSD, no]", "13:19: `pairs` takes a symbol of 3 to 12 capital letters"),
    Case("[XAUUSD, EURUSD]", "[XAUUSD, OFF]", "13:19: `pairs` takes a symbol of 3 to 12 capital letters"),
    Case("[XAUUSD, EURUSD]", "[]", "13:10: `pairs` takes at least 1 items, not 0"),
    Case("[XAUUSD, EURUSD]", "XAUUSD", "13:10: `pairs` takes a list"),
    Case("[XAUUSD, EURUSD]", "[XAUUSD, XAUUSD]", "13:19: `XAUUSD` stands in `pairs` twice"),
    Case("name: atlas", "name: Atlas", "4:9: `name` takes a name of 1 to 63 lower-case letters"),
    Case(
      "name: atlas", "name: 123",
      "4:9: `name` takes a name of 1 to 63 lower-case letters, digits and inner `-`, not the plain `123`, which YAML reads as a number; put it in quotes"
    ),
    Case("id: agent_1", "id: summary", "6:7: the id `summary` is reserved"),
    Case("http://127.0.0.1:8081", "ftp://x", "10:10: `url` takes a url such as"),
    Case(
      "http://127.0.0.1:8081", "http://u:p@x",
      "10:10: `url` takes a url such as `http://127.0.0.1:8081`, not a url with a user or a password"),
    Case("http://127.0.0.1:8081", "http://x:99999", "10:10: `url` takes a url"),
    Case("v1alpha1", "v2", "1:13: `apiVersion` takes `mt4-controller/v1alpha1`, not `mt4-controller/v2`"),
    Case(
      "kind: TradingAgent", "kind: TradingAgnt",
      "2:7: `kind` takes `TradingAgent` or `FleetPolicy`, not `TradingAgnt`; did you mean `TradingAgent`?"),
  ]

  static let structure = [
    Case(
      "max_positions: 2", "max_positons: 2", "18:5: unknown key `max_positons` in `risk`; did you mean `max_positions`?"
    ),
    Case(
      "max_positions: 2", "maxPositions: 2", "18:5: unknown key `maxPositions` in `risk`; did you mean `max_positions`?"
    ),
    Case("    max_positions: 2\n", "", "14:3: `max_positions` is missing in `risk`: The most positions"),
    Case("  enabled: true\n", "", "5:1: `enabled` is missing in `spec`"),
    Case("  mode: enforce", "  lot_size: 0.01", "8:3: unknown key `lot_size` in `spec`; it belongs in `spec.risk`"),
    Case(
      "  mode: enforce", "  enabled: true", "8:3: the key `enabled` stands here a second time; the first is at line 7"),
    Case("mode: enforce", "mode: &a enforce", "8:9: anchors (`&name`) are not allowed"),
    Case("mode: enforce", "mode: *a", "8:9: aliases (`*name`) are not allowed"),
    Case("mode: enforce", "mode: !!str enforce", "8:9: tags (`!name`) are not allowed"),
    Case("  mode: enforce", "  <<: { mode: observe }", "8:3: merge keys (`<<`) are not allowed"),
    Case("mode: enforce", "? [a] : b", "8:5: a key is plain text, not a list or a mapping"),
    Case("mode: enforce", "mode: 'enforce", "8:9: this quoted text has no end"),
    Case("{ credential: atlas-token }", "{ credential: ../x }", "12:26: `credential` takes a file's name"),
    Case("{ credential: atlas-token }", "{ env: A, file: /b }", "12:12: `token` takes exactly one of"),
    Case("{ credential: atlas-token }", "{ credentail: a }", "12:14: `token` takes a reference"),
  ]

  static let agreement = [
    Case("lots: 0.01", "lots: 0.02", "22:54: 0.02 lots are more than the agent's `lot_size` of 0.01"),
    Case("lots: 0.01", "lots: 0.01, size: risk", "22:66: a target has `lots` or `size`, not both"),
    Case(" lots: 0.01,", "", "22:7: this target has no size"),
    Case("symbol: XAUUSD", "symbol: GBPUSD", "22:29: `GBPUSD` is not one of the agent's `pairs`: XAUUSD, EURUSD"),
    Case(" stop_loss: 2640.00,", "", "22:7: `stop_loss` is missing in this target"),
    Case(
      "stop_loss: 2640.00", "stop_loss: 2642",
      "22:87: the stop of a buy lies below its entry, and 2642 is not below 2641"),
    Case("take_profit: 2660", "take_profit: 2639", "22:109: the take-profit of a buy lies above its entry"),
    Case("side: buy", "side: sell", "22:88: the stop of a sell lies above its entry"),
    Case(
      "max_daily_loss: 5%", "max_daily_loss: 10 EUR",
      "17:21: `max_daily_loss` is in EUR, but `initial_balance` is in USD"),
    Case("account: 22437", "currency: EUR", "11:15: the terminal is pinned to EUR"),
    Case("  targets:\n", "  positions: exact\n  tagets:\n", "22:3: unknown key `tagets`"),
  ]

  @Test("a wrong value is an error at its place", arguments: values + structure + agreement)
  func wrong(_ wrong: Case) {
    let errors = ManifestFixture.errors(ManifestFixture.load(ManifestFixture.agent(wrong.old, wrong.new)))
    let heads = errors.map { "\($0.line):\($0.column): \($0.message)" }
    #expect(heads.contains { $0.hasPrefix(wrong.error) }, "\(heads.joined(separator: "\n"))")
  }

  @Test("exact without targets is an error, and with none written out it is an order")
  func exactNeedsTargets() throws {
    let lines = ManifestFixture.agent.split(separator: "\n")
    let bare = lines.dropLast(2).joined(separator: "\n")
    let errors = ManifestFixture.errors(ManifestFixture.load(bare + "\n  positions: exact\n"))
    #expect(
      errors.map(\.message) == [
        "`positions: exact` needs `targets`; write `targets: []` if every position is to be closed"
      ])
    let loaded = try ManifestFixture.accepted(ManifestFixture.load(bare + "\n  positions: exact\n  targets: []\n"))
    #expect(loaded.fleet.agents[0].targets == [])
    let absent = try ManifestFixture.accepted(ManifestFixture.load(bare + "\n"))
    #expect(absent.fleet.agents[0].targets == nil)
    #expect(absent.fleet.fingerprint != loaded.fleet.fingerprint)
  }

  @Test(
    "files that are not a manifest are errors of the whole file",
    arguments: [
      ("", "1:1: this file holds no document"), ("# nothing\n", "1:1: this file holds no document"),
      ("---\n", "1:1: this document holds nothing"), ("null\n", "1:1: this document holds nothing"),
      ("- a\n", "1:1: this document holds no mapping"), ("a: \u{1}\n", "1:4: a control character (U+0001)"),
      ("a: \u{2028}\n", "1:4: the character U+2028"),
      (String(repeating: "[", count: 5000), "1:33: nested deeper than 32 levels"),
    ])
  func wholeFiles(_ text: String, _ error: String) {
    let errors = ManifestFixture.errors(ManifestFixture.load(text))
    #expect(errors.count == 1)
    #expect("\(errors[0].line):\(errors[0].column): \(errors[0].message)".hasPrefix(error), "\(errors)")
  }

  @Test("columns count characters, not bytes, and bytes that are no UTF-8 are told apart")
  func columns() {
    let wide = ManifestFixture.errors(ManifestFixture.load(ManifestFixture.agent("mode: enforce", "\"möde\": 1")))
    #expect(wide.map(\.headline) == ["f0.yaml:8:3: error: unknown key `möde` in `spec`; did you mean `mode`?"])
    let bad = ManifestLoader.load(files: [ManifestFile(name: "x.yaml", bytes: Array("ä: 1\nö: ".utf8) + [0xC3, 0x28])])
    #expect(ManifestFixture.errors(bad).map(\.headline) == ["x.yaml:2:4: error: this is not UTF-8"])
  }
}
