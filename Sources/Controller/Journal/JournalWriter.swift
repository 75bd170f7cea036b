import CDispatch
import Glibc
import Reconciler

/// The journal's thread: takes what is queued, writes it with few calls, syncs, and only then says that it is durable.
///
/// After a failure it writes nothing more; it still answers pings, so that a watchdog sees a thread that lives.
final class JournalWriter {
  let shared: Monitor<JournalState>
  let opening: JournalOpening
  let options: JournalOptions
  private var keeper: SpaceKeeper
  private var file: DiskFile?
  private var encoder: LineEncoder
  let headFile: JournalHeadKeeper
  var checkpoints: CheckpointKeeper
  private var isHeadWritten: Bool
  /// Lines that are not on disk yet, and how many.
  private var batch = CanonicalBytes(capacity: 0)
  private var batchRecords = 0
  /// The same lines, kept only where somebody wants to hear of them.
  private var batchLines: [JournalLine] = []
  /// What is being written while the batch fills.
  private var underWay: BatchWrite?
  /// When nothing was left to be written.
  private var settledAt = ContinuousClock.now
  private var reportedFull = false
  /// Of the snapshot that the segment begins with, as far as this writer wrote it; a segment is full by what it holds beyond
  /// that, and at least as much again: else a large fleet's journal would be snapshots and nothing else.
  private var firstLineBytes: Int64 = 0

  /// As much is written and synced while the next records are encoded, in bytes.
  private static let batchBytes = 1 << 20
  /// While one batch is written, the next may grow to this: a slow disk gets fewer and larger ones.
  private static let largestBatchBytes = 4 << 20
  /// As much is written beside where more records wait already; less is not worth a sync of its own.
  private static let leastBeside = 1 << 16
  /// So often everything is written and synced, and the head told, however many records come.
  private static let longestBeside: Duration = .milliseconds(200)
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
    // Of a line that was read, which has one.
    encoder = LineEncoder(chain: opening.chain, last: ChainHash(opening.lastHash) ?? .first)
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
    if let work {
      let isHeard = lineHandler != nil
      for record in work.records { try add(record, isHeard) }
      if !work.isAwaited, isBusy {
        // The next records go into this batch, or into one that is encoded while this one is synced.
        if isFree, batch.bytes.count >= Self.leastBeside { try launch() } else if isFree { try land() }
        return try look()
      }
    }
    try flush()
    settledAt = .now
    if let now = work?.removal { removeSegments(now: now) }
    try look()
    // A head costs a file; while the reserve is in use that room is for records.
    if keeper.state == .ok || keeper.state == .low || work?.closes == true {
      try headFile.update(to: head, now: work?.closes == true)
      if work?.pings.isEmpty == false { headFile.settle() }
      look(atCheckpoints: work?.asksForCheckpoint == true)
    }
  }

  /// Whether nothing is being written.
  private var isFree: Bool { underWay?.isOver ?? true }

  /// Whether more records wait, and not so many came one after the other that everything has to be settled in between.
  private var isBusy: Bool {
    shared.read { !$0.queue.isEmpty } && ContinuousClock.now - settledAt < Self.longestBeside
  }

  private func add(_ record: Record, _ isHeard: Bool) throws(JournalError) {
    if file == nil || (record.type == .snapshot && !isSegmentEmpty) {
      try flush()
      try beginSegment(first: record.sequence)
    }
    let isFirst = isSegmentEmpty
    let (start, prevHash) = (batch.bytes.count, encoder.last)
    let kept = encoder.append(record, to: &batch)
    let end = batch.bytes.count
    guard end - start <= JournalLine.maximumBytes else {
      throw .line(problem: "record \(record.sequence) is longer than \(JournalLine.maximumBytes) bytes")
    }
    batch.raw("\n")
    batchRecords += 1
    if isFirst { firstLineBytes = Int64(end - start) + 1 }
    if isHeard {
      batchLines.append(
        JournalLine(
          of: record, kept: kept, chain: opening.chain, prevHash: prevHash.text, hash: encoder.last.text,
          text: String(decoding: batch.bytes[start..<end], as: UTF8.self)))
    }
    if end >= Self.largestBatchBytes || (end >= Self.batchBytes && isFree) { try launch() }
  }

  private var isSegmentEmpty: Bool {
    batch.bytes.isEmpty && underWay == nil && shared.read { $0.segments.last?.bytes ?? 0 } == 0
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
    guard let file, !batch.bytes.isEmpty else { return }
    underWay = BatchWrite(
      batch.bytes, records: batchRecords, lines: batchLines, to: file, at: try room(for: batch.bytes.count),
      by: options.files)
    batch = CanonicalBytes(capacity: Self.batchBytes + Self.batchBytes / 8)
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
    let count = batch.bytes.count
    guard count > 0 else { return }
    try write(batch.bytes, at: try room(for: count))
    let (records, lines) = (batchRecords, batchLines)
    batch.removeAll()
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

  private func announce(_ state: SpaceState?) {
    guard let state else { return }
    shared.withLock { $0.space = state }
    emit(.space(state))
  }

  /// True when nothing is in the batch.
  var head: JournalHead {
    shared.read { state in
      JournalHead(
        chain: opening.chain, first: state.segments.first?.first ?? 1, sequence: state.durable, hash: encoder.last.text,
        shipped: state.shipped)
    }
  }

  private func fail(_ error: JournalError) {
    // What it wrote is not told: it may or may not be whole.
    _ = underWay?.end()
    underWay = nil
    batch.removeAll()
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

  func emit(_ event: JournalEvent) { shared.read { $0.handler }?(event) }
}
