// After a refusal: what is held, and how long it rests, by its class. An exit never rests long.

extension Reconciler {
  /// Under which name a refusal for cause is held until the spec changes, a person resumes, or the next day. Exits are
  /// never held so.
  func refusalKey(_ action: LiveAction, _ kind: RefusalKind) -> String? {
    switch kind {
    case .forCause, .badParameters:
      switch action.kind {
      case .open: action.target
      case .modify: action.ticket.map { "modify \($0)" }
      case .close, .reduce, .delete: nil
      }
    case .busy, .requote, .notExecuted, .backOff, .tooManyRequests, .marketClosed, .tradingDisabled, .tooClose,
      .notAllowed, .unauthorized, .notSent:
      nil
    }
  }

  /// Where stops come after the open and the terminal refuses one, the position is closed; opening its target again would
  /// only pay the spread again.
  func heldTarget(_ i: Int, _ action: LiveAction, _ kind: RefusalKind) -> String? {
    guard action.kind == .modify, kind == .forCause, agents[i].spec.terminal.stopsOnOpen == .after else { return nil }
    return action.target
  }

  /// Whether the whole terminal refuses, so that the next exit would only be refused, too.
  static func concernsTerminal(_ kind: RefusalKind) -> Bool {
    switch kind {
    case .busy, .tooManyRequests, .notAllowed, .unauthorized, .notSent: true
    case .requote, .notExecuted, .backOff, .marketClosed, .tradingDisabled, .tooClose, .forCause, .badParameters: false
    }
  }

  /// Something must be closed: no rest is longer than `longestExitRest`.
  func isUrgent(_ i: Int) -> Bool { emergency.isActive || agents.span[i].memory.breachPause != nil }

  mutating func waitAfter(
    _ i: Int, _ action: LiveAction, _ refusal: TradeAnswer.Refusal, _ now: Moment
  ) {
    let (delay, reason) = delay(i, action, refusal)
    let message = "the terminal said \(refusal.message) (\(refusal.errorCode))"
    if refusal.errorCode == 150 { agents[i].waits.oldestFirst = true }
    if action.kind == .modify, refusal.kind == .forCause, let ticket = action.ticket {
      agents[i].stopRefused.insert(ticket)
    }
    guard delay > .zero else { return }
    // It is the terminal that asks for rest, and reads are requests too.
    if refusal.kind == .tooManyRequests { agents[i].readNotBefore = now.steady + delay }
    let wait = Waits.Wait(until: now.steady + delay, reason: reason, message: message)
    if action.kind.opens {
      switch refusal.kind {
      case .marketClosed, .tradingDisabled, .tooClose, .requote: agents[i].waits.symbols[action.symbol] = wait
      case .busy, .notExecuted, .backOff, .tooManyRequests, .forCause, .badParameters, .notAllowed, .unauthorized,
        .notSent:
        agents[i].waits.opens = wait
      }
    } else if Self.concernsTerminal(refusal.kind) {
      agents[i].waits.terminal = wait
    } else if let ticket = action.ticket {
      agents[i].waits.tickets[ticket] = wait
    }
  }

  /// How long an action of that kind rests after such a refusal. An exit never rests longer than 15 s, but for what the
  /// terminal itself asks for.
  private mutating func delay(
    _ i: Int, _ action: LiveAction, _ refusal: TradeAnswer.Refusal
  ) -> (Duration, Reason) {
    let opens = action.kind.opens
    switch refusal.kind {
    case .busy, .notSent: return (.seconds(1), .backOff)
    case .requote, .notExecuted, .badParameters:
      if opens, refusal.kind == .badParameters { return (.zero, .terminalRefused) }
      return (agents[i].waits.next(action.ticket, from: .seconds(1), atMost: Self.longestExitRest), .backOff)
    case .backOff:
      let longest = opens ? Duration.seconds(60) : Self.longestExitRest
      return (agents[i].waits.next(action.ticket, from: .seconds(5), atMost: longest), .backOff)
    case .tooManyRequests:
      let rest = Self.rest(after: refusal.retryAfter)
      return (opens ? rest : min(rest, .seconds(60)), .backOff)
    case .marketClosed, .tradingDisabled: return (Self.longestExitRest, .marketClosed)
    case .tooClose: return (Self.longestExitRest, .backOff)
    // An exit that is refused for cause is tried again: nothing may hold it back for a day.
    case .forCause: return (opens || action.kind == .modify ? .zero : Self.longestExitRest, .terminalRefused)
    case .notAllowed: return (opens ? .seconds(60) : Self.longestExitRest, .tradeNotAllowed)
    case .unauthorized: return (opens ? .seconds(60) : Self.longestExitRest, .unauthorized)
    }
  }
}
