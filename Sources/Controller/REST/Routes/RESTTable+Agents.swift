import Reconciler

// The agents: what the loop last showed of each. None of these reaches a terminal but `tick`.
extension RESTTable {
  static func agents(_ parts: RESTParts) -> [RESTRoute] {
    let board = parts.board
    let (parts, lines) = (FragmentCache(), FragmentCache())
    let list = CachedDocument(board) { FleetDocuments.agentsBytes(FleetDocuments.View($0, parts)) }
    let summary = CachedDocument(board) { FleetDocuments.summary.bytes(FleetDocuments.View($0, lines)) }
    return [
      RESTRoute("/api/agents", .viewer, "Every agent, by id.", answer: .json(FleetDocuments.agentsSchema)) {
        _ throws(Problem) in .document(list.current)
      },
      RESTRoute(
        "/api/agents/summary", .viewer, "Totals of the agents online, and each agent in a line.",
        answer: .json(FleetDocuments.summary.schema)
      ) { _ throws(Problem) in .document(summary.current) },
      one("", "One agent, and what its manifest says.", AgentDocuments.described, board),
      one("/account", "Its account.", AgentDocuments.account, board),
      one("/positions", "Its open positions.", AgentDocuments.positions, board),
      one("/orders", "Its pending orders.", AgentDocuments.orders, board),
      one("/conditions", "Its nine conditions.", AgentDocuments.conditions, board),
      one("/plan", "What is to be done, and what holds it back, with the numbers.", AgentDocuments.plan, board),
      one("/performance", "What its closed trades brought.", AgentDocuments.performance, board),
      one("/status", "How it stands: pause, the day's loss, what is on its way.", AgentDocuments.status, board),
      one("/metrics", "Its figures.", AgentDocuments.metrics, board),
    ]
  }

  private static func one(
    _ path: String, _ summary: String, _ document: Document<AgentStatus>, _ board: StatusBoard
  ) -> RESTRoute {
    let kept = AgentDocumentCache()
    return RESTRoute("/api/agents/{id}\(path)", .viewer, summary, answer: .json(document.schema)) {
      request throws(Problem) in .document(kept.document(try board.find(try request.part("id")), document))
    }
  }
}
