/// Fields that a manifest may set and that no rule reads yet. Whoever builds a rule takes its line away here.
enum UnenforcedFields {
  struct Entry: Sendable {
    /// As in the table of fields.
    let path: String
    /// What happens instead.
    let meanwhile: String
  }

  static let all = [
    Entry(path: "agent.spec.risk.max_drawdown", meanwhile: "no drawdown is a breach"),
    Entry(path: "agent.spec.risk.max_risk_per_trade", meanwhile: "an open is not checked against this budget"),
    Entry(path: "agent.spec.risk.min_margin_level", meanwhile: "an open is not checked against the margin level"),
    Entry(path: "agent.spec.targets.size", meanwhile: "a target sized by risk is held and never opened"),
    Entry(path: "fleet.spec.max_total_exposure", meanwhile: "open risk has no limit over the fleet"),
    Entry(path: "fleet.spec.max_gross_leverage", meanwhile: "gross exposure has no limit over the fleet"),
    Entry(path: "fleet.spec.correlation_limit", meanwhile: "correlated positions are not held back"),
    Entry(path: "fleet.spec.correlations", meanwhile: "correlated positions are not held back"),
  ]

  private static let paths = all.map { (words: $0.path.split(separator: ".").map(String.init), entry: $0) }

  /// A warning for each use, where the field stands.
  static func warnings(in document: CheckedDocument) -> [Finding] {
    var findings: [Finding] = []
    for (words, entry) in paths where words.first == document.kind.pathWord {
      for mark in marks(of: words.dropFirst(), in: document.root) {
        findings.append(
          Finding(
            severity: .warning, file: document.file, mark: mark,
            message: "`\(words.last ?? "")` is not enforced yet: \(entry.meanwhile)"))
      }
    }
    return findings
  }

  private static func marks(of words: ArraySlice<String>, in object: CheckedObject) -> [YAMLMark] {
    guard let word = words.first, let item = object.item(word) else { return [] }
    let rest = words.dropFirst()
    if rest.isEmpty { return (item.keyMark ?? item.mark).map { [$0] } ?? [] }
    if let inner = item.object { return marks(of: rest, in: inner) }
    guard case .list(let items) = item.value else { return [] }
    return items.flatMap { $0.object.map { marks(of: rest, in: $0) } ?? [] }
  }
}
