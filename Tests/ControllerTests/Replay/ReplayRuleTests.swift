import Reconciler
import Testing

@testable import Controller

/// Chains whose hashes are right and whose story is not: what somebody would have to write who holds the keys to both.
struct ReplayRuleTests {
  struct Story: Sendable, CustomTestStringConvertible {
    let name: String
    /// The first problem begins so; `nil` for a story that is sound.
    let problem: String?
    let write: @Sendable (inout StoryWriter) -> Void

    var testDescription: String { name }

    init(_ name: String, _ problem: String? = nil, _ write: @escaping @Sendable (inout StoryWriter) -> Void) {
      self.name = name
      self.problem = problem
      self.write = write
    }
  }

  @Test(arguments: Self.actions + Self.latches + Self.fleet + Self.snapshots)
  func `a record follows from those before it, or is reported`(story: Story) {
    var writer = StoryWriter()
    story.write(&writer)
    let found = writer.problems
    if let problem = story.problem {
      #expect(found.first?.contains(problem) ?? false, "\(found)")
    } else {
      #expect(found == [])
    }
  }

  static let actions: [Story] = [
    Story("an open and its outcome") {
      $0.intent(); $0.outcome(ticket: 7)
    },
    Story("a lost answer, and its mark") {
      $0.intent(); $0.doubt(); $0.resolve("executed", "mark", ticket: 7)
    },
    Story("a close after an unknown on another symbol") {
      $0.intent(); $0.doubt(); $0.intent("close", symbol: "GBPUSD"); $0.outcome()
    },
    Story("a requote and a second attempt") {
      $0.intent(); $0.intent(attempt: 2, id: $0.action); $0.outcome(attempt: 2)
    },
    Story("an outcome without its intent", "has no intent before it") { $0.outcome(of: "aaaaaaaaaaaaa") },
    Story("two outcomes of one action", "had its final outcome already") {
      $0.intent(); $0.outcome(); $0.outcome()
    },
    Story("an intent after the outcome", "had its final outcome already") {
      $0.intent(); $0.outcome(); $0.intent(attempt: 2, id: $0.action)
    },
    Story("sent again while unknown", "must not be sent again") {
      $0.intent(); $0.doubt(); $0.intent(attempt: 2, id: $0.action)
    },
    Story("an outcome of an unknown", "only evidence resolves that") {
      $0.intent(); $0.doubt(); $0.outcome()
    },
    Story("an open while unknown there", "was UNKNOWN") {
      $0.intent(); $0.doubt(); $0.intent()
    },
    Story("two actions of one agent at once", "still on its way") {
      $0.intent(); $0.intent("close")
    },
    Story("an attempt left out", "attempt 3 follows attempt 1") {
      $0.intent(); $0.intent(attempt: 3, id: $0.action)
    },
    Story("an id from elsewhere", "is not the one that this record gives") { $0.intent(id: "abcdefghijklm") },
    Story("no lots", "must never be sent") { $0.intent(lots: "0") },
    Story("lots below zero", "must never be sent") { $0.intent(lots: "-0.05") },
    Story("resolved without doubt", "was not UNKNOWN") {
      $0.intent(); $0.resolve("executed", "mark")
    },
    Story("resolved by a guess", "is no evidence") {
      $0.intent(); $0.doubt(); $0.resolve("executed", "absence")
    },
    Story("resolved by nobody", "no person's command") {
      $0.intent(); $0.doubt(); $0.resolve("executed", "operator")
    },
    Story("resolved by a person") {
      $0.intent(); $0.doubt()
      $0.add(.operatorCommand, ["command": "resolve"])
      $0.resolve("not_executed", "operator")
    },
    Story("an outcome of another attempt", "ends attempt 2") {
      $0.intent(); $0.outcome(attempt: 2)
    },
    Story("an outcome that is none", "an outcome is not `perhaps`") {
      $0.intent(); $0.outcome("perhaps")
    },
  ]

