import CDispatch
import Crypto
import Foundation
import Glibc
import Reconciler

/// Verifies an export with nothing but its folder, and the public key and the carried checkpoints that are given: every
/// file against the manifest, every hash, the checkpoints, and the tables derived anew. Reads files.
public struct ExportVerifier {
  private let folder: String
  private var findings: [String] = []
  private var parts: [RecordVerification.Part] = []

  private static let maximumFindings = 1_000
  /// The largest line of `revisions.jsonl`.
  private static let maximumRevisionBytes = RevisionStore.maximumBytes

  public static func verify(
    _ folder: String, checkpointFiles: [String] = [], keys: [CheckpointPublicKey] = [],
    progress: @escaping @Sendable (Int64) -> Void = { _ in }
  ) throws -> RecordVerification {
    var verifier = ExportVerifier(folder: folder)
    let manifest = try verifier.manifest()
    var set = CheckpointSet(keys: keys)
    set.begin(.export)
    let own = folder + "/" + CheckpointFile.name
    if FileReader.exists(own) { try set.add(file: own, origin: .export) }
    for path in checkpointFiles { try set.add(file: path, origin: .file(path)) }
    var check = CheckpointCheck(set)
    check.progress = progress
    check.begin(.export)
    try verifier.checkFiles(manifest)
    try verifier.checkRecords(manifest, &check)
    let ends = Dictionary(manifest.chains.map { ($0.chain, $0) }, uniquingKeysWith: { first, _ in first })
    check.finish { chain, sequence in
      guard let known = ends[chain] else { return manifest.since == nil && manifest.until == nil }
      return known.isToEnd || sequence <= known.last
    }
    return RecordVerification(
      journal: nil, database: nil, exported: verifier.parts, check: check,
      findings: verifier.findings + (check.set.findings + check.findings).map(\.description))
  }

  private init(folder: String) { self.folder = folder }

  private func manifest() throws(ExportError) -> ExportManifest {
    let path = folder + "/" + ExportManifest.name
    let bytes: [UInt8]
    do throws(FileReadError) {
      bytes = try FileReader.read(path, limit: ExportManifest.maximumBytes)
    } catch {
      throw ExportError("\(folder) is no export: \(path): \(error.words)")
    }
    guard let json = try? JSONParser.parse(bytes) else { throw ExportError("\(path) is not JSON") }
    do throws(ExportError) {
      return try ExportManifest(json: json)
    } catch {
      throw ExportError("\(path) is no manifest of an export: \(error)")
    }
  }

  private mutating func add(_ message: String) {
    if findings.count < Self.maximumFindings { findings.append(message) }
  }

  private mutating func checkFiles(_ manifest: ExportManifest) throws {
    let names = Set(try Disk.names(in: folder))
    for file in manifest.files {
      guard names.contains(file.name) else {
        add("\(file.name) is missing, though the manifest lists it")
        continue
      }
      let found = try ExportFile.measure(folder + "/" + file.name, name: file.name)
      if found.sha256 != file.sha256 {
        add("\(file.name) was changed: its SHA-256 is not the one that the manifest states")
      }
    }
    let listed = Set(manifest.files.map(\.name) + [ExportManifest.name])
    for name in names.subtracting(listed).sorted() where name.hasSuffix(".jsonl") || name.hasSuffix(".csv") {
      add("\(name) is in the folder, and the manifest does not list it")
    }
    for chain in manifest.chains where !listed.contains(chain.file) {
      add("\(chain.file) is not listed in the manifest")
    }
  }

  // MARK: Records

  private mutating func checkRecords(_ manifest: ExportManifest, _ check: inout CheckpointCheck) throws {
    var tables = try ExportTables(agents: manifest.agents.map { Set($0) }, in: nil)
    let revisions = try declared()
    for chain in manifest.chains where FileReader.exists(folder + "/" + chain.file) {
      try walk(chain, revisions, &tables, &check)
    }
    let derived = try tables.finish()
    for table in derived {
      guard let listed = manifest.files.first(where: { $0.name == table.name }) else {
        add("\(table.name) is not listed in the manifest")
        continue
      }
      if listed.sha256 != table.sha256 { add("\(table.name) does not say what the records say") }
    }
  }

  private mutating func walk(
    _ chain: ExportManifest.Chain, _ revisions: Set<String>, _ tables: inout ExportTables,
    _ check: inout CheckpointCheck
  ) throws {
    let path = folder + "/" + chain.file
    let file = try DiskFile(path: path, flags: O_RDONLY)
    var reader = SegmentReader(file: file, limit: try file.size())
    var walk = ChainWalk(
      chain: chain.chain, after: chain.first - 1, hash: chain.first == 1 ? JournalLine.firstPrevHash : nil)
    var part = RecordVerification.Part(truth: .export, chain: chain.chain, first: chain.first, last: 0, records: 0)
    var lastHash: String?
    while let raw = try reader.next() {
      if !raw.isTerminated { add("\(chain.file) ends within a line") }
      let (line, problems) = walk.step(raw.bytes)
      for problem in problems { add("\(chain.file): \(problem.message)") }
      part.records += 1
      guard let line else { continue }
      part.last = line.sequence
      lastHash = line.hash
      check.see(line, in: .export)
      try tables.take(line)
      if let record = line.record, record.type == .revisionLoaded, let sha = record.metadata["sha256"]?.string,
        !revisions.contains(sha)
      {
        add("\(ExportGuide.revisions) lacks revision \(record.revision), which record \(line.sequence) says was loaded")
      }
    }
    parts.append(part)
    guard part.last == chain.last, part.records == chain.records, lastHash == chain.lastHash else {
      return add(
        "\(chain.file) holds \(part.records) records to \(part.last), and the manifest says \(chain.records) to \(chain.last)"
          + (lastHash == chain.lastHash ? "" : " with another last hash"))
    }
  }

  /// The hashes of the declared sets that are whole.
  private mutating func declared() throws -> Set<String> {
    let path = folder + "/" + ExportGuide.revisions
    guard FileReader.exists(path) else { return [] }
    let file = try DiskFile(path: path, flags: O_RDONLY)
    var reader = SegmentReader(file: file, limit: try file.size())
    var found: Set<String> = []
    while let raw = try reader.next() {
      guard let json = try? JSONParser.parse(raw.bytes), let normalised = json["normalised"],
        let sha = json["sha256"]?.string
      else {
        add("\(ExportGuide.revisions): the line at byte \(raw.offset) is no revision")
        continue
      }
      if Hexadecimal.text(SHA256.hash(data: normalised.canonicalBytes)) == sha {
        found.insert(sha)
      } else {
        add("\(ExportGuide.revisions): revision \(json["revision"]?.int ?? 0) was changed: its hash is not its sha256")
      }
    }
    return found
  }
}
