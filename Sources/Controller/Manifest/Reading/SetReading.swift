import Synchronization

/// Reads all files of a set: those that have changed, on all processors at once.
enum SetReading {
  /// The most documents of a set.
  static let maximumDocuments = 100_000

  /// - Returns: a reading of each file, in their order.
  static func read(_ files: [ManifestFile], memory: ReadingMemory?) -> [FileReading] {
    let known = memory?.readings ?? [:]
    var readings: [FileReading?] = files.map { file in
      known[file.shownName].flatMap { $0.file == file ? $0 : nil }
    }
    let missing = readings.indices.filter { readings[$0] == nil }
    let found = Mutex<[(index: Int, reading: FileReading)]>([])
    ReadingThreads.perform(missing.count) { number in
      let reading = FileReading(files[missing[number]], maximumDocuments: maximumDocuments)
      found.withLock { $0.append((missing[number], reading)) }
    }
    for (index, reading) in found.withLock({ $0 }) { readings[index] = reading }
    let whole = readings.compactMap { $0 }
    guard whole.reduce(0, { $0 + $1.count }) <= maximumDocuments else { return bounded(files) }
    memory?.keep(whole)
    return whole
  }

  /// More than the bound, which is an error: where it lies depends on the files before.
  private static func bounded(_ files: [ManifestFile]) -> [FileReading] {
    var left = maximumDocuments
    return files.map { file in
      let reading = FileReading(file, maximumDocuments: left)
      left -= reading.count
      return reading
    }
  }
}

/// What the files of the last set came to, for the next one: of ten thousand agents one is edited at a time. A file is taken
/// for the same only if every byte of it is.
public final class ReadingMemory: Sendable {
  private let kept = Mutex<[String: FileReading]>([:])

  public init() {}

  var readings: [String: FileReading] { kept.withLock { $0 } }

  /// Forgets what is not in this set.
  func keep(_ readings: [FileReading]) {
    let byName = Dictionary(readings.map { ($0.file.shownName, $0) }, uniquingKeysWith: { _, last in last })
    kept.withLock { $0 = byName }
  }
}
