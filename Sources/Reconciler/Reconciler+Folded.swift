// What a folded journal amounts to, for those who check a journal without running it (`mt4ctl replay`).

extension Reconciler {
  /// What the records folded so far tell of an agent; `nil` for an agent that none of them names.
  public func foldedMemory(of agent: AgentID) -> AgentMemory? { waitingMemories[agent] }

  /// The emergency stop as the records folded so far leave it.
  public var foldedEmergency: EmergencyState { emergency }

  /// The id that an action has whose first intent is this record of this chain.
  public static func actionID(chain: String, sequence: Int64) -> String {
    ActionID.make(chain: chain, sequence: sequence)
  }
}
