import Reconciler

/// The files of one recording, as they grow. For the recorder's thread alone.
struct RecordingSink {
  private let options: RecordingOptions
  private let head: RecordingHead
  private var writer: LineWriter
  private var path = ""
  private var segment = 0
  private var segmentBytes: Int64 = 0
  /// Recordings of earlier processes, oldest first.
  private var older: [RecordedRun] = []
  private var olderBytes: Int64 = 0
  private(set) var written: Int64 = 0
  private(set) var events: Int64 = 0
  /// Whether the core's last word is in it.
  private(set) var isWhole = false

  init(_ options: RecordingOptions, head: RecordingHead) {
    self.options = options
    self.head = head
    writer = LineWriter(head)
  }

  /// Makes the folder and the first file.
  mutating func begin() throws(RecordingError) {
    let name = head.moment.wall.rfc3339.filter { $0 != ":" && $0 != "-" }
    path = try options.files.makeRun(name, in: options.directory)
    let own = path
    older = try options.files.runs(in: options.directory).filter { $0.path != own }
    olderBytes = older.reduce(0) { $0 + $1.bytes }
    try put(openSegment())
  }

  mutating func write(_ events: [RecordedEvent]) throws(RecordingError) {
    var bytes: [UInt8] = []
    for event in events {
      if segmentBytes + Int64(bytes.count) >= options.segmentBytes {
        try put(bytes)
        bytes = openSegment()
      }
      writer.write(event, to: &bytes)
      if bytes.count >= 1 << 20 {
        try put(bytes)
        bytes = []
      }
    }
    try put(bytes)
    self.events += Int64(events.count)
    if case .stopped? = events.last?.input { isWhole = true }
  }

  mutating func end(_ end: RecordingEnd) throws(RecordingError) {
    guard segment > 0 else { return }
    let bytes = LineWriter.line(end)
    try options.files.append(bytes, to: file)
    written += Int64(bytes.count)
  }

  private var file: String { "\(path)/\(RecordedRun.file(segment))" }

  /// Every file says what it belongs to.
  private mutating func openSegment() -> [UInt8] {
    segment += 1
    segmentBytes = 0
    return LineWriter.line(head, segment: segment)
  }

  private mutating func put(_ bytes: [UInt8]) throws(RecordingError) {
    guard !bytes.isEmpty else { return }
    try makeRoom(Int64(bytes.count))
    do throws(RecordingError) {
      try options.files.append(bytes, to: file)
    } catch {
      // Half a line would hide the mark that follows.
      options.files.cut(file, to: segmentBytes)
      throw error
    }
    segmentBytes += Int64(bytes.count)
    written += Int64(bytes.count)
  }

  private mutating func makeRoom(_ bytes: Int64) throws(RecordingError) {
    while olderBytes + written + bytes > options.limitBytes, !older.isEmpty { dropOldest() }
    guard written + bytes <= options.limitBytes else {
      throw .unusable("it has reached its limit of \(options.limitBytes / 1_000_000) MB (--recording-limit)")
    }
    while try options.files.freeBytes(options.directory) - bytes < options.minimumFreeBytes {
      guard !older.isEmpty else {
        throw .unusable(
          "its disk has less than \(options.minimumFreeBytes >> 20) MiB left, which are the journal's")
      }
      dropOldest()
    }
  }

  private mutating func dropOldest() {
    let run = older.removeFirst()
    olderBytes -= run.bytes
    options.files.remove(run)
  }
}
