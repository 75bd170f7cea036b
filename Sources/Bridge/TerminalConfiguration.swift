public import Reconciler

/// What a client of one terminal needs to know. To change any of it, make a new terminal and close the old one.
public struct TerminalConfiguration: Sendable {
  public var agent: AgentID
  public var spec: TerminalSpec
  /// The text that `spec.token` refers to.
  public var token: Secret?
  /// The rules of `spec.serverZone`, for times that come without an offset.
  public var serverZone: ZoneRules

  public init(agent: AgentID, spec: TerminalSpec, token: String?, serverZone: ZoneRules) {
    self.agent = agent
    self.spec = spec
    self.token = token.map { Secret($0) }
    self.serverZone = serverZone
  }
}
