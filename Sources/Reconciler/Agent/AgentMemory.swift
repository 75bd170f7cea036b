// Agent: what the controller knows of one agent. `AgentMemory` is what must survive a restart: it is rebuilt by folding
// records and is written whole into each `snapshot` record. `AgentState` adds what only this process knows.

/// The durable part of an agent. Whatever changes it is recorded first.
public struct AgentMemory: Hashable, Sendable {
  /// A daily loss or a drawdown was breached.
  public struct BreachPause: Hashable, Sendable {
    public var reason: Reason
    /// The day that was breached.
    public var dayKey: String
    public var since: Timestamp
    /// `close_and_pause`: every position is disallowed. Otherwise only those that are not in `tickets`.
    public var closesAll: Bool
    /// Positions that were there and may stay, with what is left of them; `nil` until a look that can be believed.
    public var tickets: [Ticket]?
    /// When this process first knew of it; the clock of the wall may have been set since.
    var sinceSteady: Steady?
    /// A drawdown was breached, at first or meanwhile: only a person resumes.
    public var needsPerson = false
  }

  /// A person paused it.
  public struct OperatorPause: Hashable, Sendable {
    public var actor: String
    public var note: String
    public var since: Timestamp
    /// Positions that were there and may stay, with what is left of them; `nil` until a look that can be believed.
    public var tickets: [Ticket]?
  }

  /// A target's position ended otherwise than by the controller.
  public struct Spent: Hashable, Sendable {
    public var specKey: String
    public var ticket: Ticket
    public var dayKey: String
    /// `stop`, `take_profit`, `stop_out` or `by_hand`, as far as the history tells; else `unknown`.
    public var how: String
  }

  /// A target's or ticket's action was refused for cause.
  public struct Refusal: Hashable, Sendable {
    public var code: Int
    public var message: String
    public var specKey: String
    public var dayKey: String
  }

  /// The lots that a target's open was recorded with; they stand until its spec changes.
  public struct FrozenSize: Hashable, Sendable {
    public var specKey: String
    public var lots: FixedDecimal
  }

  /// Whose a ticket is.
  public struct Ownership: Hashable, Sendable {
    public var target: String
    /// The action that opened it; `nil` for an adopted position.
    public var actionID: String?
    /// It is closed, or its remainder goes by another ticket.
    public var ended = false
    /// The ticket whose remainder it is.
    public var parent: Ticket?
    /// The target's spec when the position was last seen; what its end spends. `nil` in records of old.
    public var specKey: String?
  }

  /// An order that was sent under a mark; kept so that a late execution is still known as ours.
  public struct Mark: Hashable, Sendable {
    public var mark: String
    public var target: String
    public var actionID: String
  }

  public var dailyLoss = DailyLoss()
  public var breachPause: BreachPause?
  public var unresolved: [LiveAction] = []
  public var online: Bool?
  public var orphaned = false
  public var operatorPause: OperatorPause?
  /// Of which account the tickets are that the pauses let stay.
  public var pausesAccount: String?
  public var spent: [String: Spent] = [:]
  public var refusals: [String: Refusal] = [:]
  /// By target.
  public var sizes: [String: FrozenSize] = [:]
  public var owned: [Ticket: Ownership] = [:]
  /// Tickets that the controller closed, most recent last; their end spends no target.
  public var closedByUs: [Ticket] = []
  public var marks: [Mark] = []
  /// Opens that evidence said never ran: should one turn up later still, it is known as ours.
  public var suspects: [LiveAction] = []
  /// Positions of others that were reported; each once.
  public var noted: [Ticket] = []
  /// The last recorded verdict of each held action.
  public var verdicts: [String: Reason] = [:]
  /// An execution that evidence said never ran and that `on_unknown: hold` leaves to a person, by target.
  public var heldUnknown: [String: String] = [:]
  /// Closed trades and what they brought.
  public internal(set) var trades = TradeBook()

  public init() {}
}

extension AgentMemory {
  /// Whether something waits for a person's resume although the agent is not paused.
  var isHeldForPerson: Bool { !refusals.isEmpty || !heldUnknown.isEmpty }

  /// How far a broker's clock and ours may be apart.
  static let clocksApart: Duration = .seconds(3600)
  /// An order that has not run so long after its intent will not.
  static let longestLateness: Duration = .seconds(86_400)

  /// The late execution that a new position of these features is most likely to be.
  func lateExecution(_ position: Position, used: Set<String>, at now: Timestamp) -> Ownership? {
    suspect(for: position, used: used, at: now).flatMap { action in
      action.target.map { Ownership(target: $0, actionID: action.id, specKey: action.specKey) }
    }
  }

  /// The open said never to have run that a position may have come of: it has its features and nobody else's mark, nor the
  /// beginning of one, was never seen before, and was opened in the day after the intent.
  ///
  /// - Parameter used: the actions that are other positions already.
  func suspect(for position: Position, used: Set<String>, at now: Timestamp) -> LiveAction? {
    guard !noted.contains(position.ticket), mark(in: position.comment) == nil,
      Self.ancestor(in: position.comment) == nil
    else { return nil }
    let cut = cutMark(in: position.comment)?.mark
    return suspects.last {
      (cut == nil || $0.mark == cut) && $0.symbol == position.symbol && $0.side == position.side
        && $0.lots == position.lots && !$0.before.contains(position.ticket) && !used.contains($0.id)
        && (position.openTime ?? now) >= $0.recordedAt - Self.clocksApart
        && (position.openTime ?? now) <= $0.recordedAt + Self.longestLateness
    }
  }

  /// Whether a ticket that was believed to have ended, and is listed again, is open after all: not one that we closed, nor
  /// one whose remainder is known, which a stale list may show once more.
  func hasReturned(_ ticket: Ticket) -> Bool {
    owned[ticket]?.ended == true && !closedByUs.contains(ticket) && !hasRest(ticket)
  }

  /// Whether what a partial close left of it is known.
  func hasRest(_ ticket: Ticket) -> Bool { owned.values.contains { $0.parent == ticket } }

  /// The mark of ours that a comment carries. Brokers cut and append, so containment is enough; a mark has 50 bits.
  func mark(in comment: String) -> Mark? {
    guard comment.utf8.count >= 8 else { return nil }
    return marks.last { comment.contains($0.mark) }
  }

  /// The mark that a comment is the beginning of: some brokers cut comments short. Of fewer than four characters nothing is
  /// concluded.
  func cutMark(in comment: String) -> Mark? {
    guard comment.utf8.count >= 4 else { return nil }
    return marks.last { $0.mark.hasPrefix(comment) }
  }

  /// The ticket that a comment of the form `from #OLD` names.
  static func ancestor(in comment: String) -> Ticket? {
    guard comment.hasPrefix("from #") else { return nil }
    let digits = comment.dropFirst(6).prefix { $0.isASCII && $0.isNumber }
    return Int64(digits).flatMap { $0 > 0 ? Ticket($0) : nil }
  }
}
