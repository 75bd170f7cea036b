import Reconciler
import Testing

/// What a list that lies for one look, and a record that fails for a moment, must not lead to.
@Suite struct StaleListTests {
  @Test func `a list that does not show a fresh position yet does not open it again`() {
    let agent = Fleets.atlas { $0.targets = [Fleets.target()] }
    var world = World(Fleets.fleet(agent))
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .sell, d("0.05"), stop: 2700)
    let others = world.positions()
    world.run(seconds: 5)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    world.terminals[AgentID("agent_1")]?.staleList = others
    world.run(seconds: 1)
    world.terminals[AgentID("agent_1")]?.staleList = nil
    world.run(seconds: 10)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
  }

  @Test func `a position that one look lacks keeps its place under max_positions`() {
    let agent = Fleets.atlas {
      $0.risk.maxPositions = 1
      $0.targets = [Fleets.target()]
    }
    var world = World(Fleets.fleet(agent))
    world.run(seconds: 5)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
    // Now another target takes its place in the manifest, while the list lacks the position for one look.
    var changed = agent
    changed.targets = [Fleets.target(), Fleets.target { $0.name = "other" }]
    world.terminals[AgentID("agent_1")]?.staleList = []
    world.reload(Fleets.fleet(changed, revision: 2))
    world.run(seconds: 1)
    world.terminals[AgentID("agent_1")]?.staleList = nil
    world.run(seconds: 10)
    #expect(world.positions().count == 1)
  }

  @Test func `a list that repeats a ticket for once closes nothing, also while the terminal's clock is in doubt`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.risk.maxPositions = 1 }))
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    world.run(seconds: 5)
    world.terminals[AgentID("agent_1")]?.clockBack = .seconds(3600)
    world.run(seconds: 10)
    let listed = world.positions()
    world.terminals[AgentID("agent_1")]?.staleList = listed + listed
    world.run(seconds: 2)
    #expect(world.trace == [])
  }

  @Test(arguments: [AgentSpec.PositionsPolicy.guarded, .exact])
  func `a stranger that a target would adopt stays as it is while the look cannot be believed`(
    _ rule: AgentSpec.PositionsPolicy
  ) {
    let watched = Fleets.atlas {
      $0.mode = .observe
      $0.targets = [Fleets.target { $0.size = .lots(d("0.04")) }]
      $0.positions = rule
    }
    var world = World(Fleets.fleet(watched))
    world.run(seconds: 5)
    world.terminals[AgentID("agent_1")]?.clockBack = .seconds(3600)
    let now = world.now
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.05"), now)
    world.run(seconds: 2)
    var acting = watched
    acting.mode = .enforce
    world.reload(Fleets.fleet(acting, revision: 2))
    world.run(seconds: 20)
    #expect(world.trace == [])
    // A clock that runs straight is believed again after a minute.
    world.run(seconds: 100)
    #expect(world.trace.first?.hasPrefix("close") == true)
  }

  @Test func `two targets that would adopt keep two strangers while the looks cannot be believed`() {
    let watched = Fleets.atlas {
      $0.mode = .observe
      $0.targets = [
        Fleets.target { $0.size = .lots(d("0.05")) },
        Fleets.target {
          $0.name = "other"
          $0.size = .lots(d("0.05"))
        },
      ]
      $0.positions = .exact
      $0.risk.maxPositions = 4
    }
    var world = World(Fleets.fleet(watched))
    world.run(seconds: 5)
    world.terminals[AgentID("agent_1")]?.clockBack = .seconds(3600)
    let now = world.now
    for _ in 1...2 { world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.05"), now) }
    world.run(seconds: 2)
    var acting = watched
    acting.mode = .enforce
    world.reload(Fleets.fleet(acting, revision: 2))
    world.run(seconds: 20)
    #expect(world.trace == [])
  }

  @Test func `a ticket that is listed twice for good is still one position, and gets one action`() {
    var world = World(Fleets.fleet(Fleets.atlas { $0.risk.maxPositions = 1 }))
    world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.05"), stop: 2600)
    world.run(seconds: 5)
    let listed = world.positions()
    world.terminals[AgentID("agent_1")]?.staleList = listed + listed
    world.run(seconds: 20)
    #expect(world.trace == [])
    world.reload(Fleets.fleet(Fleets.atlas { $0.enabled = false }, revision: 2))
    world.run(seconds: 1)
    #expect(world.trace.count == 1)
  }

  @Test func `an open that is withdrawn for want of disk does not leave its agent alone`() {
    let agent = Fleets.atlas { $0.targets = [Fleets.target()] }
    var world = World(Fleets.fleet(agent))
    world.shipping = false
    world.run(seconds: 3)
    #expect(world.all(.intent).count == 1)
    var full = world.facts
    full.space = .exhausted
    world.receive(.journal(full))
    #expect(world.all(.outcome).last?.metadata["result"] == "withdrawn")
    world.shipping = true
    world.receive(.journal(world.facts))
    world.run(seconds: 20)
    #expect(world.trace == ["buy 0.1 XAUUSD"])
  }
}

@Suite struct ChangedRulesTests {
  @Test func `an open that waits for the database is withdrawn when the fleet is stopped`() {
    let agent = Fleets.atlas { $0.targets = [Fleets.target()] }
    var world = World(Fleets.fleet(agent))
    world.shipping = false
    world.run(seconds: 2)
    #expect(world.all(.intent).count == 1)
    world.reload(Fleets.fleet(agent, revision: 2) { $0.emergencyStop = true })
    world.shipping = true
    world.receive(.journal(world.facts))
    world.run(seconds: 10)
    #expect(world.trace == [])
    #expect(world.all(.outcome).last?.metadata["result"] == "withdrawn")
  }

  @Test func `closes that a plan still has in its queue are dropped when the rules change`() {
    let agent = Fleets.atlas()
    var world = World(Fleets.fleet(agent))
    for _ in 1...2 { world.terminals[AgentID("agent_1")]?.add("XAUUSD", .buy, d("0.05")) }
    world.run(seconds: 3)
    world.durable = false
    world.reload(Fleets.fleet(agent, revision: 2) { $0.emergencyStop = true })
    world.run(seconds: 3)
    #expect(world.all(.intent).count == 1)
    world.reload(Fleets.fleet(agent, revision: 3))
    world.durable = true
    world.receive(.journal(world.facts))
    world.run(seconds: 5)
    // Nor is the one sent that waited for its record.
    #expect(world.trace == [])
    #expect(world.positions().count == 2)
  }
}

@Suite struct WithdrawnAttemptTests {
  @Test func `an open that was refused before it was withdrawn is not said to be never sent`() {
    let agent = Fleets.atlas { $0.targets = [Fleets.target()] }
    var world = World(Fleets.fleet(agent))
    world.answers = [.refused(.busy, 146)]
    world.shipping = false
    world.run(seconds: 2)
    // The first attempt reaches the database, the second does not.
    var shipped = world.facts
    shipped.shipped = shipped.durable
    world.receive(.journal(shipped))
    world.run(seconds: 1)
    #expect(world.all(.intent).count == 2)
    #expect(world.sent.count == 1)
    world.reload(Fleets.fleet(agent, revision: 2) { $0.emergencyStop = true })
    world.run(seconds: 10)
    let withdrawn = world.all(.outcome).first { $0.metadata["result"] == "withdrawn" }
    #expect(withdrawn?.message.contains("after 1 attempt that did not run") == true)
    #expect(world.sent.count == 1)
  }
}
