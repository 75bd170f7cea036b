import CBare
import Controller
import Foundation
import Reconciler
import Synchronization

/// Records as a quiet fleet makes them.
struct Records {
  private(set) var sequence: Int64 = 0
  private let agents: Int
  private let now = Timestamp(seconds: 1_795_000_000)

  init(agents: Int) { self.agents = agents }

  private mutating func record(_ type: EventType, _ agent: AgentID?, _ message: String, _ metadata: JSONValue) -> Record
  {
    sequence += 1
    return Record(
      sequence: sequence, agent: agent, type: type, reason: nil, message: message, metadata: metadata, actionID: nil,
      revision: 1, observedAt: nil, createdAt: now + .milliseconds(sequence))
  }

  /// A segment begins with the whole state; an empty one is the shortest.
  mutating func snapshot() -> Record {
    var members: [String: JSONValue] = [:]
    for i in 0..<agents { members["bench-\(i)"] = Self.memory }
    return record(
      .snapshot, nil, "the state of \(agents) agents",
      ["agents": .object(members), "revision": 1, "emergency": Self.emergency, "format": 1])
  }

  mutating func heartbeat() -> Record {
    let i = Int(sequence) % agents
    return record(
      .heartbeat, AgentID("bench-\(i)"), "60 passes; equity 10000.00, 3 positions",
      ["passes": 60, "equity": "10000", "balance": "10000", "credit": "0", "positions": 3])
  }

  // As a core without agents says them.
  private static let memory = Reconciler.emptyMemory
  private static let emergency = Reconciler.emptyEmergency
}

extension Reconciler {
  /// What a `snapshot` record has for one agent that nothing is known of.
  static var emptyMemory: JSONValue {
    var core = Reconciler()
    let id = AgentID("a")
    let risk = RiskSpec(
      initialBalance: Money(amount: 1, currency: "USD"), maxRiskPerTrade: 1, maxDailyLoss: .percent(5), maxPositions: 1,
      lotSize: 1)
    let spec = AgentSpec(
      id: id, metadataName: "a", displayName: "a", enabled: true, terminal: TerminalSpec(url: "http://x"),
      pairs: [Symbol("EURUSD")], risk: risk)
    let now = Moment(wall: Timestamp(seconds: 1_795_000_000), steady: Steady(microseconds: 0))
    _ = core.receive(.started(StartFacts(version: "bench", chain: "abcdefghijklmnop")), at: now)
    let fleet = Fleet(revision: 1, fingerprint: "f", agents: [spec], policy: FleetPolicy(), zones: ["UTC": .utc])
    _ = core.receive(.fleetAccepted(fleet, RevisionFacts(isNew: true, actor: "bench")), at: now)
    return snapshot(&core, now)?["agents"]?["a"] ?? .object([:])
  }

  static var emptyEmergency: JSONValue {
    var core = Reconciler()
    let now = Moment(wall: Timestamp(seconds: 1_795_000_000), steady: Steady(microseconds: 0))
    return snapshot(&core, now)?["emergency"] ?? .object([:])
  }

  private static func snapshot(_ core: inout Reconciler, _ now: Moment) -> JSONValue? {
    for effect in core.receive(.journal(JournalFacts(wantsSnapshot: true)), at: now) {
      if case .record(let record) = effect, record.type == .snapshot { return record.metadata }
    }
    return nil
  }
}

/// Feeds a journal as fast as it takes records, with a snapshot wherever a new segment wants one.
struct Feeder {
  let journal: Journal
  var records: Records

  /// - Returns: how many batches became durable.
  mutating func feed(_ count: Int) throws -> Int {
    let flag = Flag()
    journal.onEvent { event in
      switch event {
      case .durable: flag.batches.withLock { $0 += 1 }
      case .segmentFull: flag.wantsSnapshot.withLock { $0 = true }
      case .space, .removed, .checkpoint, .checkpointFailed, .failed: break
      }
    }
    var made = 0
    while made < count {
      var batch: [Record] = []
      if flag.take() { batch.append(records.snapshot()) }
      for _ in 0..<500 { batch.append(records.heartbeat()) }
      made += batch.count
      try journal.append(batch)
      while records.sequence - journal.durableSequence > 20_000 { usleep(200) }
    }
    while journal.durableSequence < records.sequence { usleep(200) }
    return flag.batches.withLock { $0 }
  }

  final class Flag: Sendable {
    let wantsSnapshot = Mutex(false)
    let batches = Mutex(0)

    func take() -> Bool {
      wantsSnapshot.withLock { wants in
        defer { wants = false }
        return wants
      }
    }
  }
}

/// Records a second to durable, beside the same bytes in as many bare appends with fdatasync.
struct JournalBenchmark {
  let records: Int

  func run() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let journal = try Journal.open(stateDirectory: path + "/state")
    var feeder = Feeder(journal: journal, records: Records(agents: 100))
    _ = try feeder.feed(20_000)
    let size = try bytes(path + "/state/journal")
    var cpu = cbare_cpu_ns()
    var began = cbare_now_ns()
    let batches = try feeder.feed(records)
    let wall = Double(cbare_now_ns() - began) / 1e9
    let busy = Double(cbare_cpu_ns() - cpu) / 1e9
    let written = try bytes(path + "/state/journal") - size
    _ = journal.close()
    var times = [Int64](repeating: 0, count: max(1, batches))
    cpu = cbare_cpu_ns()
    began = cbare_now_ns()
    guard cbare_sync_batches(path + "/bare", written / max(1, batches), Int32(max(1, batches)), &times) == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
    let bare = Double(cbare_now_ns() - began) / 1e9
    let rate = Double(records) / wall
    let limit = Double(records) / bare
    tell(
      "journal", "\(Int(rate)) records a second to durable in \(batches) batches of \(written / max(1, batches)) bytes")
    tell("  bare fsync batches", "\(Int(limit)) a second, ratio \(round(rate / limit)) (goal 0.5)")
    tell("  CPU a record", "\(round(busy / Double(records) * 1e6)) us, encoding, chain and feeding together")
  }

  private func bytes(_ folder: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: folder).reduce(0) { sum, name in
      sum + ((try FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.size] as? Int) ?? 0)
    }
  }
}

/// A journal as a fleet leaves it after days.
struct JournalMaker {
  let agents: Int
  let records: Int

  func make(_ state: String) throws {
    let journal = try Journal.open(stateDirectory: state)
    var feeder = Feeder(journal: journal, records: Records(agents: agents))
    _ = try feeder.feed(records)
    _ = journal.close(within: .seconds(60))
    print("a journal of \(feeder.records.sequence) records")
  }
}
