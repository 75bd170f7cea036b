import Reconciler

/// What has to agree between the documents of a set.
struct FleetChecks {
  /// By file.
  private(set) var findings: [(file: Int, finding: Finding)] = []
  /// The names that messages give, by file.
  private let fileNames: [String]

  static func findings(in files: [[ReadDocument]], fileNames: [String]) -> [(file: Int, finding: Finding)] {
    var checks = FleetChecks(fileNames: fileNames)
    checks.policies(files)
    checks.identities(files)
    checks.terminals(files)
    return checks.findings
  }

  private init(fileNames: [String]) { self.fileNames = fileNames }

  private struct Place {
    let document: ReadDocument
    let file: Int
    let mark: YAMLMark
  }

  private func text(_ place: Place) -> String { "\(fileNames[place.file]):\(place.mark.line)" }

  /// Names, ids, and no id that is another agent's name: a person may type either.
  private mutating func identities(_ files: [[ReadDocument]]) {
    var names: [String: Place] = [:]
    names.reserveCapacity(files.reduce(0) { $0 + $1.count })
    var ids: [String: Place] = [:]
    for (file, documents) in files.enumerated() {
      for agent in documents where agent.kind == .agent {
        if let name = agent.name {
          let place = Place(document: agent, file: file, mark: name.mark)
          reserved(name.text, what: "name", at: place)
          if let first = Self.claim(name.text, place, in: &names) {
            report(place, "an agent is named `\(name.text)` already, at \(text(first))")
          }
        }
        if let id = agent.id {
          let place = Place(document: agent, file: file, mark: id.mark)
          reserved(id.text, what: "id", at: place)
          if let first = Self.claim(id.text, place, in: &ids) {
            report(place, "an agent has the id `\(id.text)` already, at \(text(first))")
          }
        }
      }
    }
    for (id, place) in ids {
      guard let other = names[id], other.document !== place.document else { continue }
      report(place, "the id `\(id)` is the name of another agent, at \(text(other))")
    }
  }

  /// Who came first, if somebody did.
  private static func claim(_ text: String, _ place: Place, in places: inout [String: Place]) -> Place? {
    // One search for nearly all: seldom does somebody have to be put back.
    guard let first = places.updateValue(place, forKey: text) else { return nil }
    places[text] = first
    return first
  }

  private mutating func reserved(_ word: String, what: String, at place: Place) {
    if word == "summary" {
      report(place, "the \(what) `summary` is reserved: `/api/agents/summary` is a path of its own")
    }
  }

  private mutating func terminals(_ files: [[ReadDocument]]) {
    var urls: [String: Place] = [:]
    urls.reserveCapacity(files.reduce(0) { $0 + $1.count })
    for (file, documents) in files.enumerated() {
      for agent in documents {
        guard let terminal = agent.terminal else { continue }
        let place = Place(document: agent, file: file, mark: terminal.mark)
        if let first = Self.claim(terminal.text, place, in: &urls) {
          report(place, "another agent has this terminal already, at \(text(first)); two agents may not share one")
        }
      }
    }
  }

  private mutating func policies(_ files: [[ReadDocument]]) {
    var first: Place?
    for (file, documents) in files.enumerated() {
      for document in documents {
        guard let policy = document.policy else { continue }
        let place = Place(document: document, file: file, mark: policy.start)
        if let first {
          report(place, "a set has at most one FleetPolicy, and there is one at \(text(first))")
        } else {
          first = place
        }
        correlations(policy, place)
      }
    }
  }

  private mutating func correlations(_ policy: CheckedDocument, _ whole: Place) {
    var seen: [SymbolPair: YAMLMark] = [:]
    guard let correlations = policy.spec?.list("correlations") else { return }
    for item in correlations {
      guard let symbols = item.object?.list("symbols"), let place = item.object?.mark("symbols"),
        symbols.count == 2, let first = symbols[0].text, let second = symbols[1].text
      else { continue }
      let at = Place(document: whole.document, file: whole.file, mark: place)
      if first == second {
        report(at, "a correlation is between two different symbols, and `\(first)` stands here twice")
      } else if let other = seen.updateValue(place, forKey: SymbolPair(first, second)) {
        report(at, "the correlation of `\(first)` and `\(second)` is declared already, at line \(other.line)")
      }
    }
  }

  private mutating func report(_ place: Place, _ message: String) {
    findings.append((place.file, Finding(severity: .error, mark: place.mark, message: message)))
  }
}

/// Two symbols, in either order.
struct SymbolPair: Hashable, Comparable {
  let low: String
  let high: String

  init(_ a: String, _ b: String) { (low, high) = a < b ? (a, b) : (b, a) }

  static func < (a: Self, b: Self) -> Bool { (a.low, a.high) < (b.low, b.high) }
}
