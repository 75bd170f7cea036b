// Journal: the local record log: lines, their chain of hashes, segment files, the writer, recovery, verification. It knows
// nothing of what a record means: no decision, no database and no terminal belongs here.

import CDispatch
import Glibc
public import Reconciler

/// The local record log: append-only segment files in `STATE/journal`, written and synced by a thread of its own.
///
/// Order of use: `open`, `replay`, `onEvent`, `append`…, `close`. All but `append`, `markShipped`, `ping`, `onEvent` and the
/// properties read files or wait, and must not be called on the cooperative pool.
public final class Journal: Sendable {
  /// The chain's id: 16 random characters of base32, made once, stated in every line.
  public let chain: String
  /// What `open` found.
  public let recovered: JournalRecovery

  private let opening: JournalOpening
  private let options: JournalOptions
  let shared: Monitor<JournalState>

  private static let maximumPings = 64

  /// Takes the lock on the state directory, which is made if it is missing, and finds the end of the log. An unfinished last
  /// line is cut off and reported in `recovered`; any other damage is an error.
  public static func open(
    stateDirectory: String, options: JournalOptions = JournalOptions()
  ) throws(JournalError) -> Journal {
    let opening = try JournalOpening(stateDirectory: stateDirectory, options: options)
    var keeper = try SpaceKeeper(directory: opening.directory, options: options)
    let journal = Journal(opening, options)
    _ = try keeper.look(unshippedBytes: journal.unshippedBytes)
    let space = keeper
    journal.shared.withLock { $0.space = space.state }
    let file: DiskFile? =
      if let newest = opening.segments.last {
        try DiskFile(path: opening.directory + "/" + newest.name, flags: O_RDWR)
      } else { nil }
    // A process that was killed between a write and its sync left lines that only the page cache has.
    if let file {
      try options.files.synchronize(file)
      try Disk.synchronizeDirectory(opening.directory)
    }
    let shared = journal.shared
    try OwnThread.start(name: "journal") {
      JournalWriter(shared: shared, opening: opening, options: options, keeper: space, file: file).run()
    }
    return journal
  }

  private init(_ opening: JournalOpening, _ options: JournalOptions) {
    self.opening = opening
    self.options = options
    chain = opening.chain
    recovered = opening.recovery
    shared = Monitor(JournalState(opening))
  }

  deinit { shared.withLock { $0.isClosing = true } }

  /// Reads what `open` found, from the newest snapshot on, and verifies its chain. An error of `body` stops it.
  public func replay(_ body: (Record) throws -> Void) throws(JournalError) {
    try JournalReplay(opening: opening).run(body)
  }

  /// Sets who is told; the first event is the space. Called from the journal's thread.
  public func onEvent(_ handler: @escaping @Sendable (JournalEvent) -> Void) {
    shared.withLock { state in
      state.handler = handler
      state.isHandlerNew = true
    }
  }

  /// Sets who is given each line as soon as it is durable, in order. Called from the journal's thread, so it must not wait.
  public func onLines(_ handler: @escaping @Sendable ([JournalLine]) -> Void) {
    shared.withLock { $0.lineHandler = handler }
  }

  /// Queues records, whose sequences go on from the last one without a gap. They are durable when `durable` says so, and
  /// not before. Takes all of them or none.
  ///
  /// - Throws: `outOfOrder`, `overflow`, `closed`, or the error that ended the writing.
  public func append(_ records: [Record]) throws(JournalError) {
    try shared.withLock { state throws(JournalError) in
      if let failure = state.failure { throw failure }
      guard !state.isClosing else { throw .closed }
      guard state.waiting + records.count <= options.maximumQueued else {
        throw .overflow(limit: options.maximumQueued)
      }
      for (expected, record) in zip(state.nextSequence..., records) where record.sequence != expected {
        throw .outOfOrder(expected: expected, got: record.sequence)
      }
      state.queue.append(contentsOf: records)
      state.waiting += records.count
      state.nextSequence += Int64(records.count)
    }
  }

  /// Calls `done` from the journal's thread, after what was appended before; never, if that thread is stuck or more than 64
  /// pings wait already.
  public func ping(_ done: @escaping @Sendable () -> Void) {
    shared.withLock { state in
      if state.pings.count < Self.maximumPings, !state.isFinished { state.pings.append(done) }
    }
  }

  /// The database has everything up to this sequence. May go back, when the database was restored.
  public func markShipped(_ sequence: Int64) {
    shared.withLock { state in
      state.shipped = max(state.shipped, sequence)
      state.confirmedShipped = sequence
    }
  }

  /// Removes segments that are in the database (by `markShipped` in this process), older than the retention, and behind a
  /// snapshot. Done later on the journal's thread; `removed` reports it.
  public func removeOldSegments(now: Timestamp) { shared.withLock { $0.removal = now } }

  /// Asks for a checkpoint on what was appended so far, before the next ping is answered; none when there is one already.
  public func makeCheckpoint() { shared.withLock { $0.wantsCheckpoint = true } }

  /// Reads this chain's durable checkpoints, for one thread at a time.
  public func checkpointCursor() -> CheckpointCursor {
    CheckpointCursor(path: CheckpointFile.path(opening.stateDirectory), chain: chain, shared: shared)
  }

  /// Writes and syncs what is queued, makes a checkpoint, states the head, releases the lock.
  ///
  /// - Returns: whether everything that was appended is durable; `false` after a failure or if the time was over first.
  @discardableResult
  public func close(within limit: Duration = .seconds(10)) -> Bool {
    shared.withLock { $0.isClosing = true }
    return shared.wait(atMost: limit) { state in
      state.isFinished ? state.failure == nil && state.waiting == 0 : nil
    } ?? false
  }
}

extension Journal {
  /// The last sequence that survives a power cut.
  public var durableSequence: Int64 { shared.read { $0.durable } }

  /// The oldest sequence that is kept here; 1 in a new journal.
  public var oldestSequence: Int64 { shared.read { $0.segments.first?.first ?? 1 } }

  public var space: SpaceState { shared.read { $0.space } }

  /// Bytes that the database has never had.
  public var unshippedBytes: Int64 { shared.read { $0.unshippedBytes } }

  /// Reads durable lines in order, from the one after `sequence`; for one thread at a time.
  public func cursor(after sequence: Int64) -> JournalCursor {
    JournalCursor(shared: shared, directory: opening.directory, chain: chain, after: sequence)
  }

  /// At most `limit` durable lines after `sequence`. To read on and on, keep a `cursor`.
  public func lines(after sequence: Int64, limit: Int) throws(JournalError) -> [JournalLine] {
    try cursor(after: sequence).next(limit: limit)
  }
}
