import Reconciler

/// The journal's files, with the time that each sync takes.
private struct MeteredFiles: JournalFileSystem {
  let files: any JournalFileSystem
  let metrics: ControllerMetrics

  func synchronize(_ file: DiskFile) throws(JournalError) {
    let began = metrics.now().steady
    // A sync that fails ends the journal: it is no measurement.
    try files.synchronize(file)
    metrics.journalFsync.observe((metrics.now().steady - began).inMicroseconds)
  }

  func write(_ bytes: ArraySlice<UInt8>, to file: DiskFile, at offset: Int64) throws(JournalError) -> Int {
    try files.write(bytes, to: file, at: offset)
  }

  func truncate(_ file: DiskFile, to size: Int64) throws(JournalError) { try files.truncate(file, to: size) }

  func allocate(_ file: DiskFile, size: Int64) throws(JournalError) { try files.allocate(file, size: size) }

  func create(_ path: String) throws(JournalError) -> DiskFile { try files.create(path) }

  func freeBytes(_ path: String) throws(JournalError) -> Int64 { try files.freeBytes(path) }
}

extension ControllerMetrics {
  /// The same options, with the journal's syncs timed.
  func metering(_ options: JournalOptions) -> JournalOptions {
    var options = options
    options.files = MeteredFiles(files: options.files, metrics: self)
    return options
  }
}
