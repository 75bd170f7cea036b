import PaperTerminal

@testable import Reconciler

// S8: nothing is closed, deleted or changed that policy does not cover, judged anew from what the core was shown.
extension Checker {
  /// What of the core's own state an exit is judged by: whether it believed its look, and which targets it takes for ended.
  struct Belief {
    var isTrusted: Bool
    var spent: [String: String]
    var missing: Set<Ticket>

    init(_ core: borrowing Reconciler, _ id: AgentID, _ snapshot: Snapshot) {
      guard let i = core.index[id] else {
        (isTrusted, spent, missing) = (true, [:], [])
        return
      }
      isTrusted = core.agents[i].trustVerdict == .trusted
      spent = core.agents[i].memory.spent.mapValues(\.specKey)
      missing = core.agents[i].memory.missing(from: snapshot.positions?.value ?? [])
    }
  }

  /// Each attempt: what was declared may have changed since the one before.
  mutating func judgeExit(_ intent: LiveAction, _ id: AgentID, _ core: borrowing Reconciler) {
    guard let ticket = intent.ticket, let spec = specs[id], let snapshot = agents[id]?.snapshot else {
      return fail("S8", "\(id): \(intent.kind.rawValue) without a ticket, a manifest or a look")
    }
    if intent.attempt == 1, agents[id]?.usedOnThisLook.insert(ticket).inserted == false {
      fail("S7", "\(id): two actions on #\(ticket) from one look")
    }
    // After a lost directory a list may be known by the agent's row alone.
    if intent.reason == .paused { followPauses(id, at: intent.sequence, core) }
    let belief = Belief(core, id, snapshot)
    let again = intent.attempt > 1 ? " again" : ""
    switch intent.kind {
    case .open: return
    case .delete:
      guard let order = agents[id]?.orders.first(where: { $0.ticket == ticket }) else {
        return fail("S8", "\(id) deletes #\(ticket), which no list of orders showed")
      }
      if let why = objection(to: intent, order, spec, snapshot) {
        fail("S8", "\(id) deletes\(again) #\(ticket) for \(intent.reason.rawValue): \(why)")
      }
    case .modify, .close, .reduce:
      guard let position = snapshot.positions?.value.first(where: { $0.ticket == ticket }) else {
        return fail("S8", "\(id) \(intent.kind.rawValue)s #\(ticket), which its look did not show")
      }
      let why =
        intent.kind == .modify
        ? objection(toLevels: intent, position, spec) : objection(to: intent, position, spec, snapshot, belief)
      if let why {
        fail("S8", "\(id) \(intent.kind.rawValue)s\(again) #\(ticket) for \(intent.reason.rawValue): \(why)")
      }
    }
  }

  // MARK: Levels

  private func objection(toLevels intent: LiveAction, _ position: Position, _ spec: AgentSpec) -> String? {
    let levels = (intent.stopLoss, intent.takeProfit)
    if levels == (position.stopLoss, position.takeProfit) { return "they are so already" }
    let owner = owner(of: position.ticket, spec.id)
    let isTold = agents[spec.id].map {
      !$0.renumbered.contains(position.ticket) && !$0.isUntraceable(position.ticket)
    }
    if isTold ?? true, owner == nil { return "it is no target's" }
    let wanted = (spec.targets ?? []).filter {
      (isTold == false || $0.name == owner) && $0.symbol == position.symbol && $0.side == position.side
    }
    if wanted.isEmpty { return "its target is not declared so" }
    let places = position.symbol == Scenario.gold ? 2 : 5
    let fits = wanted.contains {
      levels.0 == $0.stopLoss?.rounded(places: places) ?? position.stopLoss
        && levels.1 == $0.takeProfit?.rounded(places: places) ?? position.takeProfit
    }
    return fits ? nil : "its target has other levels than \(levels)"
  }

  // MARK: Pending orders

  private func objection(
    to intent: LiveAction, _ order: PendingOrder, _ spec: AgentSpec, _ snapshot: Snapshot
  ) -> String? {
    guard snapshot.orders.reply != nil else { return "its list is not of this look" }
    if let common = objectionForAll(intent.reason, order.ticket, spec) { return common.why }
    switch intent.reason {
    case .pairNotAllowed: return spec.pairs.contains(order.symbol) ? "the pair is allowed" : nil
    case .tooManyPositions:
      let older = olderThan((order.openTime, order.ticket), snapshot)
      return older >= spec.risk.maxPositions ? nil : "only \(older) are older"
    case .lotSizeExceeded: return order.lots > spec.risk.lotSize ? nil : "it is not too large"
    case .notInTargets: return spec.positions == .exact ? nil : "it is a stranger's, and allowed"
    default: return "that is no reason to delete it"
    }
  }

  // MARK: Positions

  /// Reasons that hold for positions and orders alike; `nil` if it is none of those.
  private func objectionForAll(_ reason: Reason, _ ticket: Ticket, _ spec: AgentSpec) -> (why: String?, Void)? {
    let id = spec.id
    switch reason {
    case .agentDisabled: return (spec.enabled ? "it is enabled" : nil, ())
    case .emergencyStop: return (isStopped ? nil : "there is no emergency", ())
    case .dailyLoss, .maxDrawdown:
      return (pause(id)?.closesAll == true ? nil : "there is no breach that closes", ())
    case .paused:
      let isNew = disallows(ticket, id, breach: true) || disallows(ticket, id, breach: false)
      return (isNew ? nil : "no pause disallows it", ())
    default: return nil
    }
  }

