// Simulation: the real core, stepped in one thread by a world that is drawn from a seed: terminals with true books behind a
// wire that loses, delays and lies; a record that is durable later; clocks that jump; people who edit, trade by hand and pull
// the plug. `Check/` holds the rules and looks after every event. No real terminal, file, clock or thread lives here.

@testable import Reconciler

@testable import PaperTerminal

/// One seed's world and the core in it.
struct Simulation {
  let scenario: Scenario
  let variation: Variation
  let bug: PlantedBug?
  var core: Reconciler
  /// The true clock in microseconds since the start; it neither jumps nor stops.
  var clock: Int64 = 0
  /// What the host's wall clock is off.
  var wallOffset: Duration = .zero
  var steadyOrigin: Int64 = 0
  var agenda = Agenda()
  var terminals: [VirtualTerminal] = []
  /// Those that agents were moved away from, with another account each.
  var standby: [VirtualTerminal?] = []
  /// How many of each terminal's executions the checker has seen, and of the one's it was moved away from.
  var executionsSeen: [(here: Int, away: Int)] = []
  var places: [AgentID: Int] = [:]
  var journal = VirtualJournal()
  var database = VirtualDatabase()
  /// How many state directories were lost.
  var directories = 0
  var checker = Checker()
  var counts = FaultCounts()
  var trace: Trace

  /// Sees all that goes into the core, and what it wants: for a test that records it.
  var witness: ((Witnessed) -> Void)?

  // The process.
  var process = 0
  var running = false
  var draining = false
  var frozenUntil: Int64 = 0
  var effects = 0
  var stormEffects = 0
  var killNow = false
  /// What the next crash takes along, and whether the next process is shown an old list first.
  var crashAfterCommit = false
  var staleFirstLook = false
  /// Read requests that are not begun, by terminal.
  var scheduled: [(request: ReadRequest, due: Int64)?] = []
  var reads: [ReadInProgress?] = []
  var posts: [Int: Post] = [:]
  var nextPost = 1
  var syncIsPlanned = false
  var shipIsPlanned = false

  // What operators declared.
  var declared: [AgentSpec] = []
  var policy: FleetPolicy
  var revision = 1
  /// A set was edited while nobody looked.
  var editedMeanwhile = false
  var removed: [AgentSpec] = []

  var quiet = false
  var edges = Edges()
  /// When each terminal was last looked at, and the longest time between two looks.
  var lastLookAt: [Int64] = []
  var longestGap: [Int64] = []
  var passes = 0

  /// Each class of faults draws from a stream of its own, so that one that is taken away does not disturb the others.
  var chances: [Fault: Dice] = [:]
  var wire: Dice
  var people: Dice
  var market: Dice
  var disk: Dice
  var rarities: Dice

  init(_ scenario: Scenario, variation: Variation = Variation(), bug: PlantedBug? = nil, lines: Int? = nil) {
    self.scenario = scenario
    self.variation = variation
    self.bug = bug
    core = Reconciler(configuration: ReconcilerConfiguration(interval: scenario.interval))
    trace = Trace(lines: lines)
    policy = scenario.policy
    wire = Dice(seed: scenario.seed, "wire")
    people = Dice(seed: scenario.seed, "people")
    market = Dice(seed: scenario.seed, "market")
    disk = Dice(seed: scenario.seed, "disk")
    rarities = Dice(seed: scenario.seed, "rarities")
    for (k, agent) in scenario.agents.enumerated() {
      var habits = agent
      if strength(.commentsRewritten) > 0, wire.coin() {
        habits.rewritesComments = true
        counts.fired(.commentsRewritten)
      } else if strength(.commentsCut) > 0, wire.coin() {
        habits.account.commentLimit = wire.pick([4, 7, 9, 10, 16])
        counts.fired(.commentsCut)
      }
      terminals.append(VirtualTerminal(habits, at: scenario.start))
      places[agent.spec.id] = k
      declared.append(agent.spec)
    }
    lastLookAt = Array(repeating: 0, count: terminals.count)
    longestGap = lastLookAt
    standby = Array(repeating: nil, count: terminals.count)
    executionsSeen = Array(repeating: (0, 0), count: terminals.count)
    for terminal in terminals { checker.accounts[terminal.id] = terminal.habits.account.number }
    if policy.correlationLimit != nil { counts.fired(.correlationLimited) }
    if policy.maxGrossLeverage != nil { counts.fired(.leverageLimited) }
    if scenario.isLong { counts.fired(.longDay) }
    crowd()
    scheduled = Array(repeating: nil, count: terminals.count)
    reads = Array(repeating: nil, count: terminals.count)
  }

