// What each reason means, in one sentence, and which field of a manifest has the say. `mt4ctl explain` shows it; the
// switches are exhaustive, so that no reason comes without its words.

extension Reason {
  /// What a reason is given for.
  public enum Use: String, Hashable, Sendable, CaseIterable {
    /// A position or pending order is closed, reduced or deleted.
    case closes
    /// A position is opened.
    case opens
    /// A stop or take-profit is put right.
    case modifies
    /// An action is held back.
    case holds
  }

  /// What the reason is given for; some close positions and hold opens as well.
  public var uses: [Use] {
    switch self {
    case .agentDisabled, .missingStopLoss, .emergencyStop, .paused: [.closes, .holds]
    case .pairNotAllowed, .notInTargets, .tooManyPositions, .lotSizeExceeded, .targetChanged, .dailyLoss, .maxDrawdown:
      [.closes]
    case .target: [.opens]
    case .stopDrift: [.modifies]
    case .modeObserve, .modeCloseOnly, .targetSpent, .dailyLoss80, .dailyLossHeadroom, .riskBudget, .riskBelowMinLot,
      .unboundedRisk, .maxPositions, .maxTotalExposure, .maxGrossLeverage, .correlationLimit, .maxSpread, .priceCollar,
      .staleQuote, .minMarginLevel, .marketClosed, .rateLimit, .tradeNotAllowed, .unknownOutcome, .inFlight,
      .journalUnavailable, .blastRadius, .accountMismatch, .accountUnverified, .suspiciousSnapshot, .unreachable,
      .terminalRefused, .conversionMissing, .tickValueMismatch, .anotherController, .unauthorized, .backOff,
      .lotsNotTradeable, .stopping:
      [.holds]
    }
  }

  /// The field that governs it, as `mt4ctl explain` takes it; `nil` where no manifest has a say.
  public var field: String? {
    switch self {
    case .agentDisabled: "agent.spec.enabled"
    case .pairNotAllowed: "agent.spec.pairs"
    case .notInTargets: "agent.spec.positions"
    case .tooManyPositions, .maxPositions: "agent.spec.risk.max_positions"
    case .lotSizeExceeded: "agent.spec.risk.lot_size"
    case .missingStopLoss, .unboundedRisk: "agent.spec.risk.require_stop_loss"
    case .targetChanged, .target, .lotsNotTradeable: "agent.spec.targets"
    case .targetSpent: "agent.spec.targets.reopen"
    case .stopDrift: "agent.spec.targets.stop_loss"
    case .dailyLoss, .dailyLoss80, .dailyLossHeadroom: "agent.spec.risk.max_daily_loss"
    case .maxDrawdown: "agent.spec.risk.max_drawdown"
    case .emergencyStop: "fleet.spec.emergency_stop"
    case .paused: "agent.spec.risk.on_breach"
    case .modeObserve, .modeCloseOnly: "agent.spec.mode"
    case .riskBudget, .riskBelowMinLot: "agent.spec.risk.max_risk_per_trade"
    case .maxTotalExposure: "fleet.spec.max_total_exposure"
    case .maxGrossLeverage: "fleet.spec.max_gross_leverage"
    case .correlationLimit: "fleet.spec.correlation_limit"
    case .maxSpread: "agent.spec.risk.max_spread"
    case .priceCollar: "agent.spec.risk.price_collar"
    case .staleQuote: "agent.spec.risk.max_quote_age"
    case .minMarginLevel: "agent.spec.risk.min_margin_level"
    case .rateLimit: "agent.spec.terminal.max_orders_per_minute"
    case .unknownOutcome: "agent.spec.terminal.on_unknown"
    case .blastRadius: "fleet.spec.max_closes_per_pass"
    case .accountMismatch, .accountUnverified: "agent.spec.terminal.account"
    case .unauthorized: "agent.spec.terminal.token"
    case .unreachable: "agent.spec.terminal.url"
    case .marketClosed, .tradeNotAllowed, .inFlight, .journalUnavailable, .suspiciousSnapshot, .terminalRefused,
      .conversionMissing, .tickValueMismatch, .anotherController, .backOff, .stopping:
      nil
    }
  }