  static let latches: [Story] = [
    Story("a breach, a day, a resume") {
      $0.day("2026-11-01"); $0.breach("2026-11-01"); $0.day("2026-11-02"); $0.add(.resumed, ["cause": "breach"])
      $0.intent()
    },
    Story("an open after a breach", "was paused since the breach") {
      $0.day("2026-11-01"); $0.breach("2026-11-01"); $0.intent()
    },
    Story("a close after a breach") {
      $0.breach("2026-11-01"); $0.intent("close")
    },
    Story("a resume on the same day", "no day had begun") {
      $0.day("2026-11-01"); $0.breach("2026-11-01"); $0.add(.resumed, ["cause": "breach"])
    },
    Story("a resume out of nothing", "was not paused") { $0.add(.resumed, ["cause": "operator"]) },
    Story("a breach without its pause", "not followed by its pause") {
      $0.add(.breach); $0.add(.agentOffline)
    },
    Story("a pause without its breach", "must follow the record of the breach") {
      $0.add(.paused, ["cause": "breach", "pause": ["reason": "daily_loss"]])
    },
    Story("an open while a person paused it", "paused by a person") {
      $0.add(.paused, ["cause": "operator", "actor": "ann"]); $0.intent()
    },
    Story("a day twice", "has its anchor") {
      $0.day("2026-11-01"); $0.day("2026-11-01")
    },
    Story("a day that goes back", "has its anchor") {
      $0.day("2026-11-02"); $0.day("2026-11-01")
    },
    Story("a target spent that nobody held", "was not known as a position") {
      $0.add(.targetSpent, ["target": "core", "ticket": 9])
    },
    Story("a target spent") {
      $0.intent(); $0.outcome(ticket: 9); $0.add(.targetSpent, ["target": "core", "ticket": 9])
    },
  ]

  static let fleet: [Story] = [
    Story("an open during an emergency", "emergency stop was in force") {
      $0.add(.emergencyStop, agent: nil, ["source": "host", "actor": "ann"]); $0.intent()
    },
    Story("a stop that nobody raised, cleared", "nobody had raised a stop") {
      $0.add(.emergencyCleared, agent: nil, ["source": "host"])
    },
    Story("flat without a stop", "no emergency stop") { $0.add(.confirmedFlat) },
    Story("online twice", "online already") { $0.add(.agentOnline) },
    Story("a stranger reported twice", "reported before") {
      $0.add(.externalPosition, ["ticket": 5]); $0.add(.externalPosition, ["ticket": 5])
    },
    Story("a start without a snapshot", "records a snapshot first") { $0.add(.controllerStarted, agent: nil) },
    Story("something after the stop", "nothing but a start") {
      $0.add(.controllerStopped, agent: nil); $0.intent()
    },
    Story("a stop and a start") {
      $0.add(.controllerStopped, agent: nil); $0.snapshot(); $0.add(.controllerStarted, agent: nil)
    },
    Story("caught up without having been behind", "was not behind") { $0.add(.journalRecovered, agent: nil) },
    Story("no agent", "names no agent") { $0.add(.agentOffline, agent: nil) },
  ]

  static let snapshots: [Story] = [
    Story("a snapshot of everything") {
      $0.day("2026-11-01"); $0.intent(); $0.outcome(ticket: 9); $0.intent("close", symbol: "GBPUSD"); $0.snapshot()
    },
    Story("a pause dropped in a snapshot", "agent_1: breach_pause: the records amount to") {
      $0.breach("2026-11-01"); $0.snapshot { $0.edit("agent_1", "breach_pause", nil) }
    },
    Story("an unknown dropped in a snapshot", "agent_1: unresolved: the records amount to") {
      $0.intent(); $0.doubt(); $0.snapshot { $0.edit("agent_1", "unresolved", []) }
    },
    Story("a day's start changed in a snapshot", "agent_1: daily_loss.anchor") {
      $0.day("2026-11-01"); $0.add(.controllerStopped, agent: nil); $0.snapshot();
      $0.add(.controllerStarted, agent: nil)
      $0.snapshot { state in
        state.edit(
          "agent_1", "daily_loss",
          ["flows": "0", "lifetime_flows": "0", "unexplained_balance": "0", "unexplained_credit": "0", "rows": []])
      }
    },
    Story("an agent left out of a snapshot", "agent_1 is missing in the snapshot") {
      $0.day("2026-11-01"); $0.snapshot { $0["agents"] = [:] }
    },
    Story("an agent that a person forgot") {
      $0.day("2026-11-01"); $0.add(.operatorCommand, ["command": "forget"]); $0.snapshot { $0["agents"] = [:] }
    },
    Story("a position of a target that no record tells of", "agent_1: owned") {
      $0.add(.controllerStopped, agent: nil); $0.snapshot(); $0.add(.controllerStarted, agent: nil)
      $0.snapshot { $0.edit("agent_1", "owned", [["ticket": 9, "target": "core", "ended": false]]) }
    },
    Story("what is over, forgotten") {
      $0.intent(); $0.outcome(ticket: 9); $0.add(.externalPosition, ["ticket": 5])
      $0.snapshot { $0.edit("agent_1", "noted", []) }
    },
    Story("an emergency dropped in a snapshot", "emergency: the records amount to") {
      $0.add(.emergencyStop, agent: nil, ["source": "host", "actor": "ann"])
      $0.snapshot { $0["emergency"] = ["by_manifest": false, "flat": [], "fleet_flat": false] }
    },
    Story("what a new state directory learns from the database, once") {
      $0.snapshot { $0.edit("agent_1", "owned", [["ticket": 9, "target": "core", "ended": false]]) }
    },
  ]
}
