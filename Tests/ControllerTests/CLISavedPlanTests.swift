import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// `plan --out` and `plan --check` as processes against paper terminals.
@Suite(.timeLimit(.minutes(5)))
struct CLISavedPlanTests {
  private static func plan(
    _ stage: Stage, _ more: String...
  ) async throws -> (code: Int32, out: String, error: String) {
    try await ControllerProcess.output(["plan", "--manifests", stage.manifests] + more, in: stage)
  }

  @Test func `a saved plan would still be made while only prices move`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      try stage.rogue("EURUSD", lots: "0.05")
      let file = "\(stage.folder)/plan.json"
      let saved = try await Self.plan(stage, "--out", file, "--detailed-exitcode")
      #expect(saved.code == 2, "\(saved.error)")
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(!text.contains("5000001"))
      try stage.terminal().setPrice(Symbol("EURUSD"), bid: exact("1.10010"))
      let check = try await Self.plan(stage, "--check", file)
      #expect(check.code == 0, "\(check.error)")
      #expect(check.out.contains("would still be made: 1 action."))
    }
  }

  @Test func `it is stale when a position came, and says so: 6`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      let file = "\(stage.folder)/plan.json"
      #expect(try await Self.plan(stage, "--out", file).code == 0)
      let rogue = try stage.rogue()
      let check = try await Self.plan(stage, "--check", file)
      #expect(check.code == 6)
      #expect(check.error.contains("position #\(rogue) is new: buy 0.01 USDJPY"))
      #expect(check.error.contains("it would now do this: close buy 0.01 USDJPY #\(rogue)"))
      #expect(check.out.isEmpty)
      let json = try JSONParser.parse(try await Self.plan(stage, "--check", file, "-o", "json").out)
      #expect(json["stale"]?.bool == true)
      #expect(json["format_version"]?.int == 1)
    }
  }

  @Test func `it is stale when the manifests changed, and says what: 6`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      let file = "\(stage.folder)/plan.json"
      #expect(try await Self.plan(stage, "--out", file).code == 0)
      try stage.declare(
        stage.agent {
          $0.targets = []
          $0.maxPositions = 2
        })
      let check = try await Self.plan(stage, "--check", file)
      #expect(check.code == 6)
      #expect(check.error.contains("spec.risk.max_positions: 3 -> 2"))
    }
  }

  @Test func `a file that was changed or is none is refused: 1, and both flags together: 64`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      let file = "\(stage.folder)/plan.json"
      #expect(try await Self.plan(stage, "--out", file).code == 0)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      try text.replacing("\"state\": \"none\"", with: "\"state\": \"journal\"")
        .write(toFile: file, atomically: true, encoding: .utf8)
      let changed = try await Self.plan(stage, "--check", file)
      #expect(changed.code == 1)
      #expect(changed.error.contains("changed after it was written"))
      #expect(try await Self.plan(stage, "--check", "\(stage.folder)/none").code == 1)
      #expect(try await Self.plan(stage, "--check", file, "--out", file).code == 64)
    }
  }

  @Test func `money and lots are JSON numbers all over a plan`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.maxDailyLoss = "1%" })
      try stage.rogue()
      let plan = try JSONParser.parse(try await Self.plan(stage, "-o", "json").out)
      func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .string(let text): FixedDecimal(text) == nil ? [] : [text]
        case .array(let items): items.flatMap(texts)
        case .object(let members): members.values.flatMap(texts)
        case .null, .bool, .number: []
        }
      }
      #expect(texts(plan).isEmpty)
      let actions = try #require(plan["agents"]?.array?.first?["actions"]?.array)
      #expect(!actions.isEmpty)
    }
  }
}
