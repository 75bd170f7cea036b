// Rebuilding the state from the journal, before `.started`.

extension Reconciler {
  /// Takes up one recorded line. To be called for the newest `snapshot` and everything after it, in order, before the
  /// first event.
  public mutating func fold(_ record: Record) throws(FoldError) {
    guard sequence == 0 || record.sequence == sequence + 1 else {
      throw FoldError("sequence: \(record.sequence) after \(sequence)")
    }
    sequence = record.sequence
    revision = max(revision, record.revision)
    if record.type == .snapshot { return try foldSnapshot(record.metadata) }
    emergency.apply(record)
    guard let id = record.agent else { return }
    var memory = waitingMemories.removeValue(forKey: id) ?? AgentMemory()
    memory.apply(record, live: false)
    waitingMemories[id] = memory
  }

  private mutating func foldSnapshot(_ state: JSONValue) throws(FoldError) {
    guard let members = state["agents"]?.object else { throw FoldError("agents") }
    // A process that ended before it had read the database's latches leaves that to the next one.
    awaitsMemories = state["awaits_memories"]?.bool ?? false
    waitingMemories = [:]
    emergency =
      try state["emergency"].map { (json) throws(FoldError) in try EmergencyState(json: json) } ?? EmergencyState()
    for name in members.keys.sorted() {
      guard let json = members[name] else { continue }
      waitingMemories[AgentID(name)] = try AgentMemory(json: json)
    }
  }

  /// The last folded or made record's number.
  public var lastSequence: Int64 { sequence }

  /// Agents that the folded journal knows.
  public var foldedAgents: [AgentID] { waitingMemories.keys.sorted() }
}
