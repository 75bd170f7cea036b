import PaperTerminal

@testable import Reconciler

// S8: nothing is closed that policy does not cover, judged anew from what the core was shown.
extension Checker {
  mutating func judgeExit(_ intent: LiveAction, _ id: AgentID) {
    guard let ticket = intent.ticket, let spec = specs[id], let snapshot = agents[id]?.snapshot else {
      return fail("S8", "\(id): \(intent.kind.rawValue) without a ticket, a manifest or a look")
    }
    if agents[id]?.usedOnThisLook.insert(ticket).inserted == false {
      fail("S7", "\(id): two actions on #\(ticket) from one look")
    }
    guard intent.kind != .modify else { return }
    guard intent.kind != .delete else { return }
    guard let position = snapshot.positions?.value.first(where: { $0.ticket == ticket }) else {
      return fail("S8", "\(id) closes #\(ticket), which its look did not show")
    }
    if let why = objection(to: intent, position, spec, snapshot) {
      fail("S8", "\(id) closes #\(ticket) for \(intent.reason.rawValue): \(why)")
    }
  }

  private func objection(
    to intent: LiveAction, _ position: Position, _ spec: AgentSpec, _ snapshot: Snapshot
  ) -> String? {
    let id = spec.id
    let positions = snapshot.positions?.value ?? []
    switch intent.reason {
    case .agentDisabled: return spec.enabled ? "it is enabled" : nil
    case .emergencyStop: return isStopped ? nil : "there is no emergency"
    case .dailyLoss, .maxDrawdown: return pause(id)?.closesAll == true ? nil : "there is no breach that closes"
    case .paused:
      let pauses = [pause(id), operatorPause(id)].compactMap { $0 }
      return pauses.contains { !$0.tickets.contains(position.ticket) } ? nil : "no pause disallows it"
    case .pairNotAllowed: return spec.pairs.contains(position.symbol) ? "the pair is allowed" : nil
    case .tooManyPositions:
      let waiting = actions.values.count { $0.agent == id && $0.intent.kind.opens && $0.isOpenEnded }
      let orders = agents[id]?.snapshot?.orders.reply?.value.count ?? 9
      return positions.count + waiting + orders > spec.risk.maxPositions ? nil : "there are not too many"
    case .lotSizeExceeded: return position.lots > spec.risk.lotSize ? nil : "it is not too large"
    case .missingStopLoss:
      guard position.stopLoss == nil else { return "it has a stop" }
      let refused = spec.terminal.stopsOnOpen == .after && agents[id]?.stopRefused.contains(position.ticket) == true
      if refused { return nil }
      guard spec.risk.requireStopLoss else { return "it needs no stop" }
      let since = agents[id]?.withoutStopSince[position.ticket] ?? clock
      return clock - since >= 60_000_000 ? nil : "it was without a stop for less than 60 s"
    case .targetChanged, .notInTargets: return objectionByTarget(intent, position, spec, positions)
    default: return "that is no reason to close"
    }
  }

  private func objectionByTarget(
    _ intent: LiveAction, _ position: Position, _ spec: AgentSpec, _ positions: [Position]
  ) -> String? {
    if agents[spec.id]?.renumbered.contains(position.ticket) == true { return nil }
    let owner = owner(of: position.ticket, spec.id)
    let target = owner.flatMap { name in spec.targets?.first { $0.name == name } }
    if intent.reason == .notInTargets {
      guard let target else {
        return owner != nil || spec.positions == .exact ? nil : "it is a stranger's, and allowed"
      }
      return "it is target \(target.name)'s"
    }
    guard let target else { return "it is no target's" }
    if target.symbol != position.symbol || target.side != position.side { return nil }
    let lots = positions.filter { owner == self.owner(of: $0.ticket, spec.id) }.reduce(FixedDecimal.zero) {
      $0 + $1.lots
    }
    let wanted = target.declaredLots ?? riskSize(of: target, spec.id)
    return wanted.map { lots > $0 } ?? false ? nil : "target \(target.name) wants it as it is"
  }

  /// A size by risk is drawn once, with the first open: what comes beside it is too much.
  private func riskSize(of target: TargetSpec, _ id: AgentID) -> FixedDecimal? {
    let opens = actions.values.filter {
      $0.agent == id && $0.intent.kind.opens && $0.intent.target == target.name && $0.intent.specKey == target.specKey
    }
    return opens.max { $0.intent.sequence < $1.intent.sequence }?.intent.lots
  }

  /// By the true lineage, else by what the record says of an adoption. A late execution under a comment that the broker
  /// rewrote is nobody's, until the core finds out.
  private func owner(of ticket: Ticket, _ id: AgentID) -> String? {
    guard let agent = agents[id] else { return nil }
    var ancestor: Ticket? = ticket
    while let one = ancestor {
      if let adopted = agent.adopted[one] { return adopted.target }
      ancestor = agent.parents[one]
    }
    guard let actionID = agent.lineage[ticket], let action = actions[actionID], !action.gaveUp else { return nil }
    return action.intent.target
  }
}
