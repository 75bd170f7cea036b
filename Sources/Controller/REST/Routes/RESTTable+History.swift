import Reconciler

// What was done: actions, trades, revisions.
extension RESTTable {
  private static let pageParameters = [
    QueryParameter("since", .time, "Only what came at or after this time; a date is its first instant in UTC."),
    QueryParameter("limit", .intBetween(1, 1000), "At most so many; 100 without."),
    QueryParameter("cursor", .cursor, "The `next_cursor` of the page before."),
  ]

  static func history(_ parts: RESTParts) -> [RESTRoute] {
    let board = parts.board
    let history = parts.history
    let ofAgent = QueryParameter("agent", .string, "Only of this agent: its id, or its name in the manifest.")
    return [
      RESTRoute(
        "/api/actions", .auditor, "What was asked of terminals, why, and what came of it; the newest first.",
        query: [ofAgent] + pageParameters, answer: .json(PageDocuments.actions.schema)
      ) { request throws(Problem) in
        var wish = try wish(request.query)
        if let name = request.query["agent"] { wish.agent = try board.find(name).id }
        return .document(PageDocuments.actions.json(history.actions(wish)))
      }.with { $0.otherFailures = [404] },
      RESTRoute(
        "/api/agents/{id}/actions", .auditor, "What was asked of its terminal; the newest first.",
        query: pageParameters, answer: .json(PageDocuments.actions.schema)
      ) { request throws(Problem) in
        var wish = try wish(request.query)
        wish.agent = try board.find(try request.part("id")).id
        return .document(PageDocuments.actions.json(history.actions(wish)))
      },
      RESTRoute(
        "/api/agents/{id}/trades", .auditor, "Its closed trades; the newest first.", query: pageParameters,
        answer: .json(PageDocuments.trades.schema)
      ) { request throws(Problem) in
        var wish = try wish(request.query)
        wish.agent = try board.find(try request.part("id")).id
        return .document(PageDocuments.trades.json(history.trades(wish)))
      },
    ]
  }

  private static func wish(_ query: QueryText) throws(Problem) -> RecordHistory.Wish {
    var wish = RecordHistory.Wish()
    wish.since = try query.time("since")
    wish.limit = Int(try query.int("limit", in: 1...1000) ?? 100)
    if query["cursor"] != nil {
      do throws(Problem) {
        wish.before = try query.int("cursor", in: 1...999_999_999_999_999_999) ?? .max
      } catch { throw .badParameter("cursor", "take the `next_cursor` of the page before as it is.") }
    }
    return wish
  }
}
