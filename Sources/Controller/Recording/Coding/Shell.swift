import Reconciler

// What the shell tells the core of itself: the start, and how the record is.

extension Coding<StartFacts> {
  static let start = Table([
    .of("version", \.version, .text), .of("chain", \.chain, .text), .of("torn_bytes", \.tornBytes, .whole),
    .of("memories", \.memories.agents, .memories), .maybe("emergency", \.memories.emergency, .json),
    .of("awaits_memories", \.awaitsMemories, .flag),
    .of("journal_lost", \.journalLost, .flag),
  ]).coding(blank: StartFacts(version: "", chain: ""))
}

extension Coding<[AgentID: JSONValue]> {
  static let memories = Coding<JSONValue>.json.byName(\.text, { AgentID($0) })
}

extension Table<JournalFacts> {
  static let journal = Table([
    .of("durable", \.durable, .whole), .of("shipped", \.shipped, .whole), .of("database", \.database, .database),
    .of("space", \.space, .word), .of("wants_snapshot", \.wantsSnapshot, .flag),
  ])
}

extension Coding<JournalFacts.Database> {
  fileprivate static let database = Coding(
    write: { database in
      switch database {
      case .connecting: "connecting"
      case .up: "up"
      case .anotherController: "another_controller"
      case .down(let why): ["down": .string(why)]
      case .forked(let why): ["forked": .string(why)]
      }
    },
    read: { json throws(RecordingError) in
      switch json {
      case "connecting": return .connecting
      case "up": return .up
      case "another_controller": return .anotherController
      case .null, .bool, .number, .string, .array, .object: break
      }
      let shape = try Shape(json, ["down", "forked"])
      if let why = try shape.maybe("down", .text) { return .down(why) }
      return .forked(try shape.get("forked", .text))
    })
}
