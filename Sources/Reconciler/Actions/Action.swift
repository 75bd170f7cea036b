/// What an action does. `close` and `reduce` take risk away; `open` adds it.
public enum ActionKind: String, Hashable, Sendable, CaseIterable {
  case open
  case close
  /// A partial close.
  case reduce
  case modify
  /// Deletes a pending order.
  case delete

  /// Whether it can add exposure: the only kind that gates may hold back.
  public var opens: Bool { self == .open }
}

/// The order of work when several actions wait; lower goes first (architecture.md).
public enum ActionClass: Int, Hashable, Comparable, Sendable, CaseIterable {
  case breach
  case close
  case restore
  case open

  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// One thing that a plan wants done, with why. It leaves no choice to whoever carries it out.
public struct PlannedAction: Hashable, Sendable {
  public var kind: ActionKind
  public var actionClass: ActionClass
  public var reason: Reason
  public var symbol: Symbol
  public var side: Side
  /// `nil` only for an open.
  public var ticket: Ticket?
  /// Of an open and of a reduction: the lots to trade. Of a close: the position's lots, for the record.
  public var lots: FixedDecimal
  /// Of an open and a modify: the levels to set.
  public var stopLoss: FixedDecimal?
  public var takeProfit: FixedDecimal?
  /// The target that it serves or comes from.
  public var target: String?
  public var specKey: String?
  /// One sentence with the numbers, as a trader would say it.
  public var message: String
  /// The numbers that decided.
  public var numbers: [String: JSONValue]
  /// Net profit of the position, for the order of closes.
  public var profit: FixedDecimal = .zero
  public var slippagePoints: Int?
  /// Of an open: the most that it may lose, and lots x contract x price; in the account's currency.
  public var risk: FixedDecimal?
  public var gross: FixedDecimal?

  /// What tells two actions of one agent apart across passes.
  public var subject: String { Self.subject(kind, ticket, target) }

  static func subject(_ kind: ActionKind, _ ticket: Ticket?, _ target: String?) -> String {
    ticket.map { "\(kind.rawValue) \($0)" } ?? "\(kind.rawValue) target \(target ?? "")"
  }

  public init(
    kind: ActionKind, actionClass: ActionClass, reason: Reason, symbol: Symbol, side: Side, ticket: Ticket?,
    lots: FixedDecimal, message: String, numbers: [String: JSONValue] = [:]
  ) {
    self.kind = kind
    self.actionClass = actionClass
    self.reason = reason
    self.symbol = symbol
    self.side = side
    self.ticket = ticket
    self.lots = lots
    self.message = message
    self.numbers = numbers
  }
}

/// Why an action is not done now.
public struct Hold: Hashable, Sendable {
  public var reason: Reason
  public var message: String
  public var numbers: [String: JSONValue]

  public init(_ reason: Reason, _ message: String, _ numbers: [String: JSONValue] = [:]) {
    self.reason = reason
    self.message = message
    self.numbers = numbers
  }
}

/// An action that would be done, and everything that holds it back; never empty.
public struct HeldAction: Hashable, Sendable {
  public var action: PlannedAction
  public var holds: [Hold]

  public init(action: PlannedAction, holds: [Hold]) {
    self.action = action
    self.holds = holds
  }
}
