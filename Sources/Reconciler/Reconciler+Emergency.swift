// The emergency stop: latched first, then closed by the planner, then verified flat by two fresh looks.

extension Reconciler {
  /// How long an exit rests at most after a refusal while a stop or a breach is being carried out.
  static let longestExitRest: Duration = .seconds(15)
  /// Good looks in a row without anything open that make an agent flat.
  static let flatLooks = 2

  /// The policy as it holds now: a stop raised on the host counts as the manifest's.
  var policyInForce: FleetPolicy {
    var policy = fleet?.policy ?? FleetPolicy()
    policy.emergencyStop = policy.emergencyStop || emergency.isActive
    return policy
  }

  var isStopInForce: Bool { emergency.isActive || rules.isStopped }

  /// Takes up what the manifest says of the stop.
  mutating func followManifestStop(_ now: Moment) {
    let wanted = fleet?.policy.emergencyStop ?? false
    guard wanted != emergency.byManifest else { return }
    if wanted {
      raise("emergency stop: the manifest says so; every position is closed", ["source": "manifest"], now)
    } else {
      let left = emergency.host.map { "; the stop raised by \($0.actor) goes on" } ?? ""
      record(
        .emergencyCleared, agent: nil, "the manifest's emergency stop ended\(left)", ["source": "manifest"], now)
      lookAtAll(now)
    }
  }

  mutating func emergencyStop(_ why: String, _ actor: String, _ now: Moment) -> CommandVerdict {
    raise(
      "emergency stop by \(actor): \(why); every position is closed",
      ["source": "host", "actor": .string(actor), "note": .string(why)], now)
    return .done("the emergency stop is raised; `confirmed_flat` in the record says when every agent is flat")
  }

  /// The stop of a controller whose state directory is gone.
  mutating func goOn(_ host: EmergencyState.Host, _ now: Moment) {
    raise(
      "the emergency stop that \(host.actor) raised at \(host.since.rfc3339) goes on: \(host.note); every position is closed",
      ["source": "host", "actor": .string(host.actor), "note": .string(host.note)], now)
  }

  mutating func emergencyClear(_ why: String, _ actor: String, _ now: Moment) -> CommandVerdict {
    if fleet?.policy.emergencyStop == true {
      return .refused("a manifest says emergency_stop: true; change it there first")
    }
    guard emergency.host != nil else { return .refused("no emergency stop is raised on this host") }
    record(
      .emergencyCleared, agent: nil, "emergency stop cleared by \(actor): \(why)",
      ["source": "host", "actor": .string(actor), "note": .string(why)], now)
    lookAtAll(now)
    return .done("the emergency stop is cleared")
  }

  private mutating func raise(_ message: String, _ metadata: JSONValue, _ now: Moment) {
    record(.emergencyStop, agent: nil, reason: .emergencyStop, message, metadata, now)
    for i in agents.indices {
      // Whatever else was waited for, an exit is tried now.
      agents[i].waits.clear()
      agents[i].flatLooks = 0
      agents[i].notFlat = nil
    }
    if !waitingMemories.isEmpty {
      let names = waitingMemories.keys.sorted().map(\.text)
      record(
        .notFlat, agent: nil, reason: .emergencyStop,
        "not flat: no manifest since the start says where to reach \(names.joined(separator: ", "))",
        ["why": "orphaned", "agents": .array(names.map { .string($0) })], now)
    }
    lookAtAll(now)
  }

  /// What was planned may no longer hold: every agent is looked at again at once.
  private mutating func lookAtAll(_ now: Moment) {
    for i in agents.indices {
      forgetPlan(i)
      agents[i].wantsOrders = true
      if agents[i].memory.orphaned, !emergency.isActive {
        // The stop that it was looked at for is over; what such a look shows must lead to nothing any more.
        leaveAlone(i, "the emergency stop has ended, and the agent's manifest is gone", now)
      } else {
        switch agents[i].lane {
        case .idle, .reading: scheduleRead(i, at: now.steady, now)
        case .awaiting, .sending: break
        }
      }
      refreshConditions(i, now)
    }
  }

