import Reconciler

/// What is allowed and yet worth a word: nobody's exit code changes by it.
enum ManifestWarnings {
  /// Of one agent, in whose document nothing is wrong.
  static func warnings(for agent: AgentSpec, _ document: CheckedDocument) -> [Finding] {
    let contracts = UsualContracts.warnings(for: agent, document)
    return agent.terminal.account == nil ? [unpinned(document)] + contracts : contracts
  }

  private static func unpinned(_ document: CheckedDocument) -> Finding {
    Finding(
      severity: .warning, mark: document.spec?.keyMark("terminal") ?? document.start,
      message: "the account is not pinned: whichever account answers here is traded; add `account: NUMBER`")
  }

  /// Of the fleet's document: one for each pair of symbols that two different agents may hold and that is not declared.
  static func correlations(_ agents: [AgentSpec], _ policy: FleetPolicy, _ document: CheckedDocument) -> [Finding] {
    guard policy.correlationLimit != nil, let mark = document.spec?.keyMark("correlation_limit") else {
      return []
    }
    let declared = Set(policy.correlations.map { SymbolPair($0.first.text, $0.second.text) })
    return missingPairs(agents, declared: declared).map { pair in
      Finding(
        severity: .warning, mark: mark,
        message: "no correlation is declared for \(pair.low) and \(pair.high), which different agents may hold; "
          + "it counts as 0")
    }
  }

  /// A hundred at most: who declares none of thousands has understood after a few.
  private static let maximumPairs = 100

  private static func missingPairs(_ agents: [AgentSpec], declared: Set<SymbolPair>) -> [SymbolPair] {
    // A pair is held by different agents unless each of its symbols has one holder only and it is the same one.
    var holder: [String: Int?] = [:]
    for (index, agent) in agents.enumerated() {
      for symbol in Set(agent.pairs) {
        holder[symbol.text] = holder[symbol.text] == nil ? .some(index) : .some(nil)
      }
    }
    let symbols = holder.keys.sorted()
    var missing: [SymbolPair] = []
    for (index, low) in symbols.enumerated() {
      for high in symbols[(index + 1)...] where !declared.contains(SymbolPair(low, high)) {
        if let one = holder[low] ?? nil, let other = holder[high] ?? nil, one == other { continue }
        missing.append(SymbolPair(low, high))
        if missing.count == maximumPairs { return missing }
      }
    }
    return missing
  }
}
