import Reconciler
import Testing

@testable import Controller

@Suite("The table of fields")
struct ManifestSchemaTests {
  @Test("the schema is JSON and names every field with its sentence")
  func schema() throws {
    let schema = try JSONParser.parse(ManifestSchema.text)
    #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    let agent = try #require(schema["$defs"]?["TradingAgent"])
    #expect(agent["additionalProperties"] == false)
    let risk = try #require(agent["properties"]?["spec"]?["properties"]?["risk"])
    #expect(
      risk["required"] == [
        "initial_balance", "max_risk_per_trade", "max_daily_loss", "max_positions", "lot_size",
      ])
    #expect(risk["properties"]?["on_breach"]?["enum"] == ["close_and_pause", "pause"])
    #expect(risk["properties"]?["on_breach"]?["default"] == "close_and_pause")
    #expect(risk["properties"]?["lot_size"]?["exclusiveMinimum"] == .number("0"))
  }

  @Test("every path has an entry, and every entry a sentence")
  func entries() {
    for path in FieldTable.paths {
      #expect(FieldTable.entry(at: path)?.doc.hasSuffix(".") == true, "\(path)")
    }
    #expect(FieldTable.entry(at: "agent.spec.risk.day.reset")?.defaultText == "00:00")
    #expect(FieldTable.entry(at: "agent.spec.risk")?.fields.contains("lot_size") == true)
    #expect(FieldTable.entry(at: "agent.spec.nonsense") == nil)
    #expect(FieldTable.paths.count == Set(FieldTable.paths).count)
  }

  @Test("every mapping has few enough fields for a word of bits")
  func width() {
    for path in FieldTable.paths { #expect((FieldTable.entry(at: path)?.fields.count ?? 0) < 60) }
  }

  @Test("the rules of a zone are those of the calendar")
  func zones() throws {
    let now = try #require(Timestamp(rfc3339: "2026-11-21T00:00:00.000000Z"))
    let athens = try #require(ZoneDatabase.rules(named: "Europe/Athens", around: now))
    #expect(athens.initialOffsetSeconds == 7200)
    #expect(athens.transitions.count == 24)
    let spring = try #require(Timestamp(rfc3339: "2026-03-29T01:00:00.000000Z"))
    #expect(athens.offsetSeconds(at: spring) == 10_800)
    #expect(athens.offsetSeconds(at: spring - .seconds(1)) == 7200)
    #expect(ZoneDatabase.rules(named: "UTC", around: now)?.transitions == [])
    for name in ["Europe/Athen", "EST", "GMT+5", "", "../Europe/Athens", "Etc/../UTC"] {
      #expect(ZoneDatabase.rules(named: name, around: now) == nil, "\(name)")
    }
  }
}
