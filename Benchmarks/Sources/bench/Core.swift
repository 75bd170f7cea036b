import CBare
import Harness
import Reconciler

/// Snapshots a second through the core on one core, in the agreeing case: five positions each, whose prices move.
struct CoreBenchmark {
  let seconds: Int
  let agents: Int
  private static let positions = 5
  private static let interval = Duration.seconds(1)

  func run() {
    var world = CoreWorld(agents: agents, positions: Self.positions, interval: Self.interval)
    world.settle()
    // Heartbeats come in one second of each minute here: what lies between them is the agreeing case and nothing else.
    while world.feed(agents) == agents {}
    _ = world.feed(5 * agents)
    var agreeing: [Double] = []
    var whole: [Double] = []
    var allocations: [Double] = []
    let until = cbare_now_ns() + Int64(seconds) * 1_000_000_000
    while cbare_now_ns() < until || whole.isEmpty {
      let count = cbare_allocations()
      let began = cbare_cpu_ns()
      let effects = world.feed(50 * agents)
      let between = cbare_cpu_ns()
      allocations.append(Double(cbare_allocations() - count) / Double(50 * agents))
      precondition(effects == 50 * agents, "a look led to more than the next one")
      _ = world.feed(10 * agents)
      agreeing.append(Double(50 * agents) / Harness.seconds(between - began))
      whole.append(Double(60 * agents) / Harness.seconds(cbare_cpu_ns() - began))
    }
    let rate = percentile(whole, 0.5)
    tell(
      "core, \(agents) agents",
      "\(Int(percentile(agreeing, 0.5))) agreeing snapshots of \(Self.positions) positions a second of CPU, "
        + "best \(Int(agreeing.max() ?? 0)) (goal 1,000,000)")
    tell("  allocations", "\(shown(percentile(allocations, 0.5), 3)) a snapshot (goal 0)")
    let best = percentile(agreeing, 0.5)
    report(
      Figure(
        "core: agreeing snapshots a second", reached: count(best), goal: "1,000,000", isMet: best >= 1_000_000))
    let calls = percentile(allocations, 0.5)
    report(Figure("core: allocations a snapshot", reached: shown(calls, 3), goal: "0", isMet: calls < 0.0005))
    tell(
      "  with heartbeats",
      "\(Int(rate)) a second, or \(Int(rate * 60 / 86_400)) agent-days a minute at an interval of 1 s")
  }
}

/// Agents and the terminals that agree with them.
struct CoreWorld {
  private var core: Reconciler
  private var now: Moment
  private let step: Duration
  /// Of each agent, two moments of its terminal.
  private var looks: [[Snapshot]] = []
  private var numbers: [Int]
  private let ids: [AgentID]
  private var turn = 0
  private var out: [Effect] = []

  init(agents: Int, positions: Int, interval: Duration) {
    core = Reconciler(configuration: ReconcilerConfiguration(interval: interval))
    now = Moment(wall: Timestamp(seconds: 1_793_000_000), steady: Steady(microseconds: 0))
    step = .microseconds(interval.inMicroseconds / Int64(agents))
    ids = (0..<agents).map { AgentID("agent-\($0)") }
    numbers = Array(repeating: 1, count: agents)
    let specs = ids.map { id in
      var risk = RiskSpec(
        initialBalance: Money(amount: 10_000, currency: "USD"), maxRiskPerTrade: 20, maxDailyLoss: .percent(50),
        maxPositions: 10, lotSize: 1)
      risk.day = RiskSpec.DayRule(resetMinute: 0, zone: "UTC")
      var spec = AgentSpec(
        id: id, metadataName: id.text, displayName: id.text, enabled: true, terminal: TerminalSpec(url: "http://x"),
        pairs: [Symbol("EURUSD"), Symbol("XAUUSD")], risk: risk)
      var target = TargetSpec(name: "core", symbol: Symbol("EURUSD"), side: .buy, size: .lots(1))
      target.stopLoss = FixedDecimal("0.9")
      spec.targets = [target]
      return spec
    }
    for i in ids.indices { looks.append((0..<2).map { Self.look(ids[i], i, positions, $0, now) }) }
    let fleet = Fleet(revision: 1, fingerprint: "f", agents: specs, policy: FleetPolicy(), zones: ["UTC": .utc])
    take(core.receive(.started(StartFacts(version: "bench", chain: "abcdefghijklmnop")), at: now))
    take(core.receive(.fleetAccepted(fleet, RevisionFacts(isNew: true, actor: "bench")), at: now))
    journal()
  }

  private static func look(_ id: AgentID, _ i: Int, _ count: Int, _ variant: Int, _ now: Moment) -> Snapshot {
    let price = FixedDecimal(variant == 0 ? "1.08512" : "1.08520") ?? 1
    let positions = (0..<count).map { k in
      var position = Position(
        ticket: Ticket(Int64(1000 + k)), symbol: Symbol("EURUSD"), side: .buy, lots: 1, openPrice: 1,
        profit: FixedDecimal(variant))
      position.currentPrice = price
      position.stopLoss = FixedDecimal("0.9")
      position.openTime = Timestamp(seconds: 1_790_000_000 + Int64(k))
      return position
    }
    let profit = FixedDecimal(variant * count)
    var account = Account(
      currency: "USD", leverage: 100, balance: 10_000, equity: FixedDecimal(10_000) + profit, profit: profit,
      margin: 100,
      freeMargin: 9_900)
    account.number = Int64(1_000_000 + i)
    account.server = "Bench-Demo"
    let span = ReadSpan(began: now, ended: now)
    return Snapshot(
      request: ReadRequest(number: 0, agent: id), positions: Reply(positions, span), account: Reply(account, span))
  }

  private mutating func take(_ effects: [Effect]) {
    for effect in effects {
      guard case .read(let request, _) = effect, let i = index(request.agent) else { continue }
      numbers[i] = request.number
    }
  }

  private func index(_ id: AgentID) -> Int? { Int(id.text.dropFirst(6)) }

  private mutating func journal() {
    take(
      core.receive(
        .journal(JournalFacts(durable: core.lastSequence, shipped: core.lastSequence, database: .up)), at: now))
  }

  /// First looks: anchors, adoptions, strangers, orders and history.
  mutating func settle() {
    for round in 0..<400 {
      for i in looks.indices { send(i, whole: round < 20) }
      now = now + .milliseconds(1000)
      journal()
    }
  }

  private mutating func send(_ i: Int, whole: Bool) {
    var look = looks[i][turn & 1]
    let span = ReadSpan(began: now, ended: now + .milliseconds(1))
    look.request.number = numbers[i]
    look.positions?.span = span
    look.account?.span = span
    look.account?.value.timestamp = now.wall
    if whole {
      look.orders = .read(Reply([], span))
      look.history = .read(Reply([], span))
      look.request.historyDays = 2
    }
    core.receive(.snapshot(look), at: now + .milliseconds(2), into: &out)
    // Where the core asks for nothing else, the number counts up by one.
    numbers[i] += 1
    for effect in out {
      if case .read(let request, _) = effect { numbers[i] = request.number }
    }
  }

  /// So many looks, paced over the agents; returns how many effects came of them.
  mutating func feed(_ count: Int) -> Int {
    var effects = 0
    for k in 0..<count {
      now = now + step
      send(k % looks.count, whole: false)
      effects += out.count
      if k % looks.count == looks.count - 1 {
        turn += 1
        journal()
      }
    }
    return effects
  }
}
