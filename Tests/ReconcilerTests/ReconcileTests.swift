import Reconciler
import Testing

/// What the controller does to one agent, told as stories.
@Suite struct ReconcileTests {
  @Test func `an agent that agrees with its manifest gets no trade, for a thousand passes`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.05"))
    world.run(seconds: 1000)
    #expect(world.trace == [])
    #expect(world.status()?.plan.isEmpty == true)
    #expect(world.all(.externalPosition).count == 1)
  }

  @Test func `a position in a symbol that the agent may not hold is closed`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    let ticket = world.terminals[AgentID("agent_1")]?.add("EURUSD", .buy, d("0.05"))
    world.run(seconds: 3)
    #expect(world.trace == ["close #\(ticket?.number ?? 0)"])
    #expect(world.all(.intent).first?.reason == .pairNotAllowed)
    #expect(world.all(.outcome).first?.metadata["result"] == "done")
    #expect(world.positions() == [])
  }

  @Test func `a declared target is opened once, with its levels and its mark`() {
    let agent = Fleets.atlas { $0.targets = [Fleets.target()] }
    var world = World(Fleets.fleet(agent))
    world.run(seconds: 60)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    #expect(world.positions().first?.stopLoss == 2600)
    #expect(world.positions().first?.comment.count == 10)
    #expect(world.status()?.plan.targets.first?.state == .held(world.positions().map(\.ticket)))
  }

  @Test func `a stop that was moved by hand is put back`() {
    let agent = Fleets.atlas { $0.targets = [Fleets.target()] }
    var world = World(Fleets.fleet(agent))
    world.run(seconds: 5)
    world.terminals[AgentID("agent_1")]?.positions[0].stopLoss = 2500
    world.run(seconds: 5)
    #expect(world.trace.count == 2)
    #expect(world.trace.last?.hasSuffix("2600 2700") == true)
    #expect(world.positions().first?.stopLoss == 2600)
    #expect(world.all(.intent).last?.reason == .stopDrift)
  }

  @Test func `a stop that the target does not name is left alone`() {
    let agent = Fleets.atlas { $0.targets = [Fleets.target { $0.takeProfit = nil }] }
    var world = World(Fleets.fleet(agent))
    world.run(seconds: 5)
    world.terminals[AgentID("agent_1")]?.positions[0].takeProfit = 2800
    world.run(seconds: 5)
    #expect(world.trace.count == 1)
  }

  @Test func `a target whose position was stopped out is spent, and is not opened again`() throws {
    let agent = Fleets.atlas { $0.targets = [Fleets.target()] }
    var world = World(Fleets.fleet(agent))
    world.run(seconds: 5)
    let now = world.now
    world.terminals[AgentID("agent_1")]?.close(0, nil, comment: "[sl]", now)
    world.run(seconds: 60)
    #expect(world.trace.count == 1)
    #expect(world.all(.targetSpent).first?.metadata["how"] == "stop")
    try world.restart(Fleets.fleet(agent))
    world.run(seconds: 60)
    #expect(world.trace.count == 1)
  }

  @Test func `a spent target is opened again when its spec changes`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.run(seconds: 5)
    let now = world.now
    world.terminals[AgentID("agent_1")]?.close(0, nil, comment: "[sl]", now)
    world.run(seconds: 10)
    world.reload(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target { $0.stopLoss = 2610 }] }, revision: 2))
    world.run(seconds: 5)
    #expect(world.trace == ["buy 0.1 XAUUSD", "buy 0.1 XAUUSD"])
  }

  @Test func `a target that the controller closed is opened again when the cause has ended`() {
    let on = Fleets.atlas { $0.targets = [Fleets.target()] }
    let off = Fleets.atlas {
      $0.targets = [Fleets.target()]; $0.enabled = false
    }
    var world = World(Fleets.fleet(on))
    world.run(seconds: 5)
    world.reload(Fleets.fleet(off, revision: 2))
    world.run(seconds: 5)
    #expect(world.positions().isEmpty)
    #expect(world.all(.intent).last?.reason == .agentDisabled)
    world.reload(Fleets.fleet(on, revision: 3))
    world.run(seconds: 5)
    #expect(world.positions().count == 1)
    #expect(world.all(.targetSpent).isEmpty)
  }

  @Test func `too many lots of a target are partly closed, and its remainder keeps its place`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.run(seconds: 5)
    let smaller = Fleets.atlas { $0.targets = [Fleets.target { $0.size = .lots(d("0.04")) }] }
    world.reload(Fleets.fleet(smaller, revision: 2))
    world.run(seconds: 30)
    #expect(world.trace.count == 2)
    #expect(world.positions().map(\.lots) == [d("0.04")])
    #expect(world.all(.intent).last?.reason == .targetChanged)
    #expect(world.all(.targetSpent).isEmpty)
  }

  @Test func `a position over lot_size is reduced to it`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.25"))
    world.run(seconds: 5)
    #expect(world.trace.count == 1)
    #expect(world.trace[0].hasSuffix(" 0.15"))
    #expect(world.positions().map(\.lots) == [d("0.1")])
  }

  @Test func `over max_positions the newest go`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    for _ in 0..<4 { world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.01")) }
    world.run(seconds: 10)
    #expect(world.positions().map(\.ticket.number) == [1001, 1002])
    #expect(Set(world.all(.intent).map(\.reason)) == [.tooManyPositions])
  }

  @Test func `a position without a stop is closed after sixty seconds, not before`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.01"), stop: nil)
    world.run(seconds: 55)
    #expect(world.trace.isEmpty)
    world.run(seconds: 10)
    #expect(world.all(.intent).map(\.reason) == [.missingStopLoss])
  }

  @Test func `exact closes strays and deletes pending orders; guard leaves them`() {
    for policy in AgentSpec.PositionsPolicy.allCases {
      let agent = Fleets.atlas {
        $0.positions = policy
        $0.targets = []
      }
      var world = World(Fleets.fleet(agent))
      world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.01"))
      world.terminals[AgentID("agent_1")]?.orders = [
        PendingOrder(ticket: Ticket(77), symbol: Symbol("XAUUSD"), kind: .buyLimit, lots: d("0.01"), price: 2500)
      ]
      world.run(seconds: 10)
      let closes = policy == .exact ? ["close #1001", "close #77"] : []
      #expect(world.trace.sorted() == closes)
    }
  }

  @Test(arguments: [AgentSpec.Mode.observe, .closeOnly])
  func `modes hold what they say`(_ mode: AgentSpec.Mode) {
    let agent = Fleets.atlas {
      $0.mode = mode
      $0.targets = [Fleets.target()]
    }
    var world = World(Fleets.fleet(agent))
    world.terminals[AgentID("agent_1")]?.add("EURUSD", .buy, d("0.05"))
    world.run(seconds: 10)
    #expect(world.trace == (mode == .observe ? [] : ["close #1001"]))
    let reasons = Set(world.all(.refused).compactMap(\.reason))
    #expect(reasons.contains(mode == .observe ? .modeObserve : .modeCloseOnly))
  }

  @Test func `a refused verdict is recorded when it changes, not on every pass`() {
    let agent = Fleets.atlas {
      $0.mode = .closeOnly
      $0.targets = [Fleets.target()]
    }
    var world = World(Fleets.fleet(agent))
    world.run(seconds: 100)
    #expect(world.all(.refused).count == 1)
    #expect(world.all(.heartbeat).count == 1)
  }

  @Test func `an agent whose manifest is gone is left alone`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.run(seconds: 3)
    world.reload(Fleets.fleet(revision: 2))
    world.terminals[AgentID("agent_1")]?.add("EURUSD", .buy, d("0.05"))
    world.run(seconds: 30)
    #expect(world.trace.isEmpty)
    #expect(world.all(.orphaned).count == 1)
    #expect(world.status()?.orphaned == true)
  }

  @Test func `another account than the pinned one is not touched`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[AgentID("agent_1")]?.number = 99
    world.terminals[AgentID("agent_1")]?.add("EURUSD", .buy, d("0.05"))
    world.run(seconds: 10)
    #expect(world.trace.isEmpty)
    #expect(world.all(.refused).map(\.reason) == [.accountMismatch])
    world.terminals[AgentID("agent_1")]?.number = nil
    world.run(seconds: 10)
    #expect(world.all(.refused).last?.reason == .accountUnverified)
  }

  @Test func `two agents on one account are both held`() {
    var second = Fleets.atlas()
    second.id = AgentID("agent_2")
    second.terminal.url = "http://127.0.0.1:8082"
    var world = World(Fleets.fleet(Fleets.atlas(), second))
    world.run(seconds: 5)
    world.terminals[AgentID("agent_1")]?.add("EURUSD", .buy, d("0.05"))
    world.terminals[AgentID("agent_2")]?.add("EURUSD", .buy, d("0.05"))
    world.run(seconds: 5)
    #expect(world.trace.isEmpty)
  }

  @Test func `the blast radius bounds closes an interval, and lets the rest follow`() {
    let fleet = Fleets.fleet(Fleets.atlas()) { $0.maxClosesPerPass = 3 }
    var world = World(fleet)
    for _ in 0..<8 { world.terminals[AgentID("agent_1")]?.add("EURUSD", .buy, d("0.01")) }
    world.run(for: .milliseconds(900))
    #expect(world.trace.count == 3)
    world.run(seconds: 10)
    #expect(world.trace.count == 8)
    #expect(world.all(.refused).contains { $0.reason == .blastRadius })
  }

  @Test func `an open waits for the database, and is withdrawn when it does not come`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.shipping = false
    world.run(seconds: 30)
    #expect(world.trace.isEmpty)
    #expect(world.all(.outcome).allSatisfy { $0.metadata["result"] == "withdrawn" })
    #expect(world.all(.journalDegraded).count == 1)
    world.shipping = true
    world.receive(.journal(world.facts))
    world.run(seconds: 30)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
  }

  @Test func `a close does not wait for the database`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.database = .down("connection refused")
    world.shipping = false
    world.terminals[AgentID("agent_1")]?.add("EURUSD", .buy, d("0.05"))
    world.run(seconds: 30)
    #expect(world.trace == ["close #1001"])
  }

  @Test func `nothing is sent before its intent is durable`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.durable = false
    world.terminals[AgentID("agent_1")]?.add("EURUSD", .buy, d("0.05"))
    world.run(seconds: 30)
    #expect(world.trace.isEmpty)
    #expect(world.all(.intent).count == 1)
    world.durable = true
    world.receive(.journal(world.facts))
    world.run(seconds: 5)
    #expect(world.trace == ["close #1001"])
  }

  @Test func `every intent ends in exactly one outcome or is resolved`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.answers = [.refused(.requote, 138), .refused(.requote, 138), .executedThenLost]
    world.run(seconds: 200)
    let ids = Set(world.all(.intent).compactMap(\.actionID))
    for id in ids {
      let ends = world.records.filter { $0.actionID == id && [.outcome, .resolved].contains($0.type) }
      #expect(ends.count == 1)
    }
    #expect(world.positions().count == 1)
  }

  @Test func `a requote is tried at most three times, under one id and one mark`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.answers = [.refused(.requote, 138), .refused(.requote, 138), .refused(.requote, 138)]
    world.run(seconds: 1)
    #expect(world.sent.count == 3)
    #expect(Set(world.sent.map(\.mark)).count == 1)
    #expect(world.sent.map { $0.requestID.last } == ["1", "2", "3"])
    #expect(world.all(.outcome).first?.metadata["attempt"] == 3)
  }

  @Test func `a refusal for cause holds the target until its spec changes`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target()] }))
    world.answers = [.refused(.forCause, 130)]
    world.run(seconds: 60)
    #expect(world.sent.count == 1)
    #expect(world.all(.refused).last?.reason == .terminalRefused)
    world.reload(Fleets.fleet(Fleets.atlas { $0.targets = [Fleets.target { $0.stopLoss = 2590 }] }, revision: 2))
    world.run(seconds: 10)
    #expect(world.positions().count == 1)
  }

  @Test func `a target that the market has passed is refused once, not with every quote`() {
    let agent = Fleets.atlas {
      $0.targets = [
        Fleets.target {
          $0.stopLoss = 2650; $0.takeProfit = 2700
        }
      ]
    }
    var world = World(Fleets.fleet(agent))
    world.run(seconds: 120)
    #expect(world.trace.isEmpty)
    #expect(world.all(.refused).count == 1)
  }

  @Test func `what is left of a stranger's position is no second stranger`() {
    var world = World(Fleets.fleet(Fleets.atlas()))
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.25"))
    world.run(seconds: 20)
    #expect(world.positions().map(\.lots) == [d("0.1")])
    #expect(world.all(.externalPosition).count == 1)
  }
}
