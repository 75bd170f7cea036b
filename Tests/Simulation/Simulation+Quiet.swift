@testable import PaperTerminal
@testable import Reconciler

// Liveness: faults stop, late executions are through, the market stands, and the seed runs on.
extension Simulation {
  mutating func calmDown() {
    trace.note(clock, "--- quiet ---")
    endAllFaults()
    let step = scenario.interval.inMicroseconds
    let passes = Int64(scenario.passesToSettle)
    advance(until: clock + scenario.settling.inMicroseconds + passes * step)
    guard checker.violation == nil else { return }
    unknownsHaveEnded()
    for doubt in core.agents.flatMap(\.memory.unresolved) where doubt.needsPerson { resolveByTruth(doubt.id) }
    if scenario.seed % 2 == 0 {
      for agent in core.agents where agent.memory.operatorPause != nil || !agent.memory.heldUnknown.isEmpty {
        say(.resume(agent.id, reason: "the storm is over"))
      }
    }
    advance(until: clock + 300_000_000 + passes * step)
    guard checker.violation == nil else { return }
    recordHasCaughtUp()
    for k in terminals.indices { desiredIsActual(k) }
    restIsQuiet(passes: scenario.seed % 40 == 0 ? 1000 : scenario.passesAtRest)
  }

  private mutating func endAllFaults() {
    quiet = true
    wallOffset = .zero
    journal.hungUntil = Steady(microseconds: 0)
    journal.database = .up
    journal.space = .ok
    tellJournal()
    planShipping()
    for k in terminals.indices {
      terminals[k].downUntil = 0
      terminals[k].wrongAccountUntil = 0
      terminals[k].unauthorizedUntil = 0
      terminals[k].historyOffUntil = 0
      terminals[k].ordersOffUntil = 0
      terminals[k].openTheMarket()
    }
  }

  /// L2.
  private mutating func unknownsHaveEnded() {
    for agent in core.agents where !agent.memory.orphaned && agent.identity == nil {
      for doubt in agent.memory.unresolved where !doubt.needsPerson && doubt.id != agent.live?.id {
        checker.fail("L2", "\(agent.id): \(doubt.kind.rawValue) \(doubt.id) is unknown for ever, and nobody is told")
      }
    }
  }

  /// L6.
  private mutating func recordHasCaughtUp() {
    if core.degraded || journal.last - journal.shipped > 5 {
      checker.fail("L6", "the database is at \(journal.shipped), the record at \(journal.last)")
    }
  }

  /// L1 and L3, in the true books.
  private mutating func desiredIsActual(_ k: Int) {
    let id = terminals[k].id
    guard let spec = checker.spec(id), let agent = core.agents.first(where: { $0.id == id }) else { return }
    guard agent.identity == nil, spec.mode != .observe else { return }
    let positions = terminals[k].books.observedPositions()
    let list = positions.map { "#\($0.ticket)" }.joined(separator: " ")
    if agent.memory.online != true {
      checker.fail("L1", "\(id) is not online: \(String(describing: agent.lastFailure))")
    }
    if !agent.plan.actions.isEmpty { checker.fail("L1", "\(id) still plans \(agent.plan.actions.map(\.message))") }
    let exits = agent.plan.held.filter { $0.action.kind != .open && $0.action.kind != .modify }
    if !exits.isEmpty {
      checker.fail("L1", "\(id) still holds back \(exits.map { "\($0.action.message): \($0.holds)" })")
    }
    if let pause = checker.pause(id), pause.closesAll, !positions.isEmpty {
      checker.fail("L3", "\(id) is breached and not flat: \(list)")
    }
    if !spec.enabled || policy.emergencyStop, !positions.isEmpty {
      checker.fail("L1", "\(id) is to be flat and has \(list)")
    }
    if positions.count > spec.risk.maxPositions { checker.fail("L1", "\(id) has too many positions: \(list)") }
    for position in positions {
      if !spec.pairs.contains(position.symbol) {
        checker.fail("L1", "\(id) has \(position.symbol) #\(position.ticket)")
      }
      if position.lots > spec.risk.lotSize { checker.fail("L1", "\(id) has \(position.lots) lots #\(position.ticket)") }
      if spec.risk.requireStopLoss, position.stopLoss == nil {
        checker.fail("L1", "\(id): #\(position.ticket) has no stop")
      }
    }
    for standing in agent.plan.targets where standing.state == .wanted {
      guard !agent.plan.held.contains(where: { $0.action.target == standing.name }) else { continue }
      checker.fail("L1", "\(id): target \(standing.name) has no position, and nothing says why")
    }
  }

  /// L1: no flapping. What a new day begins is no flapping; the rest after it is looked at.
  private mutating func restIsQuiet(passes: Int) {
    for _ in 0..<3 {
      let sent = checker.sent
      let changes = checker.anchors.count + checker.latches.count
      advance(until: clock + Int64(passes) * scenario.interval.inMicroseconds)
      guard checker.violation == nil else { return }
      if checker.sent == sent { return }
      if checker.anchors.count + checker.latches.count == changes {
        return checker.fail("L1", "\(checker.sent - sent) POSTs while nothing changes")
      }
    }
  }

  // MARK: After every event

  /// No agent is ever without a read to come or an answer awaited: that is what would leave it alone for good.
  mutating func watchForgotten() {
    guard !draining else { return }
    for agent in core.agents where !agent.memory.orphaned {
      guard let k = places[agent.id] else { continue }
      switch agent.lane {
      case .idle: checker.fail("L5", "\(agent.id) waits for nothing")
      case .reading(let number):
        let known = scheduled[k]?.request.number == number || reads[k]?.request.number == number
        if !known { checker.fail("L5", "\(agent.id) waits for read \(number), which nobody was asked for") }
      case .awaiting: if agent.live == nil { checker.fail("L5", "\(agent.id) waits for an action that is none") }
      case .sending:
        let underway = posts.values.contains { $0.process == process && $0.actionID == agent.live?.id }
        if !underway { checker.fail("L5", "\(agent.id) waits for the answer to nothing") }
      }
    }
  }

  /// L4: after a start every declared agent is looked at within 5 s.
  mutating func watchFirstReads() {
    guard running, !killNow else { return }
    for spec in declared {
      guard let k = places[spec.id] else { continue }
      let due = scheduled[k]?.due ?? Int64.max
      if due > clock + 5_000_000 { checker.fail("L4", "\(spec.id) is first looked at after \(due - clock) us") }
    }
  }
}

extension VirtualTerminal {
  mutating func openTheMarket() { books.account.hours = .always }
}
