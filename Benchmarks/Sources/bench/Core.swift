import CBare
import Harness
import Reconciler

/// Snapshots a second through the core on one core, in the agreeing case: five positions each, whose prices move. Only
/// `receive` is timed: the snapshots of a chunk of agents are made before it, as a terminal's decoder would.
struct CoreBenchmark {
  let seconds: Int
  let agents: Int
  private static let positions = 5
  private static let interval = Duration.seconds(1)

  func run() {
    var world = CoreWorld(agents: agents, positions: Self.positions, interval: Self.interval)
    world.settle()
    // In a minute each agent has had its heartbeat, and it is known when the next one comes.
    for _ in 0..<65 { _ = world.round() }
    var agreeing: [Double] = []
    var whole: [Double] = []
    var bare: [Double] = []
    var allocations: [Double] = []
    let until = cbare_now_ns() + Int64(seconds) * 1_000_000_000
    while cbare_now_ns() < until || whole.isEmpty {
      var sum = CoreWorld.Round()
      for _ in 0..<60 { sum.add(world.round()) }
      precondition(sum.effects == sum.agreeing, "a look led to more than the next one")
      agreeing.append(Double(sum.agreeing) / Harness.seconds(sum.receiving))
      bare.append(Double(60 * agents) / Harness.seconds(sum.comparing))
      allocations.append(Double(sum.allocations) / Double(sum.agreeing))
      whole.append(Double(60 * agents) / Harness.seconds(sum.receiving + sum.beating))
    }
    let (best, rate, limit) = (median(agreeing), median(whole), median(bare))
    let calls = median(allocations)
    tell(
      "core, \(agents) agents",
      "\(count(best)) agreeing snapshots of \(Self.positions) positions a second of CPU, best "
        + "\(count(agreeing.max() ?? 0)); with heartbeats \(count(rate)), best \(count(whole.max() ?? 0))")
    tell(
      "  bare comparison",
      "\(count(limit)) a second: the same positions with those before, and nothing else")
    report(
      Figure(
        "core: agreeing snapshots a second, \(agents) agents", reached: count(best), limit: count(limit),
        ratio: best / limit, goal: "1,000,000", isMet: best >= 1_000_000))
    report(
      Figure(
        "core: whole minutes, heartbeats and all, \(agents) agents", reached: count(rate)))
    report(
      Figure(
        "core: simulated agent-days a minute at 1 s, \(agents) agents", reached: count(rate * 60 / 86_400)))
    report(Figure("core: allocations a snapshot", reached: shown(calls, 3), goal: "0", isMet: calls < 0.0005))
  }
}

/// Agents and the terminals that agree with them.
struct CoreWorld {
  /// What one look at each agent took.
  struct Round {
    /// CPU time of `receive` for looks that agree, for those with a heartbeat, and of the bare comparison, in nanoseconds.
    var receiving: Int64 = 0
    var beating: Int64 = 0
    var comparing: Int64 = 0
    /// Looks that agree, and what they took and led to.
    var agreeing = 0
    var allocations: UInt64 = 0
    var effects = 0

    mutating func add(_ other: Round) {
      receiving += other.receiving
      beating += other.beating
      comparing += other.comparing
      agreeing += other.agreeing
      allocations += other.allocations
      effects += other.effects
    }
  }

  private var core: Reconciler
  private var now: Moment
  private let step: Duration
  /// Of each agent, two moments of its terminal.
  private var looks: [[Snapshot]] = []
  /// What the core asks each terminal for next.
  private var requests: [ReadRequest]
  /// What each terminal listed before.
  private var lists: [[Position]]
  private let ids: [AgentID]
  private var turn = 0
  /// The round in which each agent had its last heartbeat: the next one comes a minute later.
  private var beats: [Int]
  private var out: [Effect] = []
  /// Snapshots that are made and not yet received, and when each comes.
  private var chunk: [(Snapshot, Moment)] = []
  private static let chunkSize = 50
  /// Of a position, in turn: a day in loss takes a division more.
  private static let profits = [2, -1]

