import HTTPTypes
import Reconciler

// What anybody who can connect may read: how the service as a whole is.
extension RESTTable {
  static func open(_ parts: RESTParts) -> [RESTRoute] {
    let board = parts.board
    let status = CachedDocument(board) { StatusDocument.status.bytes($0) }
    let withoutMoney = CachedDocument(board) { StatusDocument.statusForAll.bytes($0) }
    return [
      RESTRoute(
        "/health", .open, "Whether the service as a whole is well.", answer: .json(StatusDocument.health.schema)
      ) { _ throws(Problem) in RESTReply(json: StatusDocument.health.json(board.picture)) }.with {
        $0.isTagged = false
      },
      RESTRoute(
        "/api/status", .open, "The service, and each agent in a line.", answer: .json(StatusDocument.status.schema)
      ) { request throws(Problem) in .document(request.isTrusted ? status.current : withoutMoney.current) },
      RESTRoute("/livez", .open, "Whether the process is alive.", answer: .json(StatusDocument.live.schema)) {
        _ throws(Problem) in RESTReply(json: StatusDocument.live.json(board.picture))
      }.with { $0.isTagged = false },
      RESTRoute(
        "/readyz", .open, "Whether the loop has taken its first step.", answer: .json(StatusDocument.ready.schema)
      ) { _ throws(Problem) in
        let picture = board.picture
        let reply = StatusDocument.ready.json(picture)
        return RESTReply(json: reply, status: picture == nil ? .serviceUnavailable : .ok)
      }.with {
        $0.isTagged = false
        $0.unavailable = StatusDocument.ready.schema
      },
    ]
  }

  /// For Prometheus.
  static func metrics(_ parts: RESTParts) -> [RESTRoute] {
    guard let metrics = parts.metrics else { return [] }
    return [
      .text("/metrics", .open, "Figures for Prometheus.", type: "text/plain; version=0.0.4; charset=utf-8", metrics)
    ]
  }
}
