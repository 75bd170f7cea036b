/// One `TradingAgent` document: the state that its operator wants.
public struct AgentSpec: Hashable, Sendable {
  public enum Mode: String, Hashable, Sendable, CaseIterable {
    case enforce
    case closeOnly = "close_only"
    case observe
  }

  public enum PositionsPolicy: String, Hashable, Sendable, CaseIterable {
    case guarded = "guard"
    case exact
  }

  public struct Strategy: Hashable, Sendable {
    public var type: String
    public var timeframe: String?

    public init(type: String, timeframe: String?) {
      self.type = type
      self.timeframe = timeframe
    }
  }

  public var id: AgentID
  /// `metadata.name`: a DNS label; what a person types.
  public var metadataName: String
  public var labels: [String: String] = [:]
  public var annotations: [String: String] = [:]
  /// `spec.name`: the display name.
  public var displayName: String
  public var details: String = ""
  public var enabled: Bool
  public var mode: Mode = .enforce
  public var terminal: TerminalSpec
  public var strategy: Strategy?
  /// Symbols that the agent may hold, in the order of the manifest; not empty.
  public var pairs: [Symbol]
  public var risk: RiskSpec
  public var positions: PositionsPolicy = .guarded
  /// `nil` when the manifest has no `targets` key: then nothing is closed for want of a target. `[]` is an order.
  public var targets: [TargetSpec]?

  public init(
    id: AgentID, metadataName: String, displayName: String, enabled: Bool, terminal: TerminalSpec, pairs: [Symbol],
    risk: RiskSpec
  ) {
    self.id = id
    self.metadataName = metadataName
    self.displayName = displayName
    self.enabled = enabled
    self.terminal = terminal
    self.pairs = pairs
    self.risk = risk
  }
}

/// Where a secret lives; never the secret.
public enum SecretReference: Hashable, Sendable {
  /// A file of that name in the service manager's credentials folder.
  case credential(String)
  case file(String)
  case environment(String)
}

/// How an agent's terminal is reached, and which account must answer there.
public struct TerminalSpec: Hashable, Sendable {
  public enum BridgeKind: String, Hashable, Sendable, CaseIterable {
    case eaREST = "ea_rest"
  }

  public enum Authorization: String, Hashable, Sendable, CaseIterable {
    case raw, bearer
  }

  public enum StopsOnOpen: String, Hashable, Sendable, CaseIterable {
    case withOrder = "with_order"
    case after
  }

  public enum OnUnknown: String, Hashable, Sendable, CaseIterable {
    case retry, hold
  }

  public var bridge: BridgeKind = .eaREST
  /// http or https, without a trailing slash.
  public var url: String
  /// Pins: `nil` is not pinned.
  public var account: Int64?
  public var server: String?
  public var currency: String?
  public var token: SecretReference?
  public var authorization: Authorization = .raw
  public var magic: Int32?
  public var symbolSuffix: String = ""
  /// IANA zone of times that come without an offset.
  public var serverZone: String = "UTC"
  public var caFile: String?
  /// Of a read.
  public var timeout: Duration = .seconds(5)
  /// Of a POST.
  public var postTimeout: Duration = .seconds(10)
  /// 1 or 2.
  public var connections: Int = 1
  public var stopsOnOpen: StopsOnOpen = .withOrder
  public var quarantine: Duration = .seconds(60)
  public var onUnknown: OnUnknown = .retry
  public var maxOrdersPerMinute: Int = 30

  public init(url: String) { self.url = url }

  /// Whether another account is meant than by `other`, or may answer.
  func isElsewhere(than other: TerminalSpec) -> Bool {
    url != other.url || account != other.account || server != other.server
  }
}

/// One declared position.
public struct TargetSpec: Hashable, Sendable {
  public enum Size: Hashable, Sendable {
    case lots(FixedDecimal)
    /// From `max_risk_per_trade` and the stop, once, at the open.
    case risk
  }

  public enum Reopen: String, Hashable, Sendable, CaseIterable {
    case never
    case nextDay = "next_day"
    case always
  }

  /// Unique in the agent; the target's identity.
  public var name: String
  public var symbol: Symbol
  public var side: Side
  public var size: Size
  public var entry: FixedDecimal?
  public var stopLoss: FixedDecimal?
  public var takeProfit: FixedDecimal?
  public var reopen: Reopen = .never

  public init(name: String, symbol: Symbol, side: Side, size: Size) {
    self.name = name
    self.symbol = symbol
    self.side = side
    self.size = size
  }
}
