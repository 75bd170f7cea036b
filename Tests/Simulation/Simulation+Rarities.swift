@testable import PaperTerminal
@testable import Reconciler

// What comes seldom by chance: each class draws from a stream of its own, so that other days stay as they were.
extension Simulation {
  private static let rare: [Fault] = [.closedInParts, .movedPort, .movedAccount, .crowded]

  mutating func rarity() {
    guard !quiet else { return }
    let mean = scenario.meanBetweenEvents * 2
    agenda.add(.rarity, at: later(mean / 2 + rarities.below(mean)), process: nil)
    let drawn = Self.rare.filter { strength($0) > 0 }
    guard !drawn.isEmpty else { return }
    let fault = rarities.pick(drawn)
    let k = rarities.below(terminals.count)
    if isFrozen, fault != .closedInParts, fault != .crowded { return }
    trace.note(clock, "world: \(fault.rawValue) \(terminals[k].id)")
    switch fault {
    case .closedInParts: closeInParts(k)
    case .crowded: crowd()
    case .movedPort: if move(k, toOtherAccount: false) { counts.fired(fault) }
    case .movedAccount:
      // A move is seldom, and a person may pause the agent before anything was seen of the other terminal.
      guard rarities.hits(perMille: 300), move(k, toOtherAccount: true) else { return }
      counts.fired(fault)
      if rarities.hits(perMille: 300) { say(.pause(terminals[k].id, reason: "it was moved")) }
    default: return
    }
  }

  /// A person closes two parts of one position between two looks: what is left names a ticket that nobody saw.
  private mutating func closeInParts(_ k: Int) {
    let positions = terminals[k].books.observedPositions().filter { $0.lots >= d("0.03") }
    guard !positions.isEmpty else { return }
    var ticket = rarities.pick(positions).ticket
    for _ in 0..<2 {
      guard let rest = terminals[k].byHand(.close(ticket: ticket, lots: d("0.01")), at: world).newTicket else { return }
      ticket = rest
    }
    counts.fired(.closedInParts)
  }

  /// A stranger's position takes a place that a target was declared for.
  mutating func crowd() {
    guard strength(.crowded) > 0, terminals[0].books.positions.isEmpty, let bid = terminals[0].bids[Scenario.gold]
    else { return }
    let order = TradeRequest.Order.open(
      symbol: Scenario.gold, side: .buy, lots: d("0.01"), stopLoss: bid - FixedDecimal(60), takeProfit: nil,
      slippagePoints: nil)
    _ = terminals[0].byHand(order, comment: "mine", at: world)
    if !terminals[0].books.positions.isEmpty { counts.fired(.crowded) }
  }

  /// A list says that an agent's position is gone, as a terminal's may that is about to stop; it stops, and just then a
  /// target is declared for another agent that must not stand beside that position.
  mutating func declareAgainstLie(_ k: Int) {
    guard strength(.declaredAgainstLie) > 0, running, !isFrozen, let pair = policy.correlations.first else { return }
    let both = [pair.first, pair.second]
    guard let held = terminals[k].books.observedPositions().first(where: { both.contains($0.symbol) }),
      rarities.hits(perMille: strength(.declaredAgainstLie))
    else { return }
    let symbol = held.symbol == pair.first ? pair.second : pair.first
    let place = declared.firstIndex {
      $0.id != terminals[k].id && $0.enabled && $0.mode == .enforce && $0.pairs.contains(symbol)
    }
    guard let place else { return }
    var spec = declared[place]
    var target = Scenario.target(named: "against", in: spec, &rarities)
    target.symbol = symbol
    target.side = pair.rho.isPositive == (held.side == .buy) ? .buy : .sell
    target.size = .lots(d("0.01"))
    target.stopLoss = nil
    target.takeProfit = nil
    target.reopen = .always
    spec.risk.requireStopLoss = false
    spec.targets = (spec.targets ?? []).filter { $0.name != target.name } + [target]
    spec.risk.maxPositions = 6
    declared[place] = spec
    terminals[k].downUntil = max(terminals[k].downUntil, later(150))
    counts.fired(.declaredAgainstLie)
    trace.note(clock, "world: declared against a lie, \(spec.id)")
    publish()
  }

  // MARK: Moves

  /// The manifest names another port: of the same terminal, or of one where another account answers.
  private mutating func move(_ k: Int, toOtherAccount: Bool) -> Bool {
    guard let place = declared.firstIndex(where: { $0.id == terminals[k].id }) else { return false }
    let url = declared[place].terminal.url
    declared[place].terminal.url = url.hasSuffix("/b") ? String(url.dropLast(2)) : url + "/b"
    if toOtherAccount {
      exchange(k)
      if declared[place].terminal.account != nil {
        declared[place].terminal.account = terminals[k].habits.account.number
      }
    }
    publish()
    return true
  }

  /// The other terminal's books stand still meanwhile, but for orders that are on their way to it.
  private mutating func exchange(_ k: Int) {
    showBooks(k)
    let old = terminals[k]
    var new = standby[k] ?? other(than: old)
    new.bids = old.bids
    new.quote(at: world)
    terminals[k] = new
    standby[k] = old
    // A read that is under way at the old address is nobody's any more.
    reads[k] = nil
    checker.moved(old.id, to: new.habits.account.number)
    executionsSeen[k] = (executionsSeen[k].away, executionsSeen[k].here)
    showBooks(k)
  }

  private mutating func other(than old: VirtualTerminal) -> VirtualTerminal {
    var habits = old.habits
    habits.account.number += 90_000
    habits.account.firstTicket += 500_000
    var new = VirtualTerminal(habits, at: world)
    if rarities.coin() {
      let symbol = rarities.coin() ? Scenario.gold : Scenario.euro
      _ = new.byHand(
        .open(symbol: symbol, side: .buy, lots: d("0.05"), stopLoss: nil, takeProfit: nil, slippagePoints: nil),
        at: world)
    }
    return new
  }

  /// What is declared changes while an exit is on its way: often so that it is not wanted any more.
  mutating func declareMeanwhile(_ k: Int) {
    guard running, !isFrozen, let place = declared.firstIndex(where: { $0.id == terminals[k].id }) else { return }
    counts.fired(.declaredMeanwhile)
    trace.note(clock, "world: declared meanwhile \(terminals[k].id)")
    switch rarities.below(5) {
    case 0:
      declared[place].enabled = true
      declared[place].positions = .guarded
      publish()
    case 1:
      declared[place].risk.lotSize = d("0.30")
      declared[place].risk.maxPositions = 4
      declared[place].positions = .guarded
      publish()
    case 2:
      policy.emergencyStop = false
      publish()
      say(.emergencyClear(reason: "it is over"))
    case 3: say(.resume(terminals[k].id, reason: "it is over"))
    default: _ = move(k, toOtherAccount: rarities.hits(perMille: 300))
    }
  }
}
