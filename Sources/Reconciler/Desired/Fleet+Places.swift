/// The fields of an agent that can decide about what is there, by their path under `spec`.
public enum DecidingField: String, Hashable, Sendable, CaseIterable {
  case enabled
  case pairs
  case positions
  case targets
  case maxPositions = "risk.max_positions"
  case lotSize = "risk.lot_size"
  case requireStopLoss = "risk.require_stop_loss"
  case stopsOnOpen = "terminal.stops_on_open"
  case maxDailyLoss = "risk.max_daily_loss"
  case maxDrawdown = "risk.max_drawdown"
}

/// Where a manifest says what decided.
struct DecidingPlace: Hashable, Sendable {
  var place: SourcePlace
  /// The field's path under `spec`, or `targets/NAME`; `nil` for the agent's document as a whole.
  var field: String?
}

/// Where one agent's document stands, and what in it can decide.
public struct AgentPlaces: Hashable, Sendable {
  public let file: String
  /// The line of the document.
  public let line: Int
  /// The line of each field that can decide, in the order of `DecidingField.allCases`; 0 for one that is left to its
  /// default.
  public let fields: [Int32]
  /// The targets in the order of the document.
  public let targets: [Target]

  public struct Target: Hashable, Sendable {
    public let name: String
    public let line: Int32

    public init(name: String, line: Int32) {
      self.name = name
      self.line = line
    }
  }

  /// - Parameter fields: the line of a field's key; 0 for one that is not in the document.
  public init(file: String, line: Int, targets: [Target] = [], fields: (DecidingField) -> Int32 = { _ in 0 }) {
    self.init(file: file, line: line, targets: targets, fields: DecidingField.allCases.map(fields))
  }

  /// - Parameter fields: in the order of `DecidingField.allCases`; those that are left out count as 0.
  public init(file: String, line: Int, targets: [Target], fields: [Int32]) {
    self.file = file
    self.line = line
    self.targets = targets
    self.fields = fields
  }

  public var document: SourcePlace { SourcePlace(file: file, line: line) }

  /// `nil` when the field is left to its default.
  public subscript(field: DecidingField) -> SourcePlace? {
    for (index, other) in DecidingField.allCases.enumerated()
    where other == field && fields.indices.contains(index) && fields[index] > 0 {
      return SourcePlace(file: file, line: Int(fields[index]))
    }
    return nil
  }

  /// `nil` when the document has no target of that name.
  public func target(_ name: String) -> SourcePlace? {
    targets.first { $0.name == name }.map { SourcePlace(file: file, line: Int($0.line)) }
  }
}

extension Fleet {
  /// Where the manifests say what decided on an action: the target, the field that its reason stands for, or, where that
  /// field is left to its default, the agent's document. `nil` when no manifest asked for it: an emergency stop from the
  /// host.
  func decidingPlace(_ action: PlannedAction, of agent: AgentID) -> DecidingPlace? {
    switch action.reason {
    case .emergencyStop:
      guard policy.emergencyStop else { return nil }
      return emergencyStopPlace.map { DecidingPlace(place: $0, field: "emergency_stop") }
    case .target, .stopDrift, .targetChanged:
      if let target = action.target, let place = places[agent]?.target(target) {
        return DecidingPlace(place: place, field: "targets/\(target)")
      }
    case .agentDisabled: if let place = fieldPlace(agent, .enabled) { return place }
    case .pairNotAllowed: if let place = fieldPlace(agent, .pairs) { return place }
    case .tooManyPositions: if let place = fieldPlace(agent, .maxPositions) { return place }
    case .lotSizeExceeded: if let place = fieldPlace(agent, .lotSize) { return place }
    case .missingStopLoss: if let place = fieldPlace(agent, .requireStopLoss, .stopsOnOpen) { return place }
    case .dailyLoss: if let place = fieldPlace(agent, .maxDailyLoss) { return place }
    case .maxDrawdown: if let place = fieldPlace(agent, .maxDrawdown) { return place }
    case .notInTargets:
      // A position that no target claims goes for `exact`; one whose target is gone for the list.
      let fields: [DecidingField] = action.target == nil ? [.positions, .targets] : [.targets, .positions]
      if let place = fieldPlace(agent, fields[0], fields[1]) { return place }
    case .paused, .modeObserve, .modeCloseOnly, .targetSpent, .dailyLoss80, .dailyLossHeadroom, .riskBudget,
      .riskBelowMinLot, .unboundedRisk, .maxPositions, .maxTotalExposure, .maxGrossLeverage, .correlationLimit,
      .maxSpread, .priceCollar, .staleQuote, .minMarginLevel, .marketClosed, .rateLimit, .tradeNotAllowed,
      .unknownOutcome, .inFlight, .journalUnavailable, .blastRadius, .accountMismatch, .accountUnverified,
      .suspiciousSnapshot, .unreachable, .terminalRefused, .conversionMissing, .tickValueMismatch, .anotherController,
      .unauthorized, .backOff, .lotsNotTradeable, .stopping:
      break
    }
    return places[agent].map { DecidingPlace(place: $0.document, field: nil) }
  }

  /// The first field that stands in the agent's document.
  private func fieldPlace(_ agent: AgentID, _ fields: DecidingField...) -> DecidingPlace? {
    for field in fields {
      if let place = places[agent]?[field] { return DecidingPlace(place: place, field: field.rawValue) }
    }
    return nil
  }
}
