import Reconciler

/// The files of a set on their way through the checks between them.
struct ManifestSet {
  private let files: [FileReading]

  init(_ files: [FileReading]) { self.files = files }

  /// By file.
  var errors: [[Finding]] {
    var errors = files.map(\.findings)
    let names = files.map(\.source.shownName)
    for (file, finding) in FleetChecks.findings(in: files.map(\.documents), fileNames: names) {
      errors[file].append(finding)
    }
    return errors
  }

  /// - Parameter findings: by file.
  func diagnostics(_ findings: [[Finding]], folderProblems: [FolderProblem]) -> [ManifestDiagnostic] {
    var all = folderProblems.map { ManifestDiagnostic(.error, file: $0.path, at: .start, $0.message, source: nil) }
    for (file, findings) in zip(files, findings) {
      for finding in findings.sorted(by: { ($0.mark, $0.message) < ($1.mark, $1.message) }) {
        all.append(
          ManifestDiagnostic(
            finding.severity, file: file.source.shownName, at: finding.mark, finding.message, source: file.source))
      }
    }
    // The files are in order nearly always: only a name with odd characters is shown as another one.
    let names = files.map(\.source.shownName)
    let isInOrder = zip(names, names.dropFirst()).allSatisfy { !$1.utf8.lexicographicallyPrecedes($0.utf8) }
    if folderProblems.isEmpty, isInOrder { return all }
    return all.sorted { ($0.file == $1.file) ? false : $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
  }

  /// The set, in which nothing is wrong.
  func accepted(gitCommit: String?) -> LoadedManifests {
    var agents = files.flatMap { $0.documents.compactMap(\.agent) }
    agents.sort { $0.spec.id < $1.spec.id }
    let specs = agents.map(\.spec)
    let policyDocument = files.lazy.flatMap(\.documents).compactMap(\.policy).first
    let policy = policyDocument.map(AgentBuilder.policy) ?? FleetPolicy()
    let form = NormalisedForm(agents: agents, policy: policyDocument)
    var places: [AgentID: AgentPlaces] = [:]
    places.reserveCapacity(agents.count)
    for agent in agents { places[agent.spec.id] = agent.places }
    var fleet = Fleet(
      revision: 0, fingerprint: form.fingerprint, agents: specs, policy: policy, zones: zones(of: specs),
      places: places)
    fleet.emergencyStopPlace = emergencyStopPlace
    return LoadedManifests(
      fleet: fleet, form: form, files: files.map(\.file),
      warnings: diagnostics(warnings(specs, policy), folderProblems: []), gitCommit: gitCommit)
  }

  private func warnings(_ agents: [AgentSpec], _ policy: FleetPolicy) -> [[Finding]] {
    files.map { file in
      var findings: [Finding] = []
      for document in file.documents {
        if let agent = document.agent { findings += agent.warnings }
        if let declared = document.policy { findings += ManifestWarnings.correlations(agents, policy, declared) }
      }
      return findings
    }
  }

  private var emergencyStopPlace: SourcePlace? {
    for file in files {
      for document in file.documents {
        guard let mark = document.policy?.spec?.keyMark("emergency_stop") else { continue }
        return SourcePlace(file: file.file.name, line: Int(mark.line))
      }
    }
    return nil
  }

  private func zones(of agents: [AgentSpec]) -> [String: ZoneRules] {
    var names: Set<String> = ["UTC", "America/New_York"]
    // By number, and only what differs from the agent before: a spec is large to copy, and most name the same zones.
    var (day, server) = ("", "")
    for index in agents.indices {
      if agents[index].risk.day.zone != day { day = agents[index].risk.day.zone; names.insert(day) }
      if agents[index].terminal.serverZone != server {
        server = agents[index].terminal.serverZone; names.insert(server)
      }
    }
    let now = Timestamp.systemNow
    var zones: [String: ZoneRules] = [:]
    for name in names { zones[name] = ZoneDatabase.rules(named: name, around: now) }
    return zones
  }
}
