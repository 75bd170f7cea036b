import CDispatch
import CoreFoundation
import Glibc
import Reconciler

/// Makes checkpoints when they are due: after so many records or so much time, and when asked. Belongs to the writer's
/// thread. It only ever covers what is durable, and a file that cannot be written stops nothing: it is tried again.
struct CheckpointKeeper {
  private let stateDirectory: String
  private let options: JournalOptions
  private var file: DiskFile?
  private(set) var size: Int64
  /// The last record that is covered.
  private var covered: Int64
  private var lastAt: Int64
  private var notBefore: Int64 = 0
  private var isFailing = false

  private static let retryAfter: Int64 = 1_000_000_000

  init(stateDirectory: String, end: CheckpointFile.End, chain: String, options: JournalOptions) {
    self.stateDirectory = stateDirectory
    self.options = options
    size = end.size
    covered = end.last.flatMap { $0.chain == chain ? $0.sequence : nil } ?? 0
    lastAt = Self.clock()
  }

  enum Outcome {
    case none
    case made(Checkpoint)
    /// Told once, until one is made again.
    case failed(JournalError)
  }

  /// - Parameters:
  ///   - head: what is durable.
  ///   - now: does not wait for the number or the time.
  mutating func look(_ head: JournalHead, now isAsked: Bool) -> Outcome {
    guard head.sequence > covered else { return .none }
    let now = Self.clock()
    let isDue =
      head.sequence - covered >= options.checkpointRecords
      || now - lastAt >= options.checkpointInterval.inNanoseconds
    guard isAsked || isDue && now >= notBefore else { return .none }
    let checkpoint = Checkpoint(
      chain: head.chain, sequence: head.sequence, hash: head.hash, at: options.now(), signedBy: options.checkpointKey)
    do throws(JournalError) {
      try append(Array(checkpoint.line.utf8) + [0x0A])
    } catch {
      notBefore = now + Self.retryAfter
      defer { isFailing = true }
      return isFailing ? .none : .failed(error)
    }
    covered = head.sequence
    lastAt = now
    isFailing = false
    return .made(checkpoint)
  }

  /// Appends and synchronises; what a crash left unfinished at the end is written over.
  private mutating func append(_ bytes: [UInt8]) throws(JournalError) {
    let isNew = file == nil && size == 0
    let path = CheckpointFile.path(stateDirectory)
    let file: DiskFile
    if let open = self.file { file = open } else { file = try DiskFile(path: path, flags: O_RDWR | O_CREAT) }
    self.file = file
    if try file.size() > size { try options.files.truncate(file, to: size) }
    do throws(JournalError) {
      try options.files.writeAll(bytes, to: file, at: size)
      try options.files.synchronize(file)
    } catch {
      try? options.files.truncate(file, to: size)
      throw error
    }
    if isNew { try Disk.synchronizeDirectory(stateDirectory) }
    size += Int64(bytes.count)
  }

  private static func clock() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

extension Duration {
  var inNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
