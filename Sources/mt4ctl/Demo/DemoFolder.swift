import Controller
import Foundation
import Reconciler

/// The demo's own copy of the manifests: every agent enabled, on the ports of its paper terminal.
struct DemoFolder {
  let path: String

  var manifests: String { path + "/manifests" }
  var state: String { path + "/state" }

  /// Copies the folder; what it holds must be valid.
  init(copyOf source: String, at folder: String?) throws(DemoError) {
    path = folder ?? NSTemporaryDirectory() + "mt4-demo-" + String(UInt32.random(in: .min ... .max), radix: 36)
    do {
      try FileManager.default.createDirectory(atPath: manifests, withIntermediateDirectories: true)
      // The embedded database runs as another user when we are root; it must be able to reach its own folder.
      chmod(path, 0o755)
      for name in try FileManager.default.contentsOfDirectory(atPath: source).sorted()
      where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
        let text = try String(contentsOfFile: source + "/" + name, encoding: .utf8)
        try text.write(toFile: manifests + "/" + name, atomically: true, encoding: .utf8)
      }
    } catch {
      throw DemoError("the manifests of \(source) cannot be copied to \(manifests): \(error.localizedDescription)")
    }
  }

  /// The set as it stands; errors of the copy are errors of the demo.
  func load() throws(DemoError) -> Fleet {
    switch ManifestLoader.load(directory: manifests) {
    case .accepted(let loaded): return loaded.fleet
    case .rejected(let errors):
      throw DemoError("the manifests are not valid:\n" + errors.map(\.description).joined(separator: "\n"))
    }
  }

  /// Changes the file that declares an agent, line by line.
  func edit(_ agent: AgentSpec, place: SourcePlace?, _ change: (String) -> String) throws(DemoError) {
    guard let file = place?.file else { throw DemoError("it is not known which file declares \(agent.metadataName)") }
    let path = manifests + "/" + file
    do {
      let lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
      try lines.map(change).joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw DemoError("\(path) cannot be changed: \(error.localizedDescription)")
    }
  }
}
