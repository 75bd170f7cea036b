import Reconciler
import Testing

/// Each intent names the line of the manifest that decided on it.
@Suite struct DecidingPlaceTests {
  static let id = AgentID("agent_1")

  private static func fleet(_ agent: AgentSpec, emergency: Bool = false) -> Fleet {
    var fleet = Fleets.fleet(agent) { $0.emergencyStop = emergency }
    fleet.emergencyStopPlace = SourcePlace(file: "fleet.yaml", line: 7)
    let fields: [DecidingField: Int32] = [
      .enabled: 7, .pairs: 12, .positions: 13, .targets: 39, .maxPositions: 20, .lotSize: 21,
    ]
    fleet.places[id] = AgentPlaces(file: "atlas.yaml", line: 1, targets: [.init(name: "core", line: 40)]) {
      fields[$0] ?? 0
    }
    return fleet
  }

  private static func intent(_ fleet: Fleet, symbol: String, lots: String, count: Int = 1) throws -> JSONValue {
    var world = World(fleet)
    for _ in 0..<count { world.terminals[id]?.add(symbol, .buy, d(lots)) }
    world.run(seconds: 5)
    return try #require(world.all(.intent).first).metadata
  }

  @Test(arguments: [
    ("EURUSD", "0.05", 1, true, "pairs", Int64(12)), ("XAUUSD", "0.50", 1, true, "risk.lot_size", 21),
    ("XAUUSD", "0.05", 3, true, "risk.max_positions", 20), ("XAUUSD", "0.05", 1, false, "enabled", 7),
  ])
  func `a close names the field that it breaks`(
    _ symbol: String, _ lots: String, _ count: Int, _ enabled: Bool, _ field: String, _ line: Int64
  ) throws {
    let fleet = Self.fleet(Fleets.atlas { $0.enabled = enabled })
    let data = try Self.intent(fleet, symbol: symbol, lots: lots, count: count)
    #expect(data["manifest_file"] == "atlas.yaml")
    #expect(data["manifest_line"] == .int(line))
    #expect(data["manifest_field"] == .string(field))
  }

  @Test func `what no target claims is closed by the line that says exact`() throws {
    let fleet = Self.fleet(
      Fleets.atlas {
        $0.positions = .exact
        $0.targets = []
      })
    let data = try Self.intent(fleet, symbol: "XAUUSD", lots: "0.05")
    #expect(data["manifest_field"] == "positions")
    #expect(data["manifest_line"] == 13)
  }

  @Test func `a field that is left to its default is the agent's document`() throws {
    var fleet = Self.fleet(Fleets.atlas())
    fleet.places[Self.id] = AgentPlaces(file: "atlas.yaml", line: 1)
    let data = try Self.intent(fleet, symbol: "XAUUSD", lots: "0.50")
    #expect(data["manifest_line"] == 1)
    #expect(data["manifest_field"] == nil)
  }

  @Test func `the emergency stop of a manifest is named, that of the host has no line`() throws {
    let data = try Self.intent(Self.fleet(Fleets.atlas(), emergency: true), symbol: "XAUUSD", lots: "0.05")
    #expect(data["manifest_file"] == "fleet.yaml")
    #expect(data["manifest_field"] == "emergency_stop")

    var world = World(Self.fleet(Fleets.atlas()))
    world.terminals[Self.id]?.add("XAUUSD", .buy, d("0.05"))
    world.run(seconds: 2)
    world.receive(.command(.emergencyStop(reason: "fire"), actor: "uid 0"))
    world.run(seconds: 5)
    let closing = try #require(world.all(.intent).first).metadata
    #expect(closing["manifest_file"] == nil)
    #expect(closing["manifest_line"] == nil)
  }

  @Test func `an open names its target, and what the wire carries`() throws {
    var world = World(
      Self.fleet(
        Fleets.atlas {
          $0.targets = [Fleets.target()]
          $0.terminal.magic = 4711
        }))
    world.answers = [.refused(.busy, 146)]
    world.run(seconds: 5)
    let intents = world.all(.intent)
    #expect(intents.map { $0.metadata["request_id"]?.string } == world.sent.map { .some($0.requestID) })
    #expect(intents.map { $0.metadata["magic"] } == [4711, 4711])
    #expect(intents.first?.metadata["manifest_line"] == 40)
    #expect(intents.first?.metadata["manifest_field"] == "targets/core")
  }
}
