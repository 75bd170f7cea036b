// The record's health, as far as it holds actions back (journal.md, items 1, 3 and 4).

/// Since when records wait for the database: a few samples of (sequence, time), oldest first.
struct JournalLag: Sendable {
  private var waiting: [(sequence: Int64, at: Steady)] = []
  private static let most = 64

  mutating func recorded(_ sequence: Int64, _ at: Steady) {
    if let last = waiting.last, at - last.at < .milliseconds(250) { return }
    // Thinning out keeps the oldest, so that the lag is never told too short.
    if waiting.count >= Self.most {
      waiting = waiting.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    }
    waiting.append((sequence, at))
  }

  /// The samples' records up to `sequence` have arrived; a later record that was not sampled may be as old as the newest
  /// sample, and the lag is never told too short.
  mutating func shipped(_ sequence: Int64, last: Int64) {
    let newest = waiting.last
    waiting.removeAll { $0.sequence <= sequence }
    if waiting.isEmpty, sequence < last, let newest {
      waiting = [(last, newest.at)]
    }
  }

  func age(_ now: Steady) -> Duration { waiting.first.map { now - $0.at } ?? .zero }
}

extension Reconciler {
  /// While the shipper lags longer than this, no intent to open is made; an intent that waits longer is withdrawn.
  static let mostLag: Duration = .seconds(5)

  mutating func takeJournal(_ facts: JournalFacts, _ now: Moment) {
    journal = facts
    lag.shipped(facts.shipped, last: sequence)
    if facts.wantsSnapshot { recordSnapshot(now) }
    watchJournal(now)
    for i in agents.indices where agents.span[i].hasLive {
      if case .awaiting = agents[i].lane { pump(i, now) }
    }
  }

  mutating func watchJournal(_ now: Moment) {
    let behind = lag.age(now.steady) > Self.mostLag
    if behind, !degraded {
      degraded = true
      record(
        .journalDegraded, agent: nil, "the database is over 5 s behind: \(journalState); nothing is opened meanwhile",
        ["shipped": .int(journal.shipped), "last": .int(sequence)], now)
    } else if degraded, lag.age(now.steady) < .seconds(1), journal.database == .up {
      degraded = false
      record(
        .journalRecovered, agent: nil, "the database has caught up", ["shipped": .int(journal.shipped)], now)
    }
    renewFacts()
  }

  /// What the record's state holds back from opens.
  func journalHolds(_ now: Moment) -> [Hold] {
    if configuration.planOnly { return [] }
    if awaitsMemories {
      return [
        Hold(
          .journalUnavailable, "the state directory is new, and the agents' latches are not read from the database yet")
      ]
    }
    switch journal.database {
    case .up: break
    // Holds everything, not only opens; see `holdsForEverything`.
    case .anotherController: return []
    case .connecting, .down, .forked:
      return [Hold(.journalUnavailable, "the journal does not reach the database: \(journalState)")]
    }
    if lag.age(now.steady) > Self.mostLag {
      return [Hold(.journalUnavailable, "the database is over 5 s behind the journal")]
    }
    switch journal.space {
    case .ok: return []
    case .low, .reserve, .exhausted:
      return [Hold(.journalUnavailable, "the journal's disk is nearly full (\(journal.space.rawValue))")]
    }
  }

  /// What holds back every action, exits too.
  func holdsForEverything() -> [Hold] {
    var holds: [Hold] = []
    if draining { holds.append(Hold(.stopping, "the controller is stopping")) }
    if journal.space == .exhausted {
      holds.append(Hold(.journalUnavailable, "nothing can be recorded any more, so nothing is sent"))
    }
    if journal.database == .anotherController {
      holds.append(Hold(.anotherController, "another controller holds this database"))
    }
    return holds
  }

  var journalState: String {
    switch journal.database {
    case .connecting: "not connected yet"
    case .up: "up"
    case .down(let why): why
    case .forked(let why): "the database holds another record than the journal: \(why)"
    case .anotherController: "another controller holds this database"
    }
  }

  /// The whole state in one record: a new segment begins with it, and a start folds from it.
  mutating func recordSnapshot(_ now: Moment) {
    for i in agents.indices { prune(i) }
    for id in waitingMemories.keys.sorted() { waitingMemories[id]?.prune(present: nil, declared: nil) }
    var memories: [String: JSONValue] = [:]
    for agent in agents { memories[agent.id.text] = agent.memory.json }
    for (id, memory) in waitingMemories { memories[id.text] = memory.json }
    record(
      .snapshot, agent: nil, "the state of \(memories.count) agents",
      .fields([
        "agents": .object(memories), "revision": .int(revision), "emergency": emergency.json, "format": 1,
        "awaits_memories": awaitsMemories ? .bool(true) : nil,
      ]), now)
  }

  private mutating func prune(_ i: Int) {
    agents[i].calm = nil
    let agent = agents[i]
    let present = Set(agent.lastTickets + (agent.orders?.value.map(\.ticket) ?? []))
    agents[i].memory.prune(
      present: agent.trustVerdict?.isTrusted == true ? present : nil,
      declared: agent.spec.targets.map { Set($0.map(\.name)) })
  }
}
