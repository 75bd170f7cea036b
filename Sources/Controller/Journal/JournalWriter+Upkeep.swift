import Reconciler

// What the writer does beside the records, once nothing of them is under way.
extension JournalWriter {
  /// The records do not depend on it: what cannot be removed stays, is told of, and is tried again.
  func removeSegments(now: Timestamp) {
    var left: [Segment] = []
    do throws(JournalError) {
      let removable = try SegmentRetention(directory: opening.directory, state: shared.read { $0 })
        .removable(olderThan: now - options.retention)
      guard !removable.isEmpty else { return }
      left = removable
      shared.withLock { $0.segments.removeFirst(removable.count) }
      // The head says first that they may be missing.
      try headFile.update(to: head, now: true)
      for segment in removable {
        try Disk.remove(opening.directory + "/" + segment.name)
        left.removeFirst()
      }
      try Disk.synchronizeDirectory(opening.directory)
      emit(.removed(oldest: shared.read { $0.segments.first?.first ?? 1 }))
    } catch {
      shared.withLock { $0.segments.insert(contentsOf: left, at: 0) }
      emit(.removalFailed(error))
    }
  }

  func look(atCheckpoints isAsked: Bool) {
    switch checkpoints.look(head, now: isAsked) {
    case .none: break
    case .made(let checkpoint):
      let size = checkpoints.size
      shared.withLock { $0.checkpointBytes = size }
      emit(.checkpoint(checkpoint))
    case .failed(let error): emit(.checkpointFailed(error))
    }
  }
}
