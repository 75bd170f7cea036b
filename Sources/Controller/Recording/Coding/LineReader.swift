import Reconciler

/// A line of a recording, as it was written.
enum RecordedLine: Sendable {
  case begin(RecordingHead, segment: Int)
  case event(RecordedEvent)
  case end(RecordingEnd)
}

/// Reads the lines that a `LineWriter` wrote, one after another, strictly: what it does not know is an error.
struct LineReader: Sendable {
  private var memory: LineMemory

  init(_ head: RecordingHead) { memory = LineMemory(head.moment) }

  private static let common: Set<String> = ["e", "t", "w", "n", "send"]

  /// The line that a file begins with.
  static func begin(_ bytes: [UInt8]) throws(RecordingError) -> (head: RecordingHead, segment: Int) {
    let shape = try Shape(
      try parse(bytes),
      ["e", "format", "segment", "version", "chain", "folded_from", "folded_to", "interval", "wall", "steady"])
    guard try shape.get("e", .text) == "begin" else {
      throw .malformed(path: "e", problem: "a recording begins with `begin`")
    }
    let format = try shape.get("format", .whole as Coding<Int>)
    guard format == RecordingHead.format else {
      throw .malformed(
        path: "format", problem: "it is \(format), and this version reads \(RecordingHead.format); use one that fits")
    }
    return (
      RecordingHead(
        version: try shape.get("version", .text), chain: try shape.get("chain", .text),
        foldedFrom: try shape.get("folded_from", .whole), foldedTo: try shape.get("folded_to", .whole),
        interval: try shape.get("interval", .duration),
        moment: Moment(
          wall: try shape.get("wall", .time), steady: Steady(microseconds: try shape.get("steady", .whole)))),
      try shape.get("segment", .whole)
    )
  }

  private static func parse(_ bytes: [UInt8]) throws(RecordingError) -> JSONValue {
    do throws(JSONError) { return try JSONParser.parse(bytes) } catch {
      throw .malformed(path: "", problem: error.description)
    }
  }

  /// Any line after the first of a recording.
  mutating func read(_ bytes: [UInt8]) throws(RecordingError) -> RecordedLine {
    let json = try Self.parse(bytes)
    guard let kind = json["e"]?.string else { throw .malformed(path: "e", problem: "it is missing, or no text") }
    switch kind {
    case "begin":
      let (head, segment) = try Self.begin(bytes)
      return .begin(head, segment: segment)
    case "end":
      let shape = try Shape(json, ["e", "why"])
      return .end(try shape.maybe("why", .text).map { .gaveUp($0) } ?? .stopped)
    default: return .event(try event(kind, json))
    }
  }

  private mutating func event(_ kind: String, _ json: JSONValue) throws(RecordingError) -> RecordedEvent {
    guard let names = Self.names[kind] else {
      throw .malformed(path: "e", problem: "this version knows no event `\(kind)`")
    }
    let shape = try Shape(json, names.union(Self.common))
    let moment = MomentCoding(base: memory.moment).moment(
      steady: try shape.get("t", .whole), lead: try shape.maybe("w", .whole) ?? 0)
    let event = RecordedEvent(
      input: try input(kind, shape, moment), moment: moment, lastSequence: try shape.maybe("n", .whole),
      sends: try shape.maybe("send", Coding.request.list()) ?? [])
    memory.moment = moment
    return event
  }

  private static let names: [String: Set<String>] = [
    "stopped": [], "time": [], "drain": [], "start": ["facts"], "fleet": ["fleet", "facts"],
    "rejected": ["errors", "actor"], "look": LookCoding.names, "failed": ["agent", "request", "failure", "at"],
    "ended": ["agent", "action", "attempt", "answer", "at"], "journal": ["facts"],
    "memories": ["memories", "emergency"],
    "command": ["command", "actor"],
  ]

  private mutating func input(
    _ kind: String, _ shape: Shape, _ moment: Moment
  ) throws(RecordingError) -> RecordedEvent.Input {
    let moments = MomentCoding(base: moment)
    switch kind {
    case "stopped": return .stopped
    case "drain": return .event(.drain)
    case "start": return .event(.started(try shape.get("facts", .start)))
    case "fleet":
      let json = try shape.get("fleet", .json)
      let old = memory.fleet
      let fleet = try within("fleet") { () throws(RecordingError) in try Table.fleet.read(json, from: old) }
      memory.fleet = fleet
      return .event(.fleetAccepted(fleet, try shape.get("facts", .revisionFacts)))
    case "rejected":
      return .event(
        .fleetRejected(errors: try shape.get("errors", Coding.text.list()), actor: try shape.get("actor", .text)))
    case "look":
      let agent = try shape.get("agent", .agent)
      let usual = memory.usualRequest(agent)
      return .event(
        .snapshot(
          try LookCoding(moments: moments).read(
            shape, usual: usual, &memory.looks[agent, default: LineMemory.Look()])))
    case "failed":
      let agent = try shape.get("agent", .agent)
      let usual = memory.usualRequest(agent)
      var request = usual
      if let json = try shape.maybe("request", .json) {
        request = try within("request") { () throws(RecordingError) in try Table.request.read(json, from: usual) }
      }
      memory.looks[agent, default: LineMemory.Look()].number = request.number
      return .event(
        .readFailed(request, try shape.get("failure", .failure), try shape.get("at", moments.span)))
    case "ended":
      return .event(
        .actionEnded(
          agent: try shape.get("agent", .agent), actionID: try shape.get("action", .text),
          attempt: try shape.get("attempt", .whole), answer: try shape.get("answer", .answer),
          span: try shape.get("at", moments.span)))
    case "journal":
      let json = try shape.get("facts", .json)
      let old = memory.journal
      memory.journal = try within("facts") { () throws(RecordingError) in try Table.journal.read(json, from: old) }
      return .event(.journal(memory.journal))
    case "memories":
      return .event(
        .memories(
          EarlierMemories(
            agents: try shape.get("memories", .memories), emergency: try shape.maybe("emergency", .json))))
    case "command":
      return .event(.command(try shape.get("command", .command), actor: try shape.get("actor", .text)))
    default: return .event(.timePassed)
    }
  }
}
