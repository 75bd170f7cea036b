import Reconciler

/// What the journal's callers and its writer share, behind one lock.
struct JournalState: Sendable {
  /// Records that the writer has not taken yet.
  var queue: [Record] = []
  /// Records that were appended and are not durable yet, those that the writer took among them.
  var waiting = 0
  var nextSequence: Int64
  var pings: [@Sendable () -> Void] = []
  var removal: Timestamp?
  /// A checkpoint was asked for.
  var wantsCheckpoint = false
  /// Durable bytes of `checkpoints.jsonl`.
  var checkpointBytes: Int64
  var handler: (@Sendable (JournalEvent) -> Void)?
  /// Hears of each line once it is durable.
  var lineHandler: (@Sendable ([JournalLine]) -> Void)?
  /// A new handler is told the space first.
  var isHandlerNew = false
  /// The last durable sequence.
  var durable: Int64
  /// Oldest first; bytes are durable ones.
  var segments: [Segment]
  /// How far the database has ever had it, as far as is known. What it had once takes no part of the bound, also where the
  /// database is a new one or was restored: it lies on the disk already, and an end of all records would police nobody.
  var shipped: Int64
  /// How far it has it now, as the shipper said in this process: only this lets segments be removed.
  var confirmedShipped: Int64 = 0
  var space: SpaceState = .ok
  var failure: JournalError?
  var isClosing = false
  var isFinished = false

  init(_ opening: JournalOpening) {
    nextSequence = opening.recovery.lastSequence + 1
    durable = opening.recovery.lastSequence
    segments = opening.segments
    checkpointBytes = opening.checkpoints.size
    shipped = min(opening.head.shipped, opening.recovery.lastSequence)
  }

  /// The last durable sequence of a segment.
  func last(ofSegment index: Int) -> Int64 {
    index + 1 < segments.count ? segments[index + 1].first - 1 : durable
  }

  /// What the database has never had; within a segment in proportion.
  var unshippedBytes: Int64 {
    var total: Int64 = 0
    for (index, segment) in segments.enumerated() {
      let last = last(ofSegment: index)
      let count = last - segment.first + 1
      guard shipped < last, count > 0 else { continue }
      let open = min(last - shipped, count)
      total += open == count ? segment.bytes : segment.bytes / count * open
    }
    return total
  }

  /// What the writer does next; `nil` if there is nothing.
  mutating func takeWork() -> JournalWork? {
    guard !queue.isEmpty || !pings.isEmpty || removal != nil || isHandlerNew || isClosing || wantsCheckpoint else {
      return nil
    }
    let work = JournalWork(
      records: queue, pings: pings, removal: removal, announcesSpace: isHandlerNew,
      asksForCheckpoint: wantsCheckpoint || isClosing, closes: isClosing)
    wantsCheckpoint = false
    queue = []
    pings = []
    removal = nil
    isHandlerNew = false
    return work
  }
}

/// One round of the writer.
struct JournalWork {
  let records: [Record]
  let pings: [@Sendable () -> Void]
  let removal: Timestamp?
  let announcesSpace: Bool
  let asksForCheckpoint: Bool
  let closes: Bool

  /// Whether somebody waits for its end, or for what only comes when everything is on disk.
  var isAwaited: Bool { !pings.isEmpty || removal != nil || asksForCheckpoint || closes }
}
