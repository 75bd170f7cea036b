/// One agent, as it stands after the last event. Immutable and shared: handing it on, a thousand times a second, copies two
/// references and not an agent's whole state.
public struct AgentStatus: Sendable {
  private final class Parts: Sendable {
    let spec: AgentSpec
    let memory: AgentMemory
    let online: Bool
    let orphaned: Bool
    let account: Account?
    let positions: [Position]
    let orders: [PendingOrder]
    let seenAt: Moment?
    let plan: Plan
    let day: DailyLoss.Figures?
    let performance: PerformanceFigures
    let view: ConditionView
    let failure: ReadFailure?
    let unresolved: [LiveAction]
    let inFlight: LiveAction?

    init(
      spec: AgentSpec, memory: AgentMemory, online: Bool, orphaned: Bool,
      account: Account?, positions: [Position], orders: [PendingOrder], seenAt: Moment?,
      plan: Plan, day: DailyLoss.Figures?, performance: PerformanceFigures, view: ConditionView,
      failure: ReadFailure?, unresolved: [LiveAction], inFlight: LiveAction?
    ) {
      self.spec = spec
      self.memory = memory
      self.online = online
      self.orphaned = orphaned
      self.account = account
      self.positions = positions
      self.orders = orders
      self.seenAt = seenAt
      self.plan = plan
      self.day = day
      self.performance = performance
      self.view = view
      self.failure = failure
      self.unresolved = unresolved
      self.inFlight = inFlight
    }
  }

  private let parts: Parts
  private let declared: DeclaredFacts

  init(
    spec: AgentSpec, memory: AgentMemory, online: Bool, orphaned: Bool,
    account: Account?, positions: [Position], orders: [PendingOrder], seenAt: Moment?,
    plan: Plan, day: DailyLoss.Figures?, performance: PerformanceFigures, view: ConditionView,
    failure: ReadFailure?, unresolved: [LiveAction], inFlight: LiveAction?, declared: DeclaredFacts
  ) {
    self.declared = declared
    parts = Parts(
      spec: spec, memory: memory, online: online, orphaned: orphaned, account: account, positions: positions,
      orders: orders,
      seenAt: seenAt, plan: plan, day: day, performance: performance, view: view, failure: failure,
      unresolved: unresolved, inFlight: inFlight)
  }

  public var spec: AgentSpec { parts.spec }
  /// Of the spec, without a copy of the rest of it.
  public var id: AgentID { parts.spec.id }
  /// Of the spec, without a copy of the rest of it.
  public var metadataName: String { parts.spec.metadataName }
  public var memory: AgentMemory { parts.memory }
  public var online: Bool { parts.online }
  public var orphaned: Bool { parts.orphaned }
  public var account: Account? { parts.account }
  public var positions: [Position] { parts.positions }
  public var orders: [PendingOrder] { parts.orders }
  /// When the last good look began.
  public var seenAt: Moment? { parts.seenAt }
  public var plan: Plan { parts.plan }
  public var day: DailyLoss.Figures? { parts.day }
  public var performance: PerformanceFigures { parts.performance }
  public var failure: ReadFailure? { parts.failure }
  public var unresolved: [LiveAction] { parts.unresolved }
  /// What is on its way now.
  public var inFlight: LiveAction? { parts.inFlight }

  /// All nine, in the order of their kinds; empty before the agent was judged.
  public var conditions: [Condition] { parts.view.conditions(under: declared) }

  /// The revision in force.
  public var revision: Int { declared.revision }

  /// Enabled, not paused, terminal online.
  public var isActive: Bool {
    parts.spec.enabled && parts.memory.breachPause == nil && parts.memory.operatorPause == nil && parts.online
      && !parts.orphaned
  }
}

extension AgentStatus {
  /// Whether both are the very same: of a status that is shown again nothing has to be written again.
  public func isSame(as other: AgentStatus) -> Bool { parts === other.parts && declared === other.declared }

  private init(parts: Parts, declared: DeclaredFacts) {
    self.parts = parts
    self.declared = declared
  }

  /// The same agent under what is declared by now: nothing of its own has changed.
  public func under(_ declared: DeclaredFacts) -> AgentStatus { AgentStatus(parts: parts, declared: declared) }
}