  init(agents: Int, positions: Int, interval: Duration) {
    core = Reconciler(configuration: ReconcilerConfiguration(interval: interval))
    now = Moment(wall: Timestamp(seconds: 1_793_000_000), steady: Steady(microseconds: 0))
    step = .microseconds(interval.inMicroseconds / Int64(agents))
    ids = (0..<agents).map { AgentID("agent-\($0)") }
    requests = ids.map { ReadRequest(number: 1, agent: $0) }
    lists = Array(repeating: [], count: agents)
    beats = Array(repeating: 0, count: agents)
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
        profit: FixedDecimal(Self.profits[variant]))
      position.currentPrice = price
      position.stopLoss = FixedDecimal("0.9")
      position.openTime = Timestamp(seconds: 1_790_000_000 + Int64(k))
      return position
    }
    let profit = FixedDecimal(Self.profits[variant] * count)
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
      requests[i] = request
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
      for i in looks.indices {
        let look = look(i, whole: round < 20)
        receive(look, at: now + .milliseconds(2))
      }
      now = now + .milliseconds(1000)
      journal()
    }
  }

  /// A fresh look at an agent's terminal, with memory of its own.
  private func look(_ i: Int, whole: Bool) -> Snapshot {
    let like = looks[i][turn & 1]
    let span = ReadSpan(began: now, ended: now + .milliseconds(1))
    var request = requests[i]
    if whole { request.historyDays = 2 }
    var account = like.account
    account?.span = span
    account?.value.timestamp = now.wall
    let positions = like.positions.map { Reply($0.value.map(\.self), span) }
    return Snapshot(
      request: request, positions: positions, account: account, orders: whole ? .read(Reply([], span)) : .notAsked,
      history: whole ? .read(Reply([], span)) : .notAsked)
  }

  private mutating func receive(_ look: Snapshot, at moment: Moment) {
    core.receive(.snapshot(look), at: moment, into: &out)
    take(out)
  }

  /// One look at each agent, paced over the interval, chunk by chunk.
  mutating func round() -> Round {
    var round = Round()
    var first = 0
    while first < looks.count {
      let agents = first..<min(first + Self.chunkSize, looks.count)
      chunk.removeAll(keepingCapacity: true)
      for i in agents {
        now = now + step
        chunk.append((look(i, whole: false), now + .milliseconds(2)))
      }
      receiveChunk(agents, &round)
      compareChunk(agents, &round)
      first = agents.upperBound
    }
    turn += 1
    journal()
    return round
  }

  /// The looks that agree are timed by themselves, run by run, between those with a heartbeat.
  private mutating func receiveChunk(_ agents: Range<Int>, _ round: inout Round) {
    var first = agents.lowerBound
    while first < agents.upperBound {
      let hasBeat = beatsNow(first)
      let end = agents.suffix(from: first).first { beatsNow($0) != hasBeat } ?? agents.upperBound
      let count = cbare_allocations()
      let began = cbare_cpu_ns()
      var effects = 0
      for i in first..<end {
        let k = i - agents.lowerBound
        core.receive(.snapshot(chunk[k].0), at: chunk[k].1, into: &out)
        effects += out.count
        for effect in out {
          if case .read(let request, _) = effect { requests[i] = request }
        }
        if out.count > 1 { beats[i] = turn }
      }
      let took = cbare_cpu_ns() - began
      if hasBeat {
        round.beating += took
      } else {
        round.receiving += took
        round.allocations += cbare_allocations() - count
        round.agreeing += end - first
        round.effects += effects
      }
      first = end
    }
  }

  private func beatsNow(_ i: Int) -> Bool { (turn - beats[i]) % 60 == 0 }

  /// The limit beside it: the least that anybody must do who is to know whether something has changed.
  private mutating func compareChunk(_ agents: Range<Int>, _ round: inout Round) {
    let began = cbare_cpu_ns()
    var differs = 0
    for k in chunk.indices {
      let list = chunk[k].0.positions?.value ?? []
      if !Self.stands(list, lists[agents.lowerBound + k]) { differs += 1 }
    }
    round.comparing += cbare_cpu_ns() - began
    for k in chunk.indices { lists[agents.lowerBound + k] = chunk[k].0.positions?.value ?? [] }
    precondition(differs == 0 || turn < 401, "a list has changed")
  }

  private static func stands(_ list: [Position], _ old: [Position]) -> Bool {
    guard list.count == old.count else { return false }
    let (a, b) = (list.span, old.span)
    for k in a.indices {
      guard a[k].ticket == b[k].ticket, a[k].lots == b[k].lots, a[k].side == b[k].side, a[k].symbol == b[k].symbol,
        a[k].stopLoss == b[k].stopLoss, a[k].takeProfit == b[k].takeProfit, a[k].openPrice == b[k].openPrice,
        a[k].openTime == b[k].openTime, a[k].comment == b[k].comment, a[k].magic == b[k].magic
      else { return false }
    }
    return true
  }
}
