import Reconciler

extension ControllerService {
  /// The text of `GET /metrics`, made on a thread of its own.
  func metricsText() async -> [UInt8] {
    let (metrics, board) = (metrics, board)
    return await Blocking.value("mt4-metrics") {
      MetricsPage.render(metrics, board.picture, ProcessFacts.read())
    }
  }
}
