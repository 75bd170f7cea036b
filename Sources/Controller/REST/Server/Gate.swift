import HTTPTypes
import Hummingbird
import Reconciler

/// What each request passes, whatever it asks for: nothing but GET and HEAD, who may read what, and answers that are always a
/// document or a problem.
struct Gate: RouterMiddleware {
  typealias Input = Request
  typealias Output = Response
  typealias Context = RESTContext

  @concurrent func handle(
    _ request: Request, context: RESTContext,
    next: @concurrent (Request, RESTContext) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      guard request.method == .get || request.method == .head else { throw Self.readOnly(request) }
      response = try await next(request, context)
    } catch let problem as Problem {
      response = problem.reply.response
    } catch let error as any HTTPResponseError where error.status == .notFound {
      response = Problem.nothing(at: request.uri.path).reply.response
    }
    Self.secure(&response.headers)
    return response
  }

  /// Answers one request to one route.
  func answer(_ route: RESTRoute, _ request: Request, _ context: RESTContext) async throws(Problem) -> Response {
    let query = try QueryText(request.uri.query, known: route.query?.map(\.name))
    let reply = try await route.handle(RESTRequest(request: request, context: context, query: query))
    if let tag = reply.tag, Self.matches(request.headers[.ifNoneMatch], tag) {
      var headers = reply.headers
      headers[.contentType] = nil
      return Response(status: .notModified, headers: headers)
    }
    return reply.response
  }

  private static func matches(_ header: String?, _ tag: String) -> Bool {
    guard let header else { return false }
    return header.split(separator: ",").contains { part in
      let text = part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
      return text == "*" || (text.hasPrefix("W/") ? text.dropFirst(2) : text) == tag
    }
  }

  private static func readOnly(_ request: Request) -> Problem {
    Problem(.methodNotAllowed, "This interface is read-only", DeclarativeWay.instead(of: request.uri.path))
      .with(.allow, "GET, HEAD")
  }

  private static func secure(_ headers: inout HTTPFields) {
    headers[.xContentTypeOptions] = "nosniff"
    for (name, value) in fixed where headers[name] == nil { headers[name] = value }
  }

  /// Where a route says nothing else: nothing may be run, framed, or told to others.
  private static let fixed: [(HTTPField.Name, String)] = [
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"), ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
  ].compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
}
