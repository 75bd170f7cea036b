import Testing

@testable import Reconciler

/// What an agent's memory may weigh, and what it must not forget for it.
@Suite struct MemoryBoundsTests {
  /// The memory of an agent that has traded without rest, as an older journal may hold it: nothing was ever dropped.
  static func full(_ trades: Int64 = 4096) -> AgentMemory {
    var memory = AgentMemory()
    for n in 1...trades {
      let ticket = Ticket(200_000_000 + n)
      let id = "abcdefghijklmnop-\(n)"
      memory.owned[ticket] = AgentMemory.Ownership(target: "core", actionID: id, ended: n > 2)
      memory.marks.append(AgentMemory.Mark(mark: "m\(1_000_000 + n)", target: "core", actionID: id))
      memory.closedByUs.append(ticket)
      memory.noted.append(Ticket(300_000_000 + n))
      memory.spent["signal-\(n)"] = AgentMemory.Spent(
        specKey: "k", ticket: ticket, dayKey: "2026-11-18", how: "stop")
      memory.sizes["signal-\(n)"] = AgentMemory.FrozenSize(specKey: "k", lots: d("0.10"))
      memory.refusals["modify \(ticket)"] = AgentMemory.Refusal(
        code: 130, message: "invalid stops", specKey: "k", dayKey: "2026-11-18")
      memory.dailyLoss.rows.insert(
        RowLedger.Row(id: "t\(ticket)", closeTime: Timestamp(seconds: 1_793_520_000 + n * 20)))
    }
    return memory
  }

  @Test func `a busy agent's memory weighs less than 10 KB`() {
    var memory = Self.full()
    memory.dailyLoss.rows.saved()
    memory.prune(present: [Ticket(200_000_001), Ticket(200_000_002)], declared: ["core"])
    #expect(memory.json.canonicalBytes.count < 10_000)
  }

  @Test func `a live ticket is kept whatever else ended after it`() {
    var memory = AgentMemory()
    memory.own(Ticket(1), AgentMemory.Ownership(target: "core", actionID: "first"))
    for n in Int64(2)...5000 {
      memory.own(Ticket(n), AgentMemory.Ownership(target: "core", actionID: "later"))
      memory.noteClosed(Ticket(n))
    }
    #expect(memory.owned[Ticket(1)]?.ended == false)
    #expect(memory.owned[Ticket(5000)]?.ended == true)
    #expect(memory.owned.count <= AgentMemory.maximumEnded + 1)
  }

  @Test func `strangers that are still there stay noted, and so are not reported again`() {
    var memory = Self.full()
    let present: Set = [Ticket(300_000_100), Ticket(300_000_200)]
    memory.prune(present: present, declared: [])
    #expect(present.isSubset(of: memory.noted))
    #expect(memory.noted.count == AgentMemory.maximumGone + 2)
  }

  @Test func `without a good look nothing is forgotten for being absent`() {
    var memory = AgentMemory()
    for n in Int64(1)...500 { memory.note(Ticket(n)) }
    memory.prune(present: nil, declared: nil)
    #expect(memory.noted.count == 500)
  }

  @Test func `rows that the ledger drops count as accounted for`() {
    var ledger = RowLedger()
    let rows = (Int64(1)...1000).map { n in
      IdentifiedRow(
        id: "t\(n)",
        row: HistoryRow(
          ticket: Ticket(n), kind: .trade(.buy), symbol: Symbol("XAUUSD"), lots: 1, profit: 5,
          closeTime: Timestamp(seconds: 1_793_520_000 + n)))
    }
    for row in rows { ledger.insert(row) }
    ledger.trim()
    #expect(ledger.known.count == RowLedger.bound)
    #expect(rows.allSatisfy { ledger.contains($0) })
    let later = HistoryRow(
      ticket: Ticket(5000), kind: .balance, symbol: Symbol(""), lots: 0, profit: 5,
      closeTime: Timestamp(seconds: 1_793_520_000 + 1000))
    #expect(!ledger.contains(IdentifiedRow(id: "b5000", row: later)))
  }

  @Test func `a ledger is read back as it was written, whole seconds or not`() throws {
    var loss = DailyLoss()
    loss.rows.insert(RowLedger.Row(id: "a", closeTime: Timestamp(seconds: 1_793_520_000)))
    loss.rows.insert(RowLedger.Row(id: "b", closeTime: Timestamp(microseconds: 1_793_520_000_000_001)))
    loss.rows.insert(RowLedger.Row(id: "c", closeTime: nil))
    #expect(try #require(DailyLoss(json: loss.json)).rows.known == loss.rows.known)
    let old: JSONValue = ["t1", "2026-11-01T08:00:00.000000Z"]
    #expect(RowLedger.Row(json: old)?.closeTime == Timestamp(seconds: 1_793_520_000))
  }

  @Test func `a thousand agents with full memories make a snapshot well below a segment`() throws {
    let memory = Self.full(256).json
    var core = Reconciler()
    let agents = (1...1000).map { n in
      Fleets.atlas {
        $0.id = AgentID("agent_\(n)")
        $0.terminal.account = Int64(n)
        $0.targets = [Fleets.target()]
      }
    }
    let folded = Record(
      sequence: 1, agent: nil, type: .snapshot, reason: nil, message: "",
      metadata: [
        "agents": .object(Dictionary(uniqueKeysWithValues: agents.map { ($0.id.text, memory) }))
      ], actionID: nil, revision: 1, observedAt: nil, createdAt: Timestamp(seconds: 0))
    try core.fold(folded)
    let now = Moment(wall: Timestamp(seconds: 1_793_540_000), steady: Steady(microseconds: 0))
    _ = core.receive(.started(StartFacts(version: "test", chain: "abcdefghijklmnop")), at: now)
    let fleet = Fleet(revision: 1, fingerprint: "f", agents: agents, policy: FleetPolicy(), zones: ["UTC": .utc])
    for case .read(let request, _) in core.receive(
      .fleetAccepted(fleet, RevisionFacts(isNew: false, actor: "test")), at: now)
    {
      var terminal = FakeTerminal(spec: agents[0])
      terminal.number = core.agents.first { $0.id == request.agent }?.spec.terminal.account
      _ = core.receive(.snapshot(terminal.snapshot(request, began: now, ended: now)), at: now)
    }
    let effects = core.receive(
      .journal(JournalFacts(durable: 9, shipped: 9, database: .up, wantsSnapshot: true)), at: now)
    let snapshots = effects.compactMap { effect in
      if case .record(let record) = effect, record.type == .snapshot { record.metadata } else { nil }
    }
    #expect(snapshots.count == 1)
    #expect(try #require(snapshots.first).canonicalBytes.count < 12 << 20)
  }
}

@Suite struct JournalLagTests {
  @Test func `records that were not sampled are as old as the newest sample, not as young as now`() {
    var lag = JournalLag()
    lag.recorded(1, Steady(microseconds: 0))
    lag.recorded(2, Steady(microseconds: 100_000))
    lag.shipped(1, last: 2)
    #expect(lag.age(Steady(microseconds: 9_000_000)) == .seconds(9))
    lag.shipped(2, last: 2)
    #expect(lag.age(Steady(microseconds: 9_000_000)) == .zero)
  }
}
