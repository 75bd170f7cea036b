public import Reconciler

/// A row of `trading.agent_state`: the current word on one agent.
public struct AgentStateRow: Hashable, Sendable {
  public var agent: AgentID
  /// Its name in the manifests.
  public var name: String?
  /// The chain that says so, and its newest record that this takes into account.
  public var chain: String
  public var record: Int64
  public var revision: Int
  public var enabled: Bool
  public var paused: Bool
  public var pausedReason: String?
  public var pausedAt: Timestamp?
  /// The trading day of `dayAnchor` as `2026-11-21`.
  public var day: String?
  public var dayAnchor: FixedDecimal?
  public var floor: FixedDecimal?
  public var highWaterMark: FixedDecimal?
  public var balance: FixedDecimal?
  public var equity: FixedDecimal?
  public var snapshotAt: Timestamp?
  public var snapshot: JSONValue?
  /// The core's own state, by which a start with an empty state directory gets its latches back.
  public var memory: JSONValue
  public var updatedAt: Timestamp

  public init(
    agent: AgentID, name: String? = nil, chain: String, record: Int64, revision: Int, enabled: Bool, paused: Bool,
    pausedReason: String? = nil, pausedAt: Timestamp? = nil, day: String? = nil, dayAnchor: FixedDecimal? = nil,
    floor: FixedDecimal? = nil, highWaterMark: FixedDecimal? = nil, balance: FixedDecimal? = nil,
    equity: FixedDecimal? = nil, snapshotAt: Timestamp? = nil, snapshot: JSONValue? = nil, memory: JSONValue,
    updatedAt: Timestamp
  ) {
    self.agent = agent
    self.name = name
    self.chain = chain
    self.record = record
    self.revision = revision
    self.enabled = enabled
    self.paused = paused
    self.pausedReason = pausedReason
    self.pausedAt = pausedAt
    self.day = day
    self.dayAnchor = dayAnchor
    self.floor = floor
    self.highWaterMark = highWaterMark
    self.balance = balance
    self.equity = equity
    self.snapshotAt = snapshotAt
    self.snapshot = snapshot
    self.memory = memory
    self.updatedAt = updatedAt
  }
}

extension AgentStateRow {
  /// By the names of the columns.
  var json: JSONValue {
    .fields([
      "agent_id": .string(agent.text), "name": name.map { .string($0) }, "chain": .string(chain),
      "record_id": .int(record), "revision": .int(revision), "enabled": .bool(enabled), "paused": .bool(paused),
      "paused_reason": pausedReason.map { .string($0) }, "paused_at": pausedAt.map { .time($0) },
      "day": day.map { .string($0) }, "day_anchor": dayAnchor.map { .decimal($0) }, "floor": floor.map { .decimal($0) },
      "high_water_mark": highWaterMark.map { .decimal($0) }, "balance": balance.map { .decimal($0) },
      "equity": equity.map { .decimal($0) }, "snapshot_at": snapshotAt.map { .time($0) }, "snapshot": snapshot,
      "memory": memory, "updated_at": .time(updatedAt),
    ])
  }

  /// Reads a row that `DatabaseReader` asked for as JSON with decimals and times as text.
  init?(json: JSONValue) {
    guard let agent = json["agent_id"]?.string, let chain = json["chain"]?.string, let record = json["record_id"]?.int,
      let revision = json["revision"]?.int, let enabled = json["enabled"]?.bool, let paused = json["paused"]?.bool,
      let updatedAt = json["updated_at"]?.time
    else { return nil }
    self.init(
      agent: AgentID(agent), name: json["name"]?.string, chain: chain, record: record, revision: Int(revision),
      enabled: enabled, paused: paused, pausedReason: json["paused_reason"]?.string, pausedAt: json["paused_at"]?.time,
      day: json["day"]?.string, dayAnchor: json["day_anchor"]?.decimal, floor: json["floor"]?.decimal,
      highWaterMark: json["high_water_mark"]?.decimal, balance: json["balance"]?.decimal,
      equity: json["equity"]?.decimal, snapshotAt: json["snapshot_at"]?.time,
      snapshot: json["snapshot"].flatMap { $0.isNull ? nil : $0 }, memory: json["memory"] ?? .null,
      updatedAt: updatedAt)
  }
}