  /// One or two sentences: when it is given, and what ends it.
  public var explanation: String {
    switch self {
    case .agentDisabled:
      "The agent is disabled: every position is closed, and nothing is opened until its manifest says `enabled: true`."
    case .pairNotAllowed: "The position's symbol is not among the agent's pairs, so it is closed."
    case .notInTargets:
      "No target claims the position: its target was taken out of the manifest, or `positions` is `exact`."
    case .tooManyPositions: "There are more positions and pending orders than max_positions; the newest are closed."
    case .lotSizeExceeded:
      "The position is larger than lot_size: it is reduced to it, or closed if the rest would be below the broker's least."
    case .missingStopLoss:
      "A stop is required: a position that had none for 60 s is closed, and a target that names none is not opened."
    case .targetChanged:
      "The target was changed to another symbol or side, or to fewer lots, so the position is closed or reduced."
    case .dailyLoss:
      "Equity touched the day's floor (anchor + flows - limit): the agent is paused, and with close_and_pause every "
        + "position is closed."
    case .maxDrawdown:
      "Equity fell by max_drawdown from its reference: the agent is paused until a person resumes it, and with "
        + "close_and_pause every position is closed."
    case .emergencyStop:
      "The emergency stop is raised, by the fleet's manifest or on the host: everything is closed, nothing is opened."
    case .paused:
      "The agent is paused, by a breach or by a person: nothing is opened, and what was opened since is closed."
    case .target: "The manifest has a target without a position, and nothing holds it back, so it is opened."
    case .stopDrift: "A position's stop or take-profit differs from its target's, so it is put right."
    case .modeObserve: "The agent's mode is observe: the verdict is recorded, and nothing is sent."
    case .modeCloseOnly: "The agent's mode is close_only: it closes as usual, and opens nothing."
    case .targetSpent:
      "The target's position ended otherwise than by the controller: it is not opened again until its spec changes, or "
        + "by `reopen`."
    case .dailyLoss80: "At least 80 % of the day's loss limit are used up: nothing is opened until the next day."
    case .dailyLossHeadroom:
      "The day's loss, what the open positions still risk, and the new risk together are over the day's limit."
    case .riskBudget:
      "The order would risk more than max_risk_per_trade of the agent's equity or capital, whichever is less."
    case .riskBelowMinLot:
      "The risk budget buys less than the broker's smallest lot; it is never rounded up. The record names the equity or "
        + "the stop that would do."
    case .unboundedRisk: "A position of the agent has no stop, so what it may lose has no bound, and nothing is added."
    case .maxPositions: "Positions, pending orders and unknown opens together have reached max_positions."
    case .maxTotalExposure:
      "With it the fleet's open risk (money lost if every stop is hit) would be over max_total_exposure of its equity."
    case .maxGrossLeverage:
      "With it the fleet's gross exposure (lots x contract x price) would be over max_gross_leverage times its equity."
    case .correlationLimit:
      "Another agent holds a position that is declared as correlated with this one by more than correlation_limit."
    case .maxSpread: "The spread is wider than max_spread."
    case .priceCollar:
      "The price is further than price_collar from the target's entry, or has passed or come too near to its stop or "
        + "take-profit."
    case .staleQuote: "The terminal's quote is older than max_quote_age, or it gives none."
    case .minMarginLevel:
      "The free margin does not carry the order, or the margin level after it would be below min_margin_level."
    case .marketClosed: "The terminal says that the symbol cannot be traded now; it is asked again at least every 15 s."
    case .rateLimit: "The agent has sent max_orders_per_minute opens within the last minute."
    case .tradeNotAllowed:
      "The terminal says that trading is not allowed there, or that it is not connected to its broker."
    case .unknownOutcome:
      "The answer to an order was lost: until evidence or `mt4ctl resolve` says what became of it, nothing is opened there."
    case .inFlight: "An action is on its way, or a look that is needed has not come back yet."
    case .journalUnavailable:
      "The record does not reach the database, or the journal's disk is nearly full: closes go on, nothing is opened."
    case .blastRadius:
      "The fleet has closed max_closes_per_pass positions within one interval; the rest follows in the next."
    case .accountMismatch:
      "Another account, server or currency answers at the terminal's url than the manifest pins; nothing is sent there."
    case .accountUnverified: "The terminal did not tell what the manifest pins, so nothing is sent there."
    case .suspiciousSnapshot:
      "What the terminal said contradicts itself or what was there before; nothing is opened on it."
    case .unreachable: "The terminal does not answer, so nothing is known and nothing is sent."
    case .terminalRefused:
      "The terminal refused this very order for cause; it is tried again when its spec changes, the next day, or after a "
        + "resume."
    case .conversionMissing: "A rate between the account's currency and another one is needed, and no quote gives it."
    case .tickValueMismatch:
      "The terminal's tick value disagrees with the contract size and the rate, so no size can be trusted."
    case .anotherController: "Another controller writes to the same database; this one observes."
    case .unauthorized: "The terminal refuses this controller's token (401); it is probed every 60 s."
    case .backOff: "The terminal asked for a rest, or failed; the action is tried again when the wait is over."
    case .lotsNotTradeable: "The lots are over the broker's most for one order, or off its step."
    case .stopping: "The controller is stopping; nothing new is begun."
    }
  }
}
