// REST: what programs and people read of the controller over HTTP. Read-only: a request sees the last published picture,
// never the loop and never a terminal.

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Reconciler

/// The HTTP face. Read-only.
struct StatusServer: Sendable {
  let address: ListenAddress
  let board: StatusBoard
  let log: Logger

  /// Serves until its task is cancelled; calls `bound` with the port once it listens.
  func run(bound: @escaping @Sendable (Int) -> Void) async throws {
    let application = Application(
      router: router(),
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port), serverName: "mt4-controller", reuseAddress: true),
      onServerRunning: { channel in bound(channel.localAddress?.port ?? address.port) }, logger: quiet)
    try await application.run()
  }

  /// The web framework's own lines are not for operators: it calls a connection an error that a stop has cancelled, and
  /// what keeps it from serving comes as a thrown error.
  private var quiet: Logger {
    var logger = log
    logger.logLevel = .critical
    return logger
  }

  private func router() -> Router<BasicRequestContext> {
    let router = Router(options: .autoGenerateHeadEndpoints)
    let board = board
    router.add(middleware: ReadOnly())
    router.get("/health") { _, _ in Self.json(StatusDocument.health(board.picture)) }
    router.get("/api/status") { _, _ in Self.json(StatusDocument.status(board.picture)) }
    router.get("/livez") { _, _ in Self.json(StatusDocument.live(board.picture)) }
    router.get("/readyz") { _, _ in
      let ready = board.picture != nil
      return Self.json(StatusDocument.ready(board.picture), status: ready ? .ok : .serviceUnavailable)
    }
    return router
  }

  static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok, type: String = "application/json") -> Response
  {
    var headers = HTTPFields()
    headers[.contentType] = type
    headers[.cacheControl] = "no-store"
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.canonicalBytes)))
  }
}

/// Anything but GET and HEAD is answered with 405 and the declarative way; what is not there with 404, both as
/// `application/problem+json`.
private struct ReadOnly: RouterMiddleware {
  typealias Input = Request
  typealias Output = Response
  typealias Context = BasicRequestContext

  @concurrent func handle(
    _ request: Request, context: BasicRequestContext,
    next: @concurrent (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    guard request.method == .get || request.method == .head else {
      var response = problem(
        .methodNotAllowed, "This interface is read-only", DeclarativeWay.instead(of: request.uri.path))
      response.headers[.allow] = "GET, HEAD"
      return response
    }
    do {
      return try await next(request, context)
    } catch let error as any HTTPResponseError where error.status == .notFound {
      return problem(.notFound, "Nothing is served here", "There is no \(request.uri.path).")
    }
  }

  private func problem(_ status: HTTPResponse.Status, _ title: String, _ detail: String) -> Response {
    StatusServer.json(
      ["type": "about:blank", "title": .string(title), "status": .int(status.code), "detail": .string(detail)],
      status: status, type: "application/problem+json")
  }
}
