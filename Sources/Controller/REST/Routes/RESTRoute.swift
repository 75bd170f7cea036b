// Routes: the one table of what is served. The router, the access rules and `/openapi.json` are all made from it, so that
// they cannot differ.

import Hummingbird
import Reconciler

/// Who may read a path.
enum Access: String, Hashable, Sendable, CaseIterable {
  /// Anybody who can connect.
  case open
  /// Agents, their positions and plans.
  case viewer
  /// Also actions, trades, revisions, and the records as they come.
  case auditor
}

/// One path.
struct RESTRoute: Sendable {
  /// With its variable parts in braces: `/api/agents/{id}/tick/{symbol}`.
  let path: String
  let access: Access
  /// One sentence, for `/openapi.json`.
  let summary: String
  /// The parameters of its query. `nil`: any, and none counts.
  var query: [QueryParameter]?
  /// Headers that count, beside those of every request.
  var headers: [QueryParameter] = []
  var answer: RESTAnswer
  /// Whether `/openapi.json` tells of it: the dashboard's own files are no interface.
  var isDescribed = true
  /// Whether its answers carry an ETag.
  var isTagged = true
  /// Answers by 503 that are documents of this shape, not problems.
  var unavailable: Schema?
  /// How else it may be answered, beside what holds for every path of its kind.
  var otherFailures: [Int] = []
  let handle: @Sendable (RESTRequest) async throws(Problem) -> RESTReply

  init(
    _ path: String, _ access: Access, _ summary: String, query: [QueryParameter]? = nil, answer: RESTAnswer,
    _ handle: @escaping @Sendable (RESTRequest) async throws(Problem) -> RESTReply
  ) {
    self.path = path
    self.access = access
    self.summary = summary
    self.query = query
    self.answer = answer
    self.handle = handle
  }

  /// A file that the program carries: a page, a style sheet, a script.
  static func asset(_ path: String, _ summary: String, type: String, _ bytes: [UInt8]) -> RESTRoute {
    let document = TaggedDocument(bytes: bytes)
    return RESTRoute(path, .open, summary, answer: .other(type)) { _ throws(Problem) in
      var reply = RESTReply.document(document)
      reply.headers[.contentType] = type
      return reply
    }
  }

  /// Text that is made anew for each request.
  static func text(
    _ path: String, _ access: Access, _ summary: String, type: String,
    _ text: @escaping @Sendable () async -> [UInt8]
  ) -> RESTRoute {
    RESTRoute(path, access, summary, answer: .other(type)) { _ throws(Problem) in
      RESTReply(bytes: await text(), type: type)
    }
  }

  /// The same, with what `/openapi.json` says more of it.
  func with(_ change: (inout RESTRoute) -> Void) -> RESTRoute {
    var route = self
    change(&route)
    return route
  }

  /// Every status of a problem that it is answered with.
  var failures: [Int] {
    var all = [400, 401, 413, 421, 429] + otherFailures
    if access != .open { all.append(403) }
    if path.contains("{id}") { all.append(404) }
    return Array(Set(all)).sorted()
  }

  /// The names of the path's variable parts.
  var parts: [String] {
    path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
  }
}

/// A parameter of a query.
struct QueryParameter: Sendable {
  let name: String
  let schema: Schema
  let about: String

  init(_ name: String, _ schema: Schema, _ about: String) {
    self.name = name
    self.schema = schema
    self.about = about
  }
}

/// What a route answers with when all is well.
enum RESTAnswer: Sendable {
  case json(Schema)
  /// Of this media type.
  case other(String)
}
