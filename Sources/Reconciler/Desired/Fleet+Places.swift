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

extension Fleet {
  /// The key in `places` of the fleet's emergency stop. No agent's id begins with `#`.
  public static let emergencyStopKey = "#fleet.emergency_stop"

  /// The key in `places` of a field that stands in an agent's document. No target's name begins with `#`.
  public static func key(_ agent: AgentID, _ field: DecidingField) -> String { "\(agent.text)/#\(field.rawValue)" }

  /// Where the manifests say what decided on an action: the target, the field that its reason stands for, or, where that
  /// field is left to its default, the agent's document. `nil` when no manifest asked for it: an emergency stop from the
  /// host.
  func decidingPlace(_ action: PlannedAction, of agent: AgentID) -> DecidingPlace? {
    switch action.reason {
    case .emergencyStop:
      guard policy.emergencyStop else { return nil }
      return places[Self.emergencyStopKey].map { DecidingPlace(place: $0, field: "emergency_stop") }
    case .target, .stopDrift, .targetChanged:
      if let target = action.target, let place = places["\(agent.text)/\(target)"] {
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
    return places[agent.text].map { DecidingPlace(place: $0, field: nil) }
  }

  /// The first field that stands in the agent's document.
  private func fieldPlace(_ agent: AgentID, _ fields: DecidingField...) -> DecidingPlace? {
    for field in fields {
      if let place = places[Self.key(agent, field)] { return DecidingPlace(place: place, field: field.rawValue) }
    }
    return nil
  }
}
