import CDispatch
import Glibc
import Reconciler

/// The journal's thread: takes what is queued, writes it with few calls, syncs, and only then says that it is durable.
///
/// After a failure it writes nothing more; it still answers pings, so that a watchdog sees a thread that lives.
final class JournalWriter {
  private let shared: Monitor<JournalState>
  private let opening: JournalOpening
  private let options: JournalOptions
  private var keeper: SpaceKeeper
  private var file: DiskFile?
  private var lastHash: String
  private let headFile: JournalHeadKeeper
  private var checkpoints: CheckpointKeeper
  private var isHeadWritten: Bool
  /// Lines that are not on disk yet, and how many.
  private var batch: [UInt8] = []
  private var batchRecords = 0
  /// The same lines, kept only where somebody wants to hear of them.
  private var batchLines: [JournalLine] = []
  /// What is being written while the batch fills.
  private var underWay: BatchWrite?
  private var reportedFull = false
  /// Of the snapshot that the segment begins with, as far as this writer wrote it; a segment is full by what it holds beyond
  /// that, and at least as much again: else a large fleet's journal would be snapshots and nothing else.
  private var firstLineBytes: Int64 = 0

  /// More than this is written and synced before the next record is taken, in bytes.
  private static let batchBytes = 1 << 20
  private static let idle: Duration = .seconds(1)

  init(
    shared: Monitor<JournalState>, opening: JournalOpening, options: JournalOptions, keeper: SpaceKeeper,
    file: DiskFile?
  ) {
    self.shared = shared
    self.opening = opening
    self.options = options
    self.keeper = keeper
    self.file = file
    lastHash = opening.lastHash
    isHeadWritten = opening.isHeadWritten
    checkpoints = CheckpointKeeper(
      stateDirectory: opening.stateDirectory, end: opening.checkpoints, chain: opening.chain, options: options)
    headFile = JournalHeadKeeper(directory: opening.directory, head: opening.head, files: options.files)
  }

  /// Runs until the journal is closed.
  func run() {
    while true {
      let work = shared.wait(atMost: Self.idle) { $0.takeWork() }
      if shared.read({ $0.failure }) == nil {
        do throws(JournalError) { try perform(work) } catch { fail(error) }
      } else if work?.announcesSpace == true {
        emit(.space(keeper.state))
      }
      for ping in work?.pings ?? [] { ping() }
      if work?.closes == true { return finish() }
    }
  }

  private func perform(_ work: JournalWork?) throws(JournalError) {
    if work?.announcesSpace == true {
      try look()
      emit(.space(keeper.state))
    }
    for record in work?.records ?? [] { try add(record) }
    try flush()
    if let now = work?.removal { try removeSegments(now: now) }
    try look()
    // A head costs a file; while the reserve is in use that room is for records.
    if keeper.state == .ok || keeper.state == .low || work?.closes == true {
      try headFile.update(to: head, now: work?.closes == true)
      if work?.pings.isEmpty == false { headFile.settle() }
      look(atCheckpoints: work?.asksForCheckpoint == true)
    }
  }

  private func add(_ record: Record) throws(JournalError) {
    if file == nil || (record.type == .snapshot && !isSegmentEmpty) {
      try flush()
      try beginSegment(first: record.sequence)
    }
    let line = JournalLine.make(record: record, chain: opening.chain, prevHash: lastHash)
    guard line.text.utf8.count <= JournalLine.maximumBytes else {
      throw .line(problem: "record \(record.sequence) is longer than \(JournalLine.maximumBytes) bytes")
    }
    lastHash = line.hash
    if isSegmentEmpty { firstLineBytes = Int64(line.text.utf8.count) + 1 }
    batch.append(contentsOf: line.text.utf8)
    batch.append(0x0A)
    batchRecords += 1
    if lineHandler != nil { batchLines.append(line) }
    if batch.count >= Self.batchBytes { try launch() }
  }

  private var isSegmentEmpty: Bool {
    batch.isEmpty && underWay == nil && shared.read { $0.segments.last?.bytes ?? 0 } == 0
  }

  private func beginSegment(first: Int64) throws(JournalError) {
    if !isHeadWritten {
      try withReserve(bytes: 4096) { () throws(JournalError) in
        try opening.head.begin(in: opening.directory, by: options.files)
      }
      isHeadWritten = true
    }
    let path = opening.directory + "/" + Segment.name(first: first)
    file = try withReserve(bytes: 4096) { () throws(JournalError) in try options.files.create(path) }
    try Disk.synchronizeDirectory(opening.directory)
    shared.withLock { $0.segments.append(Segment(first: first, bytes: 0)) }
    reportedFull = false
    firstLineBytes = 0
  }

  /// Has what is collected written and synced beside, and goes on with the next batch.
  private func launch() throws(JournalError) {
    try land()
    guard let file, !batch.isEmpty else { return }
    underWay = BatchWrite(
      batch, records: batchRecords, lines: batchLines, to: file, at: try room(for: batch.count), by: options.files)
    batch = []
    batch.reserveCapacity(Self.batchBytes + Self.batchBytes / 8)
    batchRecords = 0
    batchLines = []
  }

