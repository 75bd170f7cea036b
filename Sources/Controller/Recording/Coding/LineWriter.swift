import Reconciler

/// Turns events into the lines of a recording, one after another. What a terminal's token is, is never among it: of a
/// secret it only says that it is another one than before.
struct LineWriter: Sendable {
  private var memory: LineMemory
  private var secrets: [AgentID: (last: String, count: Int)] = [:]

  init(_ head: RecordingHead) { memory = LineMemory(head.moment) }

  static func line(_ head: RecordingHead, segment: Int) -> [UInt8] {
    JSONValue.fields([
      "e": "begin", "format": .int(RecordingHead.format), "segment": .int(segment), "version": .string(head.version),
      "chain": .string(head.chain), "folded_from": .int(head.foldedFrom), "folded_to": .int(head.foldedTo),
      "interval": Coding<Duration>.duration.write(head.interval), "wall": .int(head.moment.wall.microseconds),
      "steady": .int(head.moment.steady.microseconds),
    ]).canonicalBytes + [0x0A]
  }

  static func line(_ end: RecordingEnd) -> [UInt8] {
    let json: JSONValue =
      switch end {
      case .stopped: ["e": "end"]
      case .gaveUp(let why): ["e": "end", "why": .string(why)]
      }
    return json.canonicalBytes + [0x0A]
  }

  /// Appends the event's line, with its newline.
  mutating func write(_ event: RecordedEvent, to out: inout [UInt8]) {
    let offsets = MomentCoding(base: memory.moment).offsets(event.moment)
    var members = input(event)
    memory.moment = event.moment
    members["t"] = .int(offsets.steady)
    members["w"] = offsets.lead == 0 ? nil : .int(offsets.lead)
    members["n"] = event.lastSequence.map { .int($0) }
    if !event.sends.isEmpty { members["send"] = Coding.request.list().write(event.sends) }
    out.append(contentsOf: JSONValue.fields(of: members).canonicalBytes)
    out.append(0x0A)
  }

  private mutating func input(_ event: RecordedEvent) -> [String: JSONValue?] {
    let moments = MomentCoding(base: event.moment)
    switch event.input {
    case .stopped: return ["e": "stopped"]
    case .event(.timePassed): return ["e": "time"]
    case .event(.drain): return ["e": "drain"]
    case .event(.started(let facts)): return ["e": "start", "facts": Coding<StartFacts>.start.write(facts)]
    case .event(.fleetAccepted(let fleet, let facts)): return write(fleet, facts)
    case .event(.fleetRejected(let errors, let actor)):
      return ["e": "rejected", "errors": Coding.text.list().write(errors), "actor": .string(actor)]
    case .event(.snapshot(let snapshot)):
      let agent = snapshot.request.agent
      let usual = memory.usualRequest(agent)
      var members = LookCoding(moments: moments).write(
        snapshot, usual: usual, &memory.looks[agent, default: LineMemory.Look()])
      members["e"] = "look"
      return members
    case .event(.readFailed(let request, let failure, let span)):
      let asked = Table.request.write(request, from: memory.usualRequest(request.agent))
      memory.looks[request.agent, default: LineMemory.Look()].number = request.number
      return [
        "e": "failed", "agent": .string(request.agent.text), "request": asked.isEmpty ? nil : .object(asked),
        "failure": Coding<ReadFailure>.failure.write(failure), "at": moments.write(span),
      ]
    case .event(.actionEnded(let agent, let actionID, let attempt, let answer, let span)):
      return [
        "e": "ended", "agent": .string(agent.text), "action": .string(actionID), "attempt": .int(attempt),
        "answer": Coding<TradeAnswer>.answer.write(answer), "at": moments.write(span),
      ]
    case .event(.journal(let facts)):
      defer { memory.journal = facts }
      return ["e": "journal", "facts": .object(Table.journal.write(facts, from: memory.journal))]
    case .event(.memories(let memories)):
      return [
        "e": "memories", "memories": Coding<[AgentID: JSONValue]>.memories.write(memories.agents),
        "emergency": memories.emergency,
      ]
    case .event(.command(let command, let actor)):
      return ["e": "command", "command": Coding<Command>.command.write(command), "actor": .string(actor)]
    }
  }

  private mutating func write(_ fleet: Fleet, _ facts: RevisionFacts) -> [String: JSONValue?] {
    var fleet = fleet
    for agent in fleet.credentialVersions.keys.sorted() {
      guard let version = fleet.credentialVersions[agent] else { continue }
      let known = secrets[agent]
      let count = known.map { $0.last == version ? $0.count : $0.count + 1 } ?? 1
      secrets[agent] = (version, count)
      fleet.credentialVersions[agent] = String(count)
    }
    defer { memory.fleet = fleet }
    return [
      "e": "fleet", "fleet": .object(Table.fleet.write(fleet, from: memory.fleet)),
      "facts": Coding<RevisionFacts>.revisionFacts.write(facts),
    ]
  }
}
