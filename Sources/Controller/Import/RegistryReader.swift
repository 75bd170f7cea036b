import Reconciler

/// Finds the agents of a registry, and notes what it guesses, leaves out, or cannot do without.
struct RegistryReader {
  let path: String
  let root: YAMLNode
  private var warnings: [(line: Int32, text: String)] = []
  private(set) var errors: [String] = []

  init(path: String, root: YAMLNode) {
    self.path = path
    self.root = root
  }

  mutating func warn(_ mark: YAMLMark, _ text: String) {
    warnings.append((mark.line, "\(path):\(mark.line): warning: \(text)"))
  }

  /// By line.
  var orderedWarnings: [String] {
    warnings.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element.text)
  }

  mutating func fail(_ mark: YAMLMark, _ text: String) { errors.append("\(path):\(mark.line): error: \(text)") }

  // MARK: Agents

  /// A map of agents by id or a list of them, at the top or below `agents`.
  mutating func agents() -> [ImportedAgent] {
    let top = RegistryNode(root)
    let listed = top?.find(["agents", "trading_agents", "accounts", "registry"])?.value ?? root
    var found: [(id: String?, node: YAMLNode, mark: YAMLMark)] = []
    switch listed.content {
    case .sequence(let items): found = items.map { (nil, $0, $0.start) }
    case .mapping(let entries):
      let groups = Set(
        RegistryWords.commonGroups.map(RegistryNode.plain) + ["gateway", "version", "server", "logging"])
      for entry in entries where RegistryNode(entry.value) != nil && !groups.contains(RegistryNode.plain(entry.key)) {
        found.append((entry.key, entry.value, entry.keyMark))
      }
    case .scalar, .refused: break
    }
    if found.isEmpty {
      fail(root.start, "there is no agent here: a map of agents by id, or a list, below `agents` is wanted")
    }
    var agents: [ImportedAgent] = []
    for (id, node, mark) in found {
      guard let node = RegistryNode(node) else {
        fail(mark, "an agent is a mapping of its settings")
        continue
      }
      guard let agent = agent(id, node, mark) else { continue }
      if let twin = agents.first(where: { $0.id == agent.id || $0.name == agent.name || $0.url == agent.url }) {
        fail(mark, "agent \(agent.name) has the id, the name or the url of agent \(twin.name)")
      }
      agents.append(agent)
    }
    return agents
  }

  private mutating func agent(_ key: String?, _ node: RegistryNode, _ mark: YAMLMark) -> ImportedAgent? {
    let before = errors.count
    let shown = node.find(RegistryWords.name)?.text
    guard let id = node.find(RegistryWords.id)?.text ?? key ?? shown.map(Self.label) else {
      fail(mark, "this agent has no id and no name")
      return nil
    }
    let name = Self.label(shown ?? id)
    let numbers = RegistryNumbers(currency: currency(node, name, mark))
    let terminal = terminal(node, name, mark)
    let pairs = pairs(node, name, mark)
    let balance = required(RegistryWords.balance, "initial_balance", node, name, mark)
    let risk = required(RegistryWords.riskPerTrade, "risk_per_trade", node, name, mark)
    let loss = required(RegistryWords.dailyLoss, "max_daily_loss", node, name, mark)
    let positions = required(RegistryWords.positions, "max_positions", node, name, mark)
    let lots = required(RegistryWords.lots, "lot_size", node, name, mark)
    let drawdown = find(RegistryWords.drawdown, below: RegistryWords.riskGroups, node)
    var agent = ImportedAgent(
      name: name, id: id, displayName: shown ?? id, details: node.find(RegistryWords.description)?.text,
      enabled: enabled(node, name, mark), url: terminal, currency: numbers.currency, pairs: pairs.symbols,
      initialBalance: amount(balance, numbers, name), riskPerTrade: percent(risk, numbers, name),
      dailyLoss: limit(loss, numbers, name), drawdown: drawdown.map { limit($0, numbers, name) },
      maxPositions: positions?.text ?? "", lotSize: lots?.text ?? "")
    agent.suffix = pairs.suffix
    agent.magic = node.find(RegistryWords.magic, below: RegistryWords.terminalGroups)?.text
    pins(&agent, node)
    secrets(&agent, node)
    strategy(&agent, node)
    for entry in node.entries where !RegistryWords.known.contains(RegistryNode.plain(entry.key)) {
      if !SecretKeys.looksSecret(entry.key) { warn(entry.keyMark, "\(name): `\(entry.key)` is not imported") }
    }
    return errors.count == before ? agent : nil
  }

  private func find(_ names: [String], below groups: [String], _ node: RegistryNode) -> RegistryNode.Found? {
    if let found = node.find(names, below: groups), found.text != nil { return found }
    guard let top = RegistryNode(root) else { return nil }
    for group in RegistryWords.commonGroups {
      if let found = top.find([group])?.node?.find(names, below: RegistryWords.riskGroups), found.text != nil {
        return found
      }
    }
    return nil
  }

  private mutating func required(
    _ names: [String], _ word: String, _ node: RegistryNode, _ name: String, _ mark: YAMLMark
  ) -> RegistryNode.Found? {
    let found = find(names, below: RegistryWords.riskGroups, node)
    if found == nil { fail(mark, "\(name): it says no `\(word)`; add it, for a limit must not be guessed") }
    return found
  }

  // MARK: Values

  private mutating func enabled(_ node: RegistryNode, _ name: String, _ mark: YAMLMark) -> Bool {
    guard let found = node.find(RegistryWords.enabled), let text = found.text?.lowercased() else {
      warn(
        mark,
        "\(name): it does not say whether it is enabled, so it is not: every position of its account would be closed")
      return false
    }
    let isOn = ["true", "yes", "on", "1"].contains(text)
    if !isOn {
      warn(found.mark, "\(name): it is disabled, and here that means that every position of its account is closed")
    }
    return isOn
  }

  private mutating func currency(_ node: RegistryNode, _ name: String, _ mark: YAMLMark) -> String {
    if let text = find(RegistryWords.currency, below: RegistryWords.accountGroups, node)?.text?.uppercased(),
      TextRule.currency.accepts(text)
    {
      return text
    }
    warn(mark, "\(name): it names no currency, so USD is written")
    return "USD"
  }

  private mutating func terminal(_ node: RegistryNode, _ name: String, _ mark: YAMLMark) -> String {
    if let url = node.find(RegistryWords.url, below: RegistryWords.terminalGroups)?.text {
      return url.contains("://") ? url : "http://\(url)"
    }
    guard let port = node.find(RegistryWords.port, below: RegistryWords.terminalGroups)?.text else {
      fail(mark, "\(name): it says neither the url nor the port of its terminal")
      return ""
    }
    let host = node.find(RegistryWords.host, below: RegistryWords.terminalGroups)?.text ?? "127.0.0.1"
    return "http://\(host == "localhost" ? "127.0.0.1" : host):\(port)"
  }

  private mutating func pairs(
    _ node: RegistryNode, _ name: String, _ mark: YAMLMark
  ) -> (symbols: [String], suffix: String?) {
    let found = node.find(RegistryWords.pairs, below: RegistryWords.strategyGroups)
    guard let found, !found.list.isEmpty else {
      fail(mark, "\(name): it says no `pairs`")
      return ([], nil)
    }
    let plain = found.list.map { $0.filter { $0 != "/" && $0 != "\"" && $0 != "'" } }
    let suffixes = Set(plain.map { String($0.drop { $0.isLetter || $0.isNumber }) })
    let given = node.find(RegistryWords.suffix, below: RegistryWords.terminalGroups)?.text
    guard let suffix = suffixes.first, suffixes.count == 1, !suffix.isEmpty else {
      return (plain.map { $0.uppercased() }, given)
    }
    warn(found.mark, "\(name): the ending \(suffix) of its symbols is written as symbol_suffix")
    return (plain.map { String($0.dropLast(suffix.count)).uppercased() }, suffix)
  }

  private mutating func pins(_ agent: inout ImportedAgent, _ node: RegistryNode) {
    if let found = node.find(RegistryWords.account, below: RegistryWords.accountGroups), let text = found.text {
      if RegistryWords.isPlaceholder(text) {
        warn(found.mark, "\(agent.name): its account is a placeholder and is left out; add `account:` when it is known")
      } else {
        agent.account = text
      }
    } else {
      warn(
        node.entries.first?.keyMark ?? .start,
        "\(agent.name): it names no account, so whichever account answers is traded")
    }
    if let found = node.find(RegistryWords.server, below: RegistryWords.accountGroups), let text = found.text {
      if RegistryWords.isPlaceholderText(text) {
        warn(found.mark, "\(agent.name): its server is a placeholder and is left out")
      } else {
        agent.server = text
      }
    }
  }

  /// A secret never goes into a manifest; where it is to be kept instead, the warning says.
  private mutating func secrets(_ agent: inout ImportedAgent, _ node: RegistryNode) {
    for (entry, isTerminals) in Self.secretEntries(node) {
      let word = RegistryNode.plain(entry.key)
      guard isTerminals, word.contains("token") || word.contains("apikey") || word.contains("secret") else {
        warn(
          entry.keyMark, "\(agent.name): `\(entry.key)` is a secret that a controller does not need, and is left out")
        continue
      }
      guard agent.token == nil else { continue }
      if let name = Self.environmentName(entry.value) {
        agent.token = "{ env: \(name) }"
      } else {
        agent.token = "{ credential: \(agent.name)-token }"
        warn(
          entry.keyMark,
          "\(agent.name): its `\(entry.key)` is not copied; keep it as the credential \(agent.name)-token (a file of that "
            + "name, mode 600, in the credentials folder), and take it out of the old file")
      }
    }
  }

  private static func secretEntries(_ node: RegistryNode) -> [(YAMLEntry, isTerminals: Bool)] {
    node.entries.flatMap { entry -> [(YAMLEntry, Bool)] in
      if SecretKeys.looksSecret(entry.key), RegistryNode(entry.value) == nil { return [(entry, true)] }
      guard let below = RegistryNode(entry.value) else { return [] }
      let isTerminals = RegistryWords.terminalGroups.contains(RegistryNode.plain(entry.key))
      return below.entries.filter { SecretKeys.looksSecret($0.key) }.map { ($0, isTerminals) }
    }
  }

  /// `${NAME}`, `$NAME` or `env:NAME`.
  private static func environmentName(_ node: YAMLNode) -> String? {
    guard case .scalar(let text, _) = node.content else { return nil }
    let name = text.wholeMatch(
      of: /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-?.*)?\}|\$([A-Za-z_][A-Za-z0-9_]*)|env:([A-Za-z_][A-Za-z0-9_]*)/)
    return name.flatMap { $0.1 ?? $0.2 ?? $0.3 }.map(String.init)
  }

  private mutating func strategy(_ agent: inout ImportedAgent, _ node: RegistryNode) {
    let group = node.find(["strategy"])?.node
    agent.strategy =
      node.find(RegistryWords.strategy)?.text ?? group?.find(["type", "name", "strategy"])?.text
      ?? node.find(RegistryWords.strategy, below: RegistryWords.strategyGroups)?.text
    agent.timeframe = (node.find(RegistryWords.timeframe, below: RegistryWords.strategyGroups)?.text).map(
      Self.timeframe)
  }

  /// MT4's `M15` is `15m`.
  private static func timeframe(_ text: String) -> String {
    guard let match = text.uppercased().wholeMatch(of: /([MHDW])([0-9]+)/) else { return text }
    return "\(match.2)\(match.1.lowercased())"
  }

  /// A DNS label out of a name.
  static func label(_ text: String) -> String {
    let marked = String(text.lowercased().map { ("a"..."z").contains($0) || ("0"..."9").contains($0) ? $0 : "-" })
    let words = marked.split(separator: "-").joined(separator: "-")
    return words.isEmpty ? "agent" : String(words.prefix(63))
  }
}
