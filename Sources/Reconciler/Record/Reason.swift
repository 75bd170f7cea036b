/// Why something is done or held back: a closed list, stable for scripts, documented by `mt4ctl explain`.
public enum Reason: String, Hashable, Sendable, CaseIterable {
  // Closes. Where several hold, the first in the order of manifest.md is given; see `Reason.closeOrder`.
  case agentDisabled = "agent_disabled"
  case pairNotAllowed = "pair_not_allowed"
  case notInTargets = "not_in_targets"
  case tooManyPositions = "too_many_positions"
  case lotSizeExceeded = "lot_size_exceeded"
  case missingStopLoss = "missing_stop_loss"
  case targetChanged = "target_changed"
  case dailyLoss = "daily_loss"
  case maxDrawdown = "max_drawdown"
  case emergencyStop = "emergency_stop"
  case paused

  // Opens and modifies.
  case target
  case stopDrift = "stop_drift"

  // Held.
  case modeObserve = "mode_observe"
  case modeCloseOnly = "mode_close_only"
  case targetSpent = "target_spent"
  case dailyLoss80 = "daily_loss_80"
  case dailyLossHeadroom = "daily_loss_headroom"
  case riskBudget = "risk_budget"
  case riskBelowMinLot = "risk_below_min_lot"
  case unboundedRisk = "unbounded_risk"
  case maxPositions = "max_positions"
  case maxTotalExposure = "max_total_exposure"
  case maxGrossLeverage = "max_gross_leverage"
  case correlationLimit = "correlation_limit"
  case maxSpread = "max_spread"
  case priceCollar = "price_collar"
  case staleQuote = "stale_quote"
  case minMarginLevel = "min_margin_level"
  case marketClosed = "market_closed"
  case rateLimit = "rate_limit"
  case tradeNotAllowed = "trade_not_allowed"
  case unknownOutcome = "unknown_outcome"
  case inFlight = "in_flight"
  case journalUnavailable = "journal_unavailable"
  case blastRadius = "blast_radius"
  case accountMismatch = "account_mismatch"
  case accountUnverified = "account_unverified"
  case suspiciousSnapshot = "suspicious_snapshot"
  case unreachable
  case terminalRefused = "terminal_refused"
  case conversionMissing = "conversion_missing"
  case tickValueMismatch = "tick_value_mismatch"
  case anotherController = "another_controller"

  // Added to the design's list.
  /// The terminal refuses this controller's token (401); held until the token changes or the terminal accepts it.
  case unauthorized
  /// The agent waits before it asks its terminal again, after an error of that class.
  case backOff = "back_off"
  /// The lots are over the broker's most or off its step.
  case lotsNotTradeable = "lots_not_tradeable"
  /// The controller is stopping: nothing new is begun.
  case stopping
}
