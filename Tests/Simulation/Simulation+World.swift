@testable import Reconciler

@testable import PaperTerminal

// What the world and people do: the market, the terminals' troubles, trades by hand, the record's troubles, clocks, and
// operators.
extension Simulation {
  mutating func quote() {
    for k in terminals.indices {
      if !quiet {
        for symbol in [Scenario.euro, Scenario.gold] { terminals[k].move(symbol, by: market.from(-2, to: 2)) }
      }
      terminals[k].quote(at: world)
      if !terminals[k].books.account.hours.isOpen(at: world) {
        counts.fired(.weekend)
        counts.fired(Fault.marketClosed)
      }
    }
    agenda.add(.quote, at: clock + scenario.quoteEvery.inMicroseconds, process: nil)
  }

  private static let ofPeople: [Fault] = [
    .terminalDown, .terminalRestart, .wrongAccount, .unauthorized, .historyOff, .ordersOff, .closedByHand,
    .partlyClosedByHand, .openedByHand, .stopsMovedByHand, .pendingByHand, .deposit, .withdrawal, .credit, .marketJump,
    .serverOffset, .renumbered, .killed, .stoppedInOrder, .frozen, .databaseDown, .databaseFull, .databaseReadOnly,
    .databaseHung, .databaseRestored, .spaceLow, .spaceReserve, .spaceExhausted, .anotherController, .forked,
    .newSegment, .clockForward, .clockBack, .edited, .disabled, .orphaned, .emergencyStop, .emergencyByHost, .emptied,
    .swapped, .reloadStorm, .paused, .resumed, .resolved, .forgotten,
  ]

  mutating func chance() {
    guard !quiet else { return }
    let mean = Int64(scenario.meanBetweenEvents) * 1_000_000
    agenda.add(.chance, at: clock + mean / 4 + Int64(people.below(Int(mean) * 3 / 2)), process: nil)
    if strength(.badManifest) > 0, !isFrozen, happens(.badManifest, perMille: 300) { rejectSomething() }
    let drawn = Self.ofPeople.filter { scenario.strengths[$0] ?? 0 > 0 }
    guard !drawn.isEmpty else { return }
    let k = people.below(terminals.count)
    let fault = people.pick(drawn)
    guard strength(fault) > 0 else { return }
    trace.note(clock, "world: \(fault.rawValue) \(terminals[k].id)")
    terminalTrouble(fault, k)
    byHand(fault, k)
    if isFrozen, fault != .killed { return }
    processAndRecord(fault)
    operators(fault, k)
  }

  private mutating func rejectSomething() {
    guard variation.badManifests else { return }
    counts.fired(.badManifest)
    if bug == .applyBadManifest {
      // What is left of a file that was torn at its targets.
      var torn = declared
      for k in torn.indices { torn[k].targets = [] }
      let fleet = scenario.fleet(revision: revision, agents: torn, policy: policy)
      return receive(.fleetAccepted(fleet, RevisionFacts(isNew: true, actor: "operator")))
    }
    receive(.fleetRejected(errors: ["agents.yaml:1:1: error: torn"], actor: "operator"))
  }

  func later(_ seconds: Int) -> Int64 { clock + Int64(seconds) * 1_000_000 }

  private mutating func terminalTrouble(_ fault: Fault, _ k: Int) {
    switch fault {
    case .terminalDown: terminals[k].downUntil = later(people.pick([3, 40, 400, 2000]))
    case .terminalRestart:
      terminals[k].downUntil = later(people.from(1, to: 20))
      if people.coin() { terminals[k].late = [] }
    case .wrongAccount: terminals[k].wrongAccountUntil = later(people.pick([5, 60, 600]))
    case .unauthorized: terminals[k].unauthorizedUntil = later(people.pick([5, 60, 600]))
    case .historyOff: terminals[k].historyOffUntil = later(people.pick([5, 60, 600]))
    case .ordersOff: terminals[k].ordersOffUntil = later(people.pick([5, 60, 600]))
    case .serverOffset:
      terminals[k].clockOff = .seconds(people.coin() ? 3600 : -3600)
      terminals[k].clockOffUntil = later(people.pick([60, 3600, 20_000]))
    case .renumbered:
      guard let old = terminals[k].renumber(people.below(8)) else { return }
      checker.renumbered(terminals[k].id, old.from, to: old.to)
    case .marketJump:
      let symbol = people.coin() ? Scenario.gold : Scenario.euro
      terminals[k].move(symbol, by: people.pick([-400, -150, -60, 60, 150, 400]))
      terminals[k].quote(at: world)
    default: return
    }
    counts.fired(fault)
  }

  // MARK: At the terminal, by hand

