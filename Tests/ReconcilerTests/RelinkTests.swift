import Reconciler
import Testing

/// Whose the rest of a position is that was closed in part more than once between two looks.
@Suite struct RelinkTests {
  static let id = AgentID("agent_1")

  /// An agent that holds its target as #1002, under the given rule.
  static func held(
    _ rule: AgentSpec.PositionsPolicy, _ reopen: TargetSpec.Reopen = .never
  ) -> (World, AgentSpec) {
    var (world, agent) = OwnershipTests.held()
    agent.positions = rule
    agent.targets = [Fleets.target { $0.reopen = reopen }]
    world.reload(Fleets.fleet(agent, revision: 2))
    world.run(seconds: 5)
    return (world, agent)
  }

  @Test func `what is left after several partial closes between two looks is still the target's`() {
    var (world, agent) = OwnershipTests.held()
    agent.positions = .exact
    world.reload(Fleets.fleet(agent, revision: 2))
    world.run(seconds: 5)
    let now = world.now
    for lots in ["0.01", "0.02", "0.03"] {
      let last = world.positions().count - 1
      world.terminals[Self.id]?.close(last, d(lots), comment: "", now)
    }
    world.run(seconds: 60)
    #expect(world.trace == ["buy 0.1 XAUUSD", "close #1001"])
    #expect(world.all(.targetSpent).isEmpty)
    #expect(world.all(.externalPosition).count == 1)
    #expect(world.positions().map(\.lots) == [d("0.04")])
  }

  @Test func `a remainder whose history names nobody that is known is a stranger's`() {
    var (world, agent) = OwnershipTests.held()
    agent.positions = .exact
    world.reload(Fleets.fleet(agent, revision: 2))
    world.run(seconds: 5)
    let now = world.now
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"), now)
    for _ in 1...2 {
      let last = world.positions().count - 1
      world.terminals[Self.id]?.close(last, d("0.01"), comment: "", now)
    }
    world.run(seconds: 60)
    #expect(world.positions().map(\.lots) == [d("0.1")])
    #expect(world.trace.count == 3)
  }

  @Test(arguments: [AgentSpec.PositionsPolicy.exact, .guarded])
  func `a look that was asked again for another reason does not make what is left a stranger's`(
    _ rule: AgentSpec.PositionsPolicy
  ) {
    var (world, agent) = OwnershipTests.held()
    agent.positions = rule
    agent.targets = [Fleets.target { $0.reopen = .always }]
    world.reload(Fleets.fleet(agent, revision: 2))
    world.run(seconds: 5)
    world.closeByHand(["0.01", "0.02"])
    let once = Times(1)
    world.onRead = { shown, _, _ in if once.take() { shown.clockBack = .seconds(60) } }
    world.run(seconds: 200)
    #expect(world.trace.filter { $0.hasPrefix("buy") }.count == 1)
    #expect(world.all(.targetSpent).isEmpty)
    #expect(world.positions().contains { $0.lots == d("0.07") })
  }

  enum Lie: CaseIterable, Sendable {
    /// The history cannot be read.
    case fails
    /// It has nothing.
    case isEmpty
    /// It lacks the newest row.
    case lacksRow
    /// It is said not to exist.
    case unsupported
  }

  @Test(arguments: Lie.allCases, [AgentSpec.PositionsPolicy.exact, .guarded])
  func `one history that lies makes nobody a stranger and spends no target`(
    _ lie: Lie, _ rule: AgentSpec.PositionsPolicy
  ) {
    var (world, _) = Self.held(rule, .always)
    world.closeByHand(["0.01", "0.02"])
    let once = Times(1)
    world.onRead = { shown, request, _ in
      guard request.historyDays != nil, once.take() else { return }
      switch lie {
      case .fails: shown.historyFails = true
      case .isEmpty: shown.history = []
      case .lacksRow: shown.history.removeLast()
      case .unsupported: shown.historySupported = false
      }
    }
    world.run(seconds: 200)
    #expect(world.trace.filter { $0.hasPrefix("buy") }.count == 1)
    #expect(world.all(.targetSpent).isEmpty)
    #expect(world.positions().contains { $0.lots == d("0.07") })
    #expect(world.status()?.memory.owned[Ticket(1004)]?.target == "core")
  }

