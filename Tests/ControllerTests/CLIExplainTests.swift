import Reconciler
import Testing

@testable import Controller

@Suite("Every word has its explanation")
struct CLIExplainTests {
  private static func found(_ word: String) -> [Explanation] {
    if case .found(let all) = Glossary.look(up: word) { all } else { [] }
  }

  @Test func `every field, reason, condition, record and exit code is found by its word`() {
    for path in FieldTable.paths {
      #expect(Self.found(path).contains { $0.kind == .field && $0.word == path }, "\(path)")
    }
    for reason in Reason.allCases { #expect(Self.found(reason.rawValue).contains { $0.kind == .reason }, "\(reason)") }
    for kind in Condition.Kind.allCases {
      #expect(Self.found(kind.rawValue).contains { $0.kind == .condition }, "\(kind)")
    }
    for type in EventType.allCases { #expect(Self.found(type.rawValue).contains { $0.kind == .event }, "\(type)") }
    for code in ExitMeaning.all { #expect(Self.found("\(code.code)").contains { $0.kind == .exitCode }, "\(code)") }
  }

  @Test func `a reason names the field that governs it, and the field the reason`() throws {
    #expect(Self.found("daily_loss").first { $0.kind == .reason }?.seeAlso == ["agent.spec.risk.max_daily_loss"])
    #expect(try #require(Self.found("agent.spec.risk.max_daily_loss").first).seeAlso.contains("daily_loss"))
    for reason in Reason.allCases {
      if let field = reason.field { #expect(FieldTable.entry(at: field) != nil, "\(reason): \(field)") }
    }
  }

  @Test func `a field is found by its end, and a misspelt word by the nearest`() {
    #expect(Self.found("lot_size").map(\.word) == ["agent.spec.risk.lot_size"])
    #expect(Self.found("risk.day.zone").map(\.word) == ["agent.spec.risk.day.zone"])
    #expect(Glossary.look(up: "lot_sze") == .unknown(nearest: "lot_size"))
    #expect(Glossary.look(up: "") == .unknown(nearest: nil))
  }

  @Test func `every field's detail is there: what it takes, whether it is required, its default`() throws {
    let mode = try #require(Self.found("agent.spec.mode").first)
    #expect(mode.details.contains(.init(name: "default", text: "enforce")))
    let enabled = try #require(Self.found("agent.spec.enabled").first)
    #expect(enabled.details.contains(.init(name: "required", text: "yes")))
  }
}
