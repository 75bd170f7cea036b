import Foundation
import Reconciler
import Testing

@testable import Controller

/// A folder of the test's own, gone when the test is.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("mt4-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    let place = "\(path)/\(name)"
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: place).deletingLastPathComponent().path, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: place))
  }
}

@Suite("Folders of manifests")
struct ManifestFolderTests {
  static let reference = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("manifests").path

  @Test("the reference fleet is accepted, and its warnings are the known ones")
  func referenceFleet() throws {
    let loaded = try ManifestFixture.accepted(ManifestLoader.load(directory: Self.reference))
    #expect(loaded.fleet.agents.map(\.id.text) == ["agent_1", "agent_2", "agent_3"])
    #expect(loaded.fleet.agents.map(\.enabled) == [true, false, false])
    #expect(loaded.fleet.agents.map(\.terminal.url) == (1...3).map { "http://127.0.0.1:808\($0)" })
    #expect(loaded.fleet.agents.allSatisfy { $0.targets == nil && $0.positions == .guarded })
    #expect(loaded.fleet.policy.maxTotalExposure == 10)
    let warnings = loaded.warnings.map(\.message)
    #expect(warnings.filter { $0.hasPrefix("the account is not pinned") }.count == 3)
    #expect(warnings.filter { $0.hasPrefix("no correlation is declared") }.isEmpty)
    #expect(
      warnings.filter { $0.contains("a lot)") } == [
        "at 0.01 lots of XAUUSD (100 oz a lot) a risk budget of 2.00 USD allows a stop of at most 1.63 away (with slippage "
          + "0.30 and commission 7 USD a lot); the usual 5.00 loses 537.00 USD a lot and needs 537.00 USD of equity"
      ])
  }

  @Test("only *.yaml and *.yml files of the folder itself count")
  func names() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.yml", ManifestFixture.agent)
    for name in [".b.yaml", "c.yaml~", "d.yaml.bak", "e.yaml.swp", "f.json", "sub/g.yaml", "h.yaml/i.txt"] {
      try folder.write(name, "nonsense: [")
    }
    let loaded = try ManifestFixture.accepted(ManifestLoader.load(directory: folder.path))
    #expect(loaded.files.map(\.name) == ["a.yml"])
    #expect(loaded.fleet.places[AgentID("agent_1")]?.document == SourcePlace(file: "a.yml", line: 1))
  }

  @Test("an empty folder, a missing one, and files that cannot be read are errors at 1:1")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    func heads() -> [String] {
      ManifestFixture.errors(ManifestLoader.load(directory: folder.path)).map {
        $0.headline.replacingOccurrences(of: folder.path, with: "DIR")
      }
    }
    #expect(heads() == ["DIR:1:1: error: no `*.yaml` or `*.yml` file is in this folder; an empty set is no order"])
    try folder.write("a.yaml", ManifestFixture.agent)
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/b.yaml", withDestinationPath: "nowhere")
    mkfifo("\(folder.path)/c.yaml", 0o600)
    try folder.write("d.yaml", "#" + String(repeating: "x", count: 1 << 20))
    #expect(
      heads() == [
        "DIR/b.yaml:1:1: error: cannot read this file: No such file or directory",
        "DIR/c.yaml:1:1: error: this is not a regular file",
        "DIR/d.yaml:1:1: error: larger than 1 MiB",
      ])
    let missing = ManifestFixture.errors(ManifestLoader.load(directory: "/no/such/folder")).map(\.headline)
    #expect(missing == ["/no/such/folder:1:1: error: cannot read this folder: No such file or directory"])
  }

  @Test("a target sized by risk is taken without a word")
  func sizedByRisk() throws {
    let text = ManifestFixture.agent("lots: 0.01", "size: risk")
    let loaded = try ManifestFixture.accepted(ManifestFixture.load(text))
    #expect(!loaded.warnings.contains { $0.message.contains("`size`") })
  }

  @Test("a pair of symbols without a correlation is told once")
  func correlations() throws {
    let second = ManifestFixture.agent("id: agent_1", "id: b").replacingOccurrences(of: "8081", with: "8082")
      .replacingOccurrences(of: "name: atlas", with: "name: b")
    let loaded = try ManifestFixture.accepted(
      ManifestFixture.load(ManifestFixture.agent, second, ManifestSetTests.fleet))
    let messages = loaded.warnings.map(\.message).filter { $0.hasPrefix("no correlation") }
    #expect(
      messages == [
        "no correlation is declared for EURUSD and XAUUSD, which different agents may hold; it counts as 0"
      ])
  }

  @Test("a thousand agents load as one set")
  func many() throws {
    var files: [ManifestFile] = []
    for part in 0..<2 {
      let texts = (0..<500).map { index in
        let number = part * 500 + index
        return ManifestFixture.agent.replacingOccurrences(of: "agent_1", with: "agent_\(number)")
          .replacingOccurrences(of: "name: atlas", with: "name: a\(number)")
          .replacingOccurrences(of: "127.0.0.1:8081", with: "host\(number):8081")
      }
      files.append(ManifestFile(name: "part\(part).yaml", bytes: Array(texts.joined(separator: "---\n").utf8)))
    }
    let loaded = try ManifestFixture.accepted(ManifestLoader.load(files: files))
    #expect(loaded.fleet.agents.count == 1_000)
  }
}