  @Test func `a remainder that no history explains is a stranger's after the second one`() {
    var (world, _) = Self.held(.exact)
    world.closeByHand(["0.01", "0.02"])
    world.onRead = { shown, _, _ in shown.history.removeAll { $0.ticket.number == 1003 } }
    world.run(seconds: 1)
    #expect(world.trace.last != "close #1004")
    world.run(seconds: 5)
    #expect(world.trace.last == "close #1004")
    #expect(world.all(.targetSpent).count == 1)
  }

  /// Nothing else tells whose it is; were it a stranger's, the target would be opened a second time.
  @Test(arguments: [AgentSpec.PositionsPolicy.exact, .guarded])
  func `where the history cannot be read, a remainder is the missing position's after the quarantine`(
    _ rule: AgentSpec.PositionsPolicy
  ) {
    var (world, _) = Self.held(rule, .always)
    world.closeByHand(["0.01", "0.02"])
    world.onRead = { shown, _, _ in shown.historyFails = true }
    world.run(seconds: 55)
    #expect(world.status()?.memory.owned[Ticket(1004)] == nil)
    world.run(seconds: 100)
    #expect(world.status()?.memory.owned[Ticket(1004)]?.target == "core")
    #expect(world.status()?.memory.owned[Ticket(1004)]?.parent == Ticket(1002))
    #expect(world.all(.targetSpent).isEmpty)
    #expect(world.trace.filter { $0.hasPrefix("buy") }.count == 1)
    #expect(world.positions().contains { $0.lots == d("0.07") })
  }

  @Test func `one that is too large for that is a stranger's`() {
    var (world, _) = Self.held(.exact)
    world.terminals[Self.id]?.positions.removeLast()
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.1"), world.now)
    let last = world.positions().count - 1
    world.terminals[Self.id]?.positions[last].comment = "from #777"
    world.onRead = { shown, _, _ in shown.historyFails = true }
    world.run(seconds: 100)
    #expect(world.trace.last == "close #1003")
    #expect(world.status()?.memory.owned[Ticket(1003)] == nil)
  }

  @Test func `an old list makes nobody of a ticket that has become another`() {
    var (world, _) = Self.held(.guarded, .always)
    world.onRead = { shown, _, _ in shown.historyFails = true }
    world.closeByHand(["0.01"])
    let old = world.positions()
    world.closeByHand(["0.02"])
    world.run(seconds: 100)
    #expect(world.status()?.memory.owned[Ticket(1004)]?.target == "core")
    world.terminals[Self.id]?.staleList = old
    world.run(seconds: 1)
    world.terminals[Self.id]?.staleList = nil
    world.run(seconds: 200)
    #expect(world.all(.targetSpent).isEmpty)
    #expect(world.trace.filter { $0.hasPrefix("buy") }.count == 1)
  }

  @Test func `what waits for the history is closed all the same where everything is`() {
    var (world, agent) = Self.held(.exact)
    world.closeByHand(["0.01", "0.02"])
    world.onRead = { shown, _, _ in shown.historyFails = true }
    world.run(seconds: 5)
    agent.enabled = false
    world.reload(Fleets.fleet(agent, revision: 3))
    world.run(seconds: 2)
    #expect(world.positions().isEmpty)
  }

  @Test func `a remainder that was reported as a stranger's is the target's again once the history tells`() {
    var (world, _) = Self.held(.guarded)
    world.closeByHand(["0.01", "0.02"])
    world.onRead = { shown, _, _ in shown.history.removeAll { $0.ticket.number == 1003 } }
    world.run(seconds: 20)
    #expect(world.all(.targetSpent).count == 1)
    #expect(world.all(.externalPosition).count == 2)
    world.onRead = nil
    world.closeByHand(["0.01"])
    world.run(seconds: 20)
    #expect(world.status()?.memory.owned[Ticket(1005)]?.target == "core")
    guard case .held? = world.status()?.plan.targets.first?.state else {
      Issue.record("the target does not hold the rest")
      return
    }
  }

