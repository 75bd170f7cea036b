@testable import Reconciler

/// Bugs that are put in on purpose, around the core: each must be found, or a rule is asleep.
enum PlantedBug: String, CaseIterable {
  /// A POST whose answer is lost is sent again.
  case resendOnUnknown
  /// Two POSTs on the wire for one, as libcurl does it on a reused connection.
  case twoPosts
  /// No answer in time is taken for "it did not run".
  case timeoutIsRefusal
  /// `{}` or a timeout is taken for "no positions".
  case failedReadIsFlat
  /// The bridge serves the list of the read before.
  case serveCachedList
  /// A record is called durable before it is synced.
  case sendBeforeSync
  /// A record is called shipped when it is only on the local disk.
  case openBeforeShipped
  /// A crash loses records that were synced.
  case dropDurableRecord
  case forgetLatchOnRestart
  case forgetUnknownOnRestart
  case forgetSpentOnRestart
  /// An unknown order is given up at once.
  case skipQuarantine
  /// `guard` is read as `exact`.
  case closeStrangers
  /// One more position than `max_positions`, and twice its lots.
  case ignoreCaps
  /// A torn set of manifests takes force.
  case applyBadManifest

  /// What a user would pay for it.
  var cost: String {
    switch self {
    case .resendOnUnknown, .twoPosts: "a position twice as large as declared"
    case .timeoutIsRefusal: "an order that ran is sent once more"
    case .failedReadIsFlat: "a terminal that does not answer gets every position opened again"
    case .serveCachedList: "positions are closed and opened by what was an interval ago"
    case .sendBeforeSync: "after a crash nothing tells of an order at the broker"
    case .openBeforeShipped: "a lost host takes the record of an open position along"
    case .dropDurableRecord: "what was promised to be recorded is gone"
    case .forgetLatchOnRestart: "after a restart a breached agent trades on"
    case .forgetUnknownOnRestart: "an order on the wire at a crash is opened again after it"
    case .forgetSpentOnRestart: "a target that was stopped out is opened again"
    case .skipQuarantine: "an order that is executed late comes twice"
    case .closeStrangers: "positions of a person are closed"
    case .ignoreCaps: "more positions, and larger ones, than the limits allow"
    case .applyBadManifest: "a typing error closes every position"
    }
  }

  /// What the fleet is made into on its way to the core.
  func altered(_ fleet: Fleet) -> Fleet {
    var agents = fleet.agents
    for k in agents.indices {
      switch self {
      case .skipQuarantine: agents[k].terminal.quarantine = .zero
      case .closeStrangers: agents[k].positions = .exact
      case .ignoreCaps:
        agents[k].risk.maxPositions += 1
        agents[k].risk.lotSize = agents[k].risk.lotSize * 2
        agents[k].targets = agents[k].targets.map { targets in
          guard var extra = targets.first else { return targets }
          extra.name = "one-more"
          return targets + [extra]
        }
      case .resendOnUnknown, .twoPosts, .timeoutIsRefusal, .failedReadIsFlat, .serveCachedList, .sendBeforeSync,
        .openBeforeShipped, .dropDurableRecord, .forgetLatchOnRestart, .forgetUnknownOnRestart, .forgetSpentOnRestart,
        .applyBadManifest:
        break
      }
    }
    var altered = fleet
    altered.agents = agents
    return altered
  }

  func altered(_ facts: JournalFacts, last: Int64) -> JournalFacts {
    var altered = facts
    if self == .sendBeforeSync { altered.durable = last }
    if self == .openBeforeShipped { altered.shipped = facts.durable }
    return altered
  }

  /// What a start reads instead of the record.
  func altered(_ record: Record) -> Record {
    var altered = record
    let (types, member): (Set<EventType>, String)
    switch self {
    case .forgetLatchOnRestart: (types, member) = ([.breach, .paused], "breach_pause")
    case .forgetUnknownOnRestart: (types, member) = ([.intent], "unresolved")
    case .forgetSpentOnRestart: (types, member) = ([.targetSpent], "spent")
    case .resendOnUnknown, .twoPosts, .timeoutIsRefusal, .failedReadIsFlat, .serveCachedList, .sendBeforeSync,
      .openBeforeShipped, .dropDurableRecord, .skipQuarantine, .closeStrangers, .ignoreCaps, .applyBadManifest:
      return record
    }
    if types.contains(record.type) {
      altered.type = .heartbeat
      altered.metadata = .object([:])
    }
    if record.type == .snapshot, var state = record.metadata.object, var agents = state["agents"]?.object {
      for name in agents.keys.sorted() {
        guard var memory = agents[name]?.object else { continue }
        memory[member] = nil
        agents[name] = .object(memory)
      }
      state["agents"] = .object(agents)
      altered.metadata = .object(state)
    }
    return altered
  }
}
