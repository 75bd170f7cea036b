import HTTPTypes
import Reconciler

// What anybody who can connect may read: how the service as a whole is.
extension RESTTable {
  static func open(_ parts: RESTParts) -> [RESTRoute] {
    let board = parts.board
    return [
      RESTRoute("/health", .open, "Whether the service as a whole is well.", answer: .json(.any)) {
        _ throws(Problem) in RESTReply(json: StatusDocument.health(board.picture))
      },
      RESTRoute("/api/status", .open, "The service and each agent in a line.", answer: .json(.any)) {
        _ throws(Problem) in RESTReply(json: StatusDocument.status(board.picture))
      },
      RESTRoute("/livez", .open, "Whether the process is alive.", answer: .json(.any)) {
        _ throws(Problem) in RESTReply(json: StatusDocument.live(board.picture))
      },
      RESTRoute("/readyz", .open, "Whether the loop has taken its first step; 503 before.", answer: .json(.any)) {
        _ throws(Problem) in
        let picture = board.picture
        return RESTReply(json: StatusDocument.ready(picture), status: picture == nil ? .serviceUnavailable : .ok)
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
