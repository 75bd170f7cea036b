// Emergency: the fleet's stop, from the manifest and from the host (risk.md, emergency stop).

/// The stop's latch and how far it has come. Durable: rebuilt from `emergency_stop`, `emergency_cleared` and
/// `confirmed_flat` records.
public struct EmergencyState: Hashable, Sendable {
  /// Raised by a person on the host; only a person clears it.
  public struct Host: Hashable, Sendable {
    public var actor: String
    public var note: String
    public var since: Timestamp
  }

  public internal(set) var host: Host?
  /// The manifest said true when it was last looked at.
  public internal(set) var byManifest = false
  /// Agents that were seen flat twice since the stop.
  public internal(set) var flat: [AgentID] = []
  /// All of them were.
  public internal(set) var isFleetFlat = false

  public var isActive: Bool { host != nil || byManifest }

  init() {}

  mutating func apply(_ record: Record) {
    let data = record.metadata
    switch record.type {
    case .emergencyStop:
      // A further cause does not undo what is confirmed already; a new stop begins anew.
      if !isActive { (flat, isFleetFlat) = ([], false) }
      if data["source"]?.string == "manifest" {
        byManifest = true
      } else {
        host = Host(
          actor: data["actor"]?.string ?? "somebody", note: data["note"]?.string ?? "", since: record.createdAt)
      }
    case .emergencyCleared:
      if data["source"]?.string == "manifest" { byManifest = false } else { host = nil }
      if !isActive { (flat, isFleetFlat) = ([], false) }
    case .confirmedFlat:
      if let agent = record.agent {
        if !flat.contains(agent) { flat.append(agent) }
      } else {
        isFleetFlat = true
      }
    case .controllerStarted, .controllerStopped, .revisionLoaded, .revisionRejected, .agentOnline, .agentOffline,
      .dayAnchor, .flow, .riskWarning, .breach, .paused, .resumed, .intent, .outcome, .unknown, .resolved, .refused,
      .targetSpent, .tradeClosed, .externalPosition, .orphaned, .suspiciousSnapshot, .notFlat, .journalDegraded,
      .journalRecovered, .operatorCommand, .heartbeat, .snapshot:
      break
    }
  }

  /// The whole state, for `snapshot` records.
  public var json: JSONValue {
    .fields([
      "host": host.map { ["actor": .string($0.actor), "note": .string($0.note), "since": .time($0.since)] },
      "by_manifest": .bool(byManifest), "flat": .array(flat.map { .string($0.text) }),
      "fleet_flat": .bool(isFleetFlat),
    ])
  }

  init(json: JSONValue) throws(FoldError) {
    guard let byManifest = json["by_manifest"]?.bool, let isFleetFlat = json["fleet_flat"]?.bool else {
      throw FoldError("emergency")
    }
    self.byManifest = byManifest
    self.isFleetFlat = isFleetFlat
    flat = (json["flat"]?.array ?? []).compactMap { $0.string.map { AgentID($0) } }
    guard let host = json["host"] else { return }
    guard let actor = host["actor"]?.string, let note = host["note"]?.string, let since = host["since"]?.time else {
      throw FoldError("emergency.host")
    }
    self.host = Host(actor: actor, note: note, since: since)
  }
}