  /// Waits for what is written beside, and takes it for durable.
  private func land() throws(JournalError) {
    guard let written = underWay else { return }
    underWay = nil
    switch written.end() {
    case nil: break
    case .sync(let error)?: throw error
    case .write?: try write(written.bytes, at: written.offset)
    }
    took(written.bytes.count, written.records, written.lines)
  }

  /// Writes and syncs what is collected.
  private func flush() throws(JournalError) {
    try land()
    guard !batch.isEmpty else { return }
    try write(batch, at: try room(for: batch.count))
    let (count, records, lines) = (batch.count, batchRecords, batchLines)
    batch.removeAll(keepingCapacity: true)
    batchRecords = 0
    batchLines.removeAll(keepingCapacity: true)
    took(count, records, lines)
  }

  /// Where the next bytes go.
  ///
  /// - Throws: `exhausted` when there are too many that the database does not have.
  private func room(for count: Int) throws(JournalError) -> Int64 {
    let (offset, unshipped) = shared.read { ($0.segments.last?.bytes ?? 0, $0.unshippedBytes) }
    guard unshipped + Int64(count) <= options.maximumUnshippedBytes + options.reserveBytes else {
      throw .exhausted(
        problem: "\(unshipped) bytes wait for the database; the bound is \(options.maximumUnshippedBytes)")
    }
    return offset
  }

  private func write(_ bytes: [UInt8], at offset: Int64) throws(JournalError) {
    guard let file else { return }
    try withReserve(bytes: Int64(bytes.count)) { () throws(JournalError) in
      do throws(JournalError) { try options.files.writeAll(bytes, to: file, at: offset) } catch {
        // No half of a line may stay, whether the batch is tried again or this is the end.
        try options.files.truncate(file, to: offset)
        throw error
      }
    }
    try options.files.synchronize(file)
  }

  /// So many bytes and records more are durable.
  private func took(_ count: Int, _ records: Int, _ lines: [JournalLine]) {
    let (durable, size) = shared.withLock { state in
      state.durable += Int64(records)
      state.waiting -= records
      var size: Int64 = 0
      if let index = state.segments.indices.last {
        state.segments[index].bytes += Int64(count)
        size = state.segments[index].bytes
      }
      return (state.durable, size)
    }
    emit(.durable(durable))
    lineHandler?(lines)
    if size - firstLineBytes >= max(options.segmentBytes, firstLineBytes), !reportedFull {
      reportedFull = true
      emit(.segmentFull)
    }
  }

  /// Does something that needs room; gives the reserve back, piece by piece, while there is none.
  private func withReserve<R>(bytes: Int64, _ body: () throws(JournalError) -> R) throws(JournalError) -> R {
    while true {
      do throws(JournalError) { return try body() } catch {
        guard error.isOutOfSpace else { throw error }
        guard try keeper.release(atLeast: bytes) else {
          throw .exhausted(problem: "\(error), and the reserve is used up")
        }
        announce(keeper.change(to: .reserve))
      }
    }
  }

  private func look() throws(JournalError) {
    announce(try keeper.look(unshippedBytes: shared.read { $0.unshippedBytes }))
  }

  private func look(atCheckpoints isAsked: Bool) {
    switch checkpoints.look(head, now: isAsked) {
    case .none: break
    case .made(let checkpoint):
      let size = checkpoints.size
      shared.withLock { $0.checkpointBytes = size }
      emit(.checkpoint(checkpoint))
    case .failed(let error): emit(.checkpointFailed(error))
    }
  }

  private func announce(_ state: SpaceState?) {
    guard let state else { return }
    shared.withLock { $0.space = state }
    emit(.space(state))
  }

  private func removeSegments(now: Timestamp) throws(JournalError) {
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

  /// True when nothing is in the batch.
  private var head: JournalHead {
    shared.read { state in
      JournalHead(
        chain: opening.chain, first: state.segments.first?.first ?? 1, sequence: state.durable, hash: lastHash,
        shipped: state.shipped)
    }
  }

  private func fail(_ error: JournalError) {
    // What it wrote is not told: it may or may not be whole.
    _ = underWay?.end()
    underWay = nil
    batch = []
    batchLines = []
    shared.withLock { state in
      state.failure = error
      state.queue = []
      state.waiting = 0
    }
    if case .exhausted = error { announce(keeper.change(to: .exhausted)) }
    emit(.failed(error))
  }

  private func finish() {
    file = nil
    opening.lock.release()
    shared.withLock { state in
      state.isFinished = true
      state.handler = nil
      state.lineHandler = nil
    }
  }

  private var lineHandler: (@Sendable ([JournalLine]) -> Void)? { shared.read { $0.lineHandler } }

  private func emit(_ event: JournalEvent) { shared.read { $0.handler }?(event) }
}
