import Reconciler

// What the registry says in numbers, and about the fleet.
extension RegistryReader {
  mutating func amount(_ found: RegistryNode.Found?, _ numbers: RegistryNumbers, _ name: String) -> String {
    read(found, name) { numbers.amount($0) }
  }

  mutating func percent(_ found: RegistryNode.Found?, _ numbers: RegistryNumbers, _ name: String) -> String {
    read(found, name) { numbers.percent($0) }
  }

  mutating func limit(_ found: RegistryNode.Found?, _ numbers: RegistryNumbers, _ name: String) -> String {
    read(found, name) { numbers.limit($0) }
  }

  private mutating func read(
    _ found: RegistryNode.Found?, _ name: String, _ body: (String) -> RegistryNumbers.Reading?
  ) -> String {
    guard let found, let text = found.text else { return "" }
    guard let reading = body(text) else {
      fail(found.mark, "\(name): `\(found.name)` is no number that can be understood")
      return ""
    }
    if let note = reading.note { warn(found.mark, "\(name): `\(found.name)` \(note)") }
    return reading.text
  }

  // MARK: The fleet

  /// The fleet's policy, out of what stands beside the agents.
  mutating func fleet(_ agents: [ImportedAgent]) -> String {
    let top = RegistryNode(root)
    let groups = ["fleet", "global", "risk", "risk_management", "gateway", "settings"]
    var lines = [
      "apiVersion: \(FieldTable.apiVersion)", "kind: FleetPolicy", "metadata:", "  name: fleet", "spec:",
    ]
    let currencies = Set(agents.map(\.currency))
    if let currency = currencies.first, currencies.count == 1 { lines.append("  currency: \(currency)") }
    let stop = top?.find(RegistryWords.emergency, below: groups)?.text?.lowercased()
    lines.append("  emergency_stop: \(["true", "yes", "on", "1"].contains(stop ?? ""))")
    let numbers = RegistryNumbers(currency: currencies.first ?? "USD")
    if let found = top?.find(RegistryWords.exposure, below: groups), found.text != nil {
      lines.append("  max_total_exposure: \(percent(found, numbers, "fleet"))")
    }
    if let found = top?.find(RegistryWords.correlation, below: groups), let text = found.text,
      let limit = FixedDecimal(text)
    {
      lines.append("  correlation_limit: \(limit)")
      warn(found.mark, "fleet: declare the correlations that it is about; a pair that is not listed counts as 0")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
