import Bridge
import Reconciler
import Synchronization

/// A document over the whole fleet, kept as bytes: made anew when the picture has changed, and then at most twenty times a
/// second, however many ask.
final class CachedDocument: Sendable {
  private struct State {
    var version: UInt64 = 0
    var madeAt: Steady?
    var document: TaggedDocument?
    var isBeingMade = false
  }

  private let board: StatusBoard
  private let make: @Sendable (StatusBoard.Picture?) -> [UInt8]
  private let state = Mutex(State())

  private static let longestStaleness: Duration = .milliseconds(50)
  /// While one request makes it anew, others get what is there, unless it is older than this.
  private static let longestWhileMade: Duration = .milliseconds(250)

  init(_ board: StatusBoard, _ make: @escaping @Sendable (StatusBoard.Picture?) -> [UInt8]) {
    self.board = board
    self.make = make
  }

  var current: TaggedDocument {
    let version = board.version
    let now = SystemClock.now().steady
    let kept = state.withLock { state -> TaggedDocument? in
      if let document = state.document, let madeAt = state.madeAt {
        if state.version == version || now - madeAt < Self.longestStaleness { return document }
        if state.isBeingMade, now - madeAt < Self.longestWhileMade { return document }
      }
      state.isBeingMade = true
      return nil
    }
    if let kept { return kept }
    let document = TaggedDocument(bytes: make(board.picture))
    state.withLock { state in
      state.isBeingMade = false
      if let madeAt = state.madeAt, madeAt > now { return }
      state.version = version
      state.madeAt = now
      state.document = document
    }
    return document
  }
}