  private mutating func byHand(_ fault: Fault, _ k: Int) {
    let positions = terminals[k].books.observedPositions()
    let some = positions.isEmpty ? nil : people.pick(positions)
    switch fault {
    case .closedByHand:
      guard let some else { return }
      _ = terminals[k].byHand(.close(ticket: some.ticket, lots: nil), at: world)
    case .partlyClosedByHand:
      guard let some, some.lots > d("0.01") else { return }
      _ = terminals[k].byHand(.close(ticket: some.ticket, lots: d("0.01")), at: world)
    case .openedByHand:
      let symbol = people.coin() ? Scenario.gold : Scenario.euro
      let side: Side = people.coin() ? .buy : .sell
      let distance = VirtualTerminal.unit(symbol) * FixedDecimal(people.from(20, to: 300))
      let stop = people.hits(perMille: 700) ? terminals[k].bids[symbol].map { $0 - side.sign * distance } : nil
      _ = terminals[k].byHand(
        .open(
          symbol: symbol, side: side, lots: d("0.01") * FixedDecimal(people.from(1, to: 30)), stopLoss: stop,
          takeProfit: nil, slippagePoints: nil),
        comment: people.pick(["", "", "mine", "from #12345", "[sl]"]), at: world)
    case .stopsMovedByHand:
      guard let some else { return }
      let away = some.side.sign * VirtualTerminal.unit(some.symbol) * FixedDecimal(people.from(20, to: 300))
      let stop = people.coin() ? nil : some.currentPrice.map { $0 - away }
      _ = terminals[k].byHand(.modify(ticket: some.ticket, stopLoss: stop, takeProfit: nil), at: world)
    case .pendingByHand:
      let kind = people.pick(PendingOrder.Kind.allCases)
      guard let bid = terminals[k].bids[Scenario.gold] else { return }
      let away = FixedDecimal(people.from(2, to: 60))
      let below = kind == .buyLimit || kind == .sellStop
      _ = terminals[k].books.place(
        PendingOrder(
          ticket: Ticket(0), symbol: Scenario.gold, kind: kind, lots: d("0.05"), price: below ? bid - away : bid + away
        ), at: world)
    case .deposit:
      terminals[k].books.operate(.balance, FixedDecimal(people.from(1, to: 300)), comment: "Deposit", at: world)
    case .withdrawal:
      terminals[k].books.operate(.balance, FixedDecimal(-people.from(1, to: 100)), comment: "Withdrawal", at: world)
    case .credit:
      terminals[k].books.operate(.credit, FixedDecimal(people.from(1, to: 50)), comment: "Credit", at: world)
    default: return
    }
    counts.fired(fault)
  }

  // MARK: The process, its record and its clock

  private mutating func processAndRecord(_ fault: Fault) {
    switch fault {
    case .killed: return kill()
    case .stoppedInOrder:
      guard running, !draining else { return }
      draining = true
      receive(.drain)
      agenda.add(.episodeEnds(.drain), at: later(30), process: process)
      return
    case .frozen: frozenUntil = max(frozenUntil, later(people.pick([2, 30, 300, 1200])))
    case .databaseDown: database(.down("connection refused"), for: people.pick([2, 20, 300, 2000]))
    case .databaseFull: database(.down("53100: no space left on device"), for: people.pick([20, 300]))
    case .databaseReadOnly: database(.down("25006: the transaction is read-only"), for: people.pick([20, 300]))
    case .databaseRestored:
      guard journal.database == .up else { return }
      database(.down("57P01: shut down for a restore"), for: 60)
      journal.restore(losing: Int64(people.pick([1, 20, 1000])))
      database.restore(keeping: journal.shipped, of: chain)
      checker.shipped = journal.shipped
      tellJournal()
    case .databaseHung:
      journal.hungUntil = Steady(microseconds: later(people.pick([3, 12, 60, 600])))
    case .anotherController: database(.anotherController, for: people.pick([5, 60]))
    case .forked: database(.forked("row 7 differs"), for: people.pick([5, 60]))
    case .spaceLow: space(.low)
    case .spaceReserve: space(.reserve)
    case .spaceExhausted: space(.exhausted)
    case .newSegment: journal.wantsSnapshot = true
    case .clockForward: jump(.seconds(Int64(people.pick([3, 90, 3600, 20_000]))))
    case .clockBack: jump(.seconds(-Int64(people.pick([3, 90, 3600, 20_000]))))
    default: return
    }
    counts.fired(fault)
    if fault == .newSegment { tellJournal() }
  }

  private mutating func database(_ state: JournalFacts.Database, for seconds: Int) {
    guard journal.database == .up else { return }
    journal.database = state
    agenda.add(.episodeEnds(.database), at: later(seconds), process: nil)
    tellJournal()
  }

  /// The disk is full with the very record that an action waits for.
  mutating func fillDisk() {
    guard strength(.spaceExhausted) > 0, core.agents.contains(where: \.awaitsRecord) else { return }
    if happens(.spaceExhausted, perMille: 10) {
      counts.fired(.spaceExhausted)
      space(.exhausted)
    }
  }

  private mutating func space(_ state: JournalFacts.Space) {
    guard journal.space == .ok else { return }
    journal.space = state
    agenda.add(.episodeEnds(.disk), at: later(people.pick([3, 60, 600])), process: nil)
    tellJournal()
  }

  private mutating func jump(_ distance: Duration) {
    wallOffset += distance
    for terminal in terminals { checker.disturb(terminal.id) }
    agenda.add(.episodeEnds(.clock), at: later(people.pick([10, 600, 6000])), process: nil)
  }

  mutating func end(_ episode: Agenda.Episode) {
    switch episode {
    case .database:
      journal.database = .up
      journal.reconnect()
      tellJournal()
      planShipping()
    case .disk:
      journal.space = .ok
      tellJournal()
    case .clock:
      wallOffset = .zero
      for terminal in terminals { checker.disturb(terminal.id) }
    case .drain: if draining { kill() }
    }
  }
}

extension AgentState {
  /// An intent is made, and waits to be where it must be before it is sent.
  fileprivate var awaitsRecord: Bool { if case .awaiting = lane { true } else { false } }
}