  func strength(_ fault: Fault) -> Int {
    guard !quiet, !variation.muted.contains(fault) else { return 0 }
    return scenario.strengths[fault] ?? 0
  }

  mutating func happens(_ fault: Fault) -> Bool { happens(fault, perMille: strength(fault)) }

  mutating func happens(_ fault: Fault, perMille chance: Int) -> Bool {
    guard chance > 0 else { return false }
    return chances[fault, default: Dice(seed: scenario.seed, fault.rawValue)].hits(perMille: chance)
  }

  // MARK: Clocks

  /// The real time, as terminals know it.
  var world: Timestamp { scenario.start + .microseconds(clock) }

  /// What the controller's host shows.
  var now: Moment { moment(at: clock) }

  func moment(at clock: Int64) -> Moment {
    let drift = strength(.clockDrift) > 0 ? clock / 5000 * (scenario.seed % 2 == 0 ? 1 : -1) : 0
    return Moment(
      wall: scenario.start + .microseconds(clock + drift) + wallOffset,
      steady: Steady(microseconds: clock - steadyOrigin))
  }

  // MARK: Running

  /// From the start through the fault phase and the quiet phase, or up to the first violation.
  mutating func run() {
    begin()
    advance(until: scenario.faultPhase.inMicroseconds)
    stormEffects = effects
    guard checker.violation == nil else { return }
    calmDown()
  }

  mutating func begin() {
    if strength(.clockDrift) > 0 { counts.fired(.clockDrift) }
    boot()
    agenda.add(.quote, at: 0, process: nil)
    agenda.add(.chance, at: 1_000_000, process: nil)
    agenda.add(.rarity, at: 2_000_000, process: nil)
  }

  mutating func advance(until end: Int64) {
    while checker.violation == nil, let next = agenda.next() {
      guard next.at <= end else {
        agenda.add(next.item, at: next.at, process: next.process)
        break
      }
      clock = max(clock, next.at)
      if let owner = next.process {
        guard owner == process, running else { continue }
        if frozenUntil > clock {
          agenda.add(next.item, at: frozenUntil, process: owner)
          continue
        }
      }
      happen(next.item)
      if killNow { kill() }
      checker.clock = clock
      for k in terminals.indices { showBooks(k) }
    }
    clock = max(clock, end)
  }

  /// Shows the checker what is new in an agent's books.
  mutating func showBooks(_ k: Int) {
    if terminals[k].books.executions.count > executionsSeen[k].here {
      executionsSeen[k].here = terminals[k].books.executions.count
      checker.look(at: terminals[k])
    }
    if let other = standby[k], other.books.executions.count > executionsSeen[k].away {
      executionsSeen[k].away = other.books.executions.count
      checker.look(at: other, isAway: true)
    }
  }

  private mutating func happen(_ item: Agenda.Item) {
    switch item {
    case .tick: tick()
    case .beginRead(let k, let number): beginRead(k, number)
    case .readPart(let k, let number): endPart(k, number)
    case .arrive(let id): arrive(id)
    case .reply(let id): reply(id)
    case .late(let k): executeLate(k)
    case .sync: sync()
    case .ship: ship()
    case .quote: quote()
    case .chance: chance()
    case .rarity: rarity()
    case .restart: boot()
    case .tellJournal: tellJournal()
    case .readMemories: readMemories()
    case .episodeEnds(let episode): end(episode)
    }
  }

  private mutating func tick() {
    receive(.timePassed)
    if draining, core.isDrained { return stopInOrder() }
    let busy = core.agents.indices.contains { core.agents[$0].live != nil }
    agenda.add(.tick, at: clock + (busy ? 500_000 : 5_000_000), process: process)
  }
}

/// What goes into a core.
enum Witnessed {
  /// A new process has folded its record.
  case folded(Reconciler, Moment)
  case event(Event, Moment, [Effect])
  case stopped(Moment, [Effect])
}