  @Test func `a row that names the ticket of the rest is no end, whatever the broker writes into comments`() {
    var (world, _) = Self.held(.guarded, .always)
    world.terminals[Self.id]?.namesAncestors = false
    world.terminals[Self.id]?.namesDescendants = true
    world.closeByHand(["0.01", "0.02"])
    world.run(seconds: 200)
    #expect(world.all(.targetSpent).isEmpty)
    #expect(world.trace.filter { $0.hasPrefix("buy") }.count == 1)
    #expect(world.status()?.memory.owned[Ticket(1004)]?.target == "core")
  }

  @Test func `a rest that keeps its mark takes its ticket's place, and the old one is over`() {
    var (world, _) = Self.held(.guarded)
    let mark = world.positions().last?.comment ?? ""
    world.terminals[Self.id]?.namesDescendants = true
    let once = Times(2)
    world.onRead = { shown, _, _ in
      shown.positions[shown.positions.count - 1].comment = mark
      // The list comes first, and its row with a later look.
      if once.take() { shown.historyFails = true }
    }
    world.closeByHand(["0.01"])
    world.run(seconds: 30)
    #expect(world.all(.targetSpent).isEmpty)
    #expect(world.status()?.memory.owned[Ticket(1002)]?.ended == true)
    #expect(world.status()?.memory.owned[Ticket(1003)]?.parent == Ticket(1002))
  }

  @Test func `the end of what partial closes left spends the target, with how it ended`() {
    var (world, _) = Self.held(.guarded)
    world.terminals[Self.id]?.namesDescendants = true
    world.closeByHand(["0.01", "0.02"])
    let now = world.now
    let last = world.positions().count - 1
    world.terminals[Self.id]?.close(last, nil, comment: "[sl]", now)
    world.run(seconds: 20)
    #expect(world.all(.targetSpent).map { $0.metadata["how"] } == ["stop"])
    #expect(world.trace.count == 1)
  }

  @Test func `a pause lets stay what is left, also where the first history lies`() {
    var (world, _) = Self.held(.guarded)
    world.receive(.command(.pause(Self.id, reason: "wait"), actor: "uid 0"))
    world.run(seconds: 2)
    world.closeByHand(["0.01", "0.02"])
    let once = Times(1)
    world.onRead = { shown, request, _ in
      if request.historyDays != nil, once.take() { shown.historyFails = true }
    }
    world.run(seconds: 30)
    #expect(world.positions().contains { $0.lots == d("0.07") })
    #expect(world.trace.count == 1)
  }

  @Test func `a part whose row does not name the rest is booked as a part, also between two others`() {
    var (world, _) = Self.held(.guarded)
    world.closeByHand(["0.01", "0.02"])
    world.run(seconds: 20)
    #expect(world.all(.tradeClosed).map { $0.metadata["remainder"] } == [1003, 1004])
  }

  @Test func `an open in doubt is not given up while a remainder may be what is left of it`() {
    let agent = Fleets.atlas {
      $0.targets = [Fleets.target(), Fleets.target { $0.name = "other" }]
      $0.risk.maxPositions = 4
    }
    var world = World(Fleets.fleet(agent))
    world.answers = [.done, .lost]
    while world.sent.count < 2 { world.run(seconds: 1) }
    world.onRead = { shown, _, _ in shown.historyFails = true }
    world.closeByHand(["0.01", "0.02"])
    world.run(seconds: 50)
    #expect(world.all(.resolved).isEmpty)
    world.onRead = nil
    world.run(seconds: 100)
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["not_executed"])
    #expect(world.status()?.memory.owned[Ticket(1003)]?.target == "core")
  }
}
