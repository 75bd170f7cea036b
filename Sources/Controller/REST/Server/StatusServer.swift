// REST: what programs and people read of the controller over HTTP. Read-only: a request sees the last published picture,
// never the loop, and never a terminal (but for a quote, which has a deadline).

import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Reconciler

/// The HTTP face. Read-only.
struct StatusServer: Sendable {
  let address: ListenAddress
  let routes: [RESTRoute]
  let feed: RecordFeed
  var access: AccessDesk?
  var limits = RESTLimits()
  let log: Logger

  /// About so often a stream that has nothing to say gives a sign of life.
  static let streamsSpeakEvery: Duration = .seconds(15)

  /// Serves until its task is cancelled; calls `bound` with the port once it listens.
  func run(bound: @escaping @Sendable (Int) -> Void) async throws {
    let limits = limits
    let application = Application(
      router: router(), server: HTTPServerBuilder { GuardedChannel($0, limits) },
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port), serverName: "mt4-controller", reuseAddress: true),
      onServerRunning: { channel in bound(channel.localAddress?.port ?? address.port) }, logger: quiet)
    let feed = feed
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      group.addTask {
        while !Task.isCancelled {
          try await Task.sleep(for: Self.streamsSpeakEvery / 3)
          feed.wakeAll()
        }
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  /// The web framework's own lines are not for operators: it calls a connection an error that a stop has cancelled, and
  /// what keeps it from serving comes as a thrown error.
  private var quiet: Logger {
    var logger = log
    logger.logLevel = .critical
    return logger
  }

  private func router() -> Router<RESTContext> {
    let router = Router(context: RESTContext.self, options: .autoGenerateHeadEndpoints)
    let gate = Gate(
      access: access, host: HostRule(listen: address), limiter: RateLimiter(perSecond: limits.requestsPerSecond),
      openMetrics: limits.openMetrics)
    router.add(middleware: gate)
    for route in routes {
      router.get(RouterPath(route.path)) { request, context in try await gate.answer(route, request, context) }
    }
    return router
  }
}
