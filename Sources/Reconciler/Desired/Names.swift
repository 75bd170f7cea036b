// Desired: what operators declared, as values. Nothing here reads a file; the loader in `Controller/Manifest` makes these
// values and has checked every bound that is stated here.

/// An agent's identity in REST, database and journal: `spec.id`, by default its `metadata.name`.
public struct AgentID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let text: String

  public init(_ text: String) { self.text = text }

  public var description: String { text }

  public static func < (a: Self, b: Self) -> Bool { a.text < b.text }
}

/// A canonical symbol such as `EURUSD`, without the broker's suffix. What a terminal lists under a name that cannot be
/// canonical (the suffix is missing, odd characters) keeps that text; it then is in nobody's `pairs`.
public struct Symbol: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let text: String

  public init(_ text: String) { self.text = text }

  public var description: String { text }

  public static func < (a: Self, b: Self) -> Bool { a.text < b.text }
}

/// A position's or a pending order's number at its terminal.
public struct Ticket: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let number: Int64

  public init(_ number: Int64) { self.number = number }

  public var description: String { String(number) }

  public static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}

/// The side of a position or a target.
public enum Side: String, Hashable, Sendable, CaseIterable {
  case buy, sell

  /// 1 for a buy, -1 for a sell.
  public var sign: FixedDecimal { self == .buy ? 1 : -1 }
}

/// An amount in a named currency.
public struct Money: Hashable, Sendable, CustomStringConvertible {
  public let amount: FixedDecimal
  /// Three capital letters, ISO 4217.
  public let currency: String

  public init(amount: FixedDecimal, currency: String) {
    self.amount = amount
    self.currency = currency
  }

  public var description: String { "\(amount.money) \(currency)" }
}
