import Foundation
import Reconciler
import Testing

@testable import Controller

/// A set that is read with the memory of the last one comes to what it comes to without: nothing is missed, nothing stays.
struct ManifestReuseTests {
  private static func agent(_ number: Int) -> String {
    ManifestFixture.agent
      .replacingOccurrences(of: "name: atlas", with: "name: agent-\(number)")
      .replacingOccurrences(of: "id: agent_1", with: "id: id_\(number)")
      .replacingOccurrences(of: ":8081", with: ":\(8000 + number)")
  }

  private static let fleet = """
    apiVersion: mt4-controller/v1alpha1
    kind: FleetPolicy
    metadata: { name: fleet }
    spec: { currency: USD, correlation_limit: 0.5 }

    """

  private static func files(_ texts: [String]) -> [ManifestFile] {
    texts.enumerated().map { ManifestFile(name: "f\($0.offset).yaml", bytes: Array($0.element.utf8)) }
  }

  /// All that is told of an outcome.
  private static func words(_ outcome: ManifestOutcome) -> [String] {
    switch outcome {
    case .rejected(let errors): return ["rejected"] + errors.map(\.description)
    case .accepted(let loaded):
      let files = loaded.files.map { "\($0.name) \($0.bytes.count)" }
      let agents = loaded.fleet.agents.map { "\($0)" }
      let places = loaded.fleet.agents.map { "\(loaded.fleet.places[$0.id]?.document as Any)" }
      return [loaded.fleet.fingerprint, loaded.form.text, "\(loaded.fleet.policy)"] + files + agents + places
        + loaded.warnings.map(\.description)
    }
  }

  @Test func `each byte of a file counts, also where its length stays`() {
    let memory = ReadingMemory()
    let text = Array(Self.agent(1).utf8)
    let others = Self.files([Self.agent(2), Self.fleet])
    for at in text.indices {
      var bytes = text
      bytes[at] = bytes[at] == UInt8(ascii: "7") ? UInt8(ascii: "8") : UInt8(ascii: "7")
      for version in [bytes, text] {
        let files = [ManifestFile(name: "a.yaml", bytes: version)] + others
        let again = ManifestLoader.load(files: files, memory: memory)
        #expect(Self.words(again) == Self.words(ManifestLoader.load(files: files)), "byte \(at)")
      }
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `files that come, go, change and trade places leave no trace`(seed: UInt64) {
    var state = seed
    func next(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(below))
    }
    let memory = ReadingMemory()
    var texts = [Self.agent(1), Self.agent(2) + "---\n" + Self.agent(3), Self.fleet]
    for step in 0..<30 {
      switch next(7) {
      case 0: texts.append(Self.agent(next(6)))
      case 1: texts.append(Self.fleet)
      case 2 where texts.count > 1: texts.remove(at: next(texts.count))
      case 3: texts.swapAt(0, next(texts.count))
      case 4: texts[next(texts.count)] += "---\nkind: nonsense\n"
      case 5: texts[next(texts.count)] = Self.agent(next(6)).replacingOccurrences(of: "0.01", with: "0.0\(next(9))")
      default: texts[next(texts.count)] += "# a remark\n"
      }
      let files = Self.files(texts)
      let again = ManifestLoader.load(files: files, memory: memory)
      #expect(Self.words(again) == Self.words(ManifestLoader.load(files: files)), "step \(step)")
    }
  }

  @Test func `what has not changed is not read again, and what has gone is forgotten`() throws {
    let memory = ReadingMemory()
    let files = Self.files([Self.agent(1), Self.agent(2)])
    _ = ManifestLoader.load(files: files, memory: memory)
    let before = memory.readings
    let edited = Self.files([Self.agent(1), Self.agent(2) + "# edited\n"])
    _ = ManifestLoader.load(files: edited, memory: memory)
    #expect(memory.readings["f0.yaml"] === before["f0.yaml"])
    #expect(memory.readings["f1.yaml"] !== before["f1.yaml"])
    _ = ManifestLoader.load(files: Array(files.prefix(1)), memory: memory)
    #expect(Set(memory.readings.keys) == ["f0.yaml"])
  }

  @Test func `a file of the same text under another name is told by its own name`() throws {
    let memory = ReadingMemory()
    let bytes = Array(Self.agent(1).utf8)
    _ = ManifestLoader.load(files: [ManifestFile(name: "a.yaml", bytes: bytes, shownName: "x")], memory: memory)
    let moved = ManifestFile(name: "b.yaml", bytes: bytes, shownName: "x")
    let fleet = try ManifestFixture.accepted(ManifestLoader.load(files: [moved], memory: memory)).fleet
    #expect(fleet.places[AgentID("id_1")]?.document.file == "b.yaml")
  }

  @Test func `the bound of documents holds over all files, and tells the document that is too many`() {
    let many = String(repeating: "--- x\n", count: 60_000)
    let files = Self.files([many, many])
    let memory = ReadingMemory()
    for _ in 0..<2 {
      let errors = ManifestFixture.errors(ManifestLoader.load(files: files, memory: memory))
      let bound = errors.filter { $0.message.contains("at most 100000 documents") }
      #expect(bound.map(\.headline) == ["f1.yaml:40001:1: error: a set of manifests has at most 100000 documents"])
    }
  }

  @Test func `the normalised form is canonical JSON and reads back as it is`() throws {
    let text = ManifestFixture.agent("  pairs:", "  description: \"a\\\"\\\\\\n\\té\"\n  pairs:")
    let loaded = try ManifestFixture.accepted(ManifestFixture.load(text, Self.fleet))
    #expect(loaded.normalised.canonicalBytes == loaded.form.bytes)
    #expect(NormalisedForm(loaded.normalised) == loaded.form)
    #expect(loaded.form.agents == 1)
    #expect(loaded.form.fingerprint == loaded.fleet.fingerprint)
  }
}