  // MARK: Verified flat

  /// After a good look: is there anything left?
  mutating func watchFlat(_ i: Int, _ positions: [Position], _ plan: Plan, _ now: Moment) {
    guard emergency.isActive else { return }
    // Its word has been given; the fleet's may still wait for this look.
    guard !emergency.flat.contains(agents[i].id) else { return confirmFleet(now) }
    let ordersRead = agents[i].ordersUnsupported || agents[i].snapshot?.orders.reply != nil
    let orders = agents[i].orders?.value ?? []
    let isEmpty = positions.isEmpty && orders.isEmpty && ordersRead
    let isQuiet = agents[i].memory.unresolved.isEmpty && agents[i].live == nil
    guard isEmpty, isQuiet, agents[i].spec.mode != .observe, agents[i].trustVerdict?.isTrusted ?? false else {
      agents[i].flatLooks = 0
      return sayNotFlat(i, whyNotFlat(i, plan), positions.map(\.ticket) + orders.map(\.ticket), now)
    }
    agents[i].flatLooks += 1
    guard agents[i].flatLooks >= Self.flatLooks else { return }
    record(
      .confirmedFlat, agent: i, reason: .emergencyStop, "flat: two fresh looks show no position and no pending order",
      .object([:]), now)
    confirmFleet(now)
  }

  /// A terminal that cannot be read is not flat.
  mutating func cannotBeFlat(_ i: Int, _ why: String, _ now: Moment) {
    guard emergency.isActive, !emergency.flat.contains(agents[i].id) else { return }
    agents[i].flatLooks = 0
    sayNotFlat(i, why, agents[i].lastTickets, now)
  }

  private func whyNotFlat(_ i: Int, _ plan: Plan) -> String {
    if agents[i].spec.mode == .observe { return Reason.modeObserve.rawValue }
    if !agents[i].memory.unresolved.isEmpty || agents[i].live != nil { return Reason.unknownOutcome.rawValue }
    guard let hold = plan.held.first(where: { !$0.action.kind.opens })?.holds.first else { return "closing" }
    return hold.reason == .marketClosed ? "pending_market_open" : hold.reason.rawValue
  }

  /// Recorded when the reason changes; an agent that is merely being closed says nothing yet.
  private mutating func sayNotFlat(_ i: Int, _ why: String, _ tickets: [Ticket], _ now: Moment) {
    let isOnItsWay = why == "closing" || why == Reason.inFlight.rawValue
    guard !isOnItsWay, agents[i].notFlat != why else { return }
    agents[i].notFlat = why
    record(
      .notFlat, agent: i, reason: .emergencyStop,
      "not flat: \(why.replacing("_", with: " ")), \(Count.of(tickets.count, "ticket")) open as last seen",
      ["why": .string(why), "tickets": AgentMemory.encode(tickets.sorted())], now)
  }

  /// The fleet's word comes once, when every agent's has, and none shows anything open since: who was flat may have been
  /// traded by hand again, or was not looked at since a start.
  private mutating func confirmFleet(_ now: Moment) {
    guard !emergency.isFleetFlat, waitingMemories.isEmpty,
      agents.allSatisfy({ emergency.flat.contains($0.id) && $0.showsNothing })
    else { return }
    record(
      .confirmedFlat, agent: nil, reason: .emergencyStop,
      "the fleet is flat: \(Count.of(agents.count, "agent")) confirmed", ["agents": .int(agents.count)], now)
  }
}

extension AgentState {
  /// Its terminal answers, for the right account, with a look that can be believed, and nothing is open or in doubt.
  fileprivate var showsNothing: Bool {
    guard let positions = snapshot?.positions, trustVerdict == .trusted, identity == nil, !hasFailed else {
      return false
    }
    return positions.value.isEmpty && orders?.value.isEmpty ?? true && memory.unresolved.isEmpty && live == nil
  }
}
