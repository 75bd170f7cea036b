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
  }

  private let board: StatusBoard
  private let make: @Sendable (StatusBoard.Picture?) -> JSONValue
  private let state = Mutex(State())

  private static let longestStaleness: Duration = .milliseconds(50)

  init(_ board: StatusBoard, _ make: @escaping @Sendable (StatusBoard.Picture?) -> JSONValue) {
    self.board = board
    self.make = make
  }

  var current: TaggedDocument {
    let version = board.version
    return state.withLock { state in
      let now = SystemClock.now().steady
      if let document = state.document, let madeAt = state.madeAt,
        state.version == version || now - madeAt < Self.longestStaleness
      {
        return document
      }
      let document = TaggedDocument(make(board.picture))
      state = State(version: version, madeAt: now, document: document)
      return document
    }
  }
}
