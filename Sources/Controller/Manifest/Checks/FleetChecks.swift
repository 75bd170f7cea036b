import Reconciler

/// What has to agree between the documents of a set.
struct FleetChecks {
  private(set) var findings: [Finding] = []
  /// The names that messages give, by file.
  private let fileNames: [String]

  static func findings(in documents: [CheckedDocument], fileNames: [String]) -> [Finding] {
    var checks = FleetChecks(fileNames: fileNames)
    let agents = documents.filter { $0.kind == .agent }
    checks.policies(documents.filter { $0.kind == .fleet })
    checks.identities(agents)
    checks.terminals(agents)
    return checks.findings
  }

  private init(fileNames: [String]) { self.fileNames = fileNames }

  private struct Place {
    let document: Int
    let file: Int
    let mark: YAMLMark
  }

  private func text(_ place: Place) -> String { "\(fileNames[place.file]):\(place.mark.line)" }

  /// Names, ids, and no id that is another agent's name: a person may type either.
  private mutating func identities(_ agents: [CheckedDocument]) {
    var names: [String: Place] = [:]
    var ids: [String: Place] = [:]
    for (index, agent) in agents.enumerated() {
      if let name = agent.metadataName, let mark = agent.metadata?.mark("name") {
        let place = Place(document: index, file: agent.file, mark: mark)
        reserved(name, what: "name", at: place)
        if let first = names[name] {
          report(place, "an agent is named `\(name)` already, at \(text(first))")
        } else {
          names[name] = place
        }
      }
      if let id = agent.spec?.text("id"), let mark = agent.spec?.mark("id") {
        let place = Place(document: index, file: agent.file, mark: mark)
        reserved(id, what: "id", at: place)
        if let first = ids[id] {
          report(place, "an agent has the id `\(id)` already, at \(text(first))")
        } else {
          ids[id] = place
        }
      }
    }
    for (id, place) in ids {
      guard let other = names[id], other.document != place.document else { continue }
      report(place, "the id `\(id)` is the name of another agent, at \(text(other))")
    }
  }

  private mutating func reserved(_ word: String, what: String, at place: Place) {
    if word == "summary" {
      report(place, "the \(what) `summary` is reserved: `/api/agents/summary` is a path of its own")
    }
  }

  private mutating func terminals(_ agents: [CheckedDocument]) {
    var urls: [String: Place] = [:]
    for (index, agent) in agents.enumerated() {
      guard let terminal = agent.spec?.object("terminal"), let url = terminal.text("url"),
        let mark = terminal.mark("url")
      else { continue }
      let place = Place(document: index, file: agent.file, mark: mark)
      let identity = TerminalURL.identity(url)
      if let first = urls[identity] {
        report(place, "another agent has this terminal already, at \(text(first)); two agents may not share one")
      } else {
        urls[identity] = place
      }
    }
  }

  private mutating func policies(_ policies: [CheckedDocument]) {
    for policy in policies.dropFirst() {
      let first = policies[0]
      report(
        Place(document: 0, file: policy.file, mark: policy.start),
        "a set has at most one FleetPolicy, and there is one at \(fileNames[first.file]):\(first.start.line)")
    }
    for policy in policies { correlations(policy) }
  }

  private mutating func correlations(_ policy: CheckedDocument) {
    var seen: [SymbolPair: YAMLMark] = [:]
    for item in policy.spec?.list("correlations") ?? [] {
      guard let symbols = item.object?.list("symbols"), let place = item.object?.mark("symbols"),
        symbols.count == 2, let first = symbols[0].text, let second = symbols[1].text
      else { continue }
      let at = Place(document: 0, file: policy.file, mark: place)
      if first == second {
        report(at, "a correlation is between two different symbols, and `\(first)` stands here twice")
      } else if let other = seen.updateValue(place, forKey: SymbolPair(first, second)) {
        report(at, "the correlation of `\(first)` and `\(second)` is declared already, at line \(other.line)")
      }
    }
  }

  private mutating func report(_ place: Place, _ message: String) {
    findings.append(Finding(severity: .error, file: place.file, mark: place.mark, message: message))
  }
}

/// Two symbols, in either order.
struct SymbolPair: Hashable, Comparable {
  let low: String
  let high: String

  init(_ a: String, _ b: String) { (low, high) = a < b ? (a, b) : (b, a) }

  static func < (a: Self, b: Self) -> Bool { (a.low, a.high) < (b.low, b.high) }
}
