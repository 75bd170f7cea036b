import CDispatch
import Foundation
import Glibc
public import Reconciler

/// `mt4ctl audit export`: writes a folder under another name and renames it when it is whole. Blocks: use it through
/// `DatabaseThread`.
public struct RecordExport: Sendable {
  /// The folder to make; it must not be there.
  public var out: String
  /// From the first record made at this instant on.
  public var since: Timestamp?
  /// Up to the first record made at this instant.
  public var until: Timestamp?
  /// The agent that the tables are of, by id or name; the lines are always of all, or their chain could not be verified.
  public var agent: String?
  /// Goes into the folder, and its id into the manifest; without it the one that the state directory has.
  public var publicKey: CheckpointPublicKey?
  /// Told the number of records so far, now and then.
  public var progress: @Sendable (Int64) -> Void = { _ in }

  public init(out: String) { self.out = out }

  /// What was written.
  public struct Summary: Hashable, Sendable {
    public var chains: [(chain: String, first: Int64, last: Int64)]
    public var records: Int64
    public var checkpoints: Int64
    public var bytes: Int64

    public static func == (a: Self, b: Self) -> Bool {
      a.records == b.records && a.checkpoints == b.checkpoints && a.bytes == b.bytes
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(records) }
  }

  public func write(database target: DatabaseTarget, stateDirectory: String?) throws -> Summary {
    let local = stateDirectory.flatMap { JournalVerifier.isUsed(stateDirectory: $0) ? $0 : nil }
    return try with(keyOf: stateDirectory).write(try DatabaseRecords(target, stateDirectory: local))
  }

  public func write(journalOf stateDirectory: String) throws -> Summary {
    try with(keyOf: stateDirectory).write(try JournalRecords(stateDirectory: stateDirectory))
  }

  private func with(keyOf stateDirectory: String?) -> RecordExport {
    var export = self
    export.publicKey =
      publicKey ?? stateDirectory.flatMap { try? CheckpointPublicKey(file: CheckpointFile.publicKeyPath($0)) }
    return export
  }

  // MARK: Writing

  private func write(_ reader: some RecordReader) throws -> Summary {
    let folder = try begin()
    do {
      let summary = try fill(folder, reader)
      // Nothing is replaced that came meanwhile but an empty folder.
      guard unsafe rename(folder, out) == 0 else {
        throw ExportError("\(out) cannot be made: \(SystemText.message(errno))")
      }
      try Disk.synchronizeDirectory((out as NSString).deletingLastPathComponent.ifEmpty("."))
      return summary
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
  }

  /// A folder beside the one that is wanted, on the same file system.
  private func begin() throws(ExportError) -> String {
    guard !FileReader.exists(out) else {
      throw ExportError("\(out) is there already, and is not overwritten: choose another --out")
    }
    let folder = "\(out).partial-\(getpid())"
    try? FileManager.default.removeItem(atPath: folder)
    guard unsafe mkdir(folder, 0o700) == 0 else {
      throw ExportError("\(folder) cannot be made: \(SystemText.message(errno))")
    }
    return folder
  }

  private func fill(_ folder: String, _ reader: some RecordReader) throws -> Summary {
    var wanted: Set<String>?
    if let agent {
      let ids = try reader.agents(named: agent)
      guard !ids.isEmpty else { throw ExportError("there is no agent \(agent) in this record") }
      wanted = ids
    }
    var spans = try reader.spans(since: since, until: until)
    guard !spans.isEmpty else {
      throw ExportError("there is no record to export" + (since == nil && until == nil ? "" : " in this range"))
    }
    spans.sort { $0.chain < $1.chain }
    let checkpointFile = try ExportFile(CheckpointFile.name, in: folder)
    var tables = try ExportTables(agents: wanted, in: folder)
    var chains: [ExportManifest.Chain] = []
    var files: [ExportManifest.File] = []
    var total: Int64 = 0
    for span in spans {
      let checkpoints = try reader.checkpoints(of: span.chain)
      let chain = try write(span, reader, folder, &tables, &files, &total)
      chains.append(chain)
      for checkpoint in checkpoints where checkpoint.sequence >= chain.first {
        if span.last != nil, checkpoint.sequence > chain.last { continue }
        try checkpointFile.add(row: checkpoint.line + "\n")
      }
    }
    let checkpoints = try checkpointFile.finish()
    files += [checkpoints] + (try tables.finish())
    files.append(try writeRevisions(reader, folder))
    files += try writeGuide(folder)
    let manifest = ExportManifest(
      madeAt: .systemNow, program: ControllerVersion.text, source: reader.kind, since: since, until: until,
      agents: wanted.map { $0.sorted() }, chains: chains, checkpoints: checkpoints.rows, keyID: publicKey?.id,
      files: files.sorted { $0.name < $1.name })
    let file = try ExportFile(ExportManifest.name, in: folder)
    try file.add(manifest.json.prettyText + "\n")
    let last = try file.finish()
    try Disk.synchronizeDirectory(folder)
    return Summary(
      chains: chains.map { ($0.chain, $0.first, $0.last) }, records: total, checkpoints: checkpoints.rows,
      bytes: files.reduce(last.bytes) { $0 + $1.bytes })
  }

  private func write(
    _ span: ChainSpan, _ reader: some RecordReader, _ folder: String, _ tables: inout ExportTables,
    _ files: inout [ExportManifest.File], _ total: inout Int64
  ) throws -> ExportManifest.Chain {
    let file = try ExportFile("records-\(span.chain.fileSafe).jsonl", in: folder)
    var chain = ExportManifest.Chain(
      chain: span.chain, file: file.name, first: span.first, last: span.first, records: 0, isToEnd: span.last == nil)
    try reader.lines(span) { text in
      guard !text.utf8.contains(0x0A) else {
        throw ExportError("a record of chain \(span.chain) after \(chain.last) has a line end in it: run audit verify")
      }
      try file.add(row: text + "\n")
      chain.records += 1
      total += 1
      if total.isMultiple(of: 10_000) { progress(total) }
      guard let line = try? JournalLine.parse(text) else { return }
      if chain.records == 1 { (chain.first, chain.firstPrevHash) = (line.sequence, line.prevHash) }
      (chain.last, chain.lastHash) = (line.sequence, line.hash)
      try tables.take(line)
    }
    files.append(try file.finish())
    return chain
  }

  private func writeRevisions(_ reader: some RecordReader, _ folder: String) throws -> ExportManifest.File {
    let file = try ExportFile(ExportGuide.revisions, in: folder)
    try reader.revisions { try file.add(row: $0.canonicalText + "\n") }
    return try file.finish()
  }

  private func writeGuide(_ folder: String) throws -> [ExportManifest.File] {
    let guide = try ExportFile(ExportGuide.name, in: folder)
    try guide.add(ExportGuide.text)
    guard let publicKey else { return [try guide.finish()] }
    let key = try ExportFile(CheckpointFile.publicKeyName, in: folder)
    try key.add(publicKey.pem)
    return [try guide.finish(), try key.finish()]
  }
}

extension String {
  fileprivate func ifEmpty(_ other: String) -> String { isEmpty ? other : self }

  /// A chain's id is base32; what a stranger wrote into the database may be anything.
  fileprivate var fileSafe: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" ? $0 : "_" }
      ).prefix(64))
  }
}
