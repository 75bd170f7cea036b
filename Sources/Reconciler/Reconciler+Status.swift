// Status out of state.

extension Reconciler {
  /// What the last look at an agent led to.
  public func plan(of id: AgentID) -> Plan? { index[id].map { agents[$0].plan } }

  /// How an agent stands now; `nil` for one that the fleet does not have.
  public func status(of id: AgentID) -> AgentStatus? {
    guard let i = index[id] else { return nil }
    let snapshot = agents[i].snapshot
    let account = snapshot?.account?.value
    return AgentStatus(
      spec: agents[i].spec, memory: agents[i].memory, online: agents[i].isOnline, orphaned: agents[i].memory.orphaned,
      account: account, positions: snapshot?.positions?.value ?? [], orders: agents[i].orders?.value ?? [],
      seenAt: agents[i].lastSeen, plan: agents[i].plan, day: agents[i].dayVerdict?.figures,
      performance: PerformanceFigures(
        agents[i].memory.trades, initialBalance: agents[i].spec.risk.initialBalance.amount, balance: account?.balance),
      view: ConditionView(agents[i], agents[i].facts ?? facts), failure: agents[i].lastFailure,
      unresolved: agents[i].memory.unresolved, inFlight: agents[i].live, declared: declared)
  }

  public var fleetStatus: FleetStatus {
    FleetStatus(
      declared: declared, fingerprint: fleet?.fingerprint ?? "",
      policy: fleet?.policy ?? FleetPolicy(), agents: agentIDs, journal: journal, lastSequence: sequence,
      unknownOutcomes: agents.indices.reduce(0) { sum, i in
        agents[i].memory.unresolved.isEmpty ? sum : sum + agents[i].memory.unresolved.filter(\.wasUnknown).count
      },
      emergency: emergency, isDraining: draining, exposure: fleetExposure)
  }

  /// What the fleet carries, of the agents that were looked at.
  var fleetExposure: FleetExposure {
    // By index: an agent's state is large, and is not copied to look at one thing.
    var incomplete = agents.indices.filter { i in
      !agents[i].memory.orphaned && (agents[i].exposure.map { $0.missing != nil } ?? true)
    }.map { agents[$0].id }
    incomplete.sort()
    return FleetExposure(
      currency: ledger.currency, equity: ledger.equity, openRisk: ledger.openRisk, gross: ledger.gross, net: ledger.net,
      incomplete: incomplete)
  }

  /// Whether the agent's plan is settled: no further look was asked for at once. For `mt4ctl plan`.
  public func isSettled(_ id: AgentID) -> Bool {
    guard let i = index[id] else { return true }
    return agents[i].rereads == 0 && (agents[i].snapshot != nil || agents[i].lastFailure != nil)
  }

  /// Judges anew how the agent stands. What people read of it is worked out when they ask (`AgentStatus.conditions`).
  mutating func refreshConditions(_ i: Int, _ now: Moment) {
    agents[i].facts = facts
    let view = ConditionView(agents.span[i], facts, isTerse: true)
    let isFirst = agents[i].standings.isEmpty
    for (k, kind) in Condition.Kind.allCases.enumerated() {
      let status = view.judge(kind, declared).0
      if isFirst {
        agents[i].standings.append(Condition.Standing(status: status, since: now.wall))
      } else if agents[i].standings[k].status != status {
        agents[i].standings[k] = Condition.Standing(status: status, since: now.wall)
      }
    }
  }

  /// To be called where something in the facts may have changed. Conditions of agents follow at their next look.
  mutating func renewFacts() {
    if !facts.isOf(self) { facts = FleetFacts(self) }
  }

  /// To be called where something that is declared for the whole fleet may have changed.
  mutating func renewDeclared() {
    guard !declared.isOf(self) else { return }
    declared = DeclaredFacts(revision: revision, manifestErrors: manifestErrors, pin: pin)
  }
}
