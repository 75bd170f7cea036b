// Manifest: a folder of YAML in, the core's desired state out, or every error of the set at once. Files are read here and
// nowhere else; secrets are named here and resolved in `SecretResolver`; what the state means is the core's business.
// Bytes go through `YAML` (trees with places), `Fields` (the one table), `Reading` (a file by itself), `Checks` (what must
// agree), and come out as a `Fleet` with its normalised form.

/// Reads manifests. Blocks on the disk: not for the cooperative pool.
public enum ManifestLoader {
  /// The set of a folder.
  ///
  /// - Parameter memory: what was read before; a file that has not changed since is not read again.
  public static func load(directory: String, memory: ReadingMemory? = nil) -> ManifestOutcome {
    var reader = ManifestFolder()
    reader.read(directory: directory)
    return load(reader, gitCommit: GitHead.state(of: directory), memory)
  }

  /// The set of files and folders together; a file that is named may have any ending.
  public static func load(paths: [String]) -> ManifestOutcome {
    var reader = ManifestFolder()
    for path in paths { reader.read(path: path) }
    return load(reader, gitCommit: paths.first.flatMap { GitHead.state(of: $0) }, nil)
  }

  /// The set of files that were read before.
  public static func load(files: [ManifestFile], memory: ReadingMemory? = nil) -> ManifestOutcome {
    load(ManifestFolder(files: files), gitCommit: nil, memory)
  }

  private static func load(_ folder: ManifestFolder, gitCommit: String?, _ memory: ReadingMemory?) -> ManifestOutcome {
    let files = folder.files.sorted { $0.shownName.utf8.lexicographicallyPrecedes($1.shownName.utf8) }
    let set = ManifestSet(SetReading.read(files, memory: memory))
    let errors = set.errors
    guard errors.allSatisfy(\.isEmpty), folder.problems.isEmpty else {
      return .rejected(set.diagnostics(errors, folderProblems: folder.problems))
    }
    return .accepted(set.accepted(gitCommit: gitCommit))
  }
}
