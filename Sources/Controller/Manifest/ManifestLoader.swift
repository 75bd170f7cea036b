// Manifest: a folder of YAML in, the core's desired state out, or every error of the set at once. Files are read here and
// nowhere else; secrets are named here and resolved in `SecretResolver`; what the state means is the core's business.
// Bytes go through `YAML` (trees with places), `Fields` (the one table), `Checks` (what must agree), and come out as a
// `Fleet` with its normalised form.

import Crypto
import Reconciler

/// Reads manifests. Blocks on the disk: not for the cooperative pool.
public enum ManifestLoader {
  /// The set of a folder.
  public static func load(directory: String) -> ManifestOutcome {
    var reader = ManifestFolder()
    reader.read(directory: directory)
    return load(reader, gitCommit: GitHead.state(of: directory))
  }

  /// The set of files and folders together; a file that is named may have any ending.
  public static func load(paths: [String]) -> ManifestOutcome {
    var reader = ManifestFolder()
    for path in paths { reader.read(path: path) }
    return load(reader, gitCommit: paths.first.flatMap { GitHead.state(of: $0) })
  }

  /// The set of files that were read before.
  public static func load(files: [ManifestFile]) -> ManifestOutcome {
    load(ManifestFolder(files: files), gitCommit: nil)
  }

  private static func load(_ folder: ManifestFolder, gitCommit: String?) -> ManifestOutcome {
    var set = ManifestSet(files: folder.files.sorted { $0.shownName.utf8.lexicographicallyPrecedes($1.shownName.utf8) })
    set.read()
    let errors = set.errors()
    guard errors.isEmpty, folder.problems.isEmpty else {
      return .rejected(set.diagnostics(errors, folderProblems: folder.problems))
    }
    return .accepted(set.accepted(gitCommit: gitCommit))
  }
}

/// A set on its way through the checks.
private struct ManifestSet {
  static let maximumDocuments = 100_000

  let files: [ManifestFile]
  private var sources: [SourceText] = []
  private var documents: [CheckedDocument] = []
  private var findings: [Finding] = []

  init(files: [ManifestFile]) { self.files = files }

  mutating func read() {
    var left = Self.maximumDocuments
    for (index, file) in files.enumerated() {
      let yaml = YAMLComposer.compose(file.bytes, maximumDocuments: left)
      left -= yaml.documents.count
      sources.append(
        SourceText(
          shownName: file.shownName, bytes: file.bytes, secrets: yaml.secrets, unreadableFrom: yaml.unreadableFrom))
      for problem in yaml.problems {
        findings.append(Finding(severity: .error, file: index, mark: problem.mark, message: problem.message))
      }
      if yaml.documents.isEmpty, yaml.problems.isEmpty {
        findings.append(Finding(severity: .error, file: index, mark: .start, message: "this file holds no document"))
      }
      var checker = DocumentChecker(file: index)
      for node in yaml.documents {
        if let document = checker.check(node) { documents.append(document) }
      }
      findings += checker.findings
    }
  }

  func errors() -> [Finding] {
    let agents = documents.filter { $0.kind == .agent }
    return findings + agents.flatMap { AgentChecks.findings(in: $0) }
      + FleetChecks.findings(in: documents, fileNames: sources.map(\.shownName))
  }

  func diagnostics(_ findings: [Finding], folderProblems: [FolderProblem]) -> [ManifestDiagnostic] {
    let ordered = findings.sorted { ($0.file, $0.mark, $0.message) < ($1.file, $1.mark, $1.message) }
    let ofFiles = ordered.map { finding in
      ManifestDiagnostic(
        finding.severity, file: sources[finding.file].shownName, at: finding.mark, finding.message,
        source: sources[finding.file])
    }
    let ofFolders = folderProblems.map {
      ManifestDiagnostic(.error, file: $0.path, at: .start, $0.message, source: nil)
    }
    return (ofFolders + ofFiles).sorted {
      ($0.file == $1.file) ? false : $0.file.utf8.lexicographicallyPrecedes($1.file.utf8)
    }
  }

  func accepted(gitCommit: String?) -> LoadedManifests {
    let agents = documents.map { $0.kind == .agent ? AgentBuilder.agent($0) : nil }
    let policy = documents.first { $0.kind == .fleet }.map(AgentBuilder.policy) ?? FleetPolicy()
    let normalised = normalisedForm()
    let digest = SHA256.hash(data: normalised.canonicalBytes)
    let built = agents.compactMap { $0 }
    let fleet = Fleet(
      revision: 0, fingerprint: Hexadecimal.text(digest), agents: built, policy: policy, zones: zones(of: built),
      places: places(agents))
    let warnings = ManifestWarnings.all(in: documents, agents: agents, policy: policy)
    return LoadedManifests(
      fleet: fleet, normalised: normalised, files: files, warnings: diagnostics(warnings, folderProblems: []),
      gitCommit: gitCommit)
  }

  private func normalisedForm() -> JSONValue {
    var agents: [String: JSONValue] = [:]
    var policy: JSONValue?
    for document in documents {
      guard let metadata = document.metadata, let spec = document.spec else { continue }
      let form: JSONValue = ["metadata": metadata.normalised, "spec": spec.normalised]
      switch document.kind {
      case .agent: if let id = spec.text("id") { agents[id] = form }
      case .fleet: policy = form
      }
    }
    return .fields([
      "apiVersion": .string(FieldTable.apiVersion), "agents": .object(agents), "fleet_policy": policy,
    ])
  }

  private func zones(of agents: [AgentSpec]) -> [String: ZoneRules] {
    var names: Set<String> = ["UTC", "America/New_York"]
    for agent in agents {
      names.insert(agent.risk.day.zone)
      names.insert(agent.terminal.serverZone)
    }
    let now = Timestamp.systemNow
    var zones: [String: ZoneRules] = [:]
    for name in names { zones[name] = ZoneDatabase.rules(named: name, around: now) }
    return zones
  }

  private func places(_ agents: [AgentSpec?]) -> [String: SourcePlace] {
    var places: [String: SourcePlace] = [:]
    for (document, agent) in zip(documents, agents) {
      let file = files[document.file].name
      if document.kind == .fleet, let mark = document.spec?.item("emergency_stop")?.keyMark {
        places[Fleet.emergencyStopKey] = SourcePlace(file: file, line: Int(mark.line))
      }
      guard let agent else { continue }
      places[agent.id.text] = SourcePlace(file: file, line: Int(document.start.line))
      for item in document.spec?.list("targets") ?? [] {
        guard let name = item.object?.text("name"), let mark = item.mark else { continue }
        places["\(agent.id.text)/\(name)"] = SourcePlace(file: file, line: Int(mark.line))
      }
      for field in DecidingField.allCases {
        guard let mark = document.spec?.keyMark(field.rawValue) else { continue }
        places[Fleet.key(agent.id, field)] = SourcePlace(file: file, line: Int(mark.line))
      }
    }
    return places
  }
}
