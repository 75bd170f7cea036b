import Bridge
import Reconciler

// How the service manager sees the controller.
extension ControllerService {
  /// Everything is recovered, accepted and bound.
  func tellReady(_ journal: Journal, _ engine: BridgeEngine) {
    let mailbox = mailbox
    let board = board
    let pings: [WatchedPart: ServiceManager.Ping] = [
      .loop: { mailbox.post(.ping($0)) }, .bridge: { engine.ping($0) }, .journal: { journal.ping($0) },
    ]
    manager.ready(status: { StatusLine.text(board.picture) }, pings: pings)
    #if DEBUG
      FreezeSeam.watch(options.environment, pings: pings)
    #endif
  }
}
