import Reconciler

// What the writer does beside the records, once nothing of them is under way.
extension JournalWriter {
  func removeSegments(now: Timestamp) throws(JournalError) {
    let removable = try SegmentRetention(directory: opening.directory, state: shared.read { $0 })
      .removable(olderThan: now - options.retention)
    guard !removable.isEmpty else { return }
    shared.withLock { $0.segments.removeFirst(removable.count) }
    // The head says first that they may be missing.
    try headFile.update(to: head, now: true)
    for segment in removable { try Disk.remove(opening.directory + "/" + segment.name) }
    try Disk.synchronizeDirectory(opening.directory)
    emit(.removed(oldest: shared.read { $0.segments.first?.first ?? 1 }))
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
