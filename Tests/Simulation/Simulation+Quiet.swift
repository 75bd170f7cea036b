@testable import PaperTerminal
@testable import Reconciler

// Liveness: faults stop, late executions are through, the market stands, and the seed runs on.
extension Simulation {
  mutating func calmDown() {
    trace.note(clock, "--- quiet ---")
    endAllFaults()
    let step = scenario.interval.inMicroseconds
    // Where the blast radius lets through few closes a pass, a heap takes as many passes more.
    let heap = terminals.reduce(0) { $0 + $1.books.positions.count + $1.books.pending.count }
    let passes = Int64(scenario.passesToSettle + 2 * heap / max(policy.maxClosesPerPass, 1))
    // Everybody is back, and what was under way to a broker has arrived.
    advance(until: max(clock, agenda.lastArrival, frozenUntil))
    let quarantine = declared.map(\.terminal.quarantine).max() ?? .zero
    advance(until: clock + Self.longestBackOff + quarantine.inMicroseconds + 3 * step)
    guard checker.violation == nil else { return }
    unknownsHaveEnded()
    askPeople()
    // Opens come one a pass, and refusals of the storm's last minute hold some for one more.
    advance(until: clock + 300_000_000 + passes * step)
    guard checker.violation == nil else { return }
    recordHasCaughtUp()
    for k in terminals.indices { desiredIsActual(k) }
    fleetIsFlat()
    switch scenario.seed % 4 {
    case 1: oneTerminalDies()
    case 2: somebodyBreaches()
    case 3: somebodyIsDisabled()
    default: break
    }
    guard checker.violation == nil else { return }
    restIsQuiet()
  }

  /// A terminal that said 401 is left alone for a minute.
  private static let longestBackOff: Int64 = 90_000_000

  private mutating func askPeople() {
    for doubt in core.agents.flatMap(\.memory.unresolved) where doubt.needsPerson { resolveByTruth(doubt.id) }
    guard scenario.seed % 2 == 0 else { return }
    say(.emergencyClear(reason: "the storm is over"))
    for agent in core.agents where agent.memory.operatorPause != nil || !agent.memory.heldUnknown.isEmpty {
      say(.resume(agent.id, reason: "the storm is over"))
    }
  }

  private mutating func endAllFaults() {
    quiet = true
    wallOffset = .zero
    journal.hungUntil = Steady(microseconds: 0)
    // What was planned for the end of a hang is not waited for.
    shipIsPlanned = false
    journal.database = .up
    journal.reconnect()
    journal.space = .ok
    if running { tellJournal() }
    planShipping()
    for k in terminals.indices {
      if terminals[k].clockOffUntil > clock { checker.disturb(terminals[k].id) }
      terminals[k].endTroubles()
      standby[k]?.endTroubles()
    }
    putRight()
  }

  /// Files that were lost or mixed up are put right again.
  private mutating func putRight() {
    var changed = false
    if declared.isEmpty {
      (declared, removed) = (removed.sorted { $0.id < $1.id }, [])
      changed = true
    }
    for n in declared.indices {
      guard let k = places[declared[n].id], declared[n].terminal.account != nil else { continue }
      let own = terminals[k].habits.account.number
      if declared[n].terminal.account != own { changed = true }
      declared[n].terminal.account = own
    }
    if changed { publish() }
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
  mutating func desiredIsActual(_ k: Int) {
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
    let intruders = checker.intruders(id)
    if !intruders.isEmpty {
      checker.fail("L3", "\(id) is paused, and \(intruders.map { "#\($0)" }) came after that and is still there")
    }
    let equity = terminals[k].books.observedAccount(at: world).equity
    if let floor = checker.floor(id, at: clock), equity <= floor, checker.pause(id) == nil {
      checker.fail("L3", "\(id) is worth \(equity), by the books its floor is \(floor), and no breach is latched")
    }
    if let pause = checker.pause(id), pause.closesAll, !positions.isEmpty {
      checker.fail("L3", "\(id) is breached and not flat: \(list)")
    }
    if !spec.enabled || core.emergency.isActive, !positions.isEmpty {
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

  /// A stop that was raised ends with the word that all is flat, unless somebody cannot be looked at.
  private mutating func fleetIsFlat() {
    guard core.emergency.isActive, !core.emergency.isFleetFlat, core.waitingMemories.isEmpty else { return }
    let all = core.agents.allSatisfy { $0.identity == nil && $0.spec.mode != .observe && $0.memory.online == true }
    if all, !core.agents.isEmpty { checker.fail("L3", "the fleet is stopped, and is not said to be flat") }
  }

  /// L1: no flapping. What a new day begins is no flapping; the rest after it is looked at.
  private mutating func restIsQuiet() {
    let step = scenario.interval.inMicroseconds
    let left = (scenario.end.inMicroseconds - clock) / step
    let passes = min(Int64(scenario.passesAtRest), max(left, 40))
    for _ in 0..<3 {
      let sent = checker.sent
      let changes = checker.anchors.count + checker.latches.count
      let recorded = journal.last
      advance(until: clock + passes * step)
      guard checker.violation == nil else { return }
      if checker.sent == sent { return verdictsAreToldOnce(since: recorded) }
      if checker.anchors.count + checker.latches.count == changes {
        return checker.fail("L1", "\(checker.sent - sent) POSTs while nothing changes")
      }
    }
  }

  /// L1: where nothing changes, the record does not say the same again and again.
  private mutating func verdictsAreToldOnce(since sequence: Int64) {
    var told: [String: Int] = [:]
    for record in journal.records.reversed() {
      guard record.sequence > sequence else { break }
      guard record.type == .refused, let agent = record.agent, let reason = record.reason else { continue }
      told["\(agent): \(record.metadata["subject"]?.string ?? "") \(reason.rawValue)", default: 0] += 1
    }
    for (verdict, count) in told.sorted(by: { $0.key < $1.key }) where count > Self.mostTold {
      return checker.fail("L1", "\(verdict) is recorded \(count) times while nothing changes")
    }
  }

  /// Records of one verdict in a rest of forty passes and more.
  private static let mostTold = 4

  // MARK: After every event

  /// No agent is ever without a read to come or an answer awaited: that is what would leave it alone for good.
  mutating func watchForgotten() {
    guard !draining else { return }
    // Field by field: an agent's state is large, and this runs after every event.
    for i in core.agents.indices where !core.agents[i].memory.orphaned {
      let id = core.agents[i].id
      guard let k = places[id] else { continue }
      switch core.agents[i].lane {
      case .idle: checker.fail("L5", "\(id) waits for nothing")
      case .reading(let number):
        let known = scheduled[k]?.request.number == number || reads[k]?.request.number == number
        if !known { checker.fail("L5", "\(id) waits for read \(number), which nobody was asked for") }
      case .awaiting:
        if core.agents[i].live == nil { checker.fail("L5", "\(id) waits for an action that is none") }
      case .sending:
        let live = core.agents[i].live?.id
        let underway = posts.values.contains { $0.process == process && $0.actionID == live }
        if !underway { checker.fail("L5", "\(id) waits for the answer to nothing") }
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
  mutating func endTroubles() {
    downUntil = 0
    wrongAccountUntil = 0
    unauthorizedUntil = 0
    historyOffUntil = 0
    ordersOffUntil = 0
    clockOffUntil = 0
    books.account.hours = .always
  }
}
