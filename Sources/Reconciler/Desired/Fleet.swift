/// The one `FleetPolicy` document, or what holds without one.
public struct FleetPolicy: Hashable, Sendable {
  public struct Correlation: Hashable, Sendable {
    public var first: Symbol
    public var second: Symbol
    /// -1 to 1.
    public var rho: FixedDecimal

    public init(first: Symbol, second: Symbol, rho: FixedDecimal) {
      self.first = first
      self.second = second
      self.rho = rho
    }
  }

  public var metadataName: String = "fleet"
  /// `nil` without a policy document or without the field.
  public var currency: String?
  public var emergencyStop = false
  /// Percent of fleet equity.
  public var maxTotalExposure: FixedDecimal?
  /// Times fleet equity.
  public var maxGrossLeverage: FixedDecimal?
  /// 0 to 1.
  public var correlationLimit: FixedDecimal?
  public var correlations: [Correlation] = []
  public var maxClosesPerPass = 10

  public init() {}
}

/// A place in a manifest, for the record and for `audit explain`.
public struct SourcePlace: Hashable, Sendable {
  /// The file's name in the manifest folder, without the folder.
  public let file: String
  /// From 1.
  public let line: Int

  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }
}

/// A whole accepted set of manifests: the desired state.
public struct Fleet: Hashable, Sendable {
  /// The number of the revision; 0 for a set that is not one (yet), such as in `plan`.
  public var revision: Int
  /// SHA-256 of the normalised form, lower-case hex.
  public var fingerprint: String
  /// By id.
  public var agents: [AgentSpec]
  public var policy: FleetPolicy
  /// The rules of every zone that an agent names in `day.zone`, by name, and of `America/New_York`.
  public var zones: [String: ZoneRules]
  /// Where each agent's document and its parts stand.
  public var places: [AgentID: AgentPlaces]
  /// Where `emergency_stop` stands; `nil` when it is left to its default.
  public var emergencyStopPlace: SourcePlace?
  /// Changes whenever the secret behind an agent's token changes; a fingerprint, never the secret. Missing: no token.
  public var credentialVersions: [AgentID: String] = [:]

  public init(
    revision: Int, fingerprint: String, agents: [AgentSpec], policy: FleetPolicy, zones: [String: ZoneRules],
    places: [AgentID: AgentPlaces] = [:]
  ) {
    self.revision = revision
    self.fingerprint = fingerprint
    // By number: to go through specs is to copy each of them.
    let isInOrder = agents.indices.dropFirst().allSatisfy { agents[$0 - 1].id < agents[$0].id }
    self.agents = isInOrder ? agents : agents.sorted { $0.id < $1.id }
    self.policy = policy
    self.zones = zones
    self.places = places
  }
}
