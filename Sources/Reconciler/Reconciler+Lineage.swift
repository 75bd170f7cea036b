// Whose positions these are, which of them ended, and how.

extension Reconciler {
  /// Takes up what a look taught: lineage, adoptions, strangers, and targets whose position is gone.
  mutating func learn(_ i: Int, _ positions: [Position], _ owners: Classification, _ now: Moment) {
    adopt(i, owners, now)
    agents[i].goodTickets = positions.map(\.ticket) + (agents[i].orders?.value.map(\.ticket) ?? [])
    carryPauses(i, positions, now)
    noteStrangers(i, positions, owners, now)
    followSpecs(i, positions, now)
    watchEnds(i, positions, now)
  }

  /// A pause lets stay what was there: known from the first look that can be believed on, and carried through partial
  /// closes. Each pause has its own list.
  private mutating func carryPauses(_ i: Int, _ positions: [Position], _ now: Moment) {
    let memory = agents[i].memory
    let lists = [
      ("operator_pause_tickets", memory.operatorPause.flatMap { carried($0.tickets, i, positions) }),
      ("breach_pause_tickets", memory.breachPause.flatMap { carried($0.tickets, i, positions) }),
    ]
    for (name, tickets) in lists {
      guard let tickets else { continue }
      record(
        .heartbeat, agent: i, "the pause lets stay: \(Count.of(tickets.count, "ticket"))",
        .fields([name: AgentMemory.encode(tickets), "account_key": pausesAccount(i)]), now)
    }
  }

  /// A pause's list after this look; `nil` where it stays as it is.
  private func carried(_ known: [Ticket]?, _ i: Int, _ positions: [Position]) -> [Ticket]? {
    guard let known else { return (agents[i].goodTickets ?? []).sorted() }
    let here = Set(known)
    let rests = positions.filter { position in
      !here.contains(position.ticket)
        && AgentMemory.ancestor(in: position.comment).map { here.contains($0) } ?? false
    }
    return rests.isEmpty ? nil : (known + rests.map(\.ticket)).sorted()
  }

  private mutating func adopt(_ i: Int, _ owners: Classification, _ now: Moment) {
    guard !owners.learned.isEmpty else { return }
    let said = owners.learned.map { "#\($0.ticket) is target \($0.ownership.target)'s" }
    record(
      .heartbeat, agent: i, said.joined(separator: "; "),
      [
        "adopted": .array(
          owners.learned.map {
            .fields([
              "ticket": .int($0.ticket.number), "target": .string($0.ownership.target),
              "action_id": $0.ownership.actionID.map { .string($0) },
              "parent": $0.ownership.parent.map { .int($0.number) },
              "spec_key": $0.ownership.specKey.map { .string($0) },
            ])
          })
      ], now)
  }

  /// What a position's end spends is the spec that it was last seen under: one that ended while its terminal was away must
  /// not spend what was declared since.
  private mutating func followSpecs(_ i: Int, _ positions: [Position], _ now: Moment) {
    var specs: [JSONValue] = []
    for position in positions.inOrder {
      guard let ownership = agents[i].memory.owned[position.ticket],
        let key = agents[i].spec.targets?.first(where: { $0.name == ownership.target })?.specKey,
        key != ownership.specKey
      else { continue }
      specs.append(["ticket": .int(position.ticket.number), "spec_key": .string(key)])
    }
    guard !specs.isEmpty else { return }
    record(
      .heartbeat, agent: i, "\(Count.of(specs.count, "position")) of a changed target", ["specs": .array(specs)], now)
  }

  /// Positions of others are reported, each once.
  private mutating func noteStrangers(_ i: Int, _ positions: [Position], _ owners: Classification, _ now: Moment) {
    if awaitsMemories { return }
    // Of a crowd that is too large to be remembered, always the same ones, so that each is reported once all the same.
    let strangers = positions.filter { owners.owners[$0.ticket] == .external && !owners.waiting.contains($0.ticket) }
      .sorted { $0.ticket < $1.ticket }
    for position in strangers.prefix(AgentMemory.maximumNoted) {
      guard !agents[i].memory.noted.contains(position.ticket) else { continue }
      // What is left of a position after a partial close is no new one.
      if let old = AgentMemory.ancestor(in: position.comment), agents[i].memory.noted.contains(old) {
        record(
          .heartbeat, agent: i, "#\(position.ticket) is what is left of #\(old)",
          ["noted": AgentMemory.encode([position.ticket])], now)
        continue
      }
      // It may be the open whose answer was lost; evidence says so first.
      let doubted = agents[i].memory.unresolved.contains {
        $0.kind.opens && $0.symbol == position.symbol && $0.side == position.side && position.lots <= $0.lots
      }
      guard !doubted else { continue }
      record(
        .externalPosition, agent: i,
        "\(position.side.rawValue) \(position.lots) \(position.symbol) #\(position.ticket) was opened by somebody else",
        .fields([
          "ticket": .int(position.ticket.number), "symbol": .string(position.symbol.text),
          "side": .string(position.side.rawValue), "lots": .decimal(position.lots),
          "open_price": .decimal(position.openPrice), "magic": position.magic.map { .int($0) },
          "comment": .string(position.comment),
        ]), now)
    }
  }