  private func objection(
    to intent: LiveAction, _ position: Position, _ spec: AgentSpec, _ snapshot: Snapshot, _ belief: Belief
  ) -> String? {
    let positions = snapshot.positions?.value ?? []
    if let common = objectionForAll(intent.reason, position.ticket, spec) { return common.why }
    switch intent.reason {
    case .pairNotAllowed: return spec.pairs.contains(position.symbol) ? "the pair is allowed" : nil
    case .tooManyPositions:
      let older = olderThan((position.openTime, position.ticket), snapshot)
      return older >= spec.risk.maxPositions ? nil : "only \(older) are older"
    case .lotSizeExceeded: return position.lots > spec.risk.lotSize ? nil : "it is not too large"
    case .missingStopLoss:
      guard position.stopLoss == nil else { return "it has a stop" }
      let isRefused = agents[spec.id]?.stopRefused.contains(position.ticket) ?? false
      if spec.terminal.stopsOnOpen == .after, isRefused { return nil }
      guard spec.risk.requireStopLoss else { return "it needs no stop" }
      let since = agents[spec.id]?.withoutStopSince[position.ticket] ?? clock
      return clock - since >= 60_000_000 ? nil : "it was without a stop for less than 60 s"
    case .targetChanged, .notInTargets: return objectionByTarget(intent, position, spec, positions, belief)
    default: return "that is no reason to close"
    }
  }

  /// How many positions and pending orders of the look came before it. Orders that were not read count for nothing: an
  /// order may have become one of the positions.
  private func olderThan(_ one: (age: Timestamp?, ticket: Ticket), _ snapshot: Snapshot) -> Int {
    let positions = snapshot.positions?.value ?? []
    let listed = Set(positions.map(\.ticket))
    var all: [Ticket: Timestamp?] = [:]
    for position in positions { all[position.ticket] = position.openTime }
    for order in snapshot.orders.reply?.value ?? [] where !listed.contains(order.ticket) {
      all[order.ticket] = order.openTime
    }
    return all.count { other in
      if let mine = one.age, let theirs = other.value, mine != theirs { return theirs < mine }
      return other.key < one.ticket
    }
  }

  private func objectionByTarget(
    _ intent: LiveAction, _ position: Position, _ spec: AgentSpec, _ positions: [Position], _ belief: Belief
  ) -> String? {
    guard let agent = agents[spec.id] else { return "nothing is known" }
    if agent.renumbered.contains(position.ticket) || agent.isUntraceable(position.ticket) { return nil }
    let owner = owner(of: position.ticket, spec.id)
    let target = owner.flatMap { name in spec.targets?.first { $0.name == name } }
    if intent.reason == .notInTargets {
      if let target { return "it is target \(target.name)'s" }
      if owner != nil { return nil }
      guard spec.positions == .exact else { return "it is a stranger's, and allowed" }
      if let doubt = doubt(position, spec.id) { return "it may be what order \(doubt), which is in doubt, came to" }
      if !belief.isTrusted, mustWait(position, spec, positions, belief) {
        return "a target would adopt it, and the look cannot be believed"
      }
      return nil
    }
    guard let target else { return "it is no target's" }
    if target.symbol != position.symbol || target.side != position.side { return nil }
    let lots = positions.filter { owner == self.owner(of: $0.ticket, spec.id) }.reduce(FixedDecimal.zero) {
      $0 + $1.lots
    }
    let wanted = target.declaredLots ?? riskSize(of: target, spec.id)
    return wanted.map { lots > $0 } ?? false ? nil : "target \(target.name) wants it as it is"
  }

  /// An open whose outcome is not known, and that this position may be.
  private func doubt(_ position: Position, _ id: AgentID) -> String? {
    actions.keys.sorted().first { key in
      guard let action = actions[key] else { return false }
      return action.agent == id && action.isOpenEnded && !action.unknowns.isEmpty
        && action.intent.kind.opens && action.intent.symbol == position.symbol && action.intent.side == position.side
        && position.lots <= action.intent.lots && !action.intent.before.contains(position.ticket)
    }
  }

  /// Whether it is among the strangers that targets without a position would adopt, the oldest first.
  private func mustWait(
    _ position: Position, _ spec: AgentSpec, _ positions: [Position], _ belief: Belief
  ) -> Bool {
    let id = spec.id
    let owners = positions.map { owner(of: $0.ticket, id) }
    let gone = Set(belief.missing.compactMap { owner(of: $0, id) })
    let free = (spec.targets ?? []).filter { target in
      target.symbol == position.symbol && target.side == position.side && !owners.contains(target.name)
        && !gone.contains(target.name) && belief.spent[target.name] != target.specKey
        && !actions.values.contains {
          $0.agent == id && $0.isOpenEnded && $0.intent.kind.opens && $0.intent.target == target.name
        }
    }
    let before = zip(positions, owners).filter { other, owner in
      owner == nil && other.symbol == position.symbol && other.side == position.side
        && Self.isOlder((other.openTime, other.ticket), (position.openTime, position.ticket))
    }
    return Set(before.map(\.0.ticket)).count < free.count
  }

  private static func isOlder(_ a: (Timestamp?, Ticket), _ b: (Timestamp?, Ticket)) -> Bool {
    if let first = a.0, let second = b.0, first != second { return first < second }
    return a.1 < b.1
  }

  /// A size by risk is drawn once, with the first open: what comes beside it is too much.
  private func riskSize(of target: TargetSpec, _ id: AgentID) -> FixedDecimal? {
    let opens = actions.values.filter {
      $0.agent == id && $0.intent.kind.opens && $0.intent.target == target.name && $0.intent.specKey == target.specKey
    }
    return opens.max { $0.intent.sequence < $1.intent.sequence }?.intent.lots
  }
}
