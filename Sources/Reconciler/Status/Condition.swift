// Status: what people and programs see of the core's state. Values only; nothing here decides anything.

/// One of the standard conditions of an agent (surfaces.md).
public struct Condition: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case ready = "Ready"
    case synced = "Synced"
    case healthy = "Healthy"
    case riskOK = "RiskOK"
    case terminalConnected = "TerminalConnected"
    case paused = "Paused"
    case drifted = "Drifted"
    case journalAvailable = "JournalAvailable"
    case manifestAccepted = "ManifestAccepted"
  }

  public enum Status: String, Hashable, Sendable, CaseIterable {
    case yes = "True"
    case no = "False"
    case unknown = "Unknown"
  }

  /// How a condition stands, and since when.
  struct Standing: Hashable, Sendable {
    var status: Status
    var since: Timestamp
  }

  public var kind: Kind
  public var status: Status
  /// A stable code, in the vocabulary of `Reason` where one fits.
  public var reason: String
  public var message: String
  public var observedRevision: Int
  public var lastTransition: Timestamp
}

/// The whole controller, as it stands after the last event.
public struct FleetStatus: Sendable {
  public var declared: DeclaredFacts
  public var fingerprint: String
  public var policy: FleetPolicy
  public var agents: [AgentID]
  public var journal: JournalFacts
  public var lastSequence: Int64
  public var unknownOutcomes: Int
  public var emergency: EmergencyState
  public var isDraining: Bool
  public var exposure: FleetExposure

  public var revision: Int { declared.revision }
  public var manifestErrors: [String] { declared.manifestErrors }
  /// The rollback that holds the revision in force.
  public var pin: RevisionPin? { declared.pin }
}

/// What the fleet carries together (risk.md, counting and exposure), in the fleet's currency.
public struct FleetExposure: Hashable, Sendable {
  public var currency: String
  public var equity: FixedDecimal
  /// Money from each open price to its stop, with orders from their intent on.
  public var openRisk: FixedDecimal
  /// Sum of |lots x contract x price|.
  public var gross: FixedDecimal
  /// Bought less sold, by currency, metal or symbol, each in its own units.
  public var net: [String: FixedDecimal]
  /// Agents that were not looked at yet, or of which something could not be valued: the sums lack it.
  public var incomplete: [AgentID]
}
