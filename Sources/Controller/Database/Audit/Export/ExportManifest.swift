import Reconciler

/// `manifest.json` of an export: what is in it.
struct ExportManifest: Hashable {
  struct File: Hashable {
    var name: String
    var sha256: String
    var bytes: Int64
    /// Lines without a header; 0 where that says nothing.
    var rows: Int64
  }

  struct Chain: Hashable {
    var chain: String
    var file: String
    var first: Int64
    var last: Int64
    var records: Int64
    /// `nil` for a line that cannot be read.
    var firstPrevHash: String?
    var lastHash: String?
    /// The export goes to the end of what there was; else `--until` came first.
    var isToEnd: Bool
  }

  static let name = "manifest.json"
  static let formatVersion: Int64 = 1
  static let maximumBytes = 1 << 24

  var madeAt: Timestamp
  var program: String
  var source: String
  var since: Timestamp?
  var until: Timestamp?
  /// The agents that the tables are of; `nil` for all.
  var agents: [String]?
  var chains: [Chain]
  var checkpoints: Int64
  var keyID: String?
  var files: [File]

  var json: JSONValue {
    .fields([
      "format_version": .int(Self.formatVersion), "made_at": .time(madeAt), "program": .string(program),
      "source": .string(source), "since": since.map { .time($0) }, "until": until.map { .time($0) },
      "tables_of_agents": agents.map { .array($0.map { .string($0) }) }, "checkpoints": .int(checkpoints),
      "public_key_id": keyID.map { .string($0) },
      "chains": .array(
        chains.map { chain in
          .fields([
            "chain": .string(chain.chain), "file": .string(chain.file), "first": .int(chain.first),
            "last": .int(chain.last), "records": .int(chain.records),
            "first_prev_hash": chain.firstPrevHash.map { .string($0) },
            "last_hash": chain.lastHash.map { .string($0) }, "to_end": .bool(chain.isToEnd),
          ])
        }),
      "files": .array(
        files.map { file in
          [
            "name": .string(file.name), "sha256": .string(file.sha256), "bytes": .int(file.bytes),
            "rows": .int(file.rows),
          ]
        }),
    ])
  }
}

extension ExportManifest {
  init(json: JSONValue) throws(ExportError) {
    guard let version = json["format_version"]?.int else { throw ExportError("it has no format_version") }
    guard version == Self.formatVersion else {
      throw ExportError("it is of format \(version), and this program knows \(Self.formatVersion)")
    }
    guard let madeAt = json["made_at"]?.time, let program = json["program"]?.string,
      let source = json["source"]?.string, let checkpoints = json["checkpoints"]?.int,
      let chains = json["chains"]?.array?.map(Self.chain), !chains.contains(nil),
      let files = json["files"]?.array?.map(Self.file), !files.contains(nil)
    else { throw ExportError("a member is missing or of the wrong type") }
    self.init(
      madeAt: madeAt, program: program, source: source, since: json["since"]?.time, until: json["until"]?.time,
      agents: json["tables_of_agents"]?.array?.compactMap(\.string), chains: chains.compactMap { $0 },
      checkpoints: checkpoints, keyID: json["public_key_id"]?.string, files: files.compactMap { $0 })
  }

  private static func chain(_ json: JSONValue) -> Chain? {
    guard let chain = json["chain"]?.string, let file = json["file"]?.string, isPlain(file),
      let first = json["first"]?.int, let last = json["last"]?.int, let records = json["records"]?.int,
      let isToEnd = json["to_end"]?.bool
    else { return nil }
    return Chain(
      chain: chain, file: file, first: first, last: last, records: records,
      firstPrevHash: json["first_prev_hash"]?.string, lastHash: json["last_hash"]?.string, isToEnd: isToEnd)
  }

  private static func file(_ json: JSONValue) -> File? {
    guard let name = json["name"]?.string, isPlain(name), let sha256 = json["sha256"]?.string,
      let bytes = json["bytes"]?.int, let rows = json["rows"]?.int
    else { return nil }
    return File(name: name, sha256: sha256, bytes: bytes, rows: rows)
  }

  /// No name of an export leads out of its folder.
  private static func isPlain(_ name: String) -> Bool { !name.isEmpty && !name.contains("/") && !name.hasPrefix(".") }
}
