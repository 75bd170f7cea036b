import Reconciler

/// What REST says of all agents together.
enum FleetDocuments {
  /// One picture, its agents in order.
  struct View: Sendable {
    let agents: [AgentStatus]
    let fleet: FleetStatus?
    /// The agents' parts, as they were written the last time.
    private let fragments: FragmentCache?

    init(_ picture: StatusBoard.Picture?, _ fragments: FragmentCache? = nil) {
      self.fragments = fragments
      fleet = picture?.fleet
      agents = picture.map { picture in picture.fleet.agents.compactMap { picture.agents[$0] } } ?? []
    }

    func write(_ status: AgentStatus, _ document: Document<AgentStatus>, to out: inout CanonicalBytes) {
      if let fragments { out.raw(fragments.bytes(of: status, document)) } else { document.write(status, to: &out) }
    }

    var online: [AgentStatus] { agents.filter(\.online) }

    /// A sum over the agents that are online.
    func sum(_ value: (Account) -> FixedDecimal) -> FixedDecimal {
      online.reduce(.zero) { $0 + ($1.account.map(value) ?? .zero) }
    }

    /// The one currency of all that are online; `nil` when sums would mix several.
    var currency: String? {
      let all = Set(online.compactMap { $0.account?.currency })
      return all.count == 1 ? all.first : nil
    }
  }

  /// `/api/agents`: an object by id.
  static func agents(_ view: View) -> JSONValue {
    .object(
      Dictionary(
        view.agents.map { ($0.id.text, AgentDocuments.agent.json($0)) }, uniquingKeysWith: { _, last in last }))
  }

  /// The same as canonical text.
  static func agentsBytes(_ view: View) -> [UInt8] {
    var out = CanonicalBytes(capacity: 1024 * (view.agents.count + 1))
    out.raw("{")
    let agents = view.agents.sorted { CanonicalOrder.isBefore($0.id.text, $1.id.text) }
    for (place, status) in agents.enumerated() {
      if place > 0 { out.raw(",") }
      out.append(status.id.text)
      out.raw(":")
      view.write(status, AgentDocuments.agent, to: &out)
    }
    out.raw("}")
    return out.bytes
  }

  static let agentsSchema = Schema.map(AgentDocuments.agent.schema)

  /// `/api/agents/summary`: totals are of the agents that are online.
  static let summary = Document<View>(
    "Summary",
    [
      .number("total_balance") { $0.sum(\.balance) },
      .number("total_equity") { $0.sum(\.equity) },
      .number("total_profit") { $0.sum(\.profit) },
      .count("total_positions") { $0.online.reduce(0) { $0 + $1.positions.count } },
      .count("agents_online") { $0.online.count },
      .count("agents_offline") { $0.agents.count - $0.online.count },
      .count("agents_active") { $0.agents.filter(\.isActive).count },
      .text("currency") { $0.currency },
      .maybePart("exposure", exposure) { $0.fleet?.exposure },
      .list("agents", line, { $0.agents }) { status, view, out in view.write(status, line, to: &out) },
    ])

  private static let line = Document<AgentStatus>(
    "SummaryLine",
    AgentDocuments.identity + [
      .flag("active") { $0.isActive },
      .flag("enabled") { $0.spec.enabled },
      .flag("paused") { $0.isPaused },
      .text("strategy") { $0.spec.strategy?.type },
    ] + AgentDocuments.money + AgentDocuments.seen)

  /// What the fleet carries together, in its currency.
  static let exposure = Document<FleetExposure>(
    "Exposure",
    [
      .word("currency") { $0.currency },
      .number("equity") { $0.equity },
      .number("open_risk") { $0.openRisk },
      .maybeNumber("open_risk_percent") { ($0.openRisk * .hundred).divided(by: $0.equity)?.rounded(places: 4) },
      .number("gross") { $0.gross },
      .maybeNumber("gross_leverage") { $0.gross.divided(by: $0.equity)?.rounded(places: 4) },
      .value("net", .map(.number)) { .object($0.net.mapValues { .exact($0) }) },
      .texts("incomplete") { $0.incomplete.map(\.text) },
    ])
}
