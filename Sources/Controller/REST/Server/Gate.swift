import Bridge
import HTTPTypes
import Hummingbird
import NIOCore
import Reconciler

/// What each request passes, whatever it asks for: nothing but GET and HEAD, no body, not too often, who may read what, and
/// answers that are always a document or a problem.
struct Gate: RouterMiddleware {
  typealias Input = Request
  typealias Output = Response
  typealias Context = RESTContext

  let access: AccessDesk?
  let host: HostRule
  let limiter: RateLimiter
  /// Whether `/metrics` is read without a token.
  let openMetrics: Bool

  @concurrent func handle(
    _ request: Request, context: RESTContext,
    next: @concurrent (Request, RESTContext) async throws -> Response
  ) async throws -> Response {
    let hasBody = Self.hasBody(request)
    var response: Response
    do {
      try check(request, hasBody: hasBody, context)
      response = try await next(request, context)
    } catch let problem as Problem {
      response = problem.reply.response
    } catch let error as any HTTPResponseError where error.status == .notFound {
      response = unknown(request, context).reply.response
    }
    Self.secure(&response.headers)
    // What is left of a body that nobody reads must not be taken for the next request.
    if hasBody { response.headers[.connection] = "close" }
    return response
  }

  private func check(_ request: Request, hasBody: Bool, _ context: RESTContext) throws(Problem) {
    guard request.method == .get || request.method == .head else {
      try admit(context.client)
      throw Self.readOnly(request)
    }
    guard !hasBody else {
      throw Problem(.contentTooLarge, "No body, please", "A request to read something has no body.")
    }
  }

  private func unknown(_ request: Request, _ context: RESTContext) -> Problem {
    do throws(Problem) {
      try admit(context.client)
      return .nothing(at: request.uri.path)
    } catch {
      return error
    }
  }

  /// Answers one request to one route.
  func answer(_ route: RESTRoute, _ request: Request, _ context: RESTContext) async throws(Problem) -> Response {
    let principal = try await principal(for: route, request, context)
    let query = try QueryText(request.uri.query, known: route.query?.map(\.name))
    var wanted = RESTRequest(request: request, context: context, query: query)
    wanted.principal = principal
    wanted.isTrusted = principal != nil || access?.current.isEmpty != false
    let reply = try await route.handle(wanted)
    if let tag = reply.tag, Self.matches(request.headers[.ifNoneMatch], tag) {
      var headers = reply.headers
      headers[.contentType] = nil
      return Response(status: .notModified, headers: headers)
    }
    return reply.response
  }

  // MARK: Who

  /// - Returns: who asks; `nil` for anybody, where anybody may.
  private func principal(
    for route: RESTRoute, _ request: Request, _ context: RESTContext
  ) async throws(Problem) -> Principal? {
    // The address is text that has to be made, and most requests are counted by their token.
    var client: String { context.client }
    guard let keys = access?.current, !keys.isEmpty else {
      try admit(client)
      try withoutKeys(request)
      return nil
    }
    let isOpen = route.access == .open && (route.path != "/metrics" || openMetrics)
    let needed = isOpen ? Access.open : route.access == .open ? .viewer : route.access
    let authorization = Self.authorization(request.headers)
    if isOpen, authorization == nil {
      try admit(client)
      return nil
    }
    let found: Principal
    do throws(AccessRefusal) {
      found = try await keys.principal(authorization: authorization, at: SystemClock.now().wall)
    } catch {
      // Who guesses tokens is slowed down by address.
      try admit(client)
      if isOpen { return nil }
      throw Problem(.unauthorized, "A token is needed", error.message).with(.wwwAuthenticate, Self.challenge)
    }
    try admit(found.key)
    guard found.access.mayRead(needed) else {
      throw Problem(
        .forbidden, "The role does not suffice",
        "The token's role is \(found.access.rawValue); this takes \(needed.rawValue).")
    }
    return found
  }

  /// What stands there. A field that comes twice is read as one with a comma, as HTTP has it, and counts for nothing.
  private static func authorization(_ headers: HTTPFields) -> String? {
    guard let first = headers.firstIndex(where: { $0.name == .authorization }) else { return nil }
    let isOnly = !headers[(first + 1)...].contains { $0.name == .authorization }
    return isOnly ? headers[first].value : headers[.authorization]
  }

  private static let challenge = "Bearer realm=\"mt4-controller\""

  private func admit(_ client: String) throws(Problem) {
    guard let seconds = limiter.admit(client) else { return }
    throw Problem(.tooManyRequests, "Too many requests", "Ask again in \(seconds) s; live changes come by /api/events.")
      .with(.retryAfter, String(seconds))
  }

  /// Everything is open on loopback, and on nothing else.
  private func withoutKeys(_ request: Request) throws(Problem) {
    for name in Self.forwarding where request.headers[name] != nil {
      throw Problem(
        .unauthorized, "A key is needed behind a proxy",
        "The request came through a proxy (\(name.rawName)), and this controller has no key: give it --token-file or "
          + "--jwt-key."
      ).with(.wwwAuthenticate, Self.challenge)
    }
    guard host.allows(request.head.authority) else {
      throw Problem(
        .misdirectedRequest, "Not a name of this host",
        "Without a key this controller answers by the names of loopback only, such as 127.0.0.1 or localhost.")
    }
  }

  private static let forwarding = ["Forwarded", "X-Forwarded-For", "X-Real-IP"].compactMap { HTTPField.Name($0) }

  // MARK: What

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

  private static func hasBody(_ request: Request) -> Bool {
    request.headers[.transferEncoding] != nil || (request.headers[.contentLength].map { $0 != "0" } ?? false)
  }

  /// What a reply of ours has from the start; an answer that came otherwise gets it here.
  private static func secure(_ headers: inout HTTPFields) {
    guard headers[.xContentTypeOptions] == nil else { return }
    for field in fixed where headers[field.name] == nil { headers.append(field) }
  }

  /// Where a route says nothing else: nothing may be run, guessed, framed, or told to others.
  static let fixed: HTTPFields = {
    var fields = HTTPFields()
    fields[.xContentTypeOptions] = "nosniff"
    for (name, value) in [
      ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"), ("X-Frame-Options", "DENY"),
      ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ] {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    return fields
  }()
}
