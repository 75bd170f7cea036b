import Reconciler

// The accepted sets of manifests.
extension RESTTable {
  static func revisions(_ parts: RESTParts) -> [RESTRoute] {
    let board = parts.board
    guard let reader = parts.revisions else { return [] }
    return [
      RESTRoute(
        "/api/revisions", .auditor, "The accepted sets of manifests; the newest first.",
        query: [
          QueryParameter("limit", .intBetween(1, 200), "At most so many; 50 without."),
          QueryParameter("cursor", .cursor, "The `next_cursor` of the page before."),
        ], answer: .json(RevisionDocuments.page.schema)
      ) { request throws(Problem) in
        let limit = Int(try request.query.int("limit", in: 1...200) ?? 50)
        let before: Int
        do throws(Problem) {
          before = Int(try request.query.int("cursor", in: 1...999_999_999_999_999_999) ?? .max)
        } catch { throw .badParameter("cursor", "take the `next_cursor` of the page before as it is.") }
        let page = try await reader.page(before: before, limit: limit, current: board.fleet?.revision ?? 0)
        return .document(RevisionDocuments.page.json(page))
      }.with { $0.otherFailures = [503] },
      RESTRoute(
        "/api/revisions/{revision}", .auditor, "One set, with its files as they were.",
        answer: .json(RevisionDocuments.whole.schema)
      ) { request throws(Problem) in
        let text = try request.part("revision")
        guard let number = Int(text), number > 0, String(number) == text else {
          throw .badParameter("revision", "write the number of a revision, such as 3.")
        }
        let revision = try await reader.revision(number)
        let whole = RevisionDocuments.Whole(revision: revision, isCurrent: number == board.fleet?.revision)
        return .document(RevisionDocuments.whole.json(whole))
      }.with { $0.otherFailures = [404, 500, 503] },
    ]
  }
}
