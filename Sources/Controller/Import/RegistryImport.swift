import Reconciler

/// An old registry, converted.
public struct RegistryImport: Sendable {
  /// A file of the new set.
  public struct File: Sendable, Hashable {
    public let name: String
    public let text: String
  }

  /// One for each agent, and `fleet.yaml`.
  public let files: [File]
  /// `FILE:LINE: warning: …`: what was guessed, left out, or wants a look.
  public let warnings: [String]
  /// How many agents there are.
  public let agents: Int

  /// Reads a registry. Blocks on the disk.
  ///
  /// - Throws: everything that is wrong with it.
  public init(path: String) throws(ImportError) {
    let bytes: [UInt8]
    do throws(FileReadError) {
      bytes = try FileReader.read(path, limit: 1 << 20)
    } catch {
      throw ImportError(problems: ["\(path): \(error.words)"])
    }
    try self.init(bytes, path: path)
  }

  init(_ bytes: [UInt8], path: String) throws(ImportError) {
    let yaml = YAMLComposer.compose(bytes, maximumDocuments: 16)
    guard yaml.problems.isEmpty else {
      throw ImportError(
        problems: yaml.problems.map { "\(path):\($0.mark.line):\($0.mark.column): error: \($0.message)" })
    }
    guard let root = yaml.documents.first, yaml.documents.count == 1 else {
      throw ImportError(problems: ["\(path): a registry is one YAML document; this file has \(yaml.documents.count)"])
    }
    var reader = RegistryReader(path: path, root: root)
    let agents = reader.agents()
    let fleet = reader.fleet(agents)
    guard reader.errors.isEmpty else { throw ImportError(problems: reader.errors) }
    files = agents.map { File(name: "\($0.name).yaml", text: $0.yaml) } + [File(name: "fleet.yaml", text: fleet)]
    warnings = reader.orderedWarnings
    self.agents = agents.count
    try Self.check(files)
  }

  /// What is written must be a valid set: the loader has the last word.
  private static func check(_ files: [File]) throws(ImportError) {
    let set = files.map { ManifestFile(name: $0.name, bytes: Array($0.text.utf8)) }
    guard case .rejected(let errors) = ManifestLoader.load(files: set) else { return }
    throw ImportError(
      problems: ["the manifests that would come of it are not valid:"] + errors.map(\.description))
  }
}

/// Why a registry cannot be converted: every reason.
public struct ImportError: Error, Hashable, Sendable {
  public let problems: [String]
}