  /// Owned tickets that are gone without our doing spend their target, once that is certain.
  private mutating func watchEnds(_ i: Int, _ positions: [Position], _ now: Moment) {
    let present = Set(positions.map(\.ticket))
    for ticket in agents[i].memory.owned.keys.sorted() {
      guard let ownership = agents[i].memory.owned[ticket] else { continue }
      if present.contains(ticket) {
        agents[i].missing[ticket] = nil
        continue
      }
      guard !ownership.ended, !agents[i].memory.closedByUs.contains(ticket) else {
        agents[i].missing[ticket] = nil
        continue
      }
      // While a close of ours may have ended it, evidence comes first.
      if agents[i].memory.unresolved.contains(where: { $0.ticket == ticket }) { continue }
      watchEnd(i, ticket, ownership, positions, now)
    }
  }

  private mutating func watchEnd(
    _ i: Int, _ ticket: Ticket, _ ownership: AgentMemory.Ownership, _ positions: [Position], _ now: Moment
  ) {
    var vanished = agents[i].missing[ticket] ?? Vanished(since: now.steady)
    vanished.looks += 1
    agents[i].missing[ticket] = vanished
    // What is listed may be what is left of it: that is found out first.
    let mayGoOn = positions.contains {
      agents[i].unlinked[$0.ticket]?.waits ?? false && mayBelong(i, $0, to: ownership)
    }
    if mayGoOn { return }
    let row: HistoryRow?
    switch chain(i, from: ticket, positions) {
    case .ends(let last): row = last
    case .unknown: row = nil
    case .goesOn(let rest): return carry(i, ticket, to: rest, now)
    }
    guard row != nil || isCertain(i, vanished, ownership, now) else { return }
    agents[i].missing[ticket] = nil
    let current = agents[i].spec.targets?.first { $0.name == ownership.target }?.specKey
    let how = row.map { Self.ending(of: $0.comment) } ?? "unknown"
    record(
      .targetSpent, agent: i, reason: .targetSpent,
      "target \(ownership.target) is spent: #\(ticket) ended by \(how.replacing("_", with: " ")), not by the controller",
      .fields([
        "target": .string(ownership.target), "ticket": .int(ticket.number), "how": .string(how),
        "spec_key": .string(ownership.specKey ?? current ?? ""), "day": .string(dayKey(i, now)),
        "profit": row.map { .decimal($0.netProfit) },
      ]), now)
  }

  /// What the history says of a ticket that is not listed any more.
  private enum Chain {
    case ends(HistoryRow)
    /// What is left of it is listed, under this ticket.
    case goesOn(Ticket)
    case unknown
  }

  /// A row is only an end where nothing is left of its ticket: what is, goes by another ticket, and has an end of its own.
  /// What is listed may say so where no row has come.
  private func chain(_ i: Int, from ticket: Ticket, _ positions: [Position]) -> Chain {
    let rows = agents[i].history.reply?.value ?? []
    var ticket = ticket
    for _ in 0...Self.mostLinks {
      let row = rows.last { $0.ticket == ticket && $0.closeTime != nil }
      let rest =
        row.flatMap { AgentMemory.descendant(in: $0.comment) }
        ?? positions.first { AgentMemory.ancestor(in: $0.comment) == ticket }?.ticket
        ?? rows.first { AgentMemory.ancestor(in: $0.comment) == ticket }?.ticket
      guard let rest, rest != ticket else { return row.map { .ends($0) } ?? .unknown }
      if positions.contains(where: { $0.ticket == rest }) { return .goesOn(rest) }
      ticket = rest
    }
    return .unknown
  }

  /// What is left of a position was known as its target's by its mark already; the old ticket has ended, and no target with
  /// it.
  private mutating func carry(_ i: Int, _ ticket: Ticket, to rest: Ticket, _ now: Moment) {
    guard let ownership = agents[i].memory.owned[rest] else { return }
    record(
      .heartbeat, agent: i, "#\(rest) is what is left of #\(ticket)",
      [
        "adopted": [
          .fields([
            "ticket": .int(rest.number), "target": .string(ownership.target),
            "action_id": ownership.actionID.map { .string($0) }, "parent": .int(ticket.number),
            "spec_key": ownership.specKey.map { .string($0) },
          ])
        ]
      ], now)
    agents[i].missing[ticket] = nil
  }

  /// Two good looks without it, an interval apart, for a list that is stale is so for a moment; where the target may be
  /// opened again, also the quarantine, since a list that was stale would double the position.
  private func isCertain(_ i: Int, _ vanished: Vanished, _ ownership: AgentMemory.Ownership, _ now: Moment) -> Bool {
    guard vanished.looks >= 2, now.steady - vanished.since >= configuration.interval else { return false }
    let target = agents[i].spec.targets?.first { $0.name == ownership.target }
    guard let target, target.reopen != .never else { return true }
    return now.steady - vanished.since >= agents[i].spec.terminal.quarantine
  }

  /// How a position ended, by what brokers write into the comment.
  static func ending(of comment: String) -> String {
    let text = comment.lowercased()
    if text.contains("so:") || text.contains("[so]") { return "stop_out" }
    if text.contains("[sl]") { return "stop" }
    if text.contains("[tp]") { return "take_profit" }
    return "by_hand"
  }
}

/// A ticket that is missing from the list, and not yet certain to have ended.
struct Vanished: Hashable, Sendable {
  var looks = 0
  var since: Steady

  init(since: Steady) { self.since = since }
}
