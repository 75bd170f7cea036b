// Plan: from one snapshot of one agent to what should be done and what holds it back. Pure functions of their arguments; the
// same state and snapshot give the same plan, always, and a snapshot that agrees gives an empty one.

/// What one look at one agent led to.
public struct Plan: Hashable, Sendable {
  /// What is to be done now, in order.
  public var actions: [PlannedAction] = []
  /// What would be done, and why it is not.
  public var held: [HeldAction] = []
  /// Where each target stands, by name, in the manifest's order.
  public var targets: [TargetStanding] = []
  /// Positions that no target claims, and that policy allows.
  public var external: [Ticket] = []
  /// Targets' tickets that are newly theirs by adoption.
  var adoptions: [(ticket: Ticket, target: String)] = []
  /// Quotes that opens or reductions need before they can be judged.
  var wantsTicks: [Symbol] = []
  /// Quotes that a held open is judged by again with the next regular look.
  var watchesTicks: [Symbol] = []
  /// Opens that could not be judged yet, for want of what was asked for just now.
  var undecided: [PlannedAction] = []
  /// Subjects of deletions that cannot be judged before the pending orders are read anew.
  var unread: [String] = []
  /// Whether pending orders must be read before the plan can go on.
  var wantsOrders = false

  public init() {}

  public static func == (a: Self, b: Self) -> Bool {
    a.actions == b.actions && a.held == b.held && a.targets == b.targets && a.external == b.external
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(actions)
    hasher.combine(held)
    hasher.combine(targets)
  }

  /// Nothing to do and nothing held: actual equals desired.
  public var isEmpty: Bool { actions.isEmpty && held.isEmpty }
}

/// Where one target stands.
public struct TargetStanding: Hashable, Sendable {
  public enum State: Hashable, Sendable {
    /// Its position is open, under these tickets.
    case held([Ticket])
    /// It has no position and is to have one.
    case wanted
    /// Its position ended otherwise than by the controller.
    case spent(how: String, Ticket)
  }

  public var name: String
  public var state: State
  /// Lots that are missing and are not topped up; zero when none.
  public var shortfall: FixedDecimal
}
