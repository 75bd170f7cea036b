/// What the controllers before this one remembered, as the database has it: for a start with an empty state directory.
public struct EarlierMemories: Hashable, Sendable {
  /// As in `snapshot` records, by agent.
  public var agents: [AgentID: JSONValue]
  /// The emergency stop, as in `snapshot` records; `nil` when nothing tells of one.
  public var emergency: JSONValue?

  public init(agents: [AgentID: JSONValue] = [:], emergency: JSONValue? = nil) {
    self.agents = agents
    self.emergency = emergency
  }

  /// One earlier chain: its newest `snapshot` record that the database has, and everything after it, in order.
  public struct Chain: Sendable {
    public var name: String
    public var records: [Record]
    /// Why the records cannot be believed, or not be read.
    public var problem: String?

    public init(name: String, records: [Record], problem: String? = nil) {
      self.name = name
      self.records = records
      self.problem = problem
    }
  }

  /// A row of `trading.agent_state`.
  public struct State: Sendable {
    public var agent: AgentID
    public var chain: String
    /// The newest record of the chain that it takes into account.
    public var record: Int64
    public var memory: JSONValue

    public init(agent: AgentID, chain: String, record: Int64, memory: JSONValue) {
      self.agent = agent
      self.chain = chain
      self.record = record
      self.memory = memory
    }
  }

  /// Puts together what is known: the records, since the rows lag some seconds behind them, and an order in doubt, a pause
  /// or a stop of those seconds counts as much as any; and a row that is ahead of the records in the database. Where no chain
  /// tells everything, a row also counts for an agent that none of them names; else that agent was forgotten.
  ///
  /// - Parameters:
  ///   - chains: the newest first. An earlier one is only asked where a later one ended before it had read the database
  ///     itself (`needsEarlier`).
  ///   - states: all rows.
  public init(chains: [Chain], states: [State]) {
    self.init()
    var folded: [String: Int64] = [:]
    var memories: [AgentID: AgentMemory] = [:]
    var stop: EmergencyState?
    var isWhole = false
    for chain in chains {
      let core: Reconciler
      do throws(FoldError) {
        core = try Self.folded(chain)
      } catch {
        // What it held cannot be told: each agent that is known waits for a person.
        for state in states { agents[state.agent] = .string("the record of chain \(chain.name): \(error)") }
        return
      }
      folded[chain.name] = core.sequence
      for id in core.foldedAgents {
        guard let earlier = core.waitingMemories[id] else { continue }
        if memories[id] == nil { memories[id] = earlier } else { _ = memories[id]?.merge(earlier: earlier) }
      }
      stop = stop?.host == nil ? core.emergency : stop
      isWhole = !core.awaitsMemories
      if isWhole { break }
    }
    for id in memories.keys.sorted() { agents[id] = memories[id]?.json }
    for state in states {
      let isAhead = folded[state.chain].map { $0 < state.record } ?? false
      if isAhead || (!isWhole && memories[state.agent] == nil) { agents[state.agent] = state.memory }
    }
    emergency = stop?.json
  }

  /// Whether the chain's process had not read the database when it ended, so that the chain before it counts too.
  public static func needsEarlier(_ chain: Chain) -> Bool { (try? folded(chain))?.awaitsMemories ?? false }

  private static func folded(_ chain: Chain) throws(FoldError) -> Reconciler {
    if let problem = chain.problem { throw FoldError(problem) }
    var core = Reconciler()
    for record in chain.records { try core.fold(record) }
    return core
  }
}
