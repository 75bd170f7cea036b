// What the database remembers, for a start with an empty state directory.

extension Reconciler {
  /// The memories that could be read, and a pause for each of those that could not; by agent.
  static func parsed(_ memories: EarlierMemories, _ now: Moment) -> [(AgentID, AgentMemory)] {
    memories.agents.keys.sorted().compactMap { id in
      guard let json = memories.agents[id] else { return nil }
      do throws(FoldError) {
        return (id, try AgentMemory(json: json))
      } catch {
        return (id, .unreadable(error, now))
      }
    }
  }

  /// The latches came late: agents may have been looked at, and closed, but nothing was opened meanwhile.
  mutating func take(_ memories: EarlierMemories, _ now: Moment) {
    guard awaitsMemories else { return }
    awaitsMemories = false
    var unknown: [(agent: Int, action: LiveAction)] = []
    for (id, earlier) in Self.parsed(memories, now) {
      if let i = index[id] {
        for action in agents[i].memory.merge(earlier: earlier) { unknown.append((i, action)) }
        forgetPlan(i)
      } else {
        waitingMemories[id] = earlier
        if fleet != nil { orphanUnseen(id, now) }
      }
    }
    // One record holds all of it, and it comes before anything that follows from it.
    recordSnapshot(now)
    takeStop(memories, now)
    for (i, action) in unknown { doubt(i, action, now) }
    for i in agents.indices {
      followRemembered(i, now)
      if agents[i].lane == .idle, !agents[i].memory.orphaned { scheduleRead(i, at: now.steady, now) }
      refreshConditions(i, now)
    }
  }

  /// A stop that a person raised on the host goes on until a person clears it; the manifest's is in the manifest.
  mutating func takeStop(_ memories: EarlierMemories, _ now: Moment) {
    guard emergency.host == nil, let json = memories.emergency, let earlier = try? EmergencyState(json: json),
      let host = earlier.host
    else { return }
    goOn(host, now)
  }
}
