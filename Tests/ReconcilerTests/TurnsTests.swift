import Reconciler
import Synchronization
import Testing

/// A terminal that contradicts itself now this way and now that way, so that no mismatch lasts by itself.
@Suite struct TurnsTests {
  static let id = AgentID("agent_1")

  /// Two looks with a list that repeats its tickets, two with an empty one, and so on.
  static func turning(_ agent: AgentSpec, _ setUp: (inout World) -> Void = { _ in }) -> World {
    var world = World(Fleets.fleet(agent))
    world.terminals[id]?.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    world.run(seconds: 5)
    let turn = Mutex(0)
    world.onRead = { shown, _, _ in
      let number = turn.withLock { number in
        number += 1
        return number
      }
      shown.staleList = number / 2 % 2 == 0 ? shown.positions + shown.positions : []
    }
    setUp(&world)
    return world
  }

  @Test func `a disabled agent is closed within a dozen looks`() {
    var agent = Fleets.atlas()
    var world = Self.turning(agent)
    world.run(seconds: 3)
    agent.enabled = false
    world.reload(Fleets.fleet(agent, revision: 2))
    world.run(seconds: 15)
    #expect(world.trace == ["close #1001"])
    #expect(world.positions().isEmpty)
  }

  @Test func `an emergency stop closes within a dozen looks`() {
    var world = Self.turning(Fleets.atlas())
    world.run(seconds: 3)
    world.receive(.command(.emergencyStop(reason: "drill"), actor: "uid 0"))
    world.run(seconds: 15)
    #expect(world.positions().isEmpty)
  }

  @Test func `a breach is seen and closed within a dozen looks`() {
    var world = Self.turning(Fleets.atlas()) { world in
      world.terminals[Self.id]?.positions[0].profit = -60
    }
    world.run(seconds: 20)
    #expect(world.all(.breach).count == 1)
    #expect(world.positions().isEmpty)
  }

  @Test func `what is only judged by the rest of the list stays`() {
    var agent = Fleets.atlas()
    var world = Self.turning(agent)
    agent.positions = .exact
    agent.targets = []
    world.reload(Fleets.fleet(agent, revision: 2))
    world.run(seconds: 300)
    #expect(world.trace == [])
  }

  @Test func `a ticket that is listed for once is not closed`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.enabled = false }))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    let turn = Mutex(0)
    world.onRead = { shown, _, _ in
      let number = turn.withLock { number in
        number += 1
        return number
      }
      var ghost = shown.positions[0]
      ghost.ticket = Ticket(4000 + Int64(number))
      shown.staleList = number / 2 % 2 == 0 ? [ghost, ghost] : []
    }
    world.run(seconds: 60)
    #expect(world.trace == [])
  }

  @Test func `the record tells of each mismatch once, however often they take turns`() {
    var world = Self.turning(Fleets.atlas())
    world.run(seconds: 120)
    #expect(world.all(.suspiciousSnapshot).count == 2)
    world.onRead = nil
    world.run(seconds: 5)
    world.terminals[Self.id]?.staleList = []
    world.run(seconds: 20)
    // Once when it begins to last again, and once when closes go by the account.
    #expect(world.all(.suspiciousSnapshot).map { $0.metadata["closes_allowed"] }.suffix(2) == [false, true])
    #expect(world.all(.suspiciousSnapshot).count == 4)
  }
}

/// A terminal that leaves out for once which account answers.
@Suite struct UnnamedAccountTests {
  static let id = AgentID("agent_1")

  static func doubting() -> World {
    let agent = Fleets.atlas {
      $0.targets = [Fleets.target()]
      $0.terminal.account = nil
      $0.terminal.server = nil
    }
    var world = World(Fleets.fleet(agent))
    world.answers = [.executedThenLost]
    world.terminals[id]?.keepsComments = false
    return world
  }

  @Test(arguments: [1, 2])
  func `nothing is forgotten for a look or two, and no person is asked`(_ looks: Int) {
    var world = Self.doubting()
    let times = Times(looks)
    world.onRead = { shown, _, sent in if sent > 0, times.take() { shown.number = nil } }
    world.run(seconds: 60)
    #expect(world.all(.unknown).map { $0.metadata["cause"] } == ["timeout"])
    #expect(world.all(.resolved).map { $0.metadata["result"] } == ["executed"])
    #expect(world.all(.refused).map(\.reason).contains(.accountUnverified))
  }

  @Test func `from the third look on another account may answer, and exits go on`() {
    var world = Self.doubting()
    world.onRead = { shown, _, sent in if sent > 0 { shown.number = nil } }
    world.run(seconds: 60)
    #expect(world.all(.unknown).map { $0.metadata["cause"] } == ["timeout", "another_terminal"])
    world.receive(.command(.emergencyStop(reason: "drill"), actor: "uid 0"))
    world.run(seconds: 5)
    #expect(world.positions().isEmpty)
  }
}
