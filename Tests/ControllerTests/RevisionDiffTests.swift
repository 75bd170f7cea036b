import Reconciler
import Testing

@testable import Controller

@Suite("What two revisions say differently")
struct RevisionDiffTests {
  private static func form(_ changes: (String, String)...) throws -> JSONValue {
    var text = ManifestFixture.agent
    for (old, new) in changes {
      try #require(text.contains(old), "\(old) is not in the fixture")
      text = text.replacing(old, with: new)
    }
    return try ManifestFixture.accepted(ManifestFixture.load(text)).normalised
  }

  @Test func `the same set in other words differs in nothing`() throws {
    let diff = RevisionDiff(from: try Self.form(), to: try Self.form(("lot_size: 0.01", "lot_size: 0.010")))
    #expect(diff.isEmpty)
    #expect(diff.text == "no difference\n")
  }

  @Test func `a changed field is told with its old and its new value`() throws {
    let diff = RevisionDiff(from: try Self.form(), to: try Self.form(("lot_size: 0.01", "lot_size: 0.02")))
    #expect(diff.parts.count == 1)
    #expect(diff.parts.first?.changes == [.init(path: "spec.risk.lot_size", old: "0.01", new: "0.02")])
    #expect(diff.text.contains("    spec.risk.lot_size: 0.01 -> 0.02\n"))
    #expect(diff.text.hasSuffix("1 document changed\n"))
  }

  @Test func `items with a name are compared by it, new and gone documents by theirs`() {
    func set(_ targets: [JSONValue], id: String = "a") -> JSONValue {
      ["agents": .object([id: ["metadata": ["name": .string("x-\(id)")], "spec": ["targets": .array(targets)]]])]
    }
    let core: JSONValue = ["name": "core", "stop_loss": "1.05"]
    let moved: JSONValue = ["name": "core", "stop_loss": "1.06"]
    let diff = RevisionDiff(from: set([core]), to: set([moved, ["name": "more"]]))
    #expect(diff.parts.first?.changes.map(\.path) == ["spec.targets.core.stop_loss", "spec.targets.more"])
    let swapped = RevisionDiff(from: set([core, ["name": "more"]]), to: set([["name": "more"], core]))
    #expect(swapped.parts.first?.changes.map(\.path) == ["spec.targets"])
    let other = RevisionDiff(from: set([core]), to: set([core], id: "b"))
    #expect(other.parts.map(\.kind) == [.removed, .added])
    #expect(other.text == "- agent x-a (a)\n+ agent x-b (b)\n1 document added, 1 document removed\n")
  }
}
